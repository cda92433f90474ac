#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The VGA arbiter itself, without this driver, on a kernel whose vfio-pci has the VGA region: nobody sleeps in vga_get()
# while nobody holds the lock. Fails on kernels without contrib/linux/01-vgaarb-lost-wakeup.patch.
# shellcheck source-path=SCRIPTDIR source=arb.sh
. "${0%/*}/arb.sh"

ROUNDS_S=120

# Whoever hangs is freed by a put of anybody, so that the machine can go on.
put_by_anybody() {
	exec 7<>/dev/vga_arbiter
	printf 'target PCI:%s' "$CARD_HOST" >&7 && printf 'lock io+mem' >&7 && printf 'unlock io+mem' >&7
	exec 7>&-
}

# rounds: single reads of two cards at the same time; waits of these are interruptible.
rounds() {
	local line hung=
	exec {out}< <(exec "$PROGRAMS/vga_rounds" "$ROUNDS_S" "$CARD1" "$CARD2")
	while read -r line <&"$out"; do
		diag "$line"
		[[ $line != hung* ]] || { hung=y && put_by_anybody; }
	done
	exec {out}<&-
	[ -z "$hung" ]
}

# A reader that waits can be interrupted, and its wait leaves nothing behind.
reader_is_interrupted() {
	local pid waits='' status=1
	exec 7<>/dev/vga_arbiter
	printf 'target PCI:%s' "$CARD2" >&7 && printf 'lock io+mem' >&7
	"$PROGRAMS/vga_io" "$CARD1" read 0x3cc 1 >/dev/null 2>&1 &
	pid=$!
	wait_for 10 grep -q vga_get "/proc/$pid/stack" && waits=y
	kill -KILL "$pid"
	wait_for 10 is_dead "$pid" && status=0
	printf 'unlock io+mem' >&7
	exec 7>&-
	wait "$pid" 2>/dev/null
	[ "$waits" ] && [ "$status" = 0 ] && "$PROGRAMS/vga_io" "$CARD1" read 0x3cc 1 >/dev/null
}

is_dead() {
	! grep -q '^State:[[:space:]]*[^Z]' "/proc/$1/status" 2>/dev/null
}

plan 2
stock_has_vga || skip_all "stock vfio-pci has no VGA region here"
modprobe -a vfio-pci vfio_iommu_type1
bind_driver "$CARD1" vfio-pci && bind_driver "$CARD2" vfio-pci
check "two_stock_readers_never_hang" rounds
check "a_reader_that_waits_can_be_killed" reader_is_interrupted
finish
