#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The figures of `make bench`: stock vfio-pci and this driver by turns, on cards that are alike. Each figure is a line
# "# bench CONSOLE ROUND GROUP DRIVER ROW NS..." with tabs between, which scripts/bench_report.py reads. Judging is not
# done here; a part that could not be measured is a failure. What the driver does not offer is a "-".
#
# CONSOLE=drm has a DRM driver's console instead of vgacon, ROUNDS the number of rounds. ICOUNT, for where the clock
# counts instructions, leaves out contention: that machine has one CPU.
# shellcheck source-path=SCRIPTDIR source=arb.sh disable=SC2153
. "${0%/*}/arb.sh"

ROUNDS=${ROUNDS:-7}
# Some leases and turns of the console fit into a batch; a round is REPEAT of them.
BATCH_MS=30 REPEAT=2
STOCK=vfio-pci

# tell ROUND GROUP: the lines of vga_bench, as the report wants them.
tell() {
	local line
	while IFS= read -r line; do printf '# bench\t%s\t%s\t%s\t%s\n' "${CONSOLE-vgacon}" "$1" "$2" "$line"; done
}

# mapping BDF off|user|kvm: what the device offers from the next open on; nothing happens where there is no such choice.
mapping() {
	local choice=/sys/bus/pci/devices/$1/vfio_vga/vga_mmap
	[ ! -e "$choice" ] || { echo "$2" >"$choice"; } 2>/dev/null
}

# place ROUND: bind the two cards, each driver to either by turns.
place() {
	BDF_OF=([$STOCK]=$CARD1 [$OURS]=$CARD2)
	[ $(($1 % 2)) = 0 ] || BDF_OF=([$STOCK]=$CARD2 [$OURS]=$CARD1)
	unbind "$CARD1" && unbind "$CARD2" && bind_driver "${BDF_OF[$STOCK]}" $STOCK && bind_driver "${BDF_OF[$OURS]}" $OURS
}

declare -A BDF_OF

# by_turns COMMAND...: COMMAND ROUND DRIVER for both drivers, ROUNDS times.
by_turns() {
	local round driver status=0
	for ((round = 0; round < ROUNDS; round++)); do
		place "$round" || return
		for driver in "${DRIVERS[@]}"; do
			"$@" "$round" "$driver" || status=1
		done
	done
	return "$status"
}

# group NAME MAPPING ROUND DRIVER: one round of a group of rows on one card.
group() {
	local bdf=${BDF_OF[$4]} status
	mapping "$bdf" "$2"
	"$PROGRAMS/vga_bench" "$1" "$REPEAT" "$BATCH_MS" "$4=$bdf" > >(tell "$3" "$1")
	status=$?
	wait $!
	mapping "$bdf" off
	return "$status"
}

# What needs no VGA region of stock's: both cards open at once, batch by batch. Many short rounds: it is about percents.
side_by_side() {
	local round
	for ((round = 0; round < 2; round++)); do
		place "$round" || return
		"$PROGRAMS/vga_bench" "$1" "$2" "$3" "$STOCK=${BDF_OF[$STOCK]}" "$OURS=${BDF_OF[$OURS]}" |
			tell "$round" "$1"
		[ "${PIPESTATUS[0]}" = 0 ] || return
	done
}

# contending COUNT ROUND DRIVER: what COUNT cards move together, and the smallest share of the equal share.
contending() {
	local cards=("${CARDS[@]::$1}") bdf line count=0 least=
	for bdf in "${cards[@]}"; do bind_driver "$bdf" "$3" || return; done
	# Stock's users may hang each other for good; that is a finding, and what they moved until then counts.
	contend 1 "${cards[@]}" || [ "$3" = "$STOCK" ] || return
	for line in "${LINES[@]}"; do
		line=$(field accesses "$line")
		count=$((count + line))
		[ -n "$least" ] && [ "$line" -ge "$least" ] || least=$line
	done
	[ "$count" -gt 0 ] || { diag "nothing moved"; return 1; }
	printf '%s\t%s cards, read 1 chain 4\t%s\n' "$3" "$1" "$((1000000000 / count))" | tell "$2" contend
	printf '%s\t%s cards, least share in %%\t%s\n' "$3" "$1" "$((100 * least * $1 / count))" | tell "$2" share
	for line in "${LINES[@]}"; do
		[[ $line != *state=hung* ]] || HUNG[$3]=$((${HUNG[$3]-0} + 1))
	done
}

declare -A HUNG

# kvm_guest KIND MAPPING ROUND DRIVER
kvm_guest() {
	local bdf=${BDF_OF[$4]} status
	mapping "$bdf" "$2"
	"$PROGRAMS/vga_kvm_bench" "$1" "$REPEAT" "$BATCH_MS" "$4=$bdf" | tell "$3" kvm
	status=${PIPESTATUS[0]}
	mapping "$bdf" off
	return "$status"
}

# guests SCENARIO ROW: an unmodified QEMU on each card, one stopped while the other runs.
guests() {
	local driver round status=0
	local -A pid rows
	place 0 || return
	for driver in "${DRIVERS[@]}"; do
		rows[$driver]=$(mktemp "/tmp/$1.XXXXXX")
		# A disk of its own: QEMU locks it.
		cp "/lab/guests/$1.img" "${rows[$driver]}.img"
		ACCEL=tcg run_l2 "${BDF_OF[$driver]}" ,x-vga=on -machine pc -drive "file=${rows[$driver]}.img,format=raw" \
			-debugcon "file:${rows[$driver]}"
		pid[$driver]=$L2_PID
		if ! wait_for 120 [ -s "${rows[$driver]}" ]; then
			diag "$driver: no guest: $(tail -n 2 "$L2_LOG")"
			status=1
		fi
		kill -STOP "$L2_PID"
	done
	for ((round = 0; round < ROUNDS && status == 0; round++)); do
		for driver in "${DRIVERS[@]}"; do
			kill -CONT "${pid[$driver]}"
			sleep 0.5
			"$PROGRAMS/vga_bench" count 1500 "$driver	$2=${rows[$driver]}" | tell "$round" guest
			[ "${PIPESTATUS[0]}" = 0 ] || status=1
			kill -STOP "${pid[$driver]}"
		done
	done
	kill -KILL "${pid[@]}"
	wait "${pid[@]}" 2>/dev/null
	return "$status"
}

[ -n "${CARD8-}" ] || skip_all "needs eight cards: lab run --cards 8"
CARDS=("$CARD1" "$CARD2" "$CARD3" "$CARD4" "$CARD5" "$CARD6" "$CARD7" "$CARD8")
stock_has_vga || skip_all "stock vfio-pci has no VGA region to compare with"
DRIVERS=("$STOCK" "$OURS")
CONTENDING=()
[ -n "${ICOUNT-}" ] || CONTENDING=(2 4 8)
load_module
place 0
want_console
plan $((8 + ${#CONTENDING[@]}))
check "calls on the VGA region and on BAR0" by_turns group calls off
check "loads and stores, mapped" by_turns group mapped user
check "what is not the VGA region" side_by_side rest $((ROUNDS * 3)) 20
check "opening and closing" side_by_side life "$ROUNDS" "$BATCH_MS"
check "a KVM guest, through exits" by_turns kvm_guest exits off
check "a KVM guest with the window in its memory" by_turns kvm_guest window kvm
check "guests scroll" guests scroll "QEMU guest: scroll text, per row of 80"
check "guests fill" guests fill "QEMU guest: fill mode 13h, per row of 320"
for n in "${CONTENDING[@]}"; do
	check "$n cards contend" by_turns contending "$n"
done
diag "hung in contention: stock ${HUNG[$STOCK]-0}, ours ${HUNG[$OURS]-0}"
finish
