#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The reset of a bus leaves the legacy VGA ranges where the arbiter has routed them, without this driver. Fails on
# kernels without contrib/linux/02-pci-reset-vga-enable.patch.
# shellcheck source-path=SCRIPTDIR source=arb.sh
. "${0%/*}/arb.sh"

ROUNDS=300

# bridge BDF: the root port above a card.
bridge() {
	local path
	path=$(readlink -f "/sys/bus/pci/devices/$1/..")
	echo "${path##*/}"
}

# forwards PORT: its VGA Enable bit is set.
forwards() {
	(("0x$(setpci -s "$1" BRIDGE_CONTROL)" & 8))
}

# route BDF: to there, by the arbiter.
route() {
	printf 'target PCI:%s' "$1" >&7 && printf 'lock io+mem' >&7 && printf 'unlock io+mem' >&7
}

# Whoever resets waits for a line, so that no process must be started meanwhile.
resetter() {
	local line
	while read -r line; do
		echo 1 >"/sys/bus/pci/devices/$CARD1/reset"
		echo "done"
	done
}

# Each round the route leaves the card that is reset, a little later than in the round before.
route_stays() {
	local round line both=0 wait port1 port2
	port1=$(bridge "$CARD1") port2=$(bridge "$CARD2")
	coproc RESET { resetter; }
	exec 7<>/dev/vga_arbiter
	for ((round = 0; round < ROUNDS; round++)); do
		route "$CARD1"
		echo go >&"${RESET[1]}"
		for ((wait = round % 100 * 20; wait > 0; wait--)); do :; done
		route "$CARD2"
		read -r line <&"${RESET[0]}"
		forwards "$port2" || diag "round $round: the route is not with $CARD2"
		! forwards "$port1" || both=$((both + 1))
	done
	exec 7>&-
	kill "$RESET_PID"
	diag "$both of $ROUNDS resets left two bridges that forward the ranges"
	[ "$both" = 0 ]
}

plan 1
unbind "$CARD1"
unbind "$CARD2"
check "a_bus_reset_does_not_bring_vga_enable_back" route_stays
finish
