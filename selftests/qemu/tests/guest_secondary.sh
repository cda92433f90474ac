#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The assigned card as the second card of a guest whose first is emulated, without x-vga: the guest's
# boot sector writes text on the first through the BIOS and draws on the second through its BARs.
# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh
. /lab/guests/guest.sh

# qmp JSON: have L2's QEMU execute a command.
qmp() {
	local line
	echo "$1" >&"$ASK"
	while read -r -t 10 -u "$ANSWER" line; do
		case $line in
		'{"return"'*) return 0 ;;
		'{"error"'*) break ;;
		esac
	done
	diag "QEMU to $1: ${line:-no answer}"
	return 1
}

# The first card belongs to L2's QEMU, so it is asked there: 80x25 text on its screen, and what the
# boot sector wrote in its memory.
primary_shows_its_text() {
	local directory text
	directory=$(mktemp -d /tmp/guest-primary.XXXXXX)
	qmp '{"execute":"qmp_capabilities"}' &&
		qmp '{"execute":"screendump","arguments":{"device":"primary","filename":"'"$directory"'/screen"}}' &&
		qmp '{"execute":"pmemsave","arguments":{"val":753664,"size":4000,"filename":"'"$directory"'/cells"}}' ||
		return
	[ "$(sed -n 2p "$directory/screen" | head -c 7)" = "720 400" ] || { diag "not in text mode"; return 1; }
	# Its attributes, all 7, are no printable characters.
	text=$(tr -dc ' -~' <"$directory/cells")
	[[ $text = *"the primary card"* ]] || { diag "text: ${text:0:240}"; return 1; }
}

ask=$(mktemp -d /tmp/guest-monitor.XXXXXX)/monitor
mkfifo "$ask.in" "$ask.out"
exec {ASK}<>"$ask.in" {ANSWER}<>"$ask.out"
GUEST_EXTRA=primary_shows_its_text
GUEST_EXTRA_PROMISE="the guest's own card shows the text written there"
scenario secondary second ,addr=0x10 -machine pc -device VGA,id=primary,addr=2 \
	-drive "file=$GUESTS/second.img,format=raw" -chardev "pipe,id=ask,path=$ask" -mon chardev=ask,mode=control
