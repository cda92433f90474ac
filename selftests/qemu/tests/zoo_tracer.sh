#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A card that no table knows: the leak tracer suggests rows, and pasted they make the card pass. What is read is what
# an administrator's guest would read; rows may uncover what others hid, so there are a few rounds.
# shellcheck source-path=SCRIPTDIR source=zoo.sh
. "${0%/*}/zoo.sh"

ROUNDS=4

# trace_leaks: read the card's doors under the tracer; its suggestions go to /tmp/rows.
trace_leaks() {
	local dir=/sys/bus/pci/devices/$GUEST_BDF/vfio_vga
	echo 1 >"$dir/leak_trace" || return
	/lab/build/selftests/vga_leaks "$GUEST_BDF" >/tmp/traced
	[ $? -le 1 ] || return
	sed 1d "$dir/leaks" >/tmp/rows
	diag "$ZOO_CARD: $(tail -n 1 /tmp/traced), the tracer counts $(head -n 1 "$dir/leaks")"
	echo 0 >"$dir/leak_trace"
}

rows_are_suggested() {
	local dir=/sys/bus/pci/devices/$GUEST_BDF/vfio_vga row round
	rows_off || return
	for ((round = 1; round <= ROUNDS; round++)); do
		trace_leaks || return
		[ -s /tmp/rows ] || break
		while IFS= read -r row; do
			diag "$ZOO_CARD, round $round: $row"
			echo "$row" >"$dir/quirk_add" || return
		done </tmp/rows
	done
	[ "$round" -gt 1 ] && grep -qx leaks=0 /tmp/traced
}

one_card() {
	check "$ZOO_CARD: the card is prepared" zoo_prepare vfio-pci-vga
	check "$ZOO_CARD: the tracer suggests rows until nothing leaks" rows_are_suggested
	zoo_start "$LAB_QEMU" "$NO_QUIRKS"
	if check "$ZOO_CARD: the suggested rows light the guest's screen" zoo_is_lit "zoo-$ZOO_CARD-traced"; then
		record_zoo traced lit
	else
		diag "$(tail -n 5 /tmp/traced)"
		record_zoo traced fail
	fi
	stop_l2
}

plan_cards 3
for_each_card one_card
finish
