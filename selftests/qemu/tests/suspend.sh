#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The host is suspended to memory while three guests use their cards: one reads its memory, one a
# register, one through a mapping. It is refused, with a message, or all go on afterwards as if nothing had been.
#
# usage: suspend.sh [TIMES]
# shellcheck source-path=SCRIPTDIR source=reset.sh disable=SC2153
. "${0%/*}/reset.sh"

TIMES=${1-20}
# How soon the clock wakes it. A slow kernel that is not asleep by then sleeps for ever.
SLEEP_S=$((2 * VFIO_VGA_SLOW))
TRACING=/sys/kernel/tracing
EVENTS=$TRACING/events/vfio_pci_vga
REVOKED=4 # of enum vga_lease_end
CLOCK=/sys/class/rtc/rtc0
CHIPSET=00:1f.0

# When a machine wakes its firmware sets up the chipset anew. SeaBIOS leaves out the power management of the lab's, and
# the next sleep would be none: the ports' address, their enable bit, and the one that the kernel sets in vain.
wake_chipset() {
	setpci -s "$CHIPSET" 44.b="$2" 40.l="$1" &&
		printf '\1' | dd of=/dev/port bs=1 seek=$(((0x$1 & 0xff80) + 4)) conv=notrunc status=none
}

# suspend: to memory, for some seconds; false if that was refused, or no sleep.
suspend() {
	local base enable alarm now
	base=$(setpci -s "$CHIPSET" 40.l) && enable=$(setpci -s "$CHIPSET" 44.b) || return
	alarm=$(($(cat "$CLOCK/since_epoch") + SLEEP_S))
	echo 0 >"$CLOCK/wakealarm" && echo "$alarm" >"$CLOCK/wakealarm" && { echo mem >/sys/power/state; } 2>/dev/null || return
	now=$(cat "$CLOCK/since_epoch")
	wake_chipset "$base" "$enable"
	[ "$now" -ge "$alarm" ] || { diag "awake $((alarm - now)) s too early"; return 1; }
}

slept() {
	cat /sys/power/suspend_stats/success
}

# A user who reads a byte that is not the one it wrote stops.
goes_on() {
	local before now
	before=$(counter "$1" accesses)
	sleep 0.3
	now=$(counter "$1" accesses)
	[ "$now" -gt "$before" ] || { diag "no more accesses of $1 after $now: $(cat /tmp/users)"; return 1; }
}

all_go_on() {
	goes_on "$CARD1" && goes_on "$CARD2" && goes_on "$CARD3"
}

choose() {
	echo "$2" >"$(file "$1" suspend)"
}

is_refused() {
	local round
	choose "$CARD1" refuse
	for ((round = 0; round < TIMES; round++)); do
		mark_log
		diag "round $round"
		! suspend && said_once "vfio-pci-vga $CARD1: refuses to be suspended: it is open" && all_go_on || return
	done
	choose "$CARD1" auto
}

sleeps_and_goes_on() {
	local round before
	before=$(slept)
	for ((round = 0; round < TIMES; round++)); do
		diag "round $round"
		# A host's console sleeps too; the lab's does not, to show what went wrong. One after the other.
		echo $((round % 2)) >/sys/module/printk/parameters/console_suspend
		suspend && all_go_on || return
	done
	echo 0 >/sys/module/printk/parameters/console_suspend
	diag "slept $(($(slept) - before)) times, leases ended: $(revoked "$CARD1") of the first card, $(revoked "$CARD3") of the third"
	[ $(($(slept) - before)) = "$TIMES" ] && [ "$(log_of "$CARD1" resume)" = "$TIMES" ] && [ $(($(revoked "$CARD1") + $(revoked "$CARD3"))) -ge "$TIMES" ] || return
	log_end "$CARD2" | grep -q " resume none ok answers,header,d0,bar "
}

# log_of BDF WHY: events since the trace began.
log_of() {
	grep -c "vfio_vga_reset: $1 why=$2 " "$TRACING/trace"
}

revoked() {
	grep -c "vfio_vga_lease_end: $1 reason=revoked" "$TRACING/trace"
}

# What a closed card is after the host slept, nobody knows.
closed_card_is_reset() {
	"$PROGRAMS/vga_io" "$CARD1" info >/dev/null && choose "$CARD1" refuse && suspend || return
	echo >"$TRACING/trace"
	"$PROGRAMS/vga_io" "$CARD1" info >/dev/null && [ "$(log_of "$CARD1" open)" -gt 0 ]
}

ports_are_off() {
	[ $((0x$(setpci -s "$CARD1" COMMAND) & 3)) = 2 ]
}

sleep_without_power() {
	power never off && suspend
}

dead_card_is_quarantined() {
	mark_log
	BEFORE_KILL=sleep_without_power kill_user "$NEVER"
	diag "$(cat "$(file "$NEVER" quarantine)"), suspend $(cat "$(file "$NEVER" suspend)")"
	said_once "vfio-pci-vga $NEVER: does not come back from sleep (none: no answers" && all_go_on &&
		grep -q "^1 .*none: no answers" "$(file "$NEVER" quarantine)" && grep -qx refuse "$(file "$NEVER" suspend)"
}

# Nobody has it open: that it says refuse keeps nobody awake.
suspend_works_without_it() {
	suspend && all_go_on
}

# The control: the sleep does reset the cards.
stock_user_finds_another_mode() {
	local user line
	unbind "$CARD2" && bind_driver "$CARD2" vfio-pci || return
	: >/tmp/users
	"$PROGRAMS/vga_contend" 8 "port@$CARD2" >/tmp/users 2>&1 &
	user=$!
	wait_for 10 grep -q begin /tmp/users && sleep 1 && suspend
	wait "$user"
	line=$(grep "^$CARD2" /tmp/users)
	diag "$line"
	[ "$(field state "$line")" = foreign ]
}

grep -qw mem /sys/power/state || skip_all "this kernel cannot suspend to memory"
[ -e "$CLOCK/wakealarm" ] || skip_all "there is no clock to wake it"
[ ! -e /sys/power/mem_sleep ] || echo deep >/sys/power/mem_sleep
load_module
for card in $CARD1 $CARD2 $CARD3; do bind_driver "$card" "$OURS"; done
fresh never "$NEVER" "$OURS"
# Closed, and not asleep before the host is.
echo on >"/sys/bus/pci/devices/$NEVER/power/control"
echo user >"$(file "$CARD3" vga_mmap)"
plan 8
echo "reason == $REVOKED" >"$EVENTS/vfio_vga_lease_end/filter"
for event in reset lease_end; do echo 1 >"$EVENTS/vfio_vga_$event/enable"; done
: >/tmp/users
"$PROGRAMS/vga_contend" 100000 "$CARD1" "port@$CARD2" "mapped@$CARD3" >/tmp/users 2>&1 &
users=$!
wait_for 10 grep -q begin /tmp/users
sleep 1
check "three open cards can refuse that the host is suspended, $TIMES times" is_refused
# Its user needs no ports; its registers are saved by them all the same.
setpci -s "$CARD1" COMMAND=2:3
check "or it sleeps and their users go on, $TIMES times" sleeps_and_goes_on
check "and a card's ports are decoded as little as before" ports_are_off
check "a card that does not come back from it is quarantined, and says so" dead_card_is_quarantined
check "and the host sleeps without it" suspend_works_without_it
kill "$users"
wait "$users" 2>/dev/null
check "the cards work afterwards" wait_for 10 contend 1 "$CARD1" "$CARD2"
check "a closed card is no reason to refuse, and is reset when it is opened next" closed_card_is_reset
if stock_has_vga; then
	check "a user of stock vfio-pci finds the card in another mode" stock_user_finds_another_mode
else
	skip "a user of stock vfio-pci finds the card in another mode" "this kernel has no VGA region"
fi
for event in reset lease_end; do echo 0 >"$EVENTS/vfio_vga_$event/enable"; done
finish
