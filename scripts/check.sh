#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every test, on every leg. Runs as any user once the packages are there.
#
# usage: check.sh [generic|cloud|KVER]...   (default: generic and cloud)
#
# A machine of the lab uses one processor here, so two lanes run at a time: one
# per leg, the second with what needs no leg besides.
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source-path=SCRIPTDIR source=steps.sh
. scripts/steps.sh

scripts/deps.sh build lab check || exit
[ $# -gt 0 ] || set -- generic cloud
LOGS=build/check
lab=selftests/qemu/lab

build() { # NAME COMMAND...
	local name=$1
	shift

	mkdir -p "$LOGS"
	printf '\n=== %s\n' "$name"
	if ! "$@" >"$LOGS/$name.log" 2>&1; then
		cat "$LOGS/$name.log"
		echo "=== $name: failed"
		failed=$((failed + 1))
		return 1
	fi
}

boot() { # NAME LEG LAB-OPTIONS...: one boot of the lab
	local name=$1 leg=$2
	shift 2

	step "lab-$leg-$name" 1200 "$lab" run --kernel "$leg" --timeout 1000 --out "$LOGS/$leg-$name" "$@"
}

# What competes with stock vfio-pci's VGA region, or takes vgacon away, needs a
# kernel that has them.
leg() { # LEG
	local lists=selftests/qemu

	boot kselftests "$1" --topology samebus --topology others --list $lists/kselftests.list
	boot guests "$1" --list $lists/guests.list
	boot isolation "$1" --cards 4 --list $lists/isolation.list
	[ "$1" != cloud ] || return
	boot topology "$1" --topology liar --topology samebus --list $lists/topology.list
	boot framebuffer "$1" --topology liar --topology others --append vga=791 --list $lists/framebuffer.list
}

no_leg() {
	step model 900 selftests/model/check.sh
	step lab-selfcheck 600 "$lab" selfcheck
	step dkms 300 scripts/dkms-check.sh "${kvers[@]}"
}

lane() { # NAME FUNCTION [ARGUMENT] ...: in order, in a shell and a log of their own
	local name=$1
	shift

	(
		count_anew
		while [ $# -gt 0 ]; do
			case $1 in
			leg)	leg "$2"
				shift ;;
			*)	"$1" ;;
			esac
			shift
		done
		total
	) 2>&1 | tee "$LOGS/lane-$name.log" | sed -u "s/^/[$name] /"
}

build selftests make -j"$(nproc)" -C selftests
build guests make -C selftests/qemu/guests

kvers=() legs=()
for leg; do
	kver=$(scripts/kver.py "$leg") || {
		failed=$((failed + 1))
		continue
	}
	kvers+=("$kver")
	build "module-$kver" make -j"$(nproc)" modules "KDIR=/lib/modules/$kver/build" || continue
	build "test-modules-$kver" selftests/qemu/test-modules "$kver" || continue
	legs+=("$leg")
done

lanes=()
for leg in "${legs[@]:0:1}"; do
	lane "$leg" leg "$leg" &
	lanes+=("$leg")
done
rest=()
for leg in "${legs[@]:1}"; do
	rest+=(leg "$leg")
done
lane "${legs[1]:-rest}" "${rest[@]}" no_leg
lanes+=("${legs[1]:-rest}")
wait

for lane in "${lanes[@]}"; do
	add_results "$LOGS/lane-$lane.log" "$lane" 0
done
total
