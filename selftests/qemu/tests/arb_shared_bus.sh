#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two cards on one conventional bus: routing to one would switch off the other's BARs.
# shellcheck source-path=SCRIPTDIR source=arb.sh disable=SC2153
. "${0%/*}/arb.sh"
# shellcheck source-path=SCRIPTDIR source=kernel_log.sh
. "${0%/*}/kernel_log.sh"

SHARED_BUS=/sys/bus/pci/devices/$TWIN1/vfio_vga/shared_bus

# reads open|closed EXPECTED
reads() {
	local outcome
	outcome=$("$PROGRAMS/vga_twin" "$TWIN1" "$TWIN2" "$1" 2>&1)
	diag "twin2 $1: $outcome"
	[ "$outcome" = "$2" ]
}

is_refused_beside() {
	bind_driver "$TWIN2" "$1" || return
	mark_log
	reads open "EBUSY EBUSY EBUSY other=ok" &&
		said_once "vfio-pci-vga $TWIN1: legacy VGA access denied: it would switch off $TWIN2 on the same bus, which driver $1 uses"
}

works_beside_idle() {
	bind_driver "$TWIN2" "$1" && reads closed "ok ok ok other=closed"
}

is_allowed() {
	echo allow >"$SHARED_BUS" && bind_driver "$TWIN2" vfio-pci || return
	local outcome
	outcome=$("$PROGRAMS/vga_twin" "$TWIN1" "$TWIN2" open 2>&1)
	diag "twin2 open: $outcome"
	[[ $outcome = "ok ok ok other="* ]]
}

is_denied_again() {
	echo deny >"$SHARED_BUS" && reads open "EBUSY EBUSY EBUSY other=ok"
}

[ -n "${TWIN1-}" ] || skip_all "needs twins: lab run --topology samebus"
plan 6
load_module
modprobe vfio-pci
bind_driver "$TWIN1" "$OURS"
check "access_beside_an_open_card_of_vfio_pci_is_refused" is_refused_beside vfio-pci
check "access_beside_an_open_card_of_this_driver_is_refused" is_refused_beside "$OURS"
check "access_beside_an_idle_card_of_vfio_pci_works" works_beside_idle vfio-pci
check "access_beside_an_idle_card_of_this_driver_works" works_beside_idle "$OURS"
check "shared_bus_allow_overrides" is_allowed
check "shared_bus_deny_is_back" is_denied_again
unbind "$TWIN1"
unbind "$TWIN2"
finish
