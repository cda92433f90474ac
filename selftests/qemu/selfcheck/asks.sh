#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Requests that L0 must confirm, and requests that it must refuse.
. /lab/bin/lablib.sh

dumped() {
	l0 screendump host "$1" 2>/dev/null
}

version() {
	l0 qmp '{"execute": "query-version"}' | grep -q '"major"'
}

many() {
	local n pids=()
	for n in 1 2 3 4 5 6 7 8; do
		l0 env >/dev/null &
		pids+=($!)
	done
	for n in "${pids[@]}"; do wait "$n" || return; done
}

killed() {
	local after
	for after in 0.05 0.1 0.2 0.3; do
		timeout -s KILL $after l0 env >/dev/null 2>&1
		version || return
	done
}

too_much() {
	! l0 qmp '{"execute": "query-qmp-schema"}' 2>/dev/null
}

plan 9
check "a picture of a card is confirmed" dumped picture
check "a picture of no card is refused" eval '! l0 screendump nothing picture 2>/dev/null'
check "a picture outside the run's directory is refused" eval '! dumped ../picture'
check "QEMU answers a command" version
check "a command QEMU does not know is refused" eval "! l0 qmp '{\"execute\": \"nothing\"}' 2>/dev/null"
check "an answer too long for the line is refused" too_much
check "a verb L0 does not know is refused" eval '! l0 nothing 2>/dev/null'
check "eight askers at once all get their answer" many
check "after an asker was killed the next one gets its own answer" killed
finish
