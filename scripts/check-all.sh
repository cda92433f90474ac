#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make check on every kernel: this release's own, the one it packages beside them, and the newest release's newest.
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source-path=SCRIPTDIR source=steps.sh
. scripts/steps.sh
LOGS=build/check-all
rm -rf $LOGS build/check build/root-*/check

step own 5400 scripts/check.sh cloud generic
step 6.12 5400 scripts/check.sh 6.12
step newest 5400 scripts/check.sh newest
echo
scripts/legs.py
total
