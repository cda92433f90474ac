#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The table of what the zoo_*.sh tests before this one found. Fails if one of them said nothing about a card.
# shellcheck source-path=SCRIPTDIR source=zoo.sh
. "${0%/*}/zoo.sh"

outcome() {
	awk -F '\t' -v card="$ZOO_CARD" -v name="$1" '$1 == card && $2 == name { found = $3 }
		END { print found == "" ? "-" : found }' "$ZOO_TABLE"
}

row() {
	printf '%-9s | %-11s %-9s | %5s leaks %-5s | %5s leaks %-5s | %s\n' "$ZOO_CARD" \
		"$(outcome stock-qemu)" "$(outcome stock-bare)" "$(outcome leaks-rows-off)" "$(outcome rows-off)" \
		"$(outcome leaks-rows)" "$(outcome rows)" "$(outcome traced)"
}

every_outcome_is_known() {
	! grep -qE ' (-|fail|error) ' /tmp/zoo-table && [ "$(wc -l </tmp/zoo-table)" = 8 ]
}

plan 1
for_each_card row >/tmp/zoo-table
{
	echo "card      | vfio-pci with QEMU's | vfio-pci-vga,     | vfio-pci-vga,     | rows of"
	echo "          | quirks     without   | no rows           | its rows          | the tracer"
	cat /tmp/zoo-table
} | while IFS= read -r line; do
	echo "# $line"
	l0 log "zoo: $line"
done
check "every card was seen in every way" every_outcome_is_known
finish
