#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Cards that hide things: builds a QEMU with their models, and runs guests on
# them with and without quirks. The pictures are in build/check/zoo.
set -u
cd "$(dirname "$0")/.." || exit

scripts/deps.sh build lab check qemu || exit
qemu=$(contrib/qemu/build) || exit
out=build/check/zoo
scripts/lab-programs.sh "$out/build.log" selftests/zoo/vbios || exit
LAB_QEMU=$qemu exec selftests/qemu/lab run --kernel generic --timeout 2400 --out "$out" --l2-qemu "$qemu" \
	--topology zoo --topology ati --list selftests/qemu/zoo.list
