#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Framebuffers of the host on a card that is to be assigned: evicted, or named.
# shellcheck source-path=SCRIPTDIR source=isolation.sh disable=SC2153
. "${0%/*}/isolation.sh"
# shellcheck source-path=SCRIPTDIR source=kernel_log.sh
. "${0%/*}/kernel_log.sh"

OURS_ON=()

# held BDF: who holds a part of the card's memory, from /proc/iomem, where children are indented.
held() {
	awk -F ' : ' -v card="$1" '{
		match($1, /^ */)
		if (inside && RLENGTH > depth) printf "%s ", $2
		else if (inside = $2 == card) depth = RLENGTH
	}' /proc/iomem
}

# fb_card: the card that has a framebuffer of the firmware's.
fb_card() {
	local bdf
	for bdf in "$CARD_HOST" "${LIAR-}" "$CARD1"; do
		[ -z "$bdf" ] || [ -z "$(held "$bdf")" ] || { echo "$bdf"; return; }
	done
}

firmware_framebuffer_is_evicted() {
	diag "$1 is held by: $(held "$1")"
	bind_driver "$1" "$OURS" && [ -z "$(held "$1")" ] && [ ! -e /sys/class/graphics/fb0 ] && is_usable "$1"
}

is_usable() {
	local text
	text=$("$PROGRAMS/vga_io" "$1" read 0xb8000 2 2>&1) || { diag "$text"; return 1; }
}

drm_driver_is_replaced() {
	modprobe bochs || return
	unbind "$CARD1"
	bind_driver "$CARD1" bochs-drm && wait_for 5 ls "/sys/bus/pci/devices/$CARD1/drm" >/dev/null || return
	bind_driver "$CARD1" "$OURS" && is_usable "$CARD1"
}

# holder_is_named BDF: where a framebuffer driver without an aperture has the card.
holder_is_named() {
	local outcome start
	read -r start _ <"/sys/bus/pci/devices/$1/resource"
	bind_driver "$1" "$OURS" && insmod "$MODULES/bar_holder.ko" start="$start" || return
	mark_log
	outcome=$("$PROGRAMS/vga_io" "$1" info 2>&1)
	rmmod bar_holder
	diag "$outcome: $(log_since | grep 'held by')"
	[ "$outcome" = EBUSY ] && said_once "vfio-pci-vga $1: BAR 0 is held by \"bar_holder\""
}

load_module
plan 5
FB_CARD=$(fb_card)
if [ -n "$FB_CARD" ]; then
	check "framebuffer_of_the_firmware_is_evicted" firmware_framebuffer_is_evicted "$FB_CARD"
else
	skip "framebuffer_of_the_firmware_is_evicted" "there is none: lab run --topology liar --append vga=791"
fi
if modinfo bochs >/dev/null 2>&1; then
	check "drm_driver_is_replaced" drm_driver_is_replaced
else
	skip "drm_driver_is_replaced" "this kernel has no DRM driver for the lab's cards"
fi
check "holder_that_cannot_be_evicted_is_named" holder_is_named "$CARD1"
check "card_opens_when_the_holder_is_gone" is_usable "$CARD1"
if [ -n "${SECONDARY-}" ]; then
	check "holder_on_a_display_that_is_no_vga_is_named" holder_is_named "$SECONDARY"
else
	skip "holder_on_a_display_that_is_no_vga_is_named" "there is none: lab run --topology others"
fi
finish
