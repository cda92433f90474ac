#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make check on every kernel: this release's own, the one it packages beside them, and the newest release's newest.
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source-path=SCRIPTDIR source=steps.sh
. scripts/steps.sh
LOGS=build/check-all
rm -rf $LOGS build/check build/root-*/check

leg() { # LEG
	step "$1" 5400 scripts/check.sh "$1"
}

step own 5400 scripts/check.sh cloud generic
# These take a lane each.
lane 6.12 "leg 6.12" &
lane newest "leg newest"
wait
for leg in 6.12 newest; do
	add_results "$LOGS/lane-$leg.log" "$leg" 0
done
echo
scripts/legs.py
total
