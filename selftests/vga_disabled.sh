#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# disable_vga=1: the card is a vfio-pci device without region 8.
. "$(dirname "$0")/lib/driver.sh"

# fails_with ERROR ARGUMENT...: vga_io ends with this error.
fails_with() {
	want=$1
	shift
	got=$("$PROGRAMS/vga_io" "$BDF" "$@" 2>&1 >/dev/null)
	[ "$got" = "$want" ] && return
	echo "# vga_io $*: '$got', not $want"
	return 1
}

disabled() {
	unbind "$BDF"
	reload disable_vga=1 && bind "$BDF" "$OURS"
}

enabled() {
	unbind "$BDF"
	reload && bind "$BDF" "$OURS"
}

other_regions_stay() {
	"$PROGRAMS/vfio_dump" "$BDF" >/tmp/disabled.$$ &&
		grep -q '^region 0: .* size 0x[1-9a-f]' /tmp/disabled.$$ &&
		grep -q '^region 7: .* size 0x[1-9a-f]' /tmp/disabled.$$
}

plan 9
trap 'rm -f /tmp/disabled.$$; restore' EXIT
check "loads_with_the_region_disabled" disabled
check "info_is_refused" fails_with EINVAL info
check "window_cannot_be_read" fails_with EINVAL read 0xa0000 1
check "window_cannot_be_written" fails_with EINVAL write 0xa0000 0
check "ports_cannot_be_read" fails_with EINVAL read 0x3cc 1
check "ports_cannot_be_written" fails_with EINVAL write 0x3c4 0
check "other_regions_stay" other_regions_stay
check "loads_with_the_region_again" enabled
check "region_is_back" fails_with "" info
finish
