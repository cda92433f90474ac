#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The VGA arbiter loses wake-ups. Two stock vfio-pci users hang for good; this driver's do not, nor does a stock user
# beside one of them.
# shellcheck source-path=SCRIPTDIR source=arb.sh
. "${0%/*}/arb.sh"

DISEASE_S=45 CURE_S=5
WIDE_RACE=$PROGRAMS/modules/$(uname -r)/wide_race.ko

# sleeps_in_arbiter PID: it does, and two seconds later it still does, without having run.
sleeps_in_arbiter() {
	local before
	before=$(grep ctxt "/proc/$1/status") && grep -q 'vga_get' "/proc/$1/stack" && sleep 2 &&
		grep -q 'vga_get' "/proc/$1/stack" && [ "$before" = "$(grep ctxt "/proc/$1/status")" ]
}

asleep_and_nobody_holds_it() {
	local bdf pid line
	for pid; do
		diag "stack of the reader $pid: $(sed 's/^[^ ]* //' "/proc/$pid/stack" | tr '\n' ' ')"
		sleeps_in_arbiter "$pid" || return
	done
	for bdf in "$CARD1" "$CARD2" "$CARD_HOST"; do
		line=$(arbiter_line "$bdf")
		diag "$line"
		[[ $line = *"locks=none(0:0)"* ]] || return
	done
}

put_by_anybody() {
	exec 7<>/dev/vga_arbiter
	printf 'target PCI:%s' "$CARD_HOST" >&7 && printf 'lock io+mem' >&7 && printf 'unlock io+mem' >&7
	exec 7>&-
}

freed_by_a_put() {
	local word
	put_by_anybody && read -r -t 5 word <&"$out" && [ "$word" = recovered ]
}

disease() {
	local word bdf pid hung=() line out
	if ! stock_has_vga; then
		skip "two_stock_readers_hang_while_nobody_holds_the_lock" "stock vfio-pci has no VGA region here"
		skip "a_put_by_anybody_frees_them" "as above"
		return
	fi
	bind_driver "$CARD1" vfio-pci && bind_driver "$CARD2" vfio-pci
	exec {out}< <(exec "$PROGRAMS/vga_rounds" $DISEASE_S "$CARD1" "$CARD2")
	# Nothing for two seconds after the first name: nobody else hangs.
	read -r word bdf pid <&"$out"
	while [ "$word" = hung ]; do
		diag "hung: $bdf, process $pid"
		hung+=("$pid")
		read -r -t 2 word bdf pid <&"$out" || break
	done
	if [ ${#hung[@]} = 0 ]; then
		line="no hang in $DISEASE_S s: $word $bdf $pid $(tr '\n' ' ' <&"$out")"
		skip "two_stock_readers_hang_while_nobody_holds_the_lock" "$line"
		skip "a_put_by_anybody_frees_them" "$line"
		return
	fi
	check "two_stock_readers_hang_while_nobody_holds_the_lock" asleep_and_nobody_holds_it "${hung[@]}"
	check "a_put_by_anybody_frees_them" freed_by_a_put
	while read -r line; do diag "$line"; done <&"$out"
	exec {out}<&-
}

# rounds BDF BDF: false if one hung; lines in LINES.
rounds() {
	local status line
	mapfile -t LINES < <("$PROGRAMS/vga_rounds" "$CURE_S" "$@"; echo $?)
	status=${LINES[-1]}
	unset 'LINES[-1]'
	for line in "${LINES[@]}"; do diag "$line"; done
	return "$status"
}

# From now on whoever waits in the arbiter loses the wake-ups of the next millisecond.
widen_race() {
	insmod "$WIDE_RACE"
}

dawdled() {
	cat /sys/module/wide_race/parameters/dawdled
}

# single_accesses BDF BDF: no leases, but get, read, put, with reads so long that the other one finds the lock taken.
single_accesses() {
	local before
	before=$(dawdled)
	echo 0 >"/sys/bus/pci/devices/$CARD1/vfio_vga/lease_us" && rounds "4096@$1" "4096@$2" || return
	diag "$(($(dawdled) - before)) waits in the arbiter"
}

# Nobody of ours is active when the stock user sleeps on: the round waits for it. 99.9 % of the rounds count, since the
# lab itself may lose 100 ms now and then.
freed_soon() {
	single_accesses "$CARD1" "$CARD2" && [ "$(field p999_us "${LINES[2]}")" -lt 100000 ]
}

skip_rest() {
	local promise
	for promise in a_stock_reader_beside_leases_never_hangs a_stock_reader_beside_single_accesses_never_hangs \
		repaired_wakeups_are_counted a_stock_reader_that_lost_its_wakeup_is_freed_within_100_ms; do
		skip $promise "$1"
	done
}

plan 7
load_module
bind_driver "$CARD1" $OURS && bind_driver "$CARD2" $OURS
want_console
if [ "${CONSOLE-vgacon}" = vgacon ]; then
	disease
else
	skip "two_stock_readers_hang_while_nobody_holds_the_lock" "the host's console plays no part in it"
	skip "a_put_by_anybody_frees_them" "as above"
fi
unbind "$CARD1"
bind_driver "$CARD1" $OURS && bind_driver "$CARD2" $OURS
check "two_readers_of_this_driver_never_hang" rounds "$CARD1" "$CARD2"
if ! stock_has_vga; then
	skip_rest "stock vfio-pci has no VGA region here"
elif [ ! -e "$WIDE_RACE" ]; then
	skip_rest "$WIDE_RACE is not built: selftests/qemu/test-modules"
else
	unbind "$CARD1"
	bind_driver "$CARD1" "$OURS" && bind_driver "$CARD2" vfio-pci
	widen_race
	check "a_stock_reader_beside_leases_never_hangs" rounds "$CARD1" "$CARD2"
	check "a_stock_reader_beside_single_accesses_never_hangs" single_accesses "$CARD2" "$CARD1"
	for _ in 1 2 3 4; do
		repaired=$(counter "$CARD1" wakeups_repaired)
		[ "$repaired" != 0 ] || single_accesses "$CARD2" "$CARD1"
	done
	if [ "$repaired" = 0 ]; then
		# By chance; with vgacon often, since the keeper comes when the lock is free.
		skip "repaired_wakeups_are_counted" "none of this driver's own was lost this time"
	else
		diag "wakeups_repaired $repaired"
		check "repaired_wakeups_are_counted" [ "$repaired" -gt 0 ]
	fi
	check "a_stock_reader_that_lost_its_wakeup_is_freed_within_100_ms" on_median freed_soon
	rmmod wide_race
fi
finish
