#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest's BIOS text and a UEFI guest's splash, on a VGA card that was assigned
# through vfio-pci-vga, in QEMU.
set -u
cd "$(dirname "$0")/.." || exit
SECONDS=0

say() {
	printf '\n[%3d s] %s\n' "$SECONDS" "$*"
}

say "packages"
scripts/deps.sh build lab || exit

out=build/demo
log=$out/build.log
rm -rf "$out"
mkdir -p "$out"
kver=$(scripts/kver.py generic) || exit

say "building the module for $kver"
{ make -j"$(nproc)" modules "KDIR=/lib/modules/$kver/build" &&
	make -C selftests/qemu/guests; } >"$log" 2>&1 || {
	cat "$log"
	exit 1
}

say "starting a machine with four VGA cards, and guests that are given one of them"
selftests/qemu/lab run --kernel generic --timeout 240 --out "$out" --list selftests/qemu/demo.list
status=$?

# The other pictures there are those the tests compare with.
say "pictures and log:"
find "$PWD/$out" -name '*-vfio-pci-vga.png' -o -name serial.log | sort
[ $status -eq 0 ] || echo "The demo FAILED (status $status)."
exit $status
