# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Guests on the cards of the zoo, for the zoo_*.sh tests: source it inside L1.

# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh
. /lab/guests/guest.sh

# A VMM without quirks of its own is the lab's QEMU with this; the other is Debian's.
export LAB_QEMU=/lab/qemu/qemu-system-x86_64
export NO_QUIRKS=,x-no-quirks=on
ZOO_TABLE=/run/zoo-table
# Without a mode set the firmware has nothing to show: this is its last word all the same.
FIRMWARE_IS_DONE="No bootable device"

# The table's rows: a name for the file of its VBIOS and of what it shows, and the variable with its address.
ZOO_CARDS="hd5450:HD5450 hd7850:HD7850 x550:X550 gf7300le:GF7300LE nvs290:NVS290 gf8400gs:GF8400GS rage128p:CARD3 rv100:RV100"
# QEMU's quirks leave out the older Radeons.
QEMU_COVERS="hd5450 hd7850 gf7300le nvs290 gf8400gs"

# is_chosen CARD: ZOO_ONLY names some of the cards; without it all are meant.
is_chosen() {
	[ -z "${ZOO_ONLY-}" ] || [[ " $ZOO_ONLY " = *" $1 "* ]]
}

# for_each_card COMMAND...: the command with ZOO_CARD and GUEST_BDF set, once per card.
for_each_card() {
	local card variable
	for card in $ZOO_CARDS; do
		ZOO_CARD=${card%:*} variable=${card#*:}
		GUEST_BDF=${!variable}
		! is_chosen "$ZOO_CARD" || "$@"
	done
}

# plan_cards N [M]: N promises for each card, and M for each that QEMU covers.
plan_cards() {
	local card count=0
	for card in $ZOO_CARDS; do
		card=${card%:*}
		is_chosen "$card" || continue
		count=$((count + $1))
		! qemu_covers "$card" || count=$((count + ${2-0}))
	done
	plan "$count"
}

qemu_covers() {
	[[ " $QEMU_COVERS " = *" $1 "* ]]
}

# A reset blacks the screens of the zoo. QEMU's ati-vga keeps its picture, but nobody has written to its wiped memory.
DARK=black
is_ati_vga() {
	[ "$ZOO_CARD" = rage128p ] || [ "$ZOO_CARD" = rv100 ]
}

# zoo_prepare DRIVER: the card reset, its screen dark, and bound to the driver.
zoo_prepare() {
	local device=/sys/bus/pci/devices/$GUEST_BDF
	unbind "$GUEST_BDF" && route_to_console && setpci -s "$GUEST_BDF" COMMAND=2:2 || return
	echo bus >"$device/reset_method" && echo 1 >"$device/reset" || return
	DARK=black
	if is_ati_vga; then
		DARK=untouched
		"$GUESTS/wipe_card" "$GUEST_BDF" 0xa5 || return
	fi
	shows "$(card_id "$GUEST_BDF")" "zoo-$ZOO_CARD-reset" "$DARK" || { diag "$SHOWN"; return 1; }
	if [ "$1" = vfio-pci ]; then modprobe vfio-pci; else load_module; fi || return
	bind_driver "$GUEST_BDF" "$1"
}

# zoo_start QEMU OPTIONS [QEMU_ARGUMENT...]: a guest on the card. ati-vga's own ROM knows nothing of back doors.
zoo_start() {
	local qemu=$1 options=$2 rom=
	shift 2
	! is_ati_vga || rom=,romfile=/lab/zoo/$ZOO_CARD.rom
	L2_QEMU=$qemu start_guest ",x-vga=on$rom$options" -machine pc "$@"
}

# zoo_is_lit NAME: the VBIOS has written its line, and the address in it is the guest's, not the host's.
zoo_is_lit() {
	local shown host bar=3p
	until_shows "$1" "zoo-$ZOO_CARD" || { tell_guest; return 1; }
	shown=${SHOWN##* at } shown=${shown%%[^0-9a-f]*}
	[[ $ZOO_CARD = gf* || $ZOO_CARD = nvs* ]] && bar=1p
	read -r host _ < <(sed -n "$bar" "/sys/bus/pci/devices/$GUEST_BDF/resource")
	diag "$ZOO_CARD: $SHOWN, the host has them at $host"
	[ $((host & 0xffffffff)) != $((0x$shown)) ]
}

firmware_is_done() {
	grep -q "$FIRMWARE_IS_DONE" "$GUEST_DEBUG" || ! kill -0 "$L2_PID"
}

# zoo_is_black NAME: the firmware has run to its end, and the screen is as the reset left it.
zoo_is_black() {
	wait_for "$GUEST_PATIENCE" firmware_is_done
	kill -0 "$L2_PID" 2>/dev/null && grep -q "$FIRMWARE_IS_DONE" "$GUEST_DEBUG" &&
		shows "$(card_id "$GUEST_BDF")" "$1" "$DARK" && return
	tell_guest
	return 1
}

# QEMU (7.2) follows a null pointer on Radeons without a BAR 4, where it wants to put a quirk: is that what happened?
vmm_is_gone() {
	wait_for $((5 * VFIO_VGA_SLOW)) guest_has_ended || return
	diag "QEMU ended: $(tail -n 2 "$L2_LOG")"
	OUTCOME="QEMU ends"
}

# zoo_is_dark NAME: black, or the VMM does not survive the card.
zoo_is_dark() {
	OUTCOME=black
	vmm_is_gone || zoo_is_black "$1"
}

# zoo_is_lit_if_alive NAME: lit, or the VMM does not survive the card.
zoo_is_lit_if_alive() {
	OUTCOME=lit
	vmm_is_gone || zoo_is_lit "$1"
}

# zoo_guest lit|black|dark|lit_if_alive NAME DRIVER QEMU OPTIONS: two promises about a guest, and its outcome to the table.
zoo_guest() {
	local wanted=$1 name=$2 outcome=fail
	OUTCOME=$1
	check "$ZOO_CARD, $name: the card is prepared" zoo_prepare "$3" || return
	[ -z "${ZOO_BEFORE-}" ] || $ZOO_BEFORE
	zoo_start "$4" "$5"
	check "$ZOO_CARD, $name: the guest's screen is $wanted" "zoo_is_$wanted" "zoo-$ZOO_CARD-$name" && outcome=$OUTCOME
	stop_l2
	record_zoo "$name" "$outcome"
}

record_zoo() {
	printf '%s\t%s\t%s\n' "$ZOO_CARD" "$1" "$2" >>"$ZOO_TABLE"
}

# rows_off: all rows of the card's, which then is as if no table knew it.
rows_off() {
	local dir=/sys/bus/pci/devices/$GUEST_BDF/vfio_vga name names
	# All at once: the file changes with every row.
	mapfile -t names < <(cut -d ' ' -f 1 "$dir/quirks")
	for name in "${names[@]}"; do
		echo "$name" >"$dir/quirk_disable" || return
	done
}
