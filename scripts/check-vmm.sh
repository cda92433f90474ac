#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Guests on a QEMU that maps the VGA window, beside unmodified QEMU: their screens are the same.
set -u
cd "$(dirname "$0")/.." || exit

scripts/deps.sh build lab check || exit
qemu=$(contrib/qemu/build) || exit
out=build/check/vmm
mkdir -p "$out"
kver=$(scripts/kver.py generic) || exit
{ make -j"$(nproc)" modules "KDIR=/lib/modules/$kver/build" && make -C selftests &&
	make -C selftests/qemu/guests; } >"$out/build.log" 2>&1 || {
	cat "$out/build.log"
	exit 1
}
exec selftests/qemu/lab run --kernel generic --l2-qemu "$qemu" --topology liar --timeout 1000 --out "$out" \
	--list selftests/qemu/mmap.list
