#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Build what a run of the lab brings along: the module, the programs and the guests. Quiet unless it fails.
#
# usage: lab-programs.sh [--on debug|kcsan] LOG [DIRECTORY...]   (also what make builds in these)
#
# For the generic kernel; or for one with checkers, and then also the modules
# that tests load. The module is in build/debug or build/kcsan.
set -u
cd "$(dirname "$0")/.." || exit

checkers=
[ "${1-}" != --on ] || { checkers=$2 && shift 2; }
log=$1
shift
mkdir -p "$(dirname "$log")"

case $checkers in
'')
	kver=$(scripts/kver.py generic) || exit
	variables=("KDIR=/lib/modules/$kver/build") ;;
debug)
	# fail_call looks at who called: the driver must not jump.
	kdir=$(selftests/qemu/debug-kernel)/build || exit
	variables=("KDIR=$kdir" O=build/debug GCOV_PROFILE=y KCFLAGS=-fno-optimize-sibling-calls) ;;
kcsan)
	kdir=$(selftests/qemu/debug-kernel kcsan)/build || exit
	variables=("KDIR=$kdir" O=build/kcsan) ;;
*)
	echo "lab-programs.sh: no kernel has '$checkers'" >&2
	exit 2 ;;
esac

build() {
	local directory
	make -j"$(nproc)" modules "${variables[@]}" || return
	[ -z "$checkers" ] || selftests/qemu/test-modules "$kdir" || return
	for directory in selftests selftests/qemu/guests "$@"; do
		make -C "$directory" || return
	done
}

build "$@" >"$log" 2>&1 || {
	cat "$log"
	exit 1
}
