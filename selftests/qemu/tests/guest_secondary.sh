#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The assigned card as the second card of a guest whose first is emulated, without x-vga: the guest's
# boot sector writes text on the first through the BIOS and draws on the second through its BARs.
# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh
. /lab/guests/guest.sh

# The first card belongs to L2's QEMU, so it is asked there: 80x25 text on its screen, and what the
# boot sector wrote in its memory.
primary_shows_its_text() {
	local directory text
	directory=$(mktemp -d /tmp/guest-primary.XXXXXX)
	printf '%s\n' "screendump $directory/screen primary" "pmemsave 0xb8000 4000 $directory/cells" >&"$MONITOR"
	wait_for 10 test -s "$directory/cells" || { diag "no answer from QEMU"; return 1; }
	[ "$(sed -n 2p "$directory/screen" | head -c 7)" = "720 400" ] || { diag "not in text mode"; return 1; }
	# Attributes and blanks around it are no printable characters or spaces.
	text=$(tr -dc '[:print:]' <"$directory/cells")
	[[ $text = *"the primary card"* ]] || { diag "text: ${text:0:240}"; return 1; }
}

ask=$(mktemp -d /tmp/guest-monitor.XXXXXX)/monitor
mkfifo "$ask.in" "$ask.out"
exec {MONITOR}<>"$ask.in"
GUEST_EXTRA=primary_shows_its_text
GUEST_EXTRA_PROMISE="the guest's own card shows the text written there"
scenario secondary second 40 ,addr=0x10 -machine pc -device VGA,id=primary,addr=2 \
	-drive "file=$GUESTS/second.img,format=raw" -chardev "pipe,id=ask,path=$ask" -mon chardev=ask
