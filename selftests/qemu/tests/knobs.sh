#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Everything in vfio_vga/ is read and changed while the cards are in use: for kernels with checkers, whose reports fail
# it.
# shellcheck source-path=SCRIPTDIR source=arb.sh disable=SC2153
. "${0%/*}/arb.sh"

# turn BDF: every knob, and a look at every file.
turn() {
	local dir=/sys/bus/pci/devices/$1/vfio_vga word
	while :; do
		for word in "lease_us 100" "shared_bus allow" "liar_policy deny" "participation on" "vga_mmap user" \
			"suspend refuse" "leak_trace 1" "lease_us 2000" "shared_bus deny" "liar_policy warn" \
			"participation auto" "vga_mmap off" "suspend auto" "leak_trace 0"; do
			echo "${word#* }" >"$dir/${word% *}" || return
		done
		cat "$dir"/* >/dev/null 2>&1
	done
}

cards_are_used_meanwhile() {
	local bdf turner status turners=()
	for bdf in "$CARD1" "$CARD2" "$CARD3"; do
		turn "$bdf" &
		turners+=($!)
	done
	contend "${SECONDS_EACH-20}" "$CARD1" "$CARD2" "$CARD3"
	status=$?
	for turner in "${turners[@]}"; do kill "$turner" || status=1; done
	return "$status"
}

plan 1
load_module && bind_driver "$CARD1" "$OURS" && bind_driver "$CARD2" "$OURS" && bind_driver "$CARD3" "$OURS" || exit
check "every knob is turned while cards are used" cards_are_used_meanwhile
finish
