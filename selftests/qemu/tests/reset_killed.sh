#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest is killed in the middle of something, at any moment: the next one finds the card as after power on, or it is
# quarantined, with the reason. The lab's judge looks for DMA that came later in the kernel log.
#
# usage: reset_killed.sh TIMES
# shellcheck source-path=SCRIPTDIR source=reset.sh disable=SC2153
. "${0%/*}/reset.sh"

TIMES=$1

moment() {
	sleep "$(printf '0.%03d' $((RANDOM % 300)))"
}

# killed BDF WORD...: the user who was doing that, and the next one.
killed() {
	BEFORE_KILL=moment kill_user "$1" dirty "${@:2}"
	act "$1" open memory cold close
}

next_finds_it_clean() {
	local bdf round
	for bdf in "$LIES" "$SLOW"; do
		for ((round = 0; round < TIMES; round++)); do
			killed "$bdf" "$1"
			said cold 0 && continue
			diag "$bdf, round $round: $(cat "$(file "$bdf" reset_log)")"
			return 1
		done
	done
}

next_is_refused() {
	killed "$NEVER" write 5 "$ENGINE" 1 "$1"
	said open EIO && grep -q "^1 bus: no answers" "$(file "$NEVER" quarantine)" && fresh never "$NEVER" vfio-pci-vga
}

plan 8
load_module
fresh lies "$LIES" vfio-pci-vga
fresh slow "$SLOW" vfio-pci-vga
fresh never "$NEVER" vfio-pci-vga
for what in dma leases modes resets; do
	check "killed in the middle of $what, $TIMES times, the next one finds the card clean" next_finds_it_clean "$what"
done
for what in dma leases modes resets; do
	check "killed in the middle of $what, with a card that does not come back, it is quarantined" next_is_refused "$what"
done
finish
