#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The table of what the guests before showed, stock vfio-pci beside the driver under test. Fails if
# there is nothing to show, or if the driver under test failed where it must not.
# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh
. /lab/guests/guest.sh

table() {
	printf '%-14s %-16s %s\n' "$LEG" vfio-pci vfio-pci-vga
	awk -F '\t' '
		!($1 in seen) { seen[$1]; order[++n] = $1 }
		{ outcome[$1, $2] = $3 }
		END {
			for (i = 1; i <= n; i++)
				printf "%-14s %-16s %s\n", order[i],
				       (order[i], "vfio-pci") in outcome ? outcome[order[i], "vfio-pci"] : "-",
				       (order[i], "vfio-pci-vga") in outcome ? outcome[order[i], "vfio-pci-vga"] : "-"
		}' "$GUEST_TABLE"
}

every_outcome_is_known() {
	[ -s "$GUEST_TABLE" ] && ! grep -q 'fail$' "$GUEST_TABLE"
}

only_stock_misses_x_vga() {
	local expected=0 missing
	stock_has_vga || expected=1
	missing=$(grep -c "^[^	]*	vfio-pci	no x-vga$" "$GUEST_TABLE")
	! grep -q "vfio-pci-vga	no x-vga$" "$GUEST_TABLE" && [ $((missing > 0)) = "$expected" ]
}

plan 2
table | while IFS= read -r line; do
	echo "# $line"
	l0 log "guests: $line"
done
check "every guest drew or was refused as it must" every_outcome_is_known
check "x-vga is refused by stock vfio-pci exactly where the kernel has no CONFIG_VFIO_PCI_VGA" \
	only_stock_misses_x_vga
finish
