#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The KUnit tests: load their modules, and pass on what the kernel's log says of each.
# shellcheck source-path=SCRIPTDIR source=../inside/lablib.sh
. /lab/bin/lablib.sh
# shellcheck source-path=SCRIPTDIR source=kernel_log.sh
. "${0%/*}/kernel_log.sh"

modules=/lab/build/selftests/modules/$(uname -r)
[ -f "$modules/vga_quirk_rows_kunit.ko" ] || skip_all "this kernel has no KUnit"

mark_log
modprobe kunit
for suite in vga_quirk_rows vga_leak_rows; do
	insmod "$modules/${suite}_kunit.ko" || exit
	rmmod "${suite}_kunit"
done
mapfile -t lines < <(log_since | sed -E 's/^\[ *[0-9.]+\] *//' | grep -E '^(not )?ok [0-9]+ ' | grep -vE ' vga_(quirk|leak)_rows$')
mapfile -t reasons < <(log_since | sed -E 's/^\[ *[0-9.]+\]//' | grep -E '^ +(#|Expected|[a-z].*==)')
diag "${reasons[@]}"
plan "${#lines[@]}"
for line in "${lines[@]}"; do
	check "${line#*ok * }" [ "${line%% *}" = ok ]
done
[ "${#lines[@]}" -gt 0 ] && finish
