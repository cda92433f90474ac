#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A boot sector sets mode 13h and a palette and draws through 0xa0000.
# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh
. /lab/guests/guest.sh

scenario mode13 mode13 ,x-vga=on -machine q35 -drive "file=$GUESTS/mode13.img,format=raw"
