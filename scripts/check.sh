#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every test, on every leg. Runs as any user once the packages are there.
#
# usage: check.sh [generic|cloud|KVER]...   (default: generic and cloud)
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source=steps.sh
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

build selftests make -j"$(nproc)" -C selftests
build guests make -C selftests/qemu/guests

kvers=()
for leg; do
	kver=$(scripts/kver.py "$leg") || {
		failed=$((failed + 1))
		continue
	}
	kvers+=("$kver")
	build "module-$kver" make -j"$(nproc)" modules "KDIR=/lib/modules/$kver/build" || continue
	step "lab-$leg" 900 "$lab" run --kernel "$leg" --timeout 600 --out "$LOGS/$leg" --list selftests/qemu/kselftests.list --list selftests/qemu/guests.list
done
step model 600 selftests/model/check.sh
step lab-selfcheck 300 "$lab" selfcheck
step dkms 300 scripts/dkms-check.sh "${kvers[@]}"
total
