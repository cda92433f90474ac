#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The last test of a run on the debug kernel: has anything been left behind by those before?
# shellcheck source-path=SCRIPTDIR source=../inside/lablib.sh
. /lab/bin/lablib.sh

leaks=/sys/kernel/debug/kmemleak
[ -w "$leaks" ] || skip_all "this kernel has no kmemleak"

# Objects younger than five seconds are not looked at; a first look may be wrong.
no_leaks() {
	unload_module
	echo scan >"$leaks"
	sleep 6
	echo scan >"$leaks"
	diag "$(head -n 60 "$leaks")"
	[ -z "$(cat "$leaks")" ]
}

plan 1
check "no_memory_is_left_behind" no_leaks
finish
