#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The guest of zoo_guest.sh under a small VMM, which knows nothing of cards' back doors: vga_vmm.c. Without rows it finds
# the host's addresses; with them none, in all of every BAR.
# shellcheck source-path=SCRIPTDIR source=zoo.sh
. "${0%/*}/zoo.sh"

SWEEP_SECONDS=$((200 * VFIO_VGA_SLOW))
# Of each BAR, and behind each address register: enough for a leak on every card, and all of the BARs.
SOME="0x8000 0x1000" ALL="0x0 0x5000"

# vmm_sweeps NAME BYTES: the guest reads so much; how many leaks it found is LEAKS.
vmm_sweeps() {
	local start=$SECONDS status
	# shellcheck disable=SC2046,SC2086 # a word for each number
	/lab/build/selftests/vga_vmm "$GUEST_BDF" "$GUESTS/sweep.guest" "$SWEEP_SECONDS" \
		$(head -n 6 "/sys/bus/pci/devices/$GUEST_BDF/resource") $2 >/tmp/vmm 2>&1
	status=$?
	LEAKS=$(sed -n 's/^leaks=//p' /tmp/vmm)
	diag "$ZOO_CARD, $1: the guest finds ${LEAKS:-no} leaks in $((SECONDS - start)) s, status $status"
	diag "$(sed -n '1,4p' /tmp/vmm)"
	record_zoo "vmm-$1" "${LEAKS:-error}"
	[ -n "$LEAKS" ] && [ "$status" = 0 ]
}

leaks_are_found() {
	rows_off && vmm_sweeps rows-off "$SOME" && [ "$LEAKS" -gt 0 ]
}

no_leak_is_found() {
	vmm_sweeps rows "$ALL" && [ "$LEAKS" = 0 ]
}

one_card() {
	check "$ZOO_CARD: the card is prepared" zoo_prepare vfio-pci-vga
	check "$ZOO_CARD: without rows a small VMM's guest finds the host's addresses" leaks_are_found
	check "$ZOO_CARD: the card is prepared again" zoo_prepare vfio-pci-vga
	check "$ZOO_CARD: with its rows a small VMM's guest finds none" no_leak_is_found
}

[ -c /dev/kvm ] || skip_all "no /dev/kvm here"
plan_cards 4
for_each_card one_card
finish
