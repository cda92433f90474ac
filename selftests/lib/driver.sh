# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# For the shell tests: TAP, sysfs and the module. Source it with the test's
# directory in $0. Needs what only a test machine gives: root, the module, and a
# card named by VFIO_VGA_BDF.

TOP=$(cd "$(dirname "$0")/.." && pwd)
# The programs: where it is said, in the checkout's build/, or beside the tests as
# in a kernel's tree.
# shellcheck disable=SC2034 # for those who source this
for PROGRAMS in "${VFIO_VGA_PROGRAMS-}" "$TOP/build/selftests" "$(cd "$(dirname "$0")" && pwd)"; do
	[ ! -x "$PROGRAMS/vga_io" ] || break
done
OURS=vfio-pci-vga
DEVICES=/sys/bus/pci/devices
DRIVERS=/sys/bus/pci/drivers
BDF=${VFIO_VGA_BDF-}
BDF2=${VFIO_VGA_BDF2-}

# The module as a file: named, the lab's, built for this kernel, or installed.
find_module() {
	for MODULE in "${VFIO_VGA_MODULE-}" /lab/$OURS.ko \
		"$TOP/build/$(uname -r)/$OURS.ko" \
		"$(modinfo -F filename vfio_pci_vga 2>/dev/null)"; do
		[ ! -f "$MODULE" ] || return 0
	done
	MODULE=
	return 1
}

# plan N: print it, or skip the whole program where it cannot run.
plan() {
	TESTS=0 FAILED=0
	echo "TAP version 13"
	if [ "$(id -u)" -ne 0 ]; then
		why="needs root"
	elif [ -z "$BDF" ]; then
		why="VFIO_VGA_BDF names no card to bind and unbind"
	elif ! find_module; then
		why="no $OURS.ko for $(uname -r); set VFIO_VGA_MODULE"
	else
		echo "1..$1"
		return
	fi
	echo "1..0 # SKIP $why"
	exit 4
}

# check PROMISE COMMAND...: one test.
check() {
	promise=$1
	shift
	TESTS=$((TESTS + 1))
	if "$@"; then
		echo "ok $TESTS $promise"
	else
		FAILED=$((FAILED + 1))
		echo "not ok $TESTS $promise"
	fi
}

skip() {
	TESTS=$((TESTS + 1))
	echo "ok $TESTS $1 # SKIP $2"
}

# The last command of a test: its status is the program's.
finish() {
	[ "$FAILED" -eq 0 ]
}

not() {
	! "$@"
}

# Writes that must fail are part of the tests: no noise from the shell.
put() {
	{ printf '%s' "$2" >"$1"; } 2>/dev/null
}

bound_driver() {
	link=$(readlink "$DEVICES/$1/driver") && basename "$link"
}

is_bound() {
	[ "$(bound_driver "$1")" = "$2" ]
}

unbind() {
	[ ! -e "$DEVICES/$1/driver" ] || put "$DEVICES/$1/driver/unbind" "$1"
}

# An empty line takes the override away.
override() {
	put "$DEVICES/$1/driver_override" "${2:-
}"
}

bind() {
	! is_bound "$1" "$2" || return 0
	unbind "$1" && override "$1" "$2" && put "$DRIVERS/$2/bind" "$1"
}

load() {
	is_loaded && return
	for module in vfio-pci-core vfio irqbypass vfio_iommu_type1; do
		modprobe "$module" || return
	done
	insmod "$MODULE" "$@"
}

unload() {
	! is_loaded || rmmod vfio_pci_vga
}

reload() {
	unload && load "$@"
}

is_loaded() {
	[ -d /sys/module/vfio_pci_vga ]
}

# Leave the machine as the next test expects it.
restore() {
	load
	for bdf in $BDF $BDF2; do
		bind "$bdf" $OURS
	done
}
