#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every trace event of the arbitration appears when it should, and says which card it is about.
# shellcheck source-path=SCRIPTDIR source=isolation.sh disable=SC2153
. "${0%/*}/isolation.sh"
# shellcheck source-path=SCRIPTDIR source=kernel_log.sh
. "${0%/*}/kernel_log.sh"

TRACING=/sys/kernel/tracing
EVENTS=$TRACING/events/vfio_pci_vga
OURS_ON=("$CARD1" "$CARD2")

# trace COMMAND...: run it with all events on; what was traced is in /tmp/trace.
trace() {
	local status
	echo >"$TRACING/trace"
	echo 1 >"$EVENTS/enable"
	"$@" >/tmp/traced 2>&1
	status=$?
	echo 0 >"$EVENTS/enable"
	cat "$TRACING/trace" >/tmp/trace
	return "$status"
}

# events PATTERN: how many lines of the trace have it.
events() {
	grep -cE "$1" /tmp/trace
}

# has PATTERN: at least one line, shown.
has() {
	local line
	line=$(grep -m 1 -E "$1" /tmp/trace) || { diag "no event '$1'"; return 1; }
	diag "${line#*: }"
}

# Nor is the card reset, once it has been.
nothing_is_traced_without_access() {
	"$PROGRAMS/vga_act" "$CARD1" open close >/dev/null && trace "$PROGRAMS/vga_act" "$CARD1" open close && [ "$(events vfio_vga_)" = 0 ]
}

leases_start_and_end() {
	local before starts
	before=$(counter "$CARD1" leases)
	trace "$PROGRAMS/vga_contend" 1 "$CARD1" "$CARD2" || return
	starts=$(events "vfio_vga_lease_start: $CARD1\$")
	diag "$starts leases of $CARD1 traced, $(($(counter "$CARD1" leases) - before)) counted"
	[ "$starts" -gt 0 ] && [ "$starts" = $(($(counter "$CARD1" leases) - before)) ] &&
		[ "$starts" = "$(events "vfio_vga_lease_end: $CARD1 ")" ] &&
		has "vfio_vga_lease_end: $CARD1 reason=(idle|expired) held_us=[0-9]+"
}

lease_of_one_access_is_done() {
	local status
	echo 0 >"/sys/bus/pci/devices/$CARD1/vfio_vga/lease_us"
	trace "$PROGRAMS/vga_contend" 1 "$CARD1" "$CARD2" && has "vfio_vga_lease_end: $CARD1 reason=done"
	status=$?
	echo "$LEASE_US" >"/sys/bus/pci/devices/$CARD1/vfio_vga/lease_us"
	return "$status"
}

waits_are_told() {
	has "vfio_vga_wait: $CARD1 waited_us=[0-9]+ result=0" && has "vfio_vga_wait: $CARD2 waited_us=[0-9]+ result=0"
}

console_is_taken_and_given() {
	local taken given
	taken=$(events "vfio_vga_console: taken=1 ")
	given=$(events "vfio_vga_console: taken=0 ")
	diag "the console was taken $taken times and given back $given times"
	if has_vgacon; then
		[ "$taken" -gt 0 ] && [ "$taken" = "$given" ]
	else
		[ "$taken" = 0 ]
	fi
}

# A peer that fights for the arbiter's lock makes our waits lose their wake-ups now and then. Counts and tells agree in
# any case; REPAIRS is how many there were.
repairs_are_told() {
	local before traced try
	for try in 1 2 3; do
		before=$(counter "$CARD1" wakeups_repaired)
		trace "$PROGRAMS/vga_isolation" 2 "vfio@$CARD1" "pciaccess@$CARD3" || return
		REPAIRS=$(($(counter "$CARD1" wakeups_repaired) - before))
		traced=$(events "vfio_vga_repair: $CARD1\$")
		diag "try $try: $REPAIRS wake-ups repaired, $traced traced"
		[ "$REPAIRS" = "$traced" ] || return
		[ "$REPAIRS" = 0 ] || return 0
	done
}

# A bridge that forwards the ranges though the arbiter gave them to another card.
stale_bridge_is_told() {
	setpci -s "$(port_of "$CARD3")" BRIDGE_CONTROL=8:8
	trace "$PROGRAMS/vga_io" "$CARD1" read 0xb8000 1
	has "vfio_vga_misrouted: $CARD1 by=$CARD3"
}

use_module
unbind "$CARD3"
setpci -s "$CARD3" COMMAND=3:3
want_console
plan 7
check "nothing_is_traced_without_an_access" nothing_is_traced_without_access
check "leases_start_and_end" leases_start_and_end
check "waits_are_told" waits_are_told
check "console_is_taken_and_given" console_is_taken_and_given
check "lease_of_one_access_is_done" lease_of_one_access_is_done
if repairs_are_told && [ "$REPAIRS" = 0 ]; then
	skip "repairs_are_told" "no wake-up was lost"
else
	check "repairs_are_told" [ "$REPAIRS" = "$(events "vfio_vga_repair: $CARD1\$")" ]
fi
check "stale_bridge_is_told" stale_bridge_is_told
finish
