# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Guests on an assigned card, for the tests in ../tests: source it inside L1.
#
# A guest test runs one scenario with the driver under test and with stock vfio-pci in the same boot,
# and appends both outcomes to the table that guest_table.sh prints.

# shellcheck source-path=SCRIPTDIR source=../inside/lablib.sh
. /lab/bin/lablib.sh

GUESTS=/lab/guests
GUEST_TABLE=/run/guest-table
GUEST_BDF=$VFIO_VGA_BDF
GUEST_PATIENCE=90
# KVM on an emulated processor is several times slower than emulation for guests that live on trapped
# accesses, and in QEMU 7.2 it now and then loses one.
if [ -z "${ACCEL-}" ] && grep -q "QEMU TCG" /proc/cpuinfo; then
	ACCEL=tcg
fi
NO_VGA_REGION="does not support requested feature x-vga"

# card_id BDF: the name L0 knows the card by, from its variable in the environment file.
card_id() {
	local id
	id=$(sed -n "s/^\([A-Z0-9_]*\)=$1$/\1/p" /lab/env)
	id=${id#CARD_}
	echo "${id,,}"
}

# stock_has_vga: whether this kernel's own vfio-pci was built with CONFIG_VFIO_PCI_VGA.
stock_has_vga() {
	modprobe vfio-pci-core && grep -q ' vfio_pci_vga_rw[[:space:]]' /proc/kallsyms
}

# has_region DRIVER: whether the VGA region must be there.
has_region() {
	[ "$1" = vfio-pci-vga ] || stock_has_vga
}

# route_to_console: give the legacy ranges back to the host's console. Stock vfio-pci leaves them with
# the guest's card, and the console writes there without asking.
route_to_console() {
	local arbiter word
	exec {arbiter}<>/dev/vga_arbiter || return
	for word in "target PCI:$CARD_HOST" "lock io+mem" "unlock io+mem"; do
		printf '%s' "$word" >&"$arbiter" || return
	done
	exec {arbiter}>&-
}

# wipe_card: the card without a driver and without a trace of its last guest.
wipe_card() {
	unbind "$GUEST_BDF" && route_to_console && setpci -s "$GUEST_BDF" COMMAND=2:2 &&
		"$GUESTS/wipe_card" "$GUEST_BDF" 0xa5
}

# prepare_card DRIVER: the card wiped, and bound to the driver.
prepare_card() {
	wipe_card || return
	if [ "$1" = vfio-pci ]; then modprobe vfio-pci; else load_module; fi || return
	bind_driver "$GUEST_BDF" "$1"
}

# shows CARD NAME SPEC: whether L0 sees that on the card, and why not in SHOWN.
shows() {
	SHOWN=$(l0 screen-equals "$1" "$2" "$3" 2>&1)
}

# refuses CARD NAME SPEC: L0 looked at the card and saw something else.
refuses() {
	if shows "$@" || [[ $SHOWN != "$3: "* ]]; then
		diag "$1: $SHOWN"
		return 1
	fi
}

# until_shows NAME SPEC: wait for the picture while the guest lives and gets on, however slowly: it is
# given up when neither its screen nor its firmware's output has changed for GUEST_PATIENCE seconds.
until_shows() {
	local state last='' end=0
	while ! shows "$(card_id "$GUEST_BDF")" "$1" "$2"; do
		if ! kill -0 "$L2_PID" 2>/dev/null; then
			SHOWN="QEMU ended: $(tail -n 2 "$L2_LOG")"
			return 1
		fi
		state="$SHOWN $(wc -c <"$GUEST_DEBUG")"
		if [ "$state" != "$last" ]; then
			last=$state
			end=$((SECONDS + GUEST_PATIENCE))
		fi
		[ $SECONDS -lt $end ] || return 1
		sleep 0.3
	done
}

# others_refuse NAME SPEC: no other card shows the picture.
others_refuse() {
	local card id
	for card in "$CARD_HOST" "$CARD1" "$CARD2" "$CARD3" "$CIRRUS"; do
		[ "$card" = "$GUEST_BDF" ] && continue
		id=$(card_id "$card")
		refuses "$id" "$1-not-$id" "$2" || return
	done
}

# start_guest OPTIONS [QEMU_ARGUMENT...]: run_l2 with SeaBIOS's debug output kept in GUEST_DEBUG.
start_guest() {
	local options=$1
	shift
	GUEST_DEBUG=$(mktemp /tmp/guest-debug.XXXXXX)
	run_l2 "$GUEST_BDF" "$options" -debugcon "file:$GUEST_DEBUG" -global isa-debugcon.iobase=0x402 "$@"
}

# tell_guest: what is known about a guest that did not do what it must.
tell_guest() {
	diag "screen: $SHOWN"
	diag "QEMU: $(head -n 5 "$L2_LOG")"
	diag "firmware: $(tail -n 5 "$GUEST_DEBUG")"
}

# record SCENARIO DRIVER OUTCOME: a cell of the table.
record() {
	printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$GUEST_TABLE"
}

# tell_leases: how often the route to the card was taken and used.
tell_leases() {
	local counters=/sys/bus/pci/devices/$GUEST_BDF/vfio_vga
	[ ! -e "$counters/leases" ] ||
		diag "$(<"$counters/accesses") accesses in $(<"$counters/leases") leases"
}

# watch_arbiter: from now on note what the arbiter and the kernel log say about the card.
watch_arbiter() {
	rm -f /tmp/watched
	exec {WATCH_ENDS}> >(exec /lab/build/selftests/vga_watch "$GUEST_BDF" >/tmp/watched)
	WATCH_PID=$!
	wait_for 5 grep -q begin /tmp/watched
}

# arbiter_was silent|heard: what they said since watch_arbiter.
arbiter_was() {
	local watched
	exec {WATCH_ENDS}>&-
	wait "$WATCH_PID" || return
	watched=$(tail -n 1 /tmp/watched)
	diag "$watched"
	case $1 in
	silent)	[[ $watched =~ ^count=([0-9]+)-([0-9]+)\ decodes=none\ notices=0\ lines=0$ ]] &&
			[ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ] ;;
	heard)	[[ $watched =~ ^count=([0-9]+)-([0-9]+)\ decodes=none,io\+mem,none\ notices=([0-9]+)\ lines=2$ ]] &&
			[ "${BASH_REMATCH[1]}" -lt "${BASH_REMATCH[2]}" ] && [ "${BASH_REMATCH[3]}" -gt 0 ] ;;
	esac
}

# guest_shows DRIVER SCENARIO SPEC OPTIONS [QEMU_ARGUMENT...]
# Four promises: the card shows nothing of it before, all of it after, nobody else does, the guest ends. With
# GUEST_ARBITER one more for this driver: what the arbiter was from the guest's start to its end.
guest_shows() {
	local driver=$1 scenario=$2 spec=$3 card name start outcome=fail
	shift 3
	card=$(card_id "$GUEST_BDF")
	name=$scenario-$driver
	check "$driver: the card is prepared for $scenario" prepare_card "$driver"
	check "$driver: a card that no guest has drawn on is refused as $spec" \
		refuses "$card" "$name-before" "$spec"
	start=$SECONDS
	[ -z "${GUEST_ARBITER-}" ] || [ "$driver" = vfio-pci ] || watch_arbiter
	start_guest "$@"
	if check "$driver: $scenario draws every pixel on the card's screen and in its memory" \
		until_shows "$name" "$spec"; then
		outcome="shown in $((SECONDS - start)) s"
		diag "$driver: $SHOWN, $outcome"
	else
		tell_guest
	fi
	tell_leases
	record "$scenario" "$driver" "$outcome"
	check "$driver: no other card shows what $scenario drew" others_refuse "$name" "$spec"
	[ -z "${GUEST_EXTRA-}" ] || check "$driver: $GUEST_EXTRA_PROMISE" "$GUEST_EXTRA" "$name"
	check "$driver: the guest of $scenario ends when told to" stop_l2
	[ -z "${GUEST_ARBITER-}" ] || [ "$driver" = vfio-pci ] ||
		check "$driver: the arbiter was $GUEST_ARBITER from the guest's start to its end" arbiter_was "$GUEST_ARBITER"
}

# guest_refused DRIVER SCENARIO SPEC OPTIONS [QEMU_ARGUMENT...]
# Two promises, for a driver without the VGA region: QEMU says so and ends, and nothing is drawn.
guest_refused() {
	local driver=$1 scenario=$2 spec=$3 outcome=fail
	shift 3
	check "$driver: the card is prepared for $scenario" prepare_card "$driver"
	start_guest "$@"
	if check "$driver: QEMU refuses x-vga=on for $scenario" ended_without_vga; then
		outcome="no x-vga"
	else
		stop_l2
	fi
	record "$scenario" "$driver" "$outcome"
	check "$driver: the card stays without $spec" \
		refuses "$(card_id "$GUEST_BDF")" "$scenario-$driver" "$spec"
}

# ended_without_vga: QEMU has ended, in failure, for want of the VGA region.
ended_without_vga() {
	wait_for 20 guest_has_ended || { diag "QEMU runs"; return 1; }
	wait "$L2_PID" && { diag "QEMU ended with success"; return 1; }
	grep -q "$NO_VGA_REGION" "$L2_LOG" || { diag "QEMU: $(cat "$L2_LOG")"; return 1; }
}

guest_has_ended() {
	! kill -0 "$L2_PID" 2>/dev/null
}

# scenario NAME SPEC OPTIONS [QEMU_ARGUMENT...]: a whole test, with both drivers.
# The scenario needs the VGA region if OPTIONS has x-vga=on. GUEST_DRIVERS narrows the drivers.
scenario() {
	local driver count=0 drivers=${GUEST_DRIVERS:-vfio-pci-vga vfio-pci} name=$1 spec=$2
	for driver in $drivers; do
		if [[ $3 != *x-vga=on* ]] || has_region "$driver"; then
			count=$((count + 5))
			[ -z "${GUEST_EXTRA-}" ] || count=$((count + 1))
			[ -z "${GUEST_ARBITER-}" ] || [ "$driver" = vfio-pci ] || count=$((count + 1))
		else
			count=$((count + 3))
		fi
	done
	plan "$count"
	for driver in $drivers; do
		if [[ $3 != *x-vga=on* ]] || has_region "$driver"; then
			guest_shows "$driver" "$@"
		else
			guest_refused "$driver" "$@"
		fi
	done
	wipe_card
	finish
}
