#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the guest tests rely on, seen to say no: with a guest's text on the card, every way to be
# mistaken about it must be noticed.
# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh
. /lab/guests/guest.sh

fails() {
	! "$@"
}

on_another_card() {
	local GUEST_BDF=$CARD2
	others_refuse controls-other text
}

driver=${VFIO_VGA_DRIVER/none/vfio-pci-vga}
card=$(card_id "$GUEST_BDF")
plan 9
check "the card is prepared" prepare_card "$driver"
check "a wiped card is refused as text" refuses "$card" controls-wiped text
start_guest ,x-vga=on -machine pc -drive "file=$GUESTS/text.img,format=raw"
check "the guest's text is seen" until_shows controls text || tell_guest
check "the text is refused as another guest's picture" refuses "$card" controls-wrong seabios
check "the text is noticed on a card that must not show it" fails on_another_card
check "a card that does not exist counts as no refusal" fails refuses card99 controls-none text
check "a specification that does not exist counts as no refusal" fails refuses "$card" controls-none nothing
GUEST_PATIENCE=3
check "a guest that stands still is given up" fails until_shows controls-still seabios
kill -KILL "$L2_PID"
wait "$L2_PID"
check "a guest whose QEMU has died is given up" fails until_shows controls-dead seabios
wipe_card
finish
