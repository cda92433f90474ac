#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every test, on every leg. Runs as any user once the packages are there.
#
# usage: check.sh [generic|cloud|newest|N.N|KVER]...   (default: cloud and generic)
#
# newest, and N.N without headers on this machine, are tested in a root of their own (root.sh), one at a time: with the
# compiler, the QEMU and the firmware of its release.
#
# A machine of the lab uses one processor, so two lanes run at a time: one for
# each of the first two legs. What needs no machine goes beside them and takes
# what time they leave.
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source-path=SCRIPTDIR source=steps.sh
. scripts/steps.sh

[ $# -gt 0 ] || set -- cloud generic
if [ ! "${ROOT_LEG-}" ] && { [ "$1" = newest ] ||
	{ [[ $1 =~ ^[0-9]+\.[0-9]+$ ]] && ! scripts/kver.py "$1" >/dev/null 2>&1; }; }; then
	# shellcheck disable=SC2016 # for the inner shell
	exec scripts/root.sh "$1" sh -c 'exec scripts/check.sh "$ROOT_LEG"'
fi
scripts/deps.sh build lab check qemu || exit
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
		echo "=== $name: failed" | tee -a "$LOGS/$name.log"
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
# Eight cards compete in make check-contended. By a clock that counts instructions: what QEMU takes to change its memory
# map is no cost of a bridge's, and was seen to grow tenfold while other machines had the processor.
contended() { # LEG
	boot arbitration "$1" --cards 4 --list $lists/arbitration.list
	boot contention "$1" --cpus 1 --icount --cards 4 --list $lists/contention.list
	boot topology "$1" --topology liar --topology samebus --list $lists/topology.list
}

others() { # LEG
	boot framebuffer "$1" --topology liar --topology others --append vga=791 --list $lists/framebuffer.list
	boot arbitration-drm "$1" --list $lists/arbitration-drm.list
	boot contention-drm "$1" --cpus 1 --icount --list $lists/contention-drm.list
	boot stores "$1" --cpus 1 --icount --list $lists/stores.list
}

mapping() { # LEG
	boot mapping "$1" --cards 4 --topology samebus --topology others --topology ati --list $lists/mapping.list --list $lists/quirks.list
}

# Guests on models of cards that hide things; half of the cards to a lane.
zoo() { # HALF LEG
	local cards="hd5450 hd7850 x550 rage128p"

	[ "$1" = 1 ] || cards="gf7300le nvs290 gf8400gs rv100"
	LAB_QEMU=$qemu step "lab-$2-zoo-$1" 1500 "$lab" run --kernel "$2" --timeout 1400 --out "$LOGS/$2-zoo-$1" \
		--l2-qemu "$qemu" --topology zoo --topology ati --set "ZOO_ONLY=$cards" --list $lists/zoo.list
}

rarities() { # LEG
	LAB_QEMU=$qemu boot rarities "$1" --topology rarities --topology methods --list $lists/rarities.list
}

fragile() { # LEG
	LAB_QEMU=$qemu boot fragile "$1" --topology fragile --list $lists/reset.list
	LAB_QEMU=$qemu step "shutdown-$1" 240 scripts/check-shutdown.sh "$1" "build/shutdown/$1"
}

# The tables: each half of the zoo has printed its own.
zoo_table() { # LEG
	printf '\n=== what guests find on cards that hide things, kernel %s\n' "$1"
	sed -n 's/^lab: *zoo: //p' "$LOGS/lab-$1-zoo-1.log" "$LOGS/lab-$1-zoo-2.log" | awk '!seen[$0]++'
}

reset_table() { # LEG
	printf '\n=== what the next guest finds when one was killed, kernel %s\n' "$1"
	sed -n 's/^lab: *reset: //p' "$LOGS/lab-$1-fragile.log"
}

no_leg() {
	step lab-selfcheck 600 "$lab" selfcheck
	step dkms 900 chrt --idle 0 scripts/dkms-check.sh "${kvers[@]}"
	# It knows no kernel.
	[ "${ROOT_LEG-}" ] || step model 4000 chrt --idle 0 selftests/model/check.sh
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

# The zoo's guests need stock vfio-pci's VGA region beside them. Its QEMU takes
# minutes, if the cache has none.
zoo_legs=()
for leg in "${legs[@]}"; do
	[[ $leg = *cloud* ]] || zoo_legs+=("$leg")
done
if [ ${#zoo_legs[@]} -gt 0 ] && build vbios make -C selftests/zoo/vbios && build qemu contrib/qemu/build; then
	qemu=$(contrib/qemu/build)
else
	zoo_legs=()
fi

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
	[[ $leg = *cloud* ]] || first+=("contended $leg" "mapping $leg")
done
for leg in "${zoo_legs[@]}"; do
	first+=("zoo 1 $leg")
	jobs=("zoo 2 $leg" "rarities $leg" "fragile $leg")
	if [ ${#second[@]} -gt 0 ]; then second+=("${jobs[@]}"); else first+=("${jobs[@]}"); fi
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
for leg in "${zoo_legs[@]}"; do
	zoo_table "$leg"
	reset_table "$leg"
done
total
