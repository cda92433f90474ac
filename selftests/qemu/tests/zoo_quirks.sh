#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A VMM without quirks: the driver's rows light the screen of every card of the zoo, and without them it stays black.
# shellcheck source-path=SCRIPTDIR source=zoo.sh
. "${0%/*}/zoo.sh"

one_card() {
	ZOO_BEFORE=rows_off zoo_guest black rows-off vfio-pci-vga "$LAB_QEMU" "$NO_QUIRKS"
	zoo_guest lit rows vfio-pci-vga "$LAB_QEMU" "$NO_QUIRKS"
}

plan 32
for_each_card one_card
finish
