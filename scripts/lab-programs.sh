#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Build what a run of the lab on the generic kernel brings along: the module, the programs and the guests. Quiet unless
# it fails.
#
# usage: lab-programs.sh LOG [DIRECTORY...]   (also what make builds in these)
set -u
cd "$(dirname "$0")/.." || exit

log=$1
shift
kver=$(scripts/kver.py generic) || exit
mkdir -p "$(dirname "$log")"

build() {
	local directory
	make -j"$(nproc)" modules "KDIR=/lib/modules/$kver/build" || return
	for directory in selftests selftests/qemu/guests "$@"; do
		make -C "$directory" || return
	done
}

build "$@" >"$log" 2>&1 || {
	cat "$log"
	exit 1
}
