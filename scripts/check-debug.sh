#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The tests on a kernel with KASAN, lockdep and other checkers, built from
# Debian's source package; any report of theirs fails the run.
set -u
cd "$(dirname "$0")/.." || exit

scripts/deps.sh build lab check debug || exit
kernel=$(selftests/qemu/debug-kernel) || exit
out=build/check/debug
mkdir -p "$out"
{ make -j"$(nproc)" modules "KDIR=$kernel/build" O=build/debug &&
	selftests/qemu/test-modules "$kernel/build" && make -C selftests; } >"$out/build.log" 2>&1 || {
	cat "$out/build.log"
	exit 1
}
exec selftests/qemu/lab run --kernel "$kernel" --module build/debug/vfio-pci-vga.ko --timeout 1500 --out "$out" \
	--cards 4 --topology samebus --topology others --list selftests/qemu/debug.list
