#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A card is taken away while its user and another card's saturate theirs: properly, by what every hotplug driver ends
# in, and with no warning, by the bridge above it going deaf. (QEMU cannot unplug a VGA, so the slot stays filled.)
# shellcheck source-path=SCRIPTDIR source=arb.sh disable=SC2153
. "${0%/*}/arb.sh"

# The card goes two seconds after its user began; that takes its time.
REMOVED_S=$((8 + 2 * VFIO_VGA_SLOW))

# upstream: the bridge above the second card.
upstream() {
	local path
	path=$(readlink -f "/sys/bus/pci/devices/$CARD2/..")
	echo "${path##*/}"
}

is_gone() {
	[ ! -e "/sys/bus/pci/devices/$CARD2" ]
}

# Waits for the user, as a hotplug driver does.
remove() {
	echo 1 >"/sys/bus/pci/devices/$CARD2/remove" &
	remover=$!
}

# Neither configuration nor memory nor ports get through any more, the VGA ranges included.
deafen() {
	port=$(upstream)
	# The numbers of the buses and the decode bits; what the kernel keeps of them is for the restoration.
	saved=$(setpci -s "$port" COMMAND) && buses=$(setpci -s "$port" 18.l) &&
		setpci -s "$port" 18.l=00fefe00:00ffff00 && setpci -s "$port" COMMAND=0:3
}

hear_again() {
	setpci -s "$port" 18.l="$buses" && setpci -s "$port" COMMAND="$saved"
}

# meanwhile MODE COMMAND: both cards are saturated, the second in this mode; the command comes after two seconds. Their
# lines go to LINES.
meanwhile() {
	local mode=$1 contender status
	shift
	"$PROGRAMS/vga_contend" "$REMOVED_S" "$CARD1" "$mode@$CARD2" >/tmp/lines &
	contender=$!
	SECONDS=0
	wait_for 10 grep -q begin /tmp/lines && sleep 2 && "$@"
	status=$?
	diag "$* after $SECONDS s of $REMOVED_S: status $status"
	wait "$contender"
	mapfile -t LINES < <(grep -v '^begin$' /tmp/lines)
	diag "$(cat /tmp/lines)"
	return "$status"
}

served_until_its_user_lets_go() {
	meanwhile read remove && [ "$(field state "${LINES[0]}")" = "done" ] && [ "$(field state "${LINES[1]}")" = "done" ]
}

gone_with_its_user() {
	wait "$remover" && wait_for 5 is_gone
}

works_when_it_is_back() {
	echo 1 >/sys/bus/pci/rescan && bind_driver "$CARD2" "$OURS" && contend 1 "$CARD1" "$CARD2"
}

# deaf_one_hangs_nobody MODE ERROR: that is what its user gets.
deaf_one_hangs_nobody() {
	local status
	meanwhile "$1" deafen
	status=$?
	hear_again
	[ "$status" = 0 ] && [ "$(field state "${LINES[0]}")" = "done" ] &&
		[ "$(field state "${LINES[1]}")" = "failed:$2" ]
}

# Closed while it was deaf, it could not be reset.
comes_out_of_quarantine() {
	local quarantine=/sys/bus/pci/devices/$CARD2/vfio_vga/quarantine
	diag "$(cat "$quarantine")"
	grep -q "^1 .*no answers" "$quarantine" && echo 0 >"$quarantine" && grep -qx 0 "$quarantine"
}

nothing_is_locked() {
	local bdf line
	for bdf in "$CARD1" "$CARD2" "$CARD_HOST"; do
		line=$(arbiter_line "$bdf")
		[[ $line = *"locks=none(0:0)"* ]] || { diag "$line"; return 1; }
	done
}

plan 11
load_module
bind_driver "$CARD1" "$OURS" && bind_driver "$CARD2" "$OURS"
want_console
check "a_removed_card_serves_its_user_until_that_lets_go" served_until_its_user_lets_go
check "it_is_gone_with_its_user" gone_with_its_user
check "it_works_when_it_is_back" works_when_it_is_back
check "a_card_that_fell_off_the_bus_hangs_nobody" deaf_one_hangs_nobody read EIO
check "nothing_is_left_locked" nothing_is_locked
check "it_was_quarantined_and_comes_back" comes_out_of_quarantine
check "nor_does_one_that_is_written" deaf_one_hangs_nobody write EIO
check "which_is_quarantined_too" comes_out_of_quarantine
echo user >"/sys/bus/pci/devices/$CARD2/vfio_vga/vga_mmap"
check "nor_does_one_whose_window_is_mapped" deaf_one_hangs_nobody mapped EFAULT
check "which_comes_back_as_well" comes_out_of_quarantine
check "both_cards_work_again" contend 1 "$CARD1" "$CARD2"
finish
