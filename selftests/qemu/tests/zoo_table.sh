#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The table of what the zoo_*.sh tests before this one found, with the pictures of the guests' screens. Fails if one of
# them said nothing about a card.
# shellcheck source-path=SCRIPTDIR source=zoo.sh
. "${0%/*}/zoo.sh"

outcome() {
	awk -F '\t' -v card="$ZOO_CARD" -v name="$1" '$1 == card && $2 == name { found = $3 }
		END { print found == "" ? "-" : found }' "$ZOO_TABLE"
}

row() {
	printf '%-9s | %-11s %-9s | %5s leaks %-5s | %5s leaks %-5s | %-11s | %5s leaks | %s\n' "$ZOO_CARD" \
		"$(outcome stock-qemu)" "$(outcome stock-bare)" "$(outcome guest-rows-off)" "$(outcome rows-off)" \
		"$(outcome guest-rows)" "$(outcome rows)" "$(outcome qemu)" "$(outcome vmm-rows)" "$(outcome traced)"
}

# The screens behind "no rows" and "its rows".
pictures() {
	printf '%9s   %s\n' "" "$PICTURES/zoo-$ZOO_CARD-rows-off.png" "" "$PICTURES/zoo-$ZOO_CARD-rows.png"
}

one_card() {
	row | tee -a /tmp/zoo-table
	pictures
}

table() {
	echo "card      | vfio-pci with QEMU's  | vfio-pci-vga,     | vfio-pci-vga,     | and QEMU's  | small VMM,  | rows of"
	echo "          | quirks      without   | no rows           | its rows          | quirks      | its rows    | the tracer"
	for_each_card one_card
}

every_outcome_is_known() {
	! grep -qE ' (-|fail|error)( |$)' /tmp/zoo-table && [ "$(wc -l </tmp/zoo-table)" = "$1" ]
}

plan 1
while IFS= read -r line; do
	echo "# $line"
	l0 log "zoo: $line"
done < <(table)
check "every card was seen in every way" every_outcome_is_known "$(for_each_card echo | wc -l)"
finish
