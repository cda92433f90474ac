#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Cards in slots that firmware can switch off, as laptops have: the last rung of the ladder brings back what no reset
# does, with all functions in the slot.
# shellcheck source-path=SCRIPTDIR source=reset.sh disable=SC2153
. "${0%/*}/reset.sh"

dead_card_comes_back() {
	act "$CUT" open memory dirty write 5 "$ENGINE" 1 close
	diag "$(tail -n 2 "$(file "$CUT" reset_log)")"
	said close 0 && log_end "$CUT" | grep -q " close d3cold ok answers,header,d0,cleared,bar " || return
	act "$CUT" open memory cold close
	said open 0 && said cold 0
}

user_can_ask() {
	act "$CUT" open memory dirty write 5 "$ENGINE" 1 reset cold close
	said reset 0 && said cold 0 && tail -n 2 "$(file "$CUT" reset_log)" | grep -q " user d3cold ok "
}

# What the others in the slot had is put back.
others_are_restored() {
	echo d3cold >"$(file "$CUT2" reset_methods)" && setpci -s "$AUDIO2" LATENCY_TIMER=0 INTERRUPT_LINE=5a || return
	act "$CUT2" open memory dirty close
	diag "$(log_end "$CUT2")"
	log_end "$CUT2" | grep -q " close d3cold ok " && [ "$(setpci -s "$AUDIO2" INTERRUPT_LINE)" = 5a ] &&
		[ "$(setpci -s "$AUDIO2" BASE_ADDRESS_5)" != 00000000 ] || return
	act "$CUT2" open memory cold close
	said open 0 && said cold 0
}

used_ones_forbid_it() {
	local before
	bind_driver "$AUDIO2" pci-stub && mark_log || return
	before=$(grep -c d3cold "$(file "$CUT2" reset_log)")
	act "$CUT2" open memory dirty close
	said open 0 && log_since | grep -q "$CUT2: no d3cold reset: $AUDIO2 is used by pci-stub" &&
		[ "$(grep -c d3cold "$(file "$CUT2" reset_log)")" = "$before" ]
}

# Its firmware switches nothing.
lie_is_found() {
	echo "d3cold bus" >"$(file "$UNCUT" reset_methods)" || return
	act "$UNCUT" open memory close
	diag "$(cat "$(file "$UNCUT" reset_log)")"
	said open 0 && said close 0 && grep -q " open d3cold -5:cleared " "$(file "$UNCUT" reset_log)" && log_end "$UNCUT" | grep -q " close bus ok " &&
		grep -qx -- "-d3cold bus" "$(file "$UNCUT" reset_methods)"
}

load_module
bind_driver "$CUT" vfio-pci-vga
bind_driver "$CUT2" vfio-pci-vga
bind_driver "$UNCUT" vfio-pci-vga
plan 5
diag "$(cat "$(file "$CUT" reset_methods)"); $(cat "$(file "$CUT2" reset_methods)")"
check "a card that no reset revives comes back when its slot is switched off and on" dead_card_comes_back
check "so it does for VFIO_DEVICE_RESET" user_can_ask
check "the other function in the slot is as before" others_are_restored
if modprobe -q pci-stub; then
	check "which must not be in use" used_ones_forbid_it
else
	skip "which must not be in use" "this kernel has no pci-stub to use it"
fi
check "firmware that switches nothing off is found out" lie_is_found
finish
