#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Is the model of the Bonaire right? QEMU's own reset was made on real ones: under stock vfio-pci, an unmodified QEMU
# must revive it, and nothing else there does.
# shellcheck source-path=SCRIPTDIR source=reset.sh disable=SC2153
. "${0%/*}/reset.sh"

hangs_of_a_bus_reset() {
	fresh bonaire "$BONAIRE" vfio-pci || return
	# A real one has an audio function, hence no function reset, which QEMU would prefer to its own.
	echo >"/sys/bus/pci/devices/$BONAIRE/reset_method" || return
	# shellcheck disable=SC2046 # words
	act "$BONAIRE" open memory $(start_smc) dirty close
	act "$BONAIRE" open memory cold read 5 0 close
	said cold EUCLEAN && said read "0 ffffffff"
}

stock_leaves_it() {
	act "$BONAIRE" open memory hot cold close
	! said cold 0
}

qemu_revives_it() {
	local debug=/tmp/bonaire.debug
	ACCEL=tcg run_l2 "$BONAIRE" "" -debugcon "file:$debug" -global isa-debugcon.iobase=0x402
	# It resets the card before the firmware's first word.
	wait_for $((40 * VFIO_VGA_SLOW)) [ -s "$debug" ] || diag "$(cat "$L2_LOG")"
	stop_l2
	act "$BONAIRE" open memory cold close
	said cold 0
}

plan 3
modprobe vfio-pci
check "bonaire: a bus reset with its SMC running hangs it" hangs_of_a_bus_reset
check "bonaire: what stock vfio-pci has does not revive it" stock_leaves_it
check "bonaire: QEMU's reset revives it" qemu_revives_it
finish
