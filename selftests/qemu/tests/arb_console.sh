#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A card and the host's vgacon, both written as fast as they can be.
# shellcheck source-path=SCRIPTDIR source=isolation.sh
. "${0%/*}/isolation.sh"
# shellcheck source-path=SCRIPTDIR source=kernel_log.sh
. "${0%/*}/kernel_log.sh"

SECONDS_EACH=10
OURS_ON=("$CARD1")

line_waits_for_a_lease() {
	l0 log "console beside a saturated card, $LEG: ${CONSOLE_LINE#* * * * * * }"
	[ "$(field mean_us "$CONSOLE_LINE")" -lt $((20000 * VFIO_VGA_SLOW)) ] &&
		[ "$(field p99_us "$CONSOLE_LINE")" -lt $((50000 * VFIO_VGA_SLOW)) ]
}

has_vgacon || skip_all "vgacon is not the console any more"
plan 7
check "the_module_is_loaded" use_module
check "the_card_and_the_console_come_to_their_end" together "$SECONDS_EACH" "vfio@$CARD1" "watch@$CARD_HOST"
check "no_byte_of_the_card_or_the_console_is_on_the_other" nothing_is_foreign
check "no_console_line_is_lost" no_line_is_lost
check "a_console_line_waits_no_longer_than_leases" line_waits_for_a_lease
check "the_consoles_card_has_the_route_back" has_route "$CARD_HOST"
l0 screendump host "console-after-close"
check "without_the_console_taken_bytes_go_astray" much_goes_astray no_console 3 "vfio@$CARD1" "watch@$CARD_HOST"
use_module
finish
