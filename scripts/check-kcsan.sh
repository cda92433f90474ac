#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Data races: tests in which tasks meet, on a kernel with KCSAN. A report fails
# the test it came in.
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source-path=SCRIPTDIR source=steps.sh
. scripts/steps.sh

scripts/deps.sh build lab check debug || exit
kernel=$(selftests/qemu/debug-kernel kcsan) || exit
LOGS=build/check-kcsan
scripts/lab-programs.sh --on kcsan $LOGS/build.log || exit
step lab-selfcheck-kcsan 600 selftests/qemu/lab selfcheck --checkers "$kernel"
step kcsan 3000 selftests/qemu/lab run --kernel "$kernel" --module build/kcsan/vfio-pci-vga.ko --cards 4 --timeout 2900 \
	--slow 5 --out $LOGS/kcsan --list selftests/qemu/kcsan.list
total
