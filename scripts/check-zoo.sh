#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Cards that hide things: builds a QEMU with their models, and runs guests on
# them with and without quirks. The pictures are in build/check/zoo. What make
# check has of this is the same, in two halves.
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source-path=SCRIPTDIR source=steps.sh
. scripts/steps.sh

scripts/deps.sh build lab check qemu || exit
LAB_QEMU=$(contrib/qemu/build) || exit
export LAB_QEMU
LOGS=build/check
scripts/lab-programs.sh "$LOGS/zoo-build.log" selftests/zoo/vbios || exit
step zoo 2500 selftests/qemu/lab run --kernel generic --timeout 2400 --out "$LOGS/zoo" --l2-qemu "$LAB_QEMU" \
	--topology zoo --topology ati --list selftests/qemu/zoo.list
step rarities 300 selftests/qemu/lab run --kernel generic --timeout 250 --out "$LOGS/rarities" --topology rarities --topology methods \
	--list selftests/qemu/rarities.list
total
