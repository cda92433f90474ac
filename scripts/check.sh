#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every test, on every leg. Runs as any user once the packages are there.
#
# usage: check.sh [generic|cloud|KVER]...   (default: cloud and generic)
#
# A machine of the lab uses one processor, so two lanes run at a time: one for
# each of the first two legs. What needs no machine goes beside them and takes
# what time they leave.
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source-path=SCRIPTDIR source=steps.sh
. scripts/steps.sh

scripts/deps.sh build lab check || exit
[ $# -gt 0 ] || set -- cloud generic
LOGS=build/check
lab=selftests/qemu/lab
lists=selftests/qemu

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

# The first leg opens its cards more often than the others do.
leg() { # LEG
	local life=lifecycle-short

	[ "$1" != "${legs[0]}" ] || life=lifecycle
	boot kselftests "$1" --topology samebus --topology others --list $lists/kselftests.list --list $lists/$life.list
	boot guests "$1" --list $lists/guests.list
	boot isolation "$1" --cards 4 --list $lists/isolation.list
}

# These compete with stock vfio-pci's VGA region, which needs a kernel that has
# it, or take vgacon away, which needs a DRM driver.
# Eight cards need the machine for themselves: make check-contended.
contended() { # LEG
	boot arbitration "$1" --cards 4 --list $lists/arbitration.list
	boot topology "$1" --topology liar --topology samebus --list $lists/topology.list
}

others() { # LEG
	boot framebuffer "$1" --topology liar --topology others --append vga=791 --list $lists/framebuffer.list
	boot arbitration-drm "$1" --list $lists/arbitration-drm.list
	boot mapping "$1" --cards 4 --topology samebus --topology others --topology ati --list $lists/mapping.list --list $lists/quirks.list
}

no_leg() {
	step lab-selfcheck 600 "$lab" selfcheck
	step dkms 900 chrt --idle 0 scripts/dkms-check.sh "${kvers[@]}"
	step model 1200 chrt --idle 0 selftests/model/check.sh
}

# lane NAME JOB...: in order, in a shell and a log of their own. A job is a
# function's name and its argument in one word.
lane() {
	local name=$1 job
	shift

	(
		count_anew
		for job; do
			# shellcheck disable=SC2086 # words on purpose
			$job
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

# What only a kernel with everything can run goes into the lane of the leg that
# is done first, which is not the one with the many opens.
first=() second=()
for leg in "${legs[@]}"; do
	jobs=("leg $leg")
	[[ $leg = *cloud* ]] || jobs+=("others $leg")
	if [ "$leg" = "${legs[0]}" ]; then
		first+=("${jobs[@]}")
	else
		second+=("${jobs[@]}")
	fi
done
for leg in "${legs[@]}"; do
	[[ $leg = *cloud* ]] || first+=("contended $leg")
done

lanes=(first rest)
lane rest no_leg &
if [ ${#second[@]} -gt 0 ]; then
	lane second "${second[@]}" &
	lanes+=(second)
fi
lane first "${first[@]}"
wait

for lane in "${lanes[@]}"; do
	add_results "$LOGS/lane-$lane.log" "$lane" 0
done
total
