# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For tests about what the kernel says and what hardware decodes. Source it after lablib.sh.

# mark_log: what follows is what log_since tells.
mark_log() {
	LOG_MARK="test: mark $$.$RANDOM"
	echo "$LOG_MARK" >/dev/kmsg
}

log_since() {
	dmesg | sed -n "/$LOG_MARK/,\$p"
}

# said_once TEXT: the kernel has said it once since the mark, in one line.
said_once() {
	local lines
	lines=$(log_since | grep -cF "$1")
	[ "$lines" = 1 ] && return
	diag "'$1' was said $lines times"
	diag "$(log_since | grep vfio-pci-vga | head -n 5)"
	return 1
}

# command_of BDF: the command register.
command_of() {
	setpci -s "$1" COMMAND
}

# watch_decode BDF SECONDS: look at the command register all the time; which combinations of decode bits were there,
# in DECODES: 0 none, 1 ports, 2 memory, 3 both.
watch_decode() {
	local end=$((SECONDS + $2)) now
	DECODES=
	while [ $SECONDS -lt $end ]; do
		now=$((0x$(command_of "$1") & 3))
		[[ $DECODES = *$now* ]] || DECODES+=$now
	done
	diag "$1 decoded: $DECODES"
}

# arbiter BDF COMMAND: a command to /dev/vga_arbiter about that card; prints what it says of the card then.
arbiter() {
	local arbiter
	exec {arbiter}<>/dev/vga_arbiter
	printf 'target PCI:%s' "$1" >&"$arbiter"
	[ $# -lt 2 ] || printf '%s' "$2" >&"$arbiter"
	dd bs=256 count=1 status=none <&"$arbiter"
	exec {arbiter}<&-
}

# port_of BDF: the bridge above the card.
port_of() {
	local port
	port=$(readlink -f "/sys/bus/pci/devices/$1/..")
	echo "${port##*/}"
}

# has_route BDF: the bridge above the card forwards VGA cycles.
has_route() {
	[ $((0x$(setpci -s "$(port_of "$1")" BRIDGE_CONTROL) & 8)) = 8 ]
}
