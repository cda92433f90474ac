# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Helpers for the shell tests that run inside L1. Source it; it never exits the caller.

set -a
. /lab/env
set +a

# vendor_driver BDF: the name of the driver bound to the device, or nothing.
bound_driver() {
	local link
	link=$(readlink "/sys/bus/pci/devices/$1/driver") && echo "${link##*/}"
}

# unbind BDF: leave the device without a driver.
unbind() {
	[ ! -e "/sys/bus/pci/devices/$1/driver" ] || echo "$1" >"/sys/bus/pci/devices/$1/driver/unbind"
}

# bind_driver BDF DRIVER: bind the device to DRIVER and to nothing else.
bind_driver() {
	[ "$(bound_driver "$1")" = "$2" ] && return 0
	unbind "$1" || return
	echo "$2" >"/sys/bus/pci/devices/$1/driver_override" || return
	echo "$1" >/sys/bus/pci/drivers_probe || return
	[ "$(bound_driver "$1")" = "$2" ] && return 0
	echo "# $1 is bound to '$(bound_driver "$1")', not to $2" >&2
	return 1
}

# load_module [PARAMETER=VALUE...]: load the module under test, and before it what it depends on.
load_module() {
	[ -d /sys/module/vfio_pci_vga ] && return 0
	modprobe -a vfio-pci-core vfio irqbypass vfio_iommu_type1 && insmod /lab/vfio-pci-vga.ko "$@"
}

unload_module() {
	[ ! -d /sys/module/vfio_pci_vga ] || rmmod vfio_pci_vga
}

# wait_for SECONDS COMMAND...: run the command every 0.2 s until it succeeds.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.2
	done
}

# l2_accel: the accelerator for guests in L1.
l2_accel() {
	[ -c /dev/kvm ] && echo kvm || echo tcg
}

# run_l2 BDF DEVICE_OPTIONS [QEMU_ARGUMENT...]: start a guest in the background with the device assigned.
# DEVICE_OPTIONS is appended to the vfio-pci device, e.g. ",x-vga=on". Sets L2_PID; QEMU's words go to L2_LOG,
# its monitor is at L2_MONITOR. ACCEL in the environment overrides the accelerator, L2_QEMU the program.
run_l2() {
	local bdf=$1 options=$2 accel=${ACCEL:-$(l2_accel)}
	shift 2
	L2_LOG=$(mktemp /tmp/l2.XXXXXX) L2_MONITOR=$L2_LOG.monitor
	"${L2_QEMU:-qemu-system-x86_64}" -accel "$accel" -cpu max -m 128 -nodefaults -no-user-config -display none -vga none \
		-monitor "unix:$L2_MONITOR,server=on,wait=off" -device "vfio-pci,host=$bdf$options" "$@" \
		>"$L2_LOG" 2>&1 </dev/null &
	L2_PID=$!
}

# stop_l2: end the guest that run_l2 started; its exit status.
stop_l2() {
	kill "$L2_PID" 2>/dev/null
	wait "$L2_PID"
}

# TAP: plan N; then check "promise" COMMAND... once per promise, or skip "promise" WHY; end with finish.
TAP_COUNT=0 TAP_FAILED=0
plan() {
	echo "TAP version 13"
	echo "1..$1"
}

diag() {
	local line
	while IFS= read -r line; do echo "# $line"; done <<<"$*"
}

check() {
	local promise=$1
	shift
	TAP_COUNT=$((TAP_COUNT + 1))
	if "$@"; then
		echo "ok $TAP_COUNT $promise"
	else
		TAP_FAILED=$((TAP_FAILED + 1))
		echo "not ok $TAP_COUNT $promise"
		return 1
	fi
}

skip() {
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT $1 # SKIP $2"
}

# skip_all WHY: instead of a plan.
skip_all() {
	echo "TAP version 13"
	echo "1..0 # SKIP $1"
	exit 4
}

finish() {
	[ $TAP_FAILED = 0 ]
	exit
}
