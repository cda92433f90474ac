#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A boot sector sets a VBE mode and draws into the linear frame buffer. On the Cirrus card, whose BIOS
# needs the VGA region and its BARs only; the standard VGA's needs port 0x1ce.
# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh
. /lab/guests/guest.sh

GUEST_BDF=$CIRRUS
scenario vbe vbe ,x-vga=on -machine pc -drive "file=$GUESTS/vbe.img,format=raw"
