#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Stock vfio-pci and this driver, measured side by side in one boot of the lab, and once more in instructions.
#
# usage: bench.sh [--save]
#
# The table, JSON and plot go to build/bench, with --save also to docs/. Nothing else should run on the machine
# meanwhile.
set -u
cd "$(dirname "$0")/.." || exit

scripts/deps.sh build lab check bench || exit
out=build/bench
rm -rf "$out"
scripts/lab-programs.sh "$out/build.log" || exit

measure() { # DIRECTORY LIST LAB-OPTION...
	local directory=$1 list=$2
	shift 2
	selftests/qemu/lab run --kernel generic --cpus 1 --cards 8 --timeout 3200 --out "$out/$directory" --list "$list" "$@"
}

# What could not be measured is a failure, but the rest is worth a look.
status=0
measure run selftests/qemu/bench.list || status=1
measure icount selftests/qemu/bench-icount.list --icount || status=1
scripts/bench_report.py "$out" "$out/run" "$out/icount" || status=1
if [ "${1-}" = --save ]; then
	cp "$out"/bench.{txt,json,png} docs/ || exit
fi
[ "$status" -eq 0 ] || echo "Not everything was measured, or not everything holds: see above." >&2
exit "$status"
