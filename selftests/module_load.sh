#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Loading, binding, opening and their ends, in every order and many times.
. "$(dirname "$0")/lib/driver.sh"

CYCLES=160
LEAKS=/sys/kernel/debug/kmemleak

hold_open() {
	mkfifo "$WORK/hold"
	"$PROGRAMS/vga_io" "$BDF" hold <"$WORK/hold" >"$WORK/held" &
	holder=$!
	exec 5>"$WORK/hold"
	tries=50
	until grep -q open "$WORK/held"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

let_go() {
	exec 5>&-
	rm "$WORK/hold"
	wait "$holder"
}

touch_region() {
	"$PROGRAMS/vga_io" "$BDF" read 0x3cc 1 >/dev/null
}

# Every order in which a module can come and go.
load_unload() {
	load && unload
}

load_bind_unbind_unload() {
	load && bind "$BDF" "$OURS" && unbind "$BDF" && unload
}

load_bind_unload() {
	load && bind "$BDF" "$OURS" && unload && ! bound_driver "$BDF" >/dev/null
}

load_bind_open_close_unload() {
	load && bind "$BDF" "$OURS" && touch_region && unload
}

load_bind_two_unload() {
	load && bind "$BDF" "$OURS" && bind "$BDF2" "$OURS" && unbind "$BDF" &&
		bind "$BDF" "$OURS" && unload
}

bind_to_stock_between() {
	load && bind "$BDF" "$OURS" && bind "$BDF" vfio-pci && touch_config &&
		bind "$BDF" "$OURS" && touch_region && unload
}

touch_config() {
	"$PROGRAMS/vfio_dump" "$BDF" >/dev/null
}

repeat() {
	count=$1
	shift
	while [ "$count" -gt 0 ]; do
		"$@" || return
		count=$((count - 1))
	done
}

rmmod_waits_for_no_user() {
	load && bind "$BDF" "$OURS" && hold_open || return
	rmmod vfio_pci_vga 2>/dev/null && removed=yes || removed=no
	is_loaded && still=yes || still=no
	let_go
	[ "$removed" = no ] && [ "$still" = yes ] && unload
}

# The card under another user's open file is not to be had, and stays usable.
unbind_waits_for_the_user() {
	load && bind "$BDF" "$OURS" && hold_open || return
	# The other end of the holder's input must not stay open in here.
	(exec 5>&- && unbind "$BDF") &
	unbinder=$!
	sleep 1
	kill -0 "$unbinder" && waited=yes || waited=no
	let_go
	wait "$unbinder" && [ "$waited" = yes ] && ! is_bound "$BDF" "$OURS" && unload
}

# Unpurged areas are free and wait for the next purge.
count_areas() {
	grep -vc unpurged /proc/vmallocinfo
}

# Where the kernel looks for leaks itself it needs no great number of them. Younger objects than
# five seconds are not looked at, and a first look may be wrong. It does not look for areas.
kernel_finds_no_leak() {
	before=$(count_areas)
	repeat 20 load_bind_open_close_unload || return
	echo scan >"$LEAKS" && sleep 6 && echo scan >"$LEAKS" || return
	areas=$(($(count_areas) - before))
	echo "# 20 cycles: vmalloc $areas areas"
	sed 's/^/# /' "$LEAKS"
	[ -z "$(cat "$LEAKS")" ] && [ "$areas" -lt 15 ]
}

# Objects in use per cache, after what is only waiting to be freed is freed.
count_memory() {
	sleep 1
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	for shrink in /sys/kernel/slab/*/shrink; do
		echo 1 >"$shrink"
	done 2>/dev/null
	awk 'NR > 2 { print $1, $2 }' /proc/slabinfo >"$WORK/slab-$1"
	count_areas >"$WORK/vmalloc-$1"
}

# What has grown by three quarters of an object per cycle or more, by name.
grown() {
	areas=$(($(cat "$WORK/vmalloc-$2") - $(cat "$WORK/vmalloc-$1")))
	echo "# $CYCLES cycles: vmalloc $areas areas" >&2
	[ "$areas" -lt $((CYCLES * 3 / 4)) ] || echo vmalloc
	awk -v limit=$((CYCLES * 3 / 4)) '
		NR == FNR { before[$1] = $2; next }
		$2 - before[$1] > limit { print $1 }' "$WORK/slab-$1" "$WORK/slab-$2"
}

# A leak per cycle is an object or more in one cache, every time. The counts are of
# whole slabs, which hold up to 512 objects, and move by as many on an idle machine:
# what grew is measured twice more, and only what grew each time is a leak.
cycles_leave_nothing_behind() {
	if { echo scan >"$LEAKS"; } 2>/dev/null; then
		kernel_finds_no_leak
		return
	fi
	repeat 10 load_bind_open_close_unload && count_memory first &&
		repeat "$CYCLES" load_bind_open_close_unload && count_memory second || return
	grown first second >"$WORK/leaks"
	before=second
	for after in third fourth; do
		[ -s "$WORK/leaks" ] || return 0
		sed 's/^/# grew, measuring again: /' "$WORK/leaks"
		repeat "$CYCLES" load_bind_open_close_unload && count_memory $after || return
		grown $before $after >"$WORK/again"
		grep -Fxf "$WORK/leaks" "$WORK/again" >"$WORK/still"
		mv "$WORK/still" "$WORK/leaks"
		before=$after
	done
	sed 's/^/# grew every time: /' "$WORK/leaks"
	[ ! -s "$WORK/leaks" ]
}

plan 9
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"; restore' EXIT
modprobe vfio-pci
unbind "$BDF" && unload
check "load_unload" repeat 10 load_unload
check "load_bind_unbind_unload" repeat 10 load_bind_unbind_unload
check "load_bind_unload" repeat 10 load_bind_unload
check "load_bind_open_close_unload" repeat 5 load_bind_open_close_unload
if [ -n "$BDF2" ]; then
	check "load_bind_two_unload" repeat 5 load_bind_two_unload
else
	skip "load_bind_two_unload" "needs a second card, VFIO_VGA_BDF2"
fi
check "bind_to_stock_between" repeat 3 bind_to_stock_between
check "rmmod_is_refused_while_a_card_is_open" rmmod_waits_for_no_user
check "unbind_waits_for_the_user" unbind_waits_for_the_user
check "load_cycles_leave_nothing_behind" cycles_leave_nothing_behind
finish
