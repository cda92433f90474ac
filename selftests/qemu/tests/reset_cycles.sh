#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest is killed, and the next one finds the card as after power on: every card of the zoo that can be reset, over and
# over, under this driver, and under stock vfio-pci in the same boot for the table.
#
# usage: reset_cycles.sh CYCLES
# shellcheck source-path=SCRIPTDIR source=reset.sh disable=SC2153
. "${0%/*}/reset.sh"

CYCLES=$1

# cycle BDF WORD...: one guest leaves its dirt, and is killed; what the next one finds, in FOUND.
cycle() {
	local bdf=$1
	shift
	kill_user "$bdf" dirty "$@"
	ACTED=$("$ACT" "$bdf" open memory cold close 2>&1)
	if ! said open 0; then
		FOUND=refused
	elif said cold 0; then
		FOUND=clean
	elif said cold EUCLEAN && "$ACT" "$bdf" open memory "read" 5 0 | grep -q "read 0 [^f]"; then
		FOUND=dirty
	else
		FOUND=dead
	fi
	OPEN_MS=$(took open)
}

# cycles ID BDF DRIVER WORD...: COUNT of every outcome.
cycles() {
	local id=$1 bdf=$2 driver=$3 n
	shift 3
	COUNT=() SLOWEST=0
	fresh "$id" "$bdf" "$driver" || return
	for ((n = 0; n < CYCLES; n++)); do
		cycle "$bdf" "$@"
		COUNT[$FOUND]=$((${COUNT[$FOUND]:-0} + 1))
		[ "${OPEN_MS:-0}" -le "$SLOWEST" ] || SLOWEST=$OPEN_MS
	done
	OUTCOME="clean ${COUNT[clean]:-0}, dirty ${COUNT[dirty]:-0}, dead ${COUNT[dead]:-0}, refused ${COUNT[refused]:-0}"
	diag "$id, $driver: $OUTCOME of $CYCLES, slowest open $SLOWEST ms; $ACTED"
	[ "$driver" != vfio-pci-vga ] || diag "$(cat "$(file "$bdf" reset_log)")"
}

all_are_clean() {
	cycles "$@" && [ "${COUNT[clean]:-0}" = "$CYCLES" ]
}

# once ID BDF: one user of a card with which a reset takes stock vfio-pci a minute, unkillable.
once() {
	local hung=/proc/sys/kernel/hung_task_timeout_secs limit
	limit=$(<$hung)
	fresh "$1" "$2" vfio-pci || return
	echo 0 >$hung
	act "$2" open memory cold
	echo "$limit" >$hung
	OUTCOME="open after $(took open) ms: $(sed -n 's/^cold \([A-Z0-9]*\) .*/\1/p' <<<"$ACTED")"
}

# one_card ID BDF WORD...: WORD is what the guest's driver does beside.
one_card() {
	local id=$1 bdf=$2 ours
	shift 2
	check "$id: after $CYCLES killed guests the next finds it as after power on" all_are_clean "$id" "$bdf" vfio-pci-vga "$@"
	ours=$OUTCOME
	# Stock is there to be compared with, not judged.
	if [ "$id" = twice ]; then
		once "$id" "$bdf"
	else
		cycles "$id" "$bdf" vfio-pci "$@"
	fi
	printf '%-8s | %-42s | %s\n' "$id" "$ours" "$OUTCOME" >>"$RESET_TABLE"
	unbind "$bdf"
}

declare -A COUNT
plan 6
printf '%-8s | %-42s | %s\n' card "vfio-pci-vga, of $CYCLES" "vfio-pci" >"$RESET_TABLE"
one_card lies "$LIES"
one_card twice "$TWICE"
one_card slow "$SLOW"
one_card d3 "$D3" sleep
# shellcheck disable=SC2046 # words
one_card bonaire "$BONAIRE" $(start_smc)
unbind "$AUDIO"
one_card pair "$PAIR"
while IFS= read -r line; do
	l0 log "reset: $line"
done <"$RESET_TABLE"
finish
