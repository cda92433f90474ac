#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Arbitration that is denied while a guest runs: the driver answers QEMU's stores through the mapped window with SIGBUS.
# QEMU lives on, tries the file descriptor, and the guest draws again once it may. Needs the lab's --l2-qemu and its
# topology liar, and takes the liar's console.
# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh disable=SC2153
. /lab/guests/guest.sh
# shellcheck source-path=SCRIPTDIR source=kernel_log.sh
. "${0%/*}/kernel_log.sh"

L2_QEMU=/lab/qemu/qemu-system-x86_64
SYSFS=/sys/bus/pci/devices/$GUEST_BDF/vfio_vga

is_mapped() {
	grep -q "^vfio_vga_mmap .* for QEMU" "$L2_LOG"
}

# opt_out: the liar says that it decodes nothing, and does.
opt_out() {
	unbind "$LIAR" && setpci -s "$LIAR" COMMAND=3:3 && diag "$(arbiter "$LIAR" "decodes none")"
}

# A store to memory: ports are denied as well, but were never mapped.
store_was_denied() {
	grep -q 'vfio_vga_write(,0x[ab]....,.*Device or resource busy' "$L2_LOG"
}

reset_is_denied() {
	echo deny >"$SYSFS/liar_policy" && echo system_reset >&8 || return
	wait_for 60 store_was_denied || { diag "$(tail -n 3 "$L2_LOG")"; return 1; }
	diag "$(grep -m 1 'vfio_vga_write(,0x[ab]....' "$L2_LOG")"
}

lives() {
	sleep 2
	! guest_has_ended
}

# What it drew before is still there: first that must go.
draws_again() {
	echo warn >"$SYSFS/liar_policy" && echo system_reset >&8 &&
		wait_for 20 refuses "$(card_id "$GUEST_BDF")" denied-reset text || return
	until_shows denied-again text && return
	tell_guest
	return 1
}

if [ ! -x $L2_QEMU ] || [ -z "${LIAR-}" ]; then
	skip_all "the lab has no --l2-qemu or no --topology liar"
fi
monitor=$(mktemp -d /tmp/guest-monitor.XXXXXX)/monitor
mkfifo "$monitor.in" "$monitor.out"
exec 8<>"$monitor.in" 9<>"$monitor.out"

plan 8
check "the card is prepared" prepare_card vfio-pci-vga
echo user >"$SYSFS/vga_mmap"
start_guest ,x-vga=on -machine pc -drive "file=$GUESTS/text.img,format=raw" -trace vfio_vga_mmap \
	-chardev "pipe,id=ask,path=$monitor" -mon ask
check "the guest draws" until_shows denied-before text || tell_guest
check "the window is mapped for QEMU" is_mapped
check "another card lies" opt_out
check "a store of the guest is denied" reset_is_denied
check "QEMU lives on" lives
check "the guest draws when arbitration is not denied any more" draws_again
check "the guest ends when told to" stop_l2
wipe_card
finish
