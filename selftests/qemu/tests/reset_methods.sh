#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Rungs of the ladder that few cards have: the PCI core's reset for one card, the firmware's, and the function reset of
# conventional PCI. Each card is left with that one alone.
# shellcheck source-path=SCRIPTDIR source=reset.sh disable=SC2153
. "${0%/*}/reset.sh"

next_finds_it_clean() { # BDF RUNG
	act "$1" open memory dirty close
	diag "$(log_end "$1")"
	said close 0 && log_end "$1" | grep -q " close $2 ok answers," || return
	act "$1" open memory cold close
	said open 0 && said cold 0
}

user_can_ask() { # BDF RUNG
	act "$1" open memory dirty reset cold close
	said reset 0 && said cold 0 && tail -n 2 "$(file "$1" reset_log)" | grep -q " user $2 ok "
}

one_rung() { # BDF RUNG
	local methods
	bind_driver "$1" vfio-pci-vga
	methods=$(file "$1" reset_methods)
	diag "$1: $(cat "$methods"); $(cat "/sys/bus/pci/devices/$1/reset_method")"
	check "$2 is the first way to reset it" grep -q "^$2 " "$methods"
	echo "$2" >"$methods"
	check "after $2 the next one finds the card clean" next_finds_it_clean "$1" "$2"
	check "$2 is what VFIO_DEVICE_RESET does" user_can_ask "$1" "$2"
}

load_module
plan 9
one_rung "$FLR" device_specific
one_rung "$RST" acpi
one_rung "$AF" af_flr
finish
