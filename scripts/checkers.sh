# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Checkers that must have nothing to say, each a function, and whether they
# find a mistake. Sourced.

# run_checkers PREFIX [CHECKER...]: the functions PREFIX_CHECKER; default: all.
run_checkers() {
	local prefix=$1 passed=0 failed=0 checker output all
	shift

	mapfile -t all < <(compgen -A function "${prefix}_" | sed "s/^${prefix}_//")
	[ $# -gt 0 ] || set -- "${all[@]}"
	for checker; do
		if output=$("${prefix}_$checker" 2>&1); then
			echo "ok      $checker"
			passed=$((passed + 1))
		else
			echo "FAILED  $checker"
			printf '%s\n' "$output" | sed 's/^/        /'
			failed=$((failed + 1))
		fi
	done
	echo "$passed passed, $failed failed, 0 skipped"
	[ "$failed" -eq 0 ]
}

# finds SCRIPT CHECKER FILE FINDING: the mistake on standard input, added to the
# file in a copy of the tree. With tap.sh.
finds() {
	local script=$1 checker=$2 tree status=1

	tree=$(mktemp -d)
	git ls-files -co --exclude-standard | while read -r file; do
		[ -f "$file" ] && echo "$file"
	done | tar -c -T - | tar -C "$tree" -x
	cat >>"$tree/$3"
	# A checker that fails for another reason has not found this mistake.
	! "$tree/$script" "$checker" >"$tree/log" 2>&1 && grep -q "$4" "$tree/log" && status=0
	result $status "$(basename "$script" .sh)_${checker}_finds_a_mistake" "$tree/log"
	rm -rf "$tree"
}
