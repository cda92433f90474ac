#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A VMM without quirks: the driver's rows light the screen of every card of the zoo, and without them it stays black.
# Under unmodified QEMU, whose own quirks are on as well, it is lit where QEMU survives the card.
# shellcheck source-path=SCRIPTDIR source=zoo.sh
. "${0%/*}/zoo.sh"

one_card() {
	ZOO_BEFORE=rows_off zoo_guest black rows-off vfio-pci-vga "$LAB_QEMU" "$NO_QUIRKS"
	zoo_guest lit rows vfio-pci-vga "$LAB_QEMU" "$NO_QUIRKS"
	if qemu_covers "$ZOO_CARD"; then
		zoo_guest lit qemu vfio-pci-vga "" ""
	else
		zoo_guest lit_if_alive qemu vfio-pci-vga "" ""
	fi
}

plan_cards 6
for_each_card one_card
finish
