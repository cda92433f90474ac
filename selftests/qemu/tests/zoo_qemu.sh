#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Are the zoo's models right? QEMU's quirks were made on the real cards: with stock vfio-pci they must light every model
# whose back doors they cover. Without them, and on the cards they leave out, the screen must stay dark.
# shellcheck source-path=SCRIPTDIR source=zoo.sh
. "${0%/*}/zoo.sh"

one_card() {
	local wanted=dark
	! qemu_covers "$ZOO_CARD" || wanted=lit
	zoo_guest "$wanted" stock-qemu vfio-pci "" ""
	zoo_guest black stock-bare vfio-pci "$LAB_QEMU" "$NO_QUIRKS"
}

plan_cards 4
for_each_card one_card
finish
