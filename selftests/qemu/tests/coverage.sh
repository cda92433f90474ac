#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# After all else on the debug kernel: hand out which lines of the module were run, as coverage.tar.gz in the run's
# directory. The kernel keeps the counts of a module that was unloaded.
# shellcheck source-path=SCRIPTDIR source=../inside/lablib.sh
. /lab/bin/lablib.sh

counts=/sys/kernel/debug/gcov
[ -d "$counts" ] || skip_all "this kernel counts no lines"

# A word of a command has an end.
PART=48000

hand_out() {
	local file size at
	mkdir -p /tmp/counts
	# Of each object, without the directory it was built in; files there have no size, so they are read.
	while read -r file; do
		cat "$file" >"/tmp/counts/${file##*/}" || return
	done < <(find "$counts" -name '*.gcda')
	tar -C /tmp/counts -czf /tmp/coverage.tar.gz . || return
	size=$(wc -c </tmp/coverage.tar.gz)
	for ((at = 0; at < size; at += PART)); do
		l0 append coverage.tar.gz "$(tail -c +$((at + 1)) /tmp/coverage.tar.gz | head -c "$PART" | base64 -w0)" || return
	done
	diag "$(find /tmp/counts -type f | wc -l) objects, $size bytes"
}

plan 1
check "the counts are handed out" hand_out
finish
