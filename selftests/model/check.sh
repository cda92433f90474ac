#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Check the model of the lease protocol (lease.pml) with spin, exhaustively:
# it must hold, and every mutant of it must not. TAP on standard output, and
# the counts in the last line.
#
#	check.sh [long]		long: two accesses each also with vgacon (minutes)

set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0
failed=0

# search DEFINES...: all states under weak fairness; prints holds, fails or
# unfinished.
search()
{
	(cd "$work" && rm -f pan* && spin -a "$@" "$here/lease.pml" >spin.log &&
	 cc -w -O2 -DVECTORSZ=2048 -DNFAIR=3 -o pan pan.c &&
	 ./pan -a -f -m2000000 >pan.log 2>&1) || true
	if grep -q 'errors: 0$' "$work/pan.log" &&
	   ! grep -qi 'search not completed\|depth too small' "$work/pan.log"; then
		echo holds
	elif grep -q 'errors: [1-9]' "$work/pan.log"; then
		echo fails
	else
		echo unfinished
	fi
}

# promise WANTED NAME DEFINES...
promise()
{
	wanted=$1
	name=$2
	shift 2
	number=$((number + 1))
	result=$(search "$@")
	states=$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' "$work/pan.log")
	if [ "$result" = "$wanted" ]; then
		echo "ok $number $name # $result, $states states"
	else
		failed=$((failed + 1))
		echo "not ok $number $name # $result, $states states"
		sed 's/^/# /' "$work/pan.log"
	fi
}

echo "TAP version 13"
if ! command -v spin >/dev/null; then
	echo "1..0 # SKIP spin is not installed"
	echo "0 passed, 0 failed, 1 skipped"
	exit 4
fi

rounds=1
[ "${1:-}" = long ] && rounds=2

promise holds two_cards_and_a_foreign_peer
promise holds two_tasks_of_one_card -DTWINS
promise holds a_faulting_mapper -DMAPPER
promise holds vgacon_takes_part -DVGACON -DROUNDS=$rounds
promise holds vgacon_and_a_faulting_mapper -DVGACON -DMAPPER -DROUNDS=$rounds
promise holds vgacon_and_two_tasks_of_one_card -DVGACON -DTWINS -DROUNDS=$rounds
promise fails mutant_without_wakeup_repair -DNO_REPAIR
promise fails mutant_without_courtesy_cycles -DNO_COURTESY
promise fails mutant_that_zaps_after_the_put -DMAPPER -DZAP_AFTER_PUT
promise fails mutant_that_puts_before_accesses_end -DPUT_EARLY
promise fails mutant_that_leaves_the_route_from_vgacon -DVGACON -DNO_ROUTE_BACK -DROUNDS=1
promise fails mutant_that_waits_with_the_console_lock -DVGACON -DNO_GIVE_UP -DROUNDS=1
promise fails mutant_that_takes_the_console_back_after_the_put \
	-DVGACON -DTURN_UNLOCKED -DROUNDS=1
promise fails mutant_that_wakes_waiters_before_freeing \
	-DVGACON -DTWINS -DWAKE_BEFORE_FREE -DROUNDS=1
echo "1..$number"
echo "$((number - failed)) passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
