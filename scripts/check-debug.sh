#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The tests on a kernel with KASAN, lockdep and other checkers, built from
# Debian's source package; any report of theirs fails the run, and so do memory
# that was left behind and lines of the module that no test has run.
#
# usage: check-debug.sh [short]   (a choice of them, and lines are not counted)
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

# boot NAME LAB-OPTIONS...: each ends with the search for leaks and the counts.
boot() {
	local name=$1
	shift

	step "$name" 5000 "$lab" run --kernel "$kernel" --module build/debug/vfio-pci-vga.ko --timeout 4900 \
		--out "$LOGS/$name" --slow 5 "$@" --list $lists/debug-last.list
}

# Of the lists that kernels without checkers have, and with the cards' models.
models() { # NAME LIST TOPOLOGY...
	local name=$1 list=$2 topology
	local options=()
	shift 2

	for topology; do
		options+=(--topology "$topology")
	done
	LAB_QEMU=$qemu boot "$name" --l2-qemu "$qemu" --list $lists/"$list".list "${options[@]}"
}

checkers() {
	step lab-selfcheck-debug 600 "$lab" selfcheck --checkers "$kernel"
}

cards() {
	boot cards --cards 4 --list $lists/debug.list
}

mapping() {
	boot mapping --cards 4 --topology samebus --topology others --list $lists/debug-kinds.list --list $lists/mapping.list
}

quirks() {
	boot quirks --topology ati --topology others --list $lists/quirks.list
}

guests() {
	boot guests --list $lists/guests.list
}

faults() {
	boot faults --list $lists/faults.list
}

framebuffer() {
	boot framebuffer --topology liar --topology others --append vga=791 --list $lists/framebuffer.list
}

short() {
	boot short --cards 4 --list $lists/debug-short.list
}

# Two lanes at a time, since a machine of the lab uses one processor.
if [ "${1-}" = short ]; then
	first=(short) second=(faults)
else
	scripts/deps.sh qemu && qemu=$(contrib/qemu/build) && make -s -C selftests/zoo/vbios || exit
	first=(cards mapping quirks guests "models fragile reset fragile")
	second=(checkers "models zoo debug-zoo zoo ati" faults "models rarities rarities rarities methods"
		"models topology topology liar samebus" framebuffer)
fi
lane second "${second[@]}" &
lane first "${first[@]}"
wait
for lane in first second; do
	add_results "$LOGS/lane-$lane.log" "$lane" 0
done
boots=(cards mapping quirks guests faults topology framebuffer rarities fragile zoo)
[ "${1-}" = short ] || step coverage 300 scripts/coverage.py build/coverage build/debug "${boots[@]/#/$LOGS/}"
total
