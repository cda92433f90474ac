#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Checkers that take longer than make lint, on the module's sources and the kernel of linux-source-6.12, configured as
# the debug kernel. Each must have nothing to say.
#
# usage: static.sh [CHECKER...]   (default: all; the names are those of the functions static_* below)
#
# Smatch is not among them: Debian does not package it.
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source-path=SCRIPTDIR source=checkers.sh
. scripts/checkers.sh

scripts/deps.sh build lint static || exit
tar=/usr/src/linux-source-6.12.tar.xz

# build NAME TREE MAKE-VARIABLES...: output is a finding. The tree has no vmlinux to look for symbols in.
build() {
	local name=$1 tree=$2 log=build/static/$1.log
	shift 2

	rm -rf "build/static/$name"
	mkdir -p build/static
	KBUILD_MODPOST_WARN=1 make -j"$(nproc)" modules "KDIR=$tree/build" "O=build/static/$name" "$@" >"$log" 2>&1 || {
		cat "$log"
		return 1
	}
	! grep -E '(warning|error|note):' "$log"
}

static_gcc() {
	local tree
	tree=$(scripts/kernel-tree.sh $tar) && build gcc "$tree" W=1 KCFLAGS=-Werror
}

static_clang() {
	local tree
	tree=$(scripts/kernel-tree.sh $tar LLVM=1) && build clang "$tree" LLVM=1 W=1 KCFLAGS=-Werror
}

static_sparse() {
	local tree
	tree=$(scripts/kernel-tree.sh $tar) && build sparse "$tree" C=2
}

# The kernel's own scripts, but for those that want an OCaml compiler.
static_coccicheck() {
	local tree script findings=0
	tree=$(scripts/kernel-tree.sh $tar) || return
	while read -r script; do
		# Some scripts themselves are warned about.
		spatch -D report --no-show-diff --very-quiet --include-headers-for-types -I include -I "$tree/src/include" \
			--sp-file "$script" ./*.c 2>&1 | grep -v '^warning: line ' && findings=1
	done < <(grep -rL --include='*.cocci' -E '@ *(script|initialize|finalize):ocaml' "$tree/src/scripts/coccinelle" | sort)
	return $findings
}

# It does not read the kernel's headers, so it is told what the lists' loops are; and the kernel counts void as a byte.
static_cppcheck() {
	mkdir -p build/static
	cat >build/static/loops.h <<-'C'
		#define list_for_each_entry(p, h, m) for (p = entry(h); p; p = entry(p))
		#define list_for_each_entry_safe(p, n, h, m) for (p = entry(h); n = entry(p); p = n)
		#define list_for_each_entry_continue_reverse(p, h, m) for (p = entry(p); p; p = entry(p))
	C
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr \
		-D__KERNEL__ -DKBUILD_MODNAME='"vfio_pci_vga"' --include=build/static/loops.h -I include \
		--suppress=missingInclude --suppress=arithOperationsOnVoidPointer ./*.c
}

static_checkpatch() { scripts/lint.sh checkpatch; }

run_checkers static "$@"
