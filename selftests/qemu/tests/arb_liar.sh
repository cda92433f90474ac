#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A card on the root bus that was opted out through /dev/vga_arbiter and decodes all the same, as integrated graphics
# does: reported, denied or fenced; one that does not lie, but that the arbiter switches off; and a bridge that forwards
# what the arbiter gave to another.
# shellcheck source-path=SCRIPTDIR source=arb.sh disable=SC2153
. "${0%/*}/arb.sh"
# shellcheck source-path=SCRIPTDIR source=kernel_log.sh
. "${0%/*}/kernel_log.sh"

SYSFS=/sys/bus/pci/devices
# How long the decode bits are watched; a slow machine sees few leases in that.
WATCH_S=$((2 * VFIO_VGA_SLOW))
TRACING=/sys/kernel/tracing
OUT_OF_TURN="decodes the legacy VGA ranges out of turn"

choose() {
	echo "$2" >"$SYSFS/$CARD1/vfio_vga/$1"
}

# opt_out BDF DECODE: make the card a liar with these decode bits; COMMAND is its command register.
opt_out() {
	LIAR=$1
	setpci -s "$LIAR" COMMAND="$2:3"
	COMMAND=$(command_of "$LIAR")
	diag "$(arbiter "$LIAR" "decodes none"), command register $COMMAND"
}

# use_card1 SECONDS [MODE]: use it in the background, without pauses if not told otherwise; its line is in /tmp/used.
use_card1() {
	"$PROGRAMS/vga_contend" "$1" "${2-read}@$CARD1" >/tmp/used 2>&1 &
	USER_PID=$!
	wait_for 5 grep -q begin /tmp/used
}

used_with() {
	wait "$USER_PID"
	diag "$(grep "^$CARD1" /tmp/used)"
	grep -q "state=$1" /tmp/used
}

is_reported_once() {
	choose liar_policy warn
	mark_log
	use_card1 1 && used_with "done" && said_once "$LIAR (driver none) $OUT_OF_TURN" && [ "$(counter "$CARD1" liars_seen)" -gt 0 ]
}

is_traced() {
	local status
	echo >"$TRACING/trace"
	echo 1 >"$TRACING/events/vfio_pci_vga/vfio_vga_liar/enable"
	use_card1 1 && used_with "done" && grep -q "vfio_vga_liar: $CARD1 liar=$LIAR policy=0" "$TRACING/trace"
	status=$?
	echo 0 >"$TRACING/events/vfio_pci_vga/vfio_vga_liar/enable"
	return "$status"
}

# A bridge that serves one card alone is what the arbiter switches: routing there and back sets it right for good.
stale_bridge_is_set_right() {
	local port
	port=$(port_of "$CARD2")
	unbind "$CARD2"
	setpci -s "$CARD2" COMMAND=3:3
	diag "$(arbiter "$CARD2" "decodes none")"
	setpci -s "$port" BRIDGE_CONTROL=8:8
	choose liar_policy deny
	mark_log
	use_card1 1 && used_with "done" && [ $((0x$(setpci -s "$port" BRIDGE_CONTROL) & 8)) = 0 ] &&
		! said_once "$CARD2 "
}

is_denied() {
	choose liar_policy deny
	mark_log
	[ "$("$PROGRAMS/vga_io" "$CARD1" read 0xb8000 1 2>&1)" = EBUSY ] || return
	said_once "$LIAR (driver none) $OUT_OF_TURN, access denied"
}

# Long leases: looking takes its time here.
is_fenced_and_restored() {
	choose liar_policy fence
	choose lease_us 100000
	use_card1 $((WATCH_S + 1))
	watch_decode "$LIAR" "$WATCH_S"
	used_with "done" && [[ $DECODES = *0* ]] && is_restored
}

is_restored() {
	local now
	now=$(command_of "$LIAR")
	[ "$now" = "$COMMAND" ] && return
	diag "command register $now, was $COMMAND"
	return 1
}

is_fenced() {
	[ $((0x$(command_of "$LIAR") & 3)) != $((0x$COMMAND & 3)) ]
}

# is_fenced_within SECONDS: what was used meanwhile, if not.
is_fenced_within() {
	wait_for "$1" is_fenced && return
	diag "never fenced, command register $(command_of "$LIAR"), was $COMMAND; leases $(counter "$CARD1" leases)" \
		"accesses $(counter "$CARD1" accesses), liars seen $(counter "$CARD1" liars_seen), user: $(tail -n 1 /tmp/used)"
	return 1
}

# Its card is reset before the next one can have it.
can_be_opened() {
	"$PROGRAMS/vga_io" "$CARD1" info >/dev/null 2>&1
}

is_restored_after_kill() {
	for _ in 1 2 3 4 5; do
		use_card1 10
		is_fenced_within 5 || return
		kill -KILL "$USER_PID"
		wait "$USER_PID" 2>/dev/null
		wait_for 2 is_restored && wait_for 5 can_be_opened || return
	done
}

# A card that is removed waits for its user; QEMU's VGA cards cannot be pulled out.
is_restored_after_removal_of_the_card() {
	local remover
	use_card1 $((WATCH_S + 1))
	is_fenced_within "$WATCH_S" || return
	echo 1 >"$SYSFS/$CARD1/remove" &
	remover=$!
	sleep 1
	kill -KILL "$USER_PID"
	wait "$USER_PID" 2>/dev/null
	wait "$remover"
	[ ! -e "$SYSFS/$CARD1" ] && is_restored || return
	echo 1 >/sys/bus/pci/rescan
	bind_driver "$CARD1" "$OURS"
}

# The kernel forgets the liar in the middle of a lease; hardware remembers.
is_restored_after_removal_of_the_liar() {
	choose liar_policy fence
	choose lease_us 100000
	use_card1 $((WATCH_S + 1))
	is_fenced_within "$WATCH_S" || return
	echo 1 >"$SYSFS/$LIAR/remove"
	used_with "done" || return
	echo 1 >/sys/bus/pci/rescan
	is_restored
}

# A guest of stock vfio-pci has the card open: the arbiter switches it off for our leases, since no bridge can.
neighbour_gets_its_decoding_back() {
	local before
	bind_driver "$LIAR" vfio-pci || return
	exec {hold}> >(exec "$PROGRAMS/vga_io" "$LIAR" hold >/tmp/held)
	wait_for 5 grep -q open /tmp/held || return
	before=$(command_of "$LIAR")
	mark_log
	choose liar_policy warn
	choose lease_us 2000
	use_card1 $((WATCH_S + 1)) slow
	watch_decode "$LIAR" "$WATCH_S"
	used_with "done" || return
	COMMAND=$before
	[[ $DECODES = *0* && $DECODES = *3* ]] && is_restored
}

[ -n "${LIAR2-}" ] || skip_all "needs the liars: lab run --topology liar"
has_vgacon=y
grep -q 'VGA+' /sys/class/vtconsole/*/name || has_vgacon=
diag "vgacon: ${has_vgacon:-no}"
plan 11
load_module
bind_driver "$CARD1" "$OURS"
unbind "$LIAR"
unbind "$LIAR2"
setpci -s "$LIAR2" COMMAND=0:3
opt_out "$LIAR" 3
check "liar_is_reported_by_name_once" is_reported_once
check "liar_is_traced" is_traced
check "liar_is_restored_after_warn" is_restored
check "deny_refuses_with_one_line" is_denied
check "fence_switches_decoding_off_for_the_lease_alone" is_fenced_and_restored
check "neighbour_gets_its_decoding_back" neighbour_gets_its_decoding_back
exec {hold}>&-
unbind "$LIAR"
setpci -s "$LIAR" COMMAND=0:3
check "stale_bridge_is_set_right" stale_bridge_is_set_right
# One that the arbiter does not touch for the console's sake, and that decodes one thing alone.
opt_out "$LIAR2" 2
check "fence_restores_exactly_what_was_there" is_fenced_and_restored
check "fence_ends_when_the_user_is_killed" is_restored_after_kill
check "fence_ends_when_the_card_is_removed" is_restored_after_removal_of_the_card
check "fence_ends_when_the_liar_is_removed" is_restored_after_removal_of_the_liar
finish
