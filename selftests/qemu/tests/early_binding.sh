#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Who has the cards after an initramfs with udev and bochs-drm, where CARD1 was given to vfio-pci-vga (EARLY_CARD=1) or not
# (0): scripts/check-boot.sh.
# shellcheck source-path=SCRIPTDIR source=../inside/lablib.sh
. /lab/bin/lablib.sh

has() { # BDF DRIVER
	[ "$(bound_driver "$1")" = "$2" ] || {
		diag "$1 is bound to '$(bound_driver "$1")'"
		return 1
	}
}

# bochs-drm names what it takes: "[drm] Initialized bochs-drm 1.0.0 20130925 for 0000:01:00.0 on minor 0".
named_by_bochs() { # BDF
	dmesg | grep "Initialized bochs" | grep -qF "$1"
}

usable() {
	../build/selftests/vga_io "$1" read 0x3cc 1 >/dev/null
}

plan $((EARLY_CARD ? 5 : 2))
check "the_host_keeps_its_card" has "$CARD_HOST" bochs-drm
if [ "$EARLY_CARD" = 0 ]; then
	check "without_the_hook_the_host's_driver_has_the_card" has "$CARD1" bochs-drm
	finish
fi
check "the_card_is_bound_before_user_space" has "$CARD1" vfio-pci-vga
check "the_host's_driver_never_had_it" eval "named_by_bochs $CARD_HOST && ! named_by_bochs $CARD1"
check "a_card_nobody_gave_away_is_the_host's" has "$CARD2" bochs-drm
check "the_card_can_be_opened" usable "$CARD1"
finish
