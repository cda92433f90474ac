#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A card with rows: pages that no row covers are mapped, and stores there are as fast as under stock vfio-pci. For a
# clock that counts instructions: lab run --cpus 1 --icount.
# shellcheck source-path=SCRIPTDIR source=arb.sh disable=SC2153
. "${0%/*}/arb.sh"

ROUNDS=5
# At least so many thousandths of stock's speed.
RATIO=980

# stores DRIVER BAR OFFSET: nanoseconds for a batch.
stores() {
	bind_driver "$CARD3" "$1" && "$PROGRAMS/vga_stores" "$CARD3" "$2" "$3"
}

# stock_speed NAME BAR OFFSET: by turns; the medians are compared.
stock_speed() {
	local round stock=() ours=() of_stock of_ours
	for ((round = 0; round < ROUNDS; round++)); do
		stock+=("$(stores vfio-pci "$2" "$3")") && ours+=("$(stores "$OURS" "$2" "$3")") || return
	done
	of_stock=$(median "${stock[@]}") of_ours=$(median "${ours[@]}")
	diag "$1: ns for a batch of stores: vfio-pci $of_stock, $OURS $of_ours; ratio in thousandths $((of_stock * 1000 / of_ours))"
	[ $((of_stock * 1000)) -ge $((of_ours * RATIO)) ]
}

cannot_be_mapped() {
	local status
	stores "$OURS" "$1" "$2"
	status=$?
	[ "$status" = 1 ]
}

traced_pages_cannot_be_mapped() {
	local status choice=/sys/bus/pci/devices/$CARD3/vfio_vga/leak_trace
	bind_driver "$CARD3" "$OURS" && echo 1 >"$choice" && cannot_be_mapped 2 0x1000
	status=$?
	echo 0 >"$choice"
	return "$status"
}

plan 4
load_module
check "stores_beside_a_covered_page_are_as_fast_as_stock" stock_speed "registers" 2 0x1000
check "stores_to_a_bar_without_rows_are_as_fast_as_stock" stock_speed "memory" 0 0x10000
check "a_covered_page_cannot_be_mapped" cannot_be_mapped 2 0
check "no_page_can_be_mapped_while_leaks_are_sought" traced_pages_cannot_be_mapped
unbind "$CARD3"
unload_module
finish
