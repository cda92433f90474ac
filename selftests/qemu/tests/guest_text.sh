#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A boot sector fills the text screen through 0xb8000.
# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh
. /lab/guests/guest.sh

scenario text text ,x-vga=on -machine pc -drive "file=$GUESTS/text.img,format=raw"
