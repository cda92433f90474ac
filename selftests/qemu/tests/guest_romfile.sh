#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A VGA BIOS given with romfile= lights the same screen, in its own font.
# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh
. /lab/guests/guest.sh

scenario romfile seabios-marked ",x-vga=on,romfile=$GUESTS/vgabios-marked.bin" -machine pc
