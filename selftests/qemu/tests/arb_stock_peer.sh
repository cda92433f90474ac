#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A stock vfio-pci user beside a saturating user of this driver, at the default lease: how long it waits.
# shellcheck source-path=SCRIPTDIR source=arb.sh
. "${0%/*}/arb.sh"

SECONDS_EACH=6

# peer_waits MODE: average below 10 ms, 99 % below 50 ms, longest below 150 ms, not counting what the machine stalled.
peer_waits() {
	local peer
	contend "$SECONDS_EACH" "$1@$CARD1" "$CARD2" || return
	peer=${LINES[0]}
	l0 log "stock peer ($1), ${CONSOLE-vgacon}: ${peer#* * * } stalled_us=$STALLED_US"
	[ "$(field mean_us "$peer")" -lt 10000 ] && [ "$(field p99_us "$peer")" -lt 50000 ] &&
		[ "$(field max_us "$peer")" -lt $((150000 + STALLED_US)) ]
}

stock_has_vga || skip_all "stock vfio-pci has no VGA region on this kernel"
plan 2
load_module
bind_driver "$CARD1" vfio-pci && bind_driver "$CARD2" $OURS
want_console
check "a_slow_stock_user_waits_briefly" on_median peer_waits slow
check "a_saturating_stock_user_waits_briefly" on_median peer_waits read
finish
