# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Run commands that end with "N passed, N failed, N skipped", and add up.
# Sourced. LOGS names the directory for their output.

count_anew() {
	passed=0 failed=0 skipped=0
}
count_anew
foreground=
[ ! -t 0 ] || foreground=--foreground

# add_results LOG NAME STATUS: add the counts that a command's log ends with.
add_results() {
	local results p f s name=$2 status=$3

	results=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$1" | tail -n 1)
	if [ -z "$results" ]; then
		echo "=== $name: ended without results, status $status"
		failed=$((failed + 1))
		return
	fi
	# "N passed, N failed, N skipped"
	read -r p _ f _ s _ <<<"$results"
	if [ "$status" -ne 0 ] && [ "$f" -eq 0 ] || [ $((p + f)) -eq 0 ]; then
		echo "=== $name: status $status after '$results'"
		f=$((f + 1))
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	echo "=== $name: $results"
}

# The failed tests and steps of all logs, each with what was said before it.
failures() {
	grep -hE -B 8 --no-group-separator '^(\[[a-z]+\] )?((# )?not ok |=== .*: (ended without|status) )' "$LOGS"/*.log |
		grep -vE '^(\[[a-z]+\] )?(# )?ok ' | awk '!seen[$0]++'
}

# step NAME SECONDS COMMAND...
# A command that does not end with its count of results, or ran nothing, or
# whose exit status contradicts them, counts as a failure of its own.
step() {
	local name=$1 limit=$2 log=$LOGS/$1.log status
	shift 2

	mkdir -p "$LOGS"
	printf '\n=== %s\n' "$name"
	SECONDS=0
	# On a terminal Ctrl-C must reach the command.
	timeout ${foreground:+"$foreground"} --kill-after=30 "$limit" "$@" </dev/null 2>&1 | tee "$log"
	status=${PIPESTATUS[0]}
	add_results "$log" "$name" "$status"
	echo "=== $name: $SECONDS s"
}

# What failed, the closing line, and the exit status that goes with it.
total() {
	printf '\nlogs: %s\n' "$LOGS"
	[ "$failed" -eq 0 ] || failures
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
