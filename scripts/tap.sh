# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Results as TAP, for scripts that check something. Sourced.

n=0 failed=0
echo "TAP version 13"

# result STATUS NAME LOG: where it failed, with the log's end.
result() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n $2"
		return
	fi
	echo "not ok $n $2"
	tail -n 40 "$3" | sed 's/^/# /'
	failed=$((failed + 1))
	return 1
}

# The plan, and the last line; the exit status that goes with it.
tap_end() {
	echo "1..$n"
	echo "$((n - failed)) passed, $failed failed, 0 skipped"
	[ "$failed" -eq 0 ] && [ "$n" -gt 0 ]
}
