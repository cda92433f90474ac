#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Guests on a QEMU that maps the VGA window, beside unmodified QEMU: their screens are the same.
set -u
cd "$(dirname "$0")/.." || exit

scripts/deps.sh build lab check || exit
qemu=$(contrib/qemu/build) || exit
out=build/check/vmm
scripts/lab-programs.sh "$out/build.log" || exit
exec selftests/qemu/lab run --kernel generic --l2-qemu "$qemu" --topology liar --timeout 2000 --out "$out" \
	--list selftests/qemu/mmap.list
