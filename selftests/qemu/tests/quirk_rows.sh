#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The rows as an administrator has them: shown, added, forced, from the module parameter; and what is said, once and with
# which error, about those that are wrong.
# shellcheck source-path=SCRIPTDIR source=arb.sh disable=SC2153
. "${0%/*}/arb.sh"
# shellcheck source-path=SCRIPTDIR source=kernel_log.sh
. "${0%/*}/kernel_log.sh"

DIR=/sys/bus/pci/devices/$CARD3/vfio_vga
TRACING=/sys/kernel/tracing

# fresh [PARAMETER=VALUE...]: the module anew, with the card bound.
fresh() {
	unbind "$CARD3"
	unload_module && load_module "$@" && bind_driver "$CARD3" "$OURS"
}

# is_refused FILE TEXT ERROR LINE: writing TEXT fails with ERROR, and the kernel says LINE once.
is_refused() {
	local got
	mark_log
	got=$({ printf '%s' "$2" >"$DIR/$1"; } 2>&1)
	diag "$1: '$2': ${got##*: }"
	[ "${got##*: }" = "$3" ] && said_once "vfio-pci-vga $CARD3: vfio_vga/$1: $4"
}

bad_input_is_refused() {
	is_refused quirk_add 'door bar=1' 'Invalid argument' '"door": not mirror, window or register' &&
		is_refused quirk_add 'mirror bar=2 offset=0x10z size=4' 'Invalid argument' \
			'"offset=0x10z": not a number' &&
		is_refused quirk_add 'register bar=3 offset=0 shows=0' 'Invalid argument' \
			'"bar=3": the card has no such BAR' &&
		is_refused quirk_add 'mirror bar=2 offset=0x3f01 size=0x100' 'Invalid argument' \
			'offset 0x4000 is beyond BAR 2, which has 0x4000 bytes' &&
		is_refused quirk_disable 'no-such-row' 'Invalid argument' '"no-such-row": the card has no such row' &&
		is_refused quirk_enable ati-bar4-window 'Invalid argument' \
			'"ati-bar4-window": "bar=4": the card has no such BAR' &&
		is_refused leak_trace maybe 'Invalid argument' '"maybe" is not 0 or 1'
}

row_is() {
	grep -qxE "$1" "$DIR/quirks" && return
	diag "no row $1 in"
	diag "$(cat "$DIR/quirks")"
	return 1
}

table_rows_are_shown() {
	diag "$(cat "$DIR/quirks")"
	row_is 'ati-bar2-f00-mirror on table hits=0 mirror bar=2 offset=0xf00 size=0x100' &&
		[ "$(wc -l <"$DIR/quirks")" = 6 ]
}

rows_can_be_added_and_switched() {
	echo "register bar=2 offset=0x200 shows=0" >"$DIR/quirk_add" &&
		row_is 'added-1 on added hits=0 register bar=2 offset=0x200 shows=0' &&
		echo added-1 >"$DIR/quirk_disable" && row_is 'added-1 off added .*' &&
		echo added-1 >"$DIR/quirk_enable" && row_is 'added-1 on added .*'
}

table_row_can_be_forced() {
	echo nvidia-bar0-1800 >"$DIR/quirk_enable" && row_is 'nvidia-bar0-1800 on table .*'
}

there_is_room_for_many_rows_and_an_end() {
	local n

	mark_log
	for n in {1..40}; do
		{ echo "register bar=2 offset=$((n * 4 + 0x1000)) shows=0" >"$DIR/quirk_add"; } 2>/tmp/error || break
	done
	diag "$(cat /tmp/error)"
	grep -q 'No space left' /tmp/error && [ "$(wc -l <"$DIR/quirks")" = 24 ] &&
		said_once "vfio_vga/quirk_add: the card has 24 rows, there can be no more"
}

rows_are_gone_after_a_new_bind() {
	unbind "$CARD3" && bind_driver "$CARD3" "$OURS" && [ "$(wc -l <"$DIR/quirks")" = 6 ]
}

only_root_can_write() {
	local file
	for file in quirk_add quirk_disable quirk_enable; do
		[ "$(stat -c %a "$DIR/$file")" = 200 ] || return
	done
	[ "$(stat -c %a "$DIR/leak_trace")" = 644 ] && [ "$(stat -c %a "$DIR/quirks")" = 444 ]
}

parameter_gives_rows() {
	fresh 'quirks="1002:5046 register bar=2 offset=0x200 shows=0; 1002:5159 mirror bar=2 offset=0 size=4;"' &&
		row_is 'parameter-1 on parameter hits=0 register bar=2 offset=0x200 shows=0' &&
		[ "$(wc -l <"$DIR/quirks")" = 7 ]
}

# parameter_is_refused VALUE LINE
parameter_is_refused() {
	local got
	mark_log
	got=$(insmod /lab/vfio-pci-vga.ko "quirks=\"$1\"" 2>&1)
	diag "$got"
	[[ $got = *"Invalid"* ]] && said_once "$2"
}

bad_parameter_is_refused() {
	unbind "$CARD3"
	unload_module
	parameter_is_refused '1002 mirror' \
		'vfio_pci_vga: quirks: "1002 mirror" does not start with vendor:device' &&
		parameter_is_refused '1002:5046 mirror bar=2 offset=0' \
			'vfio_pci_vga: quirks: 1002:5046: "mirror": lacks size='
}

parameter_that_does_not_fit_is_left_out() {
	mark_log
	fresh 'quirks="1002:5046 register bar=5 offset=0x200 shows=0"' &&
		said_once "$CARD3: quirks: \"bar=5\": the card has no such BAR, row left out" &&
		[ "$(wc -l <"$DIR/quirks")" = 6 ]
}

hits_and_leaks_are_traced() {
	local card=$CARD3

	echo ati-config-reg-1-base >"$DIR/quirk_disable" && echo 1 >"$DIR/leak_trace" || return
	echo >"$TRACING/trace"
	echo 1 >"$TRACING/events/vfio_pci_vga/vfio_vga_quirk/enable"
	echo 1 >"$TRACING/events/vfio_pci_vga/vfio_pci_vga_leak/enable"
	"$PROGRAMS/vga_io" "$card" read 0x100 4 2
	"$PROGRAMS/vga_io" "$card" read 0x10c 4 2
	echo 0 >"$TRACING/events/vfio_pci_vga/enable"
	cat "$TRACING/trace" >/tmp/trace
	diag "$(grep vfio_ /tmp/trace)"
	grep -q "vfio_vga_quirk: $card ati-config-aper-0-base region=2 offset=0x100 count=4 read" /tmp/trace &&
		grep -qE "vfio_pci_vga_leak: $card region=2 offset=0x10c width=4 value=0x[0-9a-f]+ bar=2 shift=0 row=\"register bar=2 offset=0x10c shows=2 shift=0 width=4\"" /tmp/trace &&
		[ "$(head -n 1 "$DIR/leaks")" = "$(grep -c vfio_pci_vga_leak: /tmp/trace)" ] &&
		echo 0 >"$DIR/leak_trace" && echo ati-config-reg-1-base >"$DIR/quirk_enable"
}

others_than_vga_have_rows_too() {
	local status
	bind_driver "$SECONDARY" "$OURS" && [ -e "/sys/bus/pci/devices/$SECONDARY/vfio_vga/quirks" ] &&
		[ ! -e "/sys/bus/pci/devices/$SECONDARY/vfio_vga/lease_us" ]
	status=$?
	unbind "$SECONDARY"
	return "$status"
}

plan 12
fresh
check "table_rows_are_shown" table_rows_are_shown
check "only_root_can_write" only_root_can_write
check "bad_input_is_refused" bad_input_is_refused
check "rows_can_be_added_and_switched" rows_can_be_added_and_switched
check "table_row_can_be_forced" table_row_can_be_forced
check "there_is_room_for_many_rows_and_an_end" there_is_room_for_many_rows_and_an_end
check "rows_are_gone_after_a_new_bind" rows_are_gone_after_a_new_bind
check "hits_and_leaks_are_traced" hits_and_leaks_are_traced
check "parameter_gives_rows" parameter_gives_rows
check "bad_parameter_is_refused" bad_parameter_is_refused
check "parameter_that_does_not_fit_is_left_out" parameter_that_does_not_fit_is_left_out
if [ -n "${SECONDARY-}" ]; then
	check "others_than_vga_have_rows_too" others_than_vga_have_rows_too
else
	skip "others_than_vga_have_rows_too" "needs a display of another class: lab run --topology others"
fi
unbind "$CARD3"
unload_module
finish
