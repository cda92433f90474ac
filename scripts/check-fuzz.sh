#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The fuzzer on the debug kernel: ten million operations with eight seeds, all
# in one boot, and no memory is left behind.
#
# usage: [OPERATIONS=N] check-fuzz.sh [SEED...]
set -u
cd "$(dirname "$0")/.." || exit

[ $# -gt 0 ] || set -- 1 2 3 4 5 6 7 8
operations=$((${OPERATIONS-10000000} / $#))
scripts/deps.sh build lab check debug || exit
kernel=$(selftests/qemu/debug-kernel) || exit
out=build/check-fuzz/$1
scripts/lab-programs.sh --on debug "$out/build.log" || exit
for seed; do
	echo "timeout=2000 VFIO_VGA_DRIVER=none SEED=$seed OPERATIONS=$operations selftests/qemu/tests/fuzz.sh"
done >"$out/list"
selftests/qemu/lab run --kernel "$kernel" --module build/debug/vfio-pci-vga.ko --cards 4 --timeout 20000 --slow 5 --out "$out" \
	--list "$out/list" --list selftests/qemu/debug-last.list
status=$?
sed -n 's/^# *# \(seed .*\/s\)$/\1/p' "$out/tap.txt"
exit "$status"
