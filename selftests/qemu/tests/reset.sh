# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Users of the cards of selftests/zoo/fragile.c, for the reset_*.sh tests: source it inside L1.
# shellcheck source-path=SCRIPTDIR source=arb.sh
. "${0%/*}/arb.sh"
# shellcheck source-path=SCRIPTDIR source=kernel_log.sh
. "${0%/*}/kernel_log.sh"

ACT=$PROGRAMS/vga_act
# shellcheck disable=SC2034 # for those who source this
RESET_TABLE=/run/reset-table
# Registers of the models.
# shellcheck disable=SC2034 # as above
ENGINE=0x3c SMC_INDEX=0x200 SMC_DATA=0x204

file() {
	echo "/sys/bus/pci/devices/$1/vfio_vga/$2"
}

# log_end BDF: the last line of its log of resets.
log_end() {
	tail -n 1 "$(file "$1" reset_log)"
}

# act BDF WORD...: what vga_act says, also in ACTED.
act() {
	ACTED=$("$ACT" "$@" 2>&1)
	diag "${1#0000:}: ${ACTED//$'\n'/, }"
}

# said WORD RESULT: the last act's word had that result.
said() {
	grep -q "^$1 $2\b" <<<"$ACTED"
}

# took WORD: milliseconds of the last act's word.
took() {
	sed -n "s/^$1 [A-Z0-9]* //p" <<<"$ACTED" | tail -n 1
}

# power ID on|off: the card out of its slot, or in.
power() {
	local value=false
	[ "$2" = off ] || value=true
	l0 qmp "{\"execute\": \"qom-set\", \"arguments\": {\"path\": \"/machine/peripheral/$1\", \"property\": \"powered\", \"value\": $value}}" >/dev/null
}

# replug ID BDF: the kernel and the card both begin anew.
replug() {
	echo 1 >"/sys/bus/pci/devices/$2/remove" && power "$1" off && power "$1" on && echo 1 >/sys/bus/pci/rescan &&
		wait_for 10 [ -e "/sys/bus/pci/devices/$2" ]
}

# fresh ID BDF DRIVER: a card after power on, bound to the driver.
fresh() {
	unbind "$2"
	replug "$1" "$2" && load_module && bind_driver "$2" "$3"
}

# start_smc: words that make a guest's driver of vga_act.
start_smc() {
	echo "write 5 $SMC_INDEX 0x80000004 write 5 $SMC_DATA 0 write 5 $SMC_INDEX 0x80000370 write 5 $SMC_DATA 0x20100"
}

# kill_user BDF WORD...: a user who does that, and is killed without having closed anything; before it is, BEFORE_KILL.
kill_user() {
	local bdf=$1 user line
	shift
	coproc USER { exec "$ACT" "$bdf" open memory "$@" hold; }
	user=$USER_PID
	# Not sed: busybox's wants the next line before it ends.
	while read -r line <&"${USER[0]}" && [ "$line" != holding ]; do :; done
	${BEFORE_KILL-}
	kill -9 "$user"
	wait "$user" 2>/dev/null
	return 0
}
