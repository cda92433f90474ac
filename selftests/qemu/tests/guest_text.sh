#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A boot sector fills the text screen through 0xb8000. The arbiter hears of it, as it does not of guest_ovmf.sh's.
# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh
. /lab/guests/guest.sh

GUEST_ARBITER=heard
scenario text text ,x-vga=on -machine pc -drive "file=$GUESTS/text.img,format=raw"
