#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A boot sector sets a VBE mode and draws into the linear frame buffer.
# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh
. /lab/guests/guest.sh

scenario vbe vbe 40 ,x-vga=on -machine pc -drive "file=$GUESTS/vbe.img,format=raw"
