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
		echo "=== $name: ended without results, status $status" | tee -a "$1"
		failed=$((failed + 1))
		return
	fi
	# "N passed, N failed, N skipped"
	read -r p _ f _ s _ <<<"$results"
	if [ "$status" -ne 0 ] && [ "$f" -eq 0 ] || [ $((p + f)) -eq 0 ]; then
		echo "=== $name: status $status after '$results'" | tee -a "$1"
		f=$((f + 1))
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	echo "=== $name: $results"
}

# The failed tests and steps of all logs, once each: a result of TAP with what
# was said before it, one of the lab's or of a checker with what follows. A log that
# ends with such a list speaks for itself. The lab's selfcheck fails on purpose.
failures() {
	local log

	for log in "$LOGS"/*.log; do
		grep '^failed: ' "$log" && continue
		awk -v selfcheck="$(grep -c '^=== lab-selfcheck\|selftests/qemu/selfcheck' "$log")" '
			/^(# )?not ok / {
				for (i = NR - 8; i < NR; i++)
					if (i in before)
						print before[i]
				delete before
				print
				next
			}
			/^=== .*: (ended without|status|failed)/ { print; next }
			/^lab: FAIL / && !selfcheck || /^FAILED  / { print; told = 1; next }
			told && /^(lab:)?      / { print; next }
			/^(# )?ok / { told = 0; delete before; next }
			{ told = 0; delete before[NR - 8]; before[NR] = $0 }' "$log" | sed 's/^/failed: /'
	done | awk '!seen[$0]++' | tail -n 40
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

# The closing line, and the exit status that goes with it.
counts() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# lane NAME JOB...: in order, in a shell and a log of their own. A job is a
# function's name and its argument in one word.
lane() {
	local name=$1 job
	shift

	(
		count_anew
		for job; do
			# shellcheck disable=SC2086 # words on purpose
			$job
		done
		counts
	) 2>&1 | tee "$LOGS/lane-$name.log" | sed -u "s/^/[$name] /"
}

# What failed, and the counts.
total() {
	printf '\nlogs: %s\n' "$LOGS"
	[ "$failed" -eq 0 ] || failures
	counts
}
