#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does each checker of static.sh find a mistake? In a copy of the tree, one at a time. TAP.
set -u
cd "$(dirname "$0")/.." || exit

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 failed=0
mapfile -t files < <(git ls-files -co --exclude-standard | while read -r f; do
	[ -f "$f" ] && echo "$f"
done)

finds() { # CHECKER FINDING, the mistake on standard input
	local tree=$tmp/$1

	mkdir "$tree"
	tar -c "${files[@]}" | tar -C "$tree" -x
	cat >>"$tree/vfio_pci_reset.c"
	n=$((n + 1))
	# A checker that fails for another reason has not found this mistake.
	if ! "$tree/scripts/static.sh" "$1" >"$tmp/log" 2>&1 && grep -q "$2" "$tmp/log"; then
		echo "ok $n static_${1}_finds_a_mistake"
	else
		echo "not ok $n static_${1}_finds_a_mistake"
		sed 's/^/# /' "$tmp/log"
		failed=$((failed + 1))
	fi
	rm -rf "$tree"
}

echo "TAP version 13"
finds gcc "no previous prototype for .planted" <<<"int planted(void) { return 0; }"
finds clang "variable 'planted' set but not used" <<'C'
static void __maybe_unused no(void)
{
	int planted;

	planted = 1;
}
C
finds sparse "'planted' was not declared" <<<"int planted;"
finds coccicheck "WARNING.*NULL check before some freeing functions" <<'C'
static void __maybe_unused no(void *planted)
{
	if (planted)
		kfree(planted);
}
C
finds cppcheck "planted.*arrayIndexOutOfBounds" <<'C'
static int __maybe_unused no(void)
{
	int planted[2] = { 1, 2 };

	return planted[2];
}
C
finds checkpatch 'Comparison to NULL.*planted' <<'C'
static bool no(void *planted)
{
	return planted == NULL;
}
C
echo "1..$n"
echo "$((n - failed)) passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
