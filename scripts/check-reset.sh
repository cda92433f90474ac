#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Cards that do not come back from a reset as they should: builds a QEMU with
# their models, and kills guests on them. The table goes to the log.
#
# usage: check-reset.sh [long]   (three guests per card; long: a hundred)
set -u
cd "$(dirname "$0")/.." || exit

scripts/deps.sh build lab check qemu || exit
qemu=$(contrib/qemu/build) || exit
out=build/check/reset${1:+-$1}
scripts/lab-programs.sh "$out/build.log" || exit
LAB_QEMU=$qemu exec selftests/qemu/lab run --kernel generic --timeout 7200 --out "$out" \
	--topology fragile --list "selftests/qemu/reset${1:+-$1}.list"
