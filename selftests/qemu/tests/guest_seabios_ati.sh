#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# SeaBIOS on an assigned ATI card: another BIOS, the same text.
# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh
. /lab/guests/guest.sh

GUEST_BDF=$CARD3
scenario seabios-ati seabios 40 ,x-vga=on -machine q35
