#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# QEMU with the patch of contrib/qemu, which stores through the mapped window: the same guests draw the same pictures
# as on Debian's QEMU, and the window is mapped exactly as vga_mmap and x-vga-mmap say. Needs the lab's --l2-qemu.
# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh
. /lab/guests/guest.sh

PATCHED=/lab/qemu/qemu-system-x86_64
SYSFS=/sys/bus/pci/devices/$GUEST_BDF/vfio_vga
TRACE=(-trace "vfio_vga_mmap" -trace "vfio_listener_region_add_ram")
declare -A ARGUMENTS=(
	[text]="-machine pc -drive file=$GUESTS/text.img,format=raw"
	[mode13]="-machine q35 -drive file=$GUESTS/mode13.img,format=raw"
	[seabios]="-machine pc"
)
declare -A ACCESSES
TRIES=5
REFERENCE=unpatched

# prepare MODE: the card wiped and bound, and what its next user may map.
prepare() {
	prepare_card vfio-pci-vga && echo "$1" >"$SYSFS/vga_mmap"
}

# mapped_for QEMU|"the guest"|nobody: what QEMU's trace says.
mapped_for() {
	local line
	line=$(grep "^vfio_vga_mmap " "$L2_LOG")
	diag "${line:-not mapped}"
	case $1 in
	nobody)	[ -z "$line" ] ;;
	*)	[[ $line = *", for $1" ]] ;;
	esac
}

# no_dma_mapping: no address that QEMU gave the IOMMU is in the mapped window.
no_dma_mapping() {
	local window address count=0
	window=$(sed -n 's/^vfio_vga_mmap .* at \[\(0x[0-9a-f]*\)\].*/\1/p' "$L2_LOG")
	[ "$window" ] || return
	while read -r address; do
		count=$((count + 1))
		if [ $((address)) -ge $((window)) ] && [ $((address)) -lt $((window + 0x20000)) ]; then
			diag "mapped for DMA: $address"
			return 1
		fi
	done < <(sed -n 's/.*region_add \[ram\] .* \[\(0x[0-9a-f]*\)\]$/\1/p' "$L2_LOG")
	diag "$count areas mapped for DMA"
	[ "$count" -gt 0 ]
}

# compare NAME REFERENCE: take the card's picture and compare it with one taken before; what differs is in DIFFERENCE.
compare() {
	l0 screendump "$(card_id "$GUEST_BDF")" "$1" && DIFFERENCE=$(l0 same-pictures "$1" "$2" 2>&1)
}

another_picture() {
	! compare "$@" && [[ $DIFFERENCE = *"not like"* ]]
}

wiped_is_another() {
	prepare off && another_picture "mmap-$1-wiped" "mmap-$1-$REFERENCE"
}

# few_accesses GUEST NUMBER: less than half of what the same guest needs without the mapping.
few_accesses() {
	[ "$2" -lt $((${ACCESSES[$1,$REFERENCE]} / 2)) ]
}

# as_many_accesses GUEST NUMBER: to 1 %, for what depends on time.
as_many_accesses() {
	local expected=${ACCESSES[$1,$REFERENCE]}
	[ $(($2 * 100)) -gt $((expected * 99)) ] && [ $(($2 * 100)) -lt $((expected * 101)) ]
}

# drawn NAME: the guest of draw() has drawn its picture. KVM on an emulated processor now and then loses a guest, with
# stock vfio-pci too: there it has TRIES tries.
drawn() {
	local try
	[ "${ACCEL-}" = kvm ] || { until_shows "$1" "$guest"; return; }
	for ((try = 1; ; try++)); do
		wait_for 40 shows "$(card_id "$GUEST_BDF")" "$1" "$guest" && return
		[ "$try" -lt "$TRIES" ] || return
		diag "try $try: $SHOWN; firmware: $(tail -n 1 "$GUEST_DEBUG")"
		stop_l2
		prepare "$mode" && start_guest ",x-vga=on$options" "${arguments[@]}" || return
	done
}

# drawn_again NAME: the same guest after the machine's reset, through the mapping as before.
drawn_again() {
	local try before
	for ((try = 1; ; try++)); do
		before=$(<"$SYSFS/accesses")
		echo system_reset >&8
		wait_for 20 refuses "$(card_id "$GUEST_BDF")" "$1-reset" "$guest" || return
		if [ "${ACCEL-}" != kvm ]; then
			until_shows "$1-again" "$guest" && break
		else
			wait_for 40 shows "$(card_id "$GUEST_BDF")" "$1-again" "$guest" && break
			[ "$try" -eq "$TRIES" ] || { diag "try $try: $SHOWN"; continue; }
		fi
		tell_guest
		return 1
	done
	few_accesses "$guest" $(($(<"$SYSFS/accesses") - before))
}

# draw GUEST LABEL MODE OPTIONS WHOM: five promises; one more with the patch, and with a mapping, and with a guest's.
draw() {
	local guest=$1 label=$2 mode=$3 options=$4 whom=$5 name arguments accesses
	name=mmap-$guest-$label
	read -r -a arguments <<<"${ARGUMENTS[$guest]} -chardev pipe,id=ask,path=$MONITOR -mon ask"
	[ -z "${L2_QEMU-}" ] || arguments+=("${TRACE[@]}")
	check "$guest, $label: the card is prepared" prepare "$mode"
	start_guest ",x-vga=on$options" "${arguments[@]}"
	check "$guest, $label: every pixel is on the card's screen and in its memory" drawn "$name" || tell_guest
	accesses=$(<"$SYSFS/accesses")
	diag "$guest, $label: $accesses accesses in $(<"$SYSFS/leases") leases"
	if [ "$label" = "$REFERENCE" ]; then
		ACCESSES[$guest,$label]=$accesses
		check "$guest, $label: the picture to compare with stands still" wait_for 20 compare "$name-again" "$name"
	else
		check "$guest, $label: the picture is the same as without the patch" \
			wait_for 20 compare "$name" "mmap-$guest-$REFERENCE"
	fi
	check "$guest, $label: the window is mapped for $whom" mapped_for "$whom"
	if [ "$whom" = nobody ]; then
		[ -z "${L2_QEMU-}" ] || check "$guest, $label: the driver sees as many accesses as without the patch" \
			as_many_accesses "$guest" "$accesses"
	else
		check "$guest, $label: the driver sees less than half the accesses" few_accesses "$guest" "$accesses"
		check "$guest, $label: it is drawn again after a reset" drawn_again "$name"
	fi
	[ "$whom" != "the guest" ] ||
		check "$guest, $label: the window is no target for DMA" no_dma_mapping
	check "$guest, $label: the guest ends when told to" stop_l2
}

# refused OPTIONS WORDS: QEMU does not start, and says why.
refused() {
	start_guest ",x-vga=on$1" -machine pc
	wait_for 20 guest_has_ended || { diag "QEMU runs"; stop_l2; return 1; }
	wait "$L2_PID" && { diag "QEMU ended with success"; return 1; }
	diag "$(<"$L2_LOG")"
	grep -q "$2" "$L2_LOG"
}

[ -x $PATCHED ] || {
	plan 1
	skip "the patched QEMU" "the lab was started without --l2-qemu"
	finish
}
MONITOR=$(mktemp -d /tmp/guest-monitor.XXXXXX)/monitor
mkfifo "$MONITOR.in" "$MONITOR.out"
exec 8<>"$MONITOR.in" 9<>"$MONITOR.out"

plan 81
for guest in text mode13 seabios; do
	draw $guest unpatched off "" nobody
	check "$guest: a wiped card's picture is not the same" wiped_is_another $guest
done
draw text unpatched-user user "" nobody
L2_QEMU=$PATCHED
for guest in text mode13 seabios; do
	draw $guest off off "" nobody
done
draw text user user "" QEMU
draw mode13 user user ,x-vga-mmap=on QEMU
draw seabios user user "" QEMU
draw text told-off user ,x-vga-mmap=off nobody
check "x-vga-mmap=on: the card is prepared without the mapping" prepare off
check "x-vga-mmap=on: QEMU ends where the driver does not offer the mapping" refused ,x-vga-mmap=on \
	"VGA memory window cannot be mapped"

# Where KVM must not map the window, QEMU does. Nothing is drawn: on an emulated processor an exit takes longer than a
# lease waits for the next access, and the guest minutes.
modprobe -a kvm kvm-amd
ACCEL=kvm
check "kvm, user: the card is prepared" prepare user
start_guest ,x-vga=on -machine pc "${TRACE[@]}"
wait_for 20 [ -s "$GUEST_DEBUG" ]
check "kvm, user: the window is mapped for QEMU" mapped_for QEMU
check "kvm, user: the guest ends when told to" stop_l2
draw text kvm kvm "" "the guest"
wipe_card
finish
