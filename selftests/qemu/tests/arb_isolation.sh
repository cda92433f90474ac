#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Everybody at once: this driver on two cards, stock vfio-pci on a third where it has the VGA region, libpciaccess's
# client on a fourth, the host's console on the first.
# shellcheck source-path=SCRIPTDIR source=isolation.sh disable=SC2153
. "${0%/*}/isolation.sh"

SECONDS_EACH=10 ACCESSES=${ACCESSES-10000000}
OURS_ON=("$CARD1" "$CARD2")

# A machine that has other things to do takes a few rounds, and each must be as good as the first.
so_many() {
	local made foreign round
	made=$(total accesses) foreign=$(total foreign)
	for ((round = 2; made < ACCESSES && round <= 5; round++)); do
		together "$SECONDS_EACH" "${USERS[@]}" && nothing_is_foreign && { ! has_vgacon || no_line_is_lost; } || return
		made=$((made + $(total accesses))) foreign=$((foreign + $(total foreign)))
	done
	l0 log "isolation, $LEG, ${CONSOLE-vgacon}: $made accesses, $foreign foreign bytes"
	[ "$made" -ge "$ACCESSES" ]
}

[ -n "${CARD4-}" ] || skip_all "needs card4: lab run --cards 4"
# First, so that a DRM driver leaves these cards alone.
use_module
loaded=$?
USERS=("vfio@$CARD1" "vfio@$CARD2" "pciaccess@$CARD3")
unbind "$CARD3"
setpci -s "$CARD3" COMMAND=3:3
if stock_has_vga; then
	bind_driver "$CARD4" vfio-pci
	USERS+=("vfio@$CARD4")
fi
want_console
plan 6
check "the_module_is_loaded" [ "$loaded" = 0 ]
[ "${CONSOLE-vgacon}" != vgacon ] || USERS+=("watch@$CARD_HOST")
check "all_come_to_their_end" together "$SECONDS_EACH" "${USERS[@]}"
check "no_byte_is_on_another_card_than_its_own" nothing_is_foreign
if has_vgacon; then
	check "no_console_line_is_lost" no_line_is_lost
else
	skip "no_console_line_is_lost" "the console is not on the legacy ranges"
fi
check "${ACCESSES}_accesses_were_made" so_many
check "without_arbitration_bytes_go_astray" much_goes_astray no_arbitration 3 "${USERS[@]}"
use_module
unbind "$CARD4"
finish
