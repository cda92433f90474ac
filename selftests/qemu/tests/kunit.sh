#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The KUnit tests: load their module, and pass on what the kernel's log says of each.
# shellcheck source-path=SCRIPTDIR source=../inside/lablib.sh
. /lab/bin/lablib.sh
# shellcheck source-path=SCRIPTDIR source=kernel_log.sh
. "${0%/*}/kernel_log.sh"

module=/lab/build/selftests/modules/$(uname -r)/vga_quirk_rows_kunit.ko
[ -f "$module" ] || {
	echo "TAP version 13"
	echo "1..0 # SKIP this kernel has no KUnit"
	exit 4
}

mark_log
modprobe kunit
insmod "$module"
rmmod vga_quirk_rows_kunit
mapfile -t lines < <(log_since | sed -E 's/^\[ *[0-9.]+\] *//' | grep -E '^(not )?ok [0-9]+ ' | grep -v ' vga_quirk_rows$')
mapfile -t reasons < <(log_since | sed -E 's/^\[ *[0-9.]+\]//' | grep -E '^ +(#|Expected|[a-z].*==)')
diag "${reasons[@]}"
plan "${#lines[@]}"
for line in "${lines[@]}"; do
	check "${line#*ok * }" [ "${line%% *}" = ok ]
done
[ "${#lines[@]}" -gt 0 ] && finish
