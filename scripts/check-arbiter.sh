#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What is wrong with the kernel's own VGA arbitration, without this driver, and that the patches in contrib/linux cure
# it: the same tests on two kernels that differ in nothing else. TAP.
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source-path=SCRIPTDIR source=tap.sh
. scripts/tap.sh

scripts/deps.sh build lab check debug || exit
broken=$(selftests/qemu/arbiter-kernel) && fixed=$(selftests/qemu/arbiter-kernel contrib/linux/*.patch) || exit
make -C selftests >/dev/null || exit
mkdir -p build/check-arbiter

# run KERNEL NAME: the log is build/check-arbiter/NAME.log.
run() {
	selftests/qemu/lab run --kernel "$1" --driver none --timeout 700 --out "build/check-arbiter/$2" \
		--list selftests/qemu/arbiter.list >"build/check-arbiter/$2.log" 2>&1
}

# breaks TEST: without the patches.
breaks() {
	grep -q "^lab: *$1\$" build/check-arbiter/without.log
	result $? "without_the_patches_$1_is_broken" build/check-arbiter/without.log
}

run "$broken" without
breaks two_stock_readers_never_hang
breaks a_bus_reset_does_not_bring_vga_enable_back
# Nothing else is.
grep -q '^1 passed, 2 failed, 0 skipped$' build/check-arbiter/without.log
result $? without_the_patches_all_else_holds build/check-arbiter/without.log
run "$fixed" with
result $? with_the_patches_everything_holds build/check-arbiter/with.log
tap_end
