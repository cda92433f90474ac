#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Guests that read their card (../guests/sweep.c): without rows they find the host's addresses, which proves the search;
# with them they find none, under a VMM without quirks and under unmodified QEMU, where that survives the card.
# shellcheck source-path=SCRIPTDIR source=zoo.sh
. "${0%/*}/zoo.sh"

SWEEP_SECONDS=$((400 * VFIO_VGA_SLOW))
# Of each BAR, and behind each address register: enough for a leak on every card, all that hides something, or all that
# could.
SOME="0x8000 0x1000" DOORS="0x100000 0x5000" MORE="0x100000 0x8000"

sweep_is_done() {
	guest_has_ended || grep -qE '^leaks=|^sweep:' "$GUEST_DEBUG"
}

# guest_sweeps NAME BYTES QEMU OPTIONS: a guest reads so much of each BAR; how many leaks it found is LEAKS.
guest_sweeps() {
	local start=$SECONDS
	zoo_start "$3" "$4" -kernel "$GUESTS/sweep.guest" \
		-append "$(head -n 6 "/sys/bus/pci/devices/$GUEST_BDF/resource" | tr '\n' ' ') $2"
	wait_for "$SWEEP_SECONDS" sweep_is_done
	LEAKS=$(sed -n 's/^leaks=//p' "$GUEST_DEBUG")
	diag "$ZOO_CARD, $1: the guest finds ${LEAKS:-no} leaks in $((SECONDS - start)) s"
	diag "$(grep '^region=' "$GUEST_DEBUG" | sed -n '1,6p')"
	[ -n "$LEAKS" ] || { SHOWN=; tell_guest; }
	stop_l2
	record_zoo "guest-$1" "${LEAKS:-error}"
	[ -n "$LEAKS" ]
}

leaks_are_found() {
	rows_off && guest_sweeps rows-off "$SOME" "$LAB_QEMU" "$NO_QUIRKS" && [ "$LEAKS" -gt 0 ]
}

no_leak_is_found() {
	guest_sweeps rows "$MORE" "$LAB_QEMU" "$NO_QUIRKS" && [ "$LEAKS" = 0 ]
}

no_leak_is_found_in_qemu() {
	guest_sweeps qemu "$DOORS" "" "" && [ "$LEAKS" = 0 ]
}

one_card() {
	check "$ZOO_CARD: the card is prepared" zoo_prepare vfio-pci-vga
	check "$ZOO_CARD: without rows a guest finds the host's addresses" leaks_are_found
	check "$ZOO_CARD: the card is prepared again" zoo_prepare vfio-pci-vga
	check "$ZOO_CARD: with its rows a guest finds none" no_leak_is_found
	qemu_covers "$ZOO_CARD" || return
	check "$ZOO_CARD: the card is prepared for unmodified QEMU" zoo_prepare vfio-pci-vga
	check "$ZOO_CARD: with its rows a guest of unmodified QEMU finds none" no_leak_is_found_in_qemu
}

plan_cards 4 2
for_each_card one_card
finish
