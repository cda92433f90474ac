#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# SeaBIOS on machine type q35 reaches its last line on the assigned card.
# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh
. /lab/guests/guest.sh

scenario seabios-q35 seabios ,x-vga=on -machine q35
