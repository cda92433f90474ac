#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The tests on a kernel with KASAN, lockdep and other checkers, built from
# Debian's source package; any report of theirs fails the run, and so does memory
# that was left behind.
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source-path=SCRIPTDIR source=steps.sh
. scripts/steps.sh

scripts/deps.sh build lab check debug || exit
kernel=$(selftests/qemu/debug-kernel) || exit
LOGS=build/check-debug
lab=selftests/qemu/lab
lists=selftests/qemu
rm -rf $LOGS
scripts/lab-programs.sh --on debug $LOGS/build.log || exit

# boot NAME LAB-OPTIONS...: each ends with the search for leaks.
boot() {
	local name=$1
	shift

	step "$name" 3000 "$lab" run --kernel "$kernel" --module build/debug/vfio-pci-vga.ko --timeout 2900 \
		--out "$LOGS/$name" "$@" --list $lists/debug-last.list
}

step lab-selfcheck-debug 600 "$lab" selfcheck --checkers "$kernel"
boot cards --cards 4 --topology samebus --topology others --topology ati --list $lists/debug.list
boot faults --list $lists/faults.list
total
