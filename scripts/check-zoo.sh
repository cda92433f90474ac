#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Cards that hide things: builds a QEMU with their models, and runs guests on
# them with and without quirks. The pictures are in build/check/zoo.
set -u
cd "$(dirname "$0")/.." || exit

scripts/deps.sh build lab check qemu || exit
qemu=$(contrib/qemu/build) || exit
kver=$(scripts/kver.py generic) || exit
out=build/check/zoo
mkdir -p "$out"
{ make -j"$(nproc)" modules "KDIR=/lib/modules/$kver/build" && make -C selftests &&
	make -C selftests/qemu/guests && make -C selftests/zoo/vbios; } >"$out/build.log" 2>&1 || {
	cat "$out/build.log"
	exit 1
}
LAB_QEMU=$qemu exec selftests/qemu/lab run --kernel generic --timeout 2400 --out "$out" --l2-qemu "$qemu" \
	--topology zoo --topology ati --list selftests/qemu/zoo.list
