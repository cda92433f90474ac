#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Everything of every card of the zoo, read in every width: without rows the host's addresses are found, which
# proves the search; with them there are none.
# shellcheck source-path=SCRIPTDIR source=zoo.sh
. "${0%/*}/zoo.sh"

# count_leaks NAME [doors]: sweep the card, keep the findings, and their number in LEAKS. An error is no number.
count_leaks() {
	local start=$SECONDS findings=/tmp/leaks-$ZOO_CARD-$1 status
	# shellcheck disable=SC2086 # a word or none
	/lab/build/selftests/vga_leaks "$GUEST_BDF" $2 >"$findings"
	status=$?
	LEAKS=$(sed -n 's/^leaks=//p' "$findings")
	diag "$ZOO_CARD, $1: ${LEAKS:-no} leaks in $((SECONDS - start)) s, status $status"
	diag "$(sed -n '1,4p' "$findings")"
	record_zoo "leaks-$1" "${LEAKS:-error}"
	[ -n "$LEAKS" ] && [ "$status" = $((LEAKS > 0)) ]
}

leaks_are_found() {
	rows_off && count_leaks rows-off doors && [ "$LEAKS" -gt 0 ]
}

no_leak_is_found() {
	count_leaks rows "" && [ "$LEAKS" = 0 ]
}

one_card() {
	check "$ZOO_CARD: the card is prepared" zoo_prepare vfio-pci-vga
	check "$ZOO_CARD: without rows addresses are given away" leaks_are_found
	check "$ZOO_CARD: the card is prepared again" zoo_prepare vfio-pci-vga
	check "$ZOO_CARD: with its rows nothing is given away" no_leak_is_found
}

plan 32
for_each_card one_card
finish
