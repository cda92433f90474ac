#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The linters. Each must have nothing to say.
#
# usage: lint.sh [LINTER...]   (default: all; the names are those of the
# functions lint_* below)
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source-path=SCRIPTDIR source=checkers.sh
. scripts/checkers.sh
LC_ALL=C.UTF-8
export LC_ALL

scripts/deps.sh build lint || exit

# What git has or would add; without git all there is. Deleted files are still
# in git's list until that is committed.
mapfile -t all < <({ git ls-files -co --exclude-standard 2>/dev/null ||
	find . -path ./build -prune -o -type f -printf '%P\n'; } | sort | while read -r f; do
	[ -f "$f" ] && echo "$f"
done)

matching() { # REGEX
	printf '%s\n' "${all[@]}" | grep -E "$1"
}

with_interpreter() { # REGEX
	grep -l -a -m 1 -E "^#!.*$1" "${all[@]}" | while read -r f; do
		head -n 1 "$f" | grep -q -a '^#!' && echo "$f"
	done
}

# The models in selftests/zoo are built into QEMU and have its style.
mapfile -t all_c < <(matching '\.[ch]$' | grep -v '^selftests/zoo/')
# Trace events have a format of their own.
mapfile -t formatted_c < <(printf '%s\n' "${all_c[@]}" | grep -v '_trace\.h$')
mapfile -t shell < <({ with_interpreter '/(ba|da|)sh\b'; matching '\.sh$|^dkms\.conf$'; } | sort -u)
# The scripts that make patches takes.
mapfile -t series_sh < <(matching '^selftests/[^/]*\.sh$')
mapfile -t python < <({ with_interpreter 'python3'; matching '\.py$'; } | sort -u)
mapfile -t text < <(matching . | grep -v -E '\.png$|^COPYING$')

# Output is a finding: sparse and the compiler only warn.
build() { # KDIR OUT MAKE-VARIABLES...
	local kdir=$1 out=$2 log=build/lint/$2.log
	shift 2

	rm -rf "build/lint/$out"
	mkdir -p build/lint
	make modules KDIR="$kdir" O="build/lint/$out" "$@" >"$log" 2>&1 || {
		cat "$log"
		return 1
	}
	! grep -E '(warning|error|note):' "$log"
}

build_all() { # NAME MAKE-VARIABLES...
	local name=$1 kdir status=1
	shift

	for kdir in /lib/modules/*-amd64/build; do
		[ -e "$kdir/Makefile" ] || continue
		status=0
		build "$kdir" "$name-$(basename "${kdir%/build}")" "$@" || return
	done
	[ $status -eq 0 ] || echo "no kernel headers"
	return $status
}

lint_compiler() { build_all w1 W=1 KCFLAGS=-Werror; }

lint_sparse() { build_all sparse C=2; }

lint_checkpatch() {
	local dir f ignore

	dir=$(scripts/kernel-source.sh) || return
	! for f in "${all_c[@]}" "${series_sh[@]}"; do
		case $f in
		# The one file that may compare kernel versions.
		include/compat.h) ignore=LINUX_VERSION_CODE,CONSTANT_COMPARISON,MACRO_ARG_UNUSED ;;
		# Trace events have a format of their own.
		*_trace.h) ignore=OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT ;;
		# A row is one string, to be searched for and pasted.
		*quirk_table.c | selftests/kunit/*) ignore=FILE_PATH_CHANGES,LONG_LINE_STRING ;;
		# User space: C's own types and strings, device memory without
		# readl(), and FIXTURE_DATA() *self, which is no product.
		selftests/*) ignore=PREFER_KERNEL_TYPES,VOLATILE,STRCPY,SPACING,LONG_LINE_STRING ;;
		*) ignore=FILE_PATH_CHANGES ;;
		esac
		# Macros here take names, not expressions.
		ignore+=,MACRO_ARG_REUSE
		"$dir/checkpatch.pl" --no-tree --strict --terse --ignore "$ignore" -f "$f" 2>&1
	done | grep -v '^total:'
}

lint_kernel_doc() {
	local dir

	dir=$(scripts/kernel-source.sh) || return
	! "$dir/kernel-doc" -none -Werror "${all_c[@]}" 2>&1 | grep .
}

lint_clang_format() { scripts/format.py "${formatted_c[@]}"; }

# Inside the lab scripts have other paths than here (SC1091), and tests are
# functions whose names are arguments (SC2317).
lint_shellcheck() { shellcheck -x -P SCRIPTDIR -e SC1091,SC2317 "${shell[@]}"; }

lint_pyflakes() { pyflakes3 "${python[@]}"; }

# modinfo's word, the plural of what, and syzkaller's for both directions.
lint_codespell() { codespell -L parm,whats,iput,inout "${text[@]}"; }

lint_spdx() {
	local f status=0

	for f in "${text[@]}"; do
		# The kernel's format for sysfs files has no place for it.
		[[ $f != docs/ABI/sysfs-* ]] || continue
		head -n 3 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0' && continue
		echo "$f: no SPDX line"
		status=1
	done
	return $status
}

# What people are told must be what there is.
lint_readme() {
	local word status=0

	for word in $(scripts/deps.sh --list build lab check qemu | cut -d : -f 2); do
		grep -q -E "^ {8}([^ ]+ )*$word( |$)" README.md && continue
		echo "README.md: package $word is missing"
		status=1
	done
	while read -r word; do
		make -s help | grep -q "make $word " && continue
		echo "make help: target $word is missing"
		status=1
	done < <(sed -n 's/^\.PHONY: *//p' Makefile | tr ' ' '\n')
	return $status
}

run_checkers lint "$@"
