# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For the tests of isolation: several cards and the host's console at once, and the module that lacks what the test
# is about. Source it.
# shellcheck source-path=SCRIPTDIR source=arb.sh disable=SC2153
. "${0%/*}/arb.sh"

MODULES=$PROGRAMS/modules/$(uname -r)

# use_module [MUTANT]: load the module under test, or one of the mutants in its place, and give it the cards in OURS_ON.
use_module() {
	local bdf module=/lab/vfio-pci-vga.ko
	[ $# = 0 ] || module=$MODULES/$1.ko
	for bdf in "${OURS_ON[@]}"; do unbind "$bdf"; done
	unload_module && modprobe -a vfio-pci-core vfio irqbypass vfio_iommu_type1 && insmod "$module" || return
	for bdf in "${OURS_ON[@]}"; do bind_driver "$bdf" "$OURS" || return; done
}

has_vgacon() {
	grep -q 'VGA+' /sys/class/vtconsole/*/name
}

# together SECONDS HOW@BDF...: vga_isolation and, with vgacon, vga_console at the same time. A line per card is in
# LINES, the console's in CONSOLE_LINE; shown as well. False unless both came to their end.
together() {
	local status line console=/tmp/console.$$
	: >"$console"
	if has_vgacon; then "$PROGRAMS/vga_console" "$1" "$CARD_HOST" >"$console" & fi
	mapfile -t LINES < <("$PROGRAMS/vga_isolation" "$@" | grep -v '^begin$'; echo "${PIPESTATUS[0]}")
	status=${LINES[-1]}
	unset 'LINES[-1]'
	for line in "${LINES[@]}"; do diag "$line"; done
	if has_vgacon; then
		wait $! || status=1
		CONSOLE_LINE=$(grep '^tty1 ' "$console")
		diag "console: $CONSOLE_LINE"
	fi
	return "$status"
}

# total NAME: the sum over the cards in LINES.
total() {
	local line sum=0
	for line in "${LINES[@]}"; do sum=$((sum + $(field "$1" "$line"))); done
	echo "$sum"
}

nothing_is_foreign() {
	[ "$(total accesses)" -gt 0 ] && [ "$(total foreign)" = 0 ] && [ "$(total lost)" = 0 ] &&
		[ "$(total misread)" = 0 ] && [ "$(total ports)" = 0 ]
}

no_line_is_lost() {
	[ "$(field lines "$CONSOLE_LINE")" -gt 0 ] && [ "$(field lost "$CONSOLE_LINE")" = 0 ] &&
		[ "$(field unprinted "$CONSOLE_LINE")" = 0 ] && [ "$(field on_card "$CONSOLE_LINE")" = 1 ]
}

# much_goes_astray MUTANT SECONDS HOW@BDF...: the negative control: the same with something missing, and it is seen.
much_goes_astray() {
	use_module "$1" || return
	shift
	together "$@" || diag "some did not come to their end"
	diag "negative control: $(total foreign) foreign bytes, $(total lost) lost ones"
	[ $(($(total foreign) + $(total lost))) -gt 1000 ]
}
