#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does each linter find a mistake? In a copy of the tree, one at a time. TAP.
set -u
cd "$(dirname "$0")/.." || exit

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 failed=0
mapfile -t files < <(git ls-files -co --exclude-standard | while read -r f; do
	[ -f "$f" ] && echo "$f"
done)

finds() { # LINTER FILE FINDING, the mistake on standard input
	local tree=$tmp/$1

	mkdir "$tree"
	tar -c "${files[@]}" | tar -C "$tree" -x
	cat >>"$tree/$2"
	n=$((n + 1))
	# A linter that fails for another reason has not found this mistake.
	if ! "$tree/scripts/lint.sh" "$1" >"$tmp/log" && grep -q "$3" "$tmp/log"; then
		echo "ok $n lint_${1}_finds_a_mistake"
	else
		echo "not ok $n lint_${1}_finds_a_mistake"
		sed 's/^/# /' "$tmp/log"
		failed=$((failed + 1))
	fi
	rm -rf "$tree"
}

echo "TAP version 13"
finds sparse vfio_pci_reset.c "'planted' was not declared" <<<"int planted;"
finds compiler vfio_pci_reset.c "no previous prototype for .planted" <<<"int planted(void) { return 0; }"
finds checkpatch vfio_pci_reset.c 'Comparison to NULL.*planted' <<-'C'
	static bool no(void *planted)
	{
		return planted == NULL;
	}
C
finds kernel_doc vfio_pci_reset.c "planted.*not described" <<-'C'
	/**
	 * other() - a function
	 */
	int other(int planted);
C
finds clang_format vfio_pci_reset.c '^ *+int planted(int a);' <<<"int planted( int a );"
finds shellcheck scripts/planted.sh "SC2086" <<-'SH'
	#!/bin/sh
	rm $1
SH
finds pyflakes planted.py "'os' imported but unused" <<<"import os"
finds codespell README.md "rec[i]eve ==>" <<<"rec""ieve"
finds spdx planted.c "planted.c: no SPDX line" <<<"int planted;"
finds readme Makefile "target planted is missing" <<<".PHONY: planted"
echo "1..$n"
echo "$((n - failed)) passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
