#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Saturating users on several cards: they move together most of what one moves alone, each gets its share, none waits
# for long, and a killed one is not waited for.
# shellcheck source-path=SCRIPTDIR source=arb.sh disable=SC2153
. "${0%/*}/arb.sh"

SECONDS_EACH=3

# The cards that are there: nine at most, less the host's.
cards() {
	local n name
	for n in 1 2 3 4 5 6 7 8; do
		name=CARD$n
		[ -z "${!name-}" ] || echo "${!name}"
	done
}

bind_all() {
	local driver=$1 bdf
	shift
	for bdf; do bind_driver "$bdf" "$driver" || return; done
}

# ratio DRIVER: what two cards move together, in percent of what one moves alone, by turns; in RATIO.
ratio() {
	local turn alone=0 together=0
	bind_all "$1" "$CARD1" "$CARD2" || return
	for ((turn = 0; turn < SECONDS_EACH; turn++)); do
		contend 1 "$CARD1" || return
		alone=$((alone + $(moved)))
		# Stock's users may hang each other for good.
		contend 1 "$CARD1" "$CARD2" || [ "$1" != "$OURS" ] || return
		together=$((together + $(moved)))
	done
	[ "$together" -gt 0 ] || return
	RATIO=$((together * 100 / alone))
	diag "$1: one card moves $alone, two move $together in $SECONDS_EACH s: $RATIO %"
	l0 log "contention, $LEG, ${CONSOLE-vgacon}: two cards under $1 move $RATIO % of what one moves alone"
}

two_move_sixty_percent() {
	ratio "$OURS" && [ "$RATIO" -ge 60 ]
}

# fair CARD...: each at least 80 % of an equal share; 99.9 % of waits below cards x lease + 50 ms, not counting what the
# machine stalled. It takes a thousand waits to tell.
fair() {
	local line share limit status=0
	contend $((2 * SECONDS_EACH)) "$@" || return
	limit=$(($# * LEASE_US + 50000 + STALLED_US))
	share=$(($(moved) / $#))
	for line in "${LINES[@]}"; do
		[ $(($(field accesses "$line") * 100)) -ge $((share * 80)) ] || status=1
	done
	[ "$WAIT_P999_US" -lt "$limit" ] || status=1
	diag "equal share $share accesses, 99.9 % of waits must be below $limit us"
	return "$status"
}

# Users of the third card come, wait for their turn and are killed, all the time. The first two wait no longer than
# for three cards' turns.
killed_are_not_waited_for() {
	local killer status killed
	"$PROGRAMS/vga_kill" "$CARD4" $((SECONDS_EACH + 2)) >/tmp/kills &
	killer=$!
	contend "$SECONDS_EACH" "$CARD1" "$CARD2"
	status=$?
	wait "$killer" || status=1
	killed=$(field killed " $(cat /tmp/kills)")
	diag "$killed users of a third card were killed meanwhile"
	[ "$killed" -gt 100 ] || status=1
	[ "$WAIT_P999_US" -lt $((3 * LEASE_US + 50000 + STALLED_US)) ] || status=1
	return "$status"
}

mapfile -t CARDS < <(cards)
[ -n "${CARD4-}" ] || skip_all "needs card4, and card8 for all of it: lab run --cards 8"
plan 5
load_module
bind_all $OURS "${CARDS[@]}"
want_console
if stock_has_vga; then
	ratio vfio-pci || diag "stock did not come to an end"
fi
check "two_cards_move_sixty_percent_of_what_one_moves_alone" on_median two_move_sixty_percent
check "two_cards_share_fairly" on_median fair "$CARD1" "$CARD2"
check "three_cards_share_fairly" on_median fair "$CARD1" "$CARD2" "$CARD4"
if [ ${#CARDS[@]} -ge 8 ]; then
	check "eight_cards_share_fairly" on_median fair "${CARDS[@]}"
else
	skip "eight_cards_share_fairly" "needs eight cards: lab run --cards 8"
fi
check "killed_users_are_not_waited_for" on_median killed_are_not_waited_for
finish
