#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Without a ROM (rombar=0) nothing may light the card: the control for every test here that says the
# card's BIOS did. SeaBIOS's debug port tells when it has come to its end.
# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh
. /lab/guests/guest.sh

firmware_is_done() {
	grep -q "No bootable device" "$GUEST_DEBUG"
}

dark_without_rom() {
	local driver=$1 card
	card=$(card_id "$GUEST_BDF")
	check "$driver: the card is prepared" prepare_card "$driver"
	start_guest ,x-vga=on,rombar=0 -machine pc
	check "$driver: SeaBIOS comes to its end without the card's BIOS" wait_for 90 firmware_is_done ||
		tell_guest
	check "$driver: its text is not on the card" refuses "$card" "rombar-off-$driver-text" seabios
	check "$driver: the card's memory is untouched" shows "$card" "rombar-off-$driver" untouched ||
		diag "$SHOWN"
	check "$driver: the guest ends when told to" stop_l2
}

drivers=()
for driver in ${GUEST_DRIVERS:-vfio-pci-vga vfio-pci}; do
	! has_region "$driver" || drivers+=("$driver")
done
plan $((5 * ${#drivers[@]}))
for driver in "${drivers[@]}"; do
	dark_without_rom "$driver"
done
finish
