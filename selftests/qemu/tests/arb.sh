# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For the tests of contention: figures, medians, and which console the host has. Source it.
# shellcheck source-path=SCRIPTDIR source=../inside/lablib.sh
. /lab/bin/lablib.sh

PROGRAMS=/lab/build/selftests
# shellcheck disable=SC2034 # for those who source this
OURS=vfio-pci-vga LEASE_US=2000

# stock_has_vga: does this kernel's own vfio-pci have the VGA region?
stock_has_vga() {
	modprobe vfio-pci-core && grep -q ' vfio_pci_vga_rw[[:space:]]' /proc/kallsyms
}

# The host's console: vgacon writes the card unasked and makes every access a lease; a DRM driver's framebuffer
# console does not. CONSOLE=drm brings the latter, for good: vgacon cannot come back. Cards must be bound first, or
# the DRM driver takes them too.
want_console() {
	if [ "${CONSOLE-vgacon}" = vgacon ]; then
		grep -q 'VGA+' /sys/class/vtconsole/*/name || skip_all "vgacon is not the console any more"
		return
	fi
	grep -q 'frame buffer' /sys/class/vtconsole/*/name && return
	modprobe bochs 2>/dev/null || skip_all "this kernel has no DRM driver for the host's card"
	wait_for 10 grep -q 'frame buffer' /sys/class/vtconsole/*/name || skip_all "the DRM driver took no console"
}

# arbiter_line BDF: what the arbiter says about the card.
arbiter_line() {
	exec 7<>/dev/vga_arbiter
	printf 'target PCI:%s' "$1" >&7
	dd bs=256 count=1 status=none <&7
	exec 7>&-
}

# field NAME LINE: what follows NAME= in the line, without decimals.
field() {
	local value=${2##* "$1"=}
	value=${value%% *}
	echo "${value%.*}"
}

# counter BDF NAME
counter() {
	cat "/sys/bus/pci/devices/$1/vfio_vga/$2"
}

# median NUMBER...: the middle one.
median() {
	printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"
}

# on_median COMMAND...: the machine is noisy, so a promise about time that was not kept is measured twice more, and
# two of three decide.
on_median() {
	"$@" && return
	diag "measuring twice more"
	"$@" && "$@"
}

# contend SECONDS [MODE@]BDF...: run vga_contend; its lines per card are in LINES, and how long the machine itself
# stalled in STALLED_US, and the 99.9th percentile of all cards' waits in WAIT_P999_US; shown as well. False unless all
# are done.
contend() {
	local status line
	mapfile -t LINES < <("$PROGRAMS/vga_contend" "$@" | grep -v '^begin$'; echo "${PIPESTATUS[0]}")
	for line in "${LINES[@]::${#LINES[@]}-1}"; do diag "$line"; done
	status=${LINES[-1]}
	# shellcheck disable=SC2034  # for those that source this
	STALLED_US=$(field stalled_us "${LINES[-2]}") WAIT_P999_US=$(field wait_p999_us "${LINES[-2]}")
	LINES=("${LINES[@]::${#LINES[@]}-2}")
	return "$status"
}

# moved: accesses of all cards in LINES together.
moved() {
	local line total=0
	for line in "${LINES[@]}"; do total=$((total + $(field accesses "$line"))); done
	echo "$total"
}
