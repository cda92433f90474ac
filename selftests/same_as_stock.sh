#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# All that is not the VGA region answers as under vfio-pci on the same kernel:
# one program asks everything, once under each driver, and the answers are
# compared. A legacy read under stock is measured beside ours.
. "$(dirname "$0")/lib/driver.sh"

# With rows some pages of some cards cannot be mapped: without them all is equal.
rows_off() {
	[ ! -f "$DEVICES/$1/vfio_vga/quirks" ] ||
		while read -r name _; do
			put "$DEVICES/$1/vfio_vga/quirk_disable" "$name" || return
		done <"$DEVICES/$1/vfio_vga/quirks"
}

dump_under() {
	bind "$1" "$2" && rows_off "$1" && "$PROGRAMS/vfio_dump" "$1" "$4" >"$WORK/$3"
}

answers_are_the_same() {
	dump_under "$1" vfio-pci stock "$2" && dump_under "$1" "$OURS" ours "$2" ||
		return
	[ "$(wc -l <"$WORK/stock")" -gt 50 ] || return
	grep -v '^region 8:' "$WORK/stock" >"$WORK/a"
	grep -v '^region 8:' "$WORK/ours" >"$WORK/b"
	diff "$WORK/a" "$WORK/b" >"$WORK/diff" && return
	sed 's/^/# /' "$WORK/diff"
	return 1
}

stock_has_region_8() {
	grep -q '^region 8: argsz' "$WORK/stock"
}

region_8_is_the_same() {
	grep '^region 8:' "$WORK/stock" >"$WORK/a"
	grep '^region 8:' "$WORK/ours" >"$WORK/b"
	cmp -s "$WORK/a" "$WORK/b"
}

region_8_is_ours_alone() {
	grep -q '^region 8: Invalid argument; read: -22' "$WORK/stock" &&
		grep -q '^region 8: argsz .* flags 0x3 size 0xc0000 offset 0x80000000000$' \
			"$WORK/ours"
}

measure_under() {
	bind "$BDF" "$1" && VFIO_VGA_DRIVER=$1 "$PROGRAMS/vga_latency" \
		--measure >"$WORK/latency-$1" || return
	cat "$WORK/latency-$1"
}

# Microseconds of a text read.
text_latency() {
	sed -n 's/.*text mode: \([0-9.]*\) us.*/\1/p' "$WORK/latency-$1"
}

legacy_read_is_no_slower_than_stock() {
	measure_under vfio-pci && measure_under "$OURS" &&
		awk -v stock="$(text_latency vfio-pci)" \
			-v ours="$(text_latency "$OURS")" 'BEGIN {
				printf "# a text read costs %.2f us, under stock %.2f us\n",
				       ours, stock
				exit !(ours > 0 && ours <= stock)
			}'
}

plan 5
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"; restore' EXIT
load && modprobe vfio-pci || exit

check "card_answers_the_same" answers_are_the_same "$BDF" group
if stock_has_region_8; then
	check "region_8_is_the_same" region_8_is_the_same
	check "legacy_read_is_no_slower_than_stock" \
		legacy_read_is_no_slower_than_stock
else
	check "region_8_is_ours_alone" region_8_is_ours_alone
	skip "legacy_read_is_no_slower_than_stock" \
		"vfio-pci of this kernel has no VGA region"
fi
if [ -n "${CARD3-}" ]; then
	check "another_make_answers_the_same" answers_are_the_same "$CARD3" group
else
	skip "another_make_answers_the_same" "CARD3 names no other card"
fi
if [ -d /dev/vfio/devices ] && [ -c /dev/iommu ]; then
	check "cdev_answers_the_same" answers_are_the_same "$BDF" cdev
else
	skip "cdev_answers_the_same" "this kernel has no device cdev"
fi
finish
