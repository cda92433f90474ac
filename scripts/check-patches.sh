#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does the series of make patches apply to a kernel's tree, is each of its commits whole, and does the kernel that comes
# of it pass the series' own kselftests? TAP.
#
# usage: check-patches.sh [TAR...]     (default: Debian's linux-source-6.12 package, and the newest one of all)
#
# TAR is a kernel's source.
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source-path=SCRIPTDIR source=tap.sh
. scripts/tap.sh
vga=drivers/vfio/pci/vga
tests=tools/testing/selftests
log=$(mktemp)
trap 'rm -f "$log"' EXIT

scripts/deps.sh build lab debug series qemu || exit
if [ $# -eq 0 ]; then
	newest=$(scripts/newest-source.sh) || exit
	set -- /usr/src/linux-source-6.12.tar.xz "$newest"
fi

check() { # PROMISE COMMAND...
	local promise=$1
	shift
	"$@" >"$log" 2>&1
	result $? "$promise" "$log"
}

# git need not know the files that no patch touches.
base() {
	[ ! -e "$src/.git/refs/tags/base" ] || return 0
	rm -rf "$src/.git"
	git -C "$src" init -q && echo '*.o' >"$src/.git/info/exclude" &&
		git -C "$src" add -f MAINTAINERS Documentation/driver-api Documentation/ABI/testing drivers/pci drivers/vfio \
			include/linux $tests/Makefile &&
		git -C "$src" commit -q -m base && git -C "$src" tag base
}

back_to_base() {
	git -C "$src" am --abort
	git -C "$src" reset -q --hard base
}

# What a mailing list's robots would say, but for the rules that lint.sh has exceptions from as well; MAINTAINERS is
# looked into below, and the tree has no history in which a commit could be found.
checkpatch() { # PATCH
	(cd "$src" && scripts/checkpatch.pl --strict --terse --showfile --show-types --no-summary --ignore FILE_PATH_CHANGES,UNKNOWN_COMMIT_ID "$1") |
		sed -E '/_trace\.h:.*:(OPEN_ENDED_LINE|PARENTHESIS_ALIGNMENT):/d
			/quirk_table\.c:.*:LONG_LINE_STRING:/d
			/:MACRO_ARG_REUSE:/d
			/^tools\/testing.*:(PREFER_KERNEL_TYPES|VOLATILE|STRCPY|SPACING|LONG_LINE_STRING):/d' | tee "$log.rest"
	[ ! -s "$log.rest" ]
}

# What the commit changed, and all of the driver that is there.
objects() {
	git -C "$src" diff-tree --no-commit-id --name-only -r HEAD | sed -n "\\:^$vga/:d; s:^\\(drivers/.*\\)\\.c\$:\\1.o:p"
	[ ! -e "$src/$vga/Makefile" ] || echo "$vga/"
}

# The option comes with the driver; what comes before it must compile as well.
compile() {
	local targets
	mapfile -t targets < <(objects)
	[ ${#targets[@]} -eq 0 ] || make -s -C "$build" -j"$(nproc)" W=1 KCFLAGS=-Werror CONFIG_VGA_VFIO_PCI=m "${targets[@]}" || return
	# Every source of the driver was compiled.
	for source in "$src/$vga"/*.c; do
		[ ! -e "$source" ] || [ -e "$build/$vga/$(basename "$source" .c).o" ] || {
			echo "$source was not compiled"
			return 1
		}
	done
}

option() {
	"$src/scripts/config" --file "$build/.config" -m VGA_VFIO_PCI && make -s -C "$build" olddefconfig &&
		grep -qx CONFIG_VGA_VFIO_PCI=m "$build/.config" && make -s -C "$build" W=1 KCFLAGS=-Werror "$vga/"
}

no_option() {
	"$src/scripts/config" --file "$build/.config" -u VGA_VFIO_PCI && make -s -C "$build" olddefconfig
}

no_compat() {
	! grep -rnE 'LINUX_VERSION_CODE|compat\.h|KERNEL_VERSION' "$src/$vga" "$src/$tests/vfio/vga"
}

maintained() {
	local file
	for file in $(git -C "$src" diff --name-only --diff-filter=A base HEAD); do
		(cd "$src" && scripts/get_maintainer.pl --no-git --no-git-fallback --no-rolestats --sections -f "$file") |
			grep -qx 'VFIO VGA PCI DRIVER' || {
			echo "$file: not in MAINTAINERS"
			return 1
		}
	done
}

documents() {
	local file status=0
	for file in "$src"/Documentation/driver-api/vfio-pci-vga/*.rst; do
		# Sphinx's own directive.
		rst2pseudoxml --report=2 --halt=5 "$file" 2>&1 >/dev/null | grep -vE 'toctree|^$|:maxdepth:|^   [a-z-]+$' && status=1
	done
	# Nothing points at what is not there.
	git -C "$src" diff --name-only base HEAD | while read -r file; do
		grep -oE 'Documentation/[A-Za-z0-9_/.-]+(rst|vga)\b' "$src/$file"
	done | grep vga | sort -u | while read -r file; do
		[ -e "$src/$file" ] || [ -d "$src/$file" ] || echo "$file is not there"
	done | tee "$log.rest"
	[ ! -s "$log.rest" ] && [ $status -eq 0 ]
}

kselftests() {
	local out=$tree/kselftest installed=$tree/kselftest/installed/vfio/vga program
	rm -rf "$out"
	make -s -C "$src/$tests" TARGETS=vfio/vga "O=$out" "KHDR_INCLUDES=-isystem $build/usr/include" USERCFLAGS=-Werror \
		install "INSTALL_PATH=$out/installed" || return
	for program in "$src/$tests/vfio/vga"/*.{c,sh}; do
		[ -x "$installed/$(basename "$program" .c)" ] || {
			echo "$program was not installed"
			return 1
		}
	done
}

# The kernel of the tree, with what the lab needs and without the checkers; the driver is a module of its own.
kernel() {
	local lab=$tree/lab
	mkdir -p "$lab"
	sed '/^# The checkers/,$d' selftests/qemu/debug.config >"$lab/fragment" &&
		(cd "$lab" && make -s -C "$src" "O=$lab" tinyconfig && "$src/scripts/kconfig/merge_config.sh" -m -O . .config fragment) &&
		"$src/scripts/config" --file "$lab/.config" -m VGA_VFIO_PCI -e FTRACE -e ENABLE_DEFAULT_TRACERS -e DEBUG_FS \
			-e DETECT_HUNG_TASK -e SLUB_DEBUG -d SLUB_TINY -e STACKTRACE --set-str LOCALVERSION -vfio-vga-tree &&
		make -s -C "$lab" olddefconfig && grep -qx CONFIG_VGA_VFIO_PCI=m "$lab/.config" &&
		make -s -C "$lab" -j"$(nproc)" bzImage modules || return
	rm -rf "$tree/kernel"
	make -s -C "$lab" modules_install "INSTALL_MOD_PATH=$tree/kernel" INSTALL_MOD_STRIP=1 &&
		cp "$lab/arch/x86/boot/bzImage" "$tree/kernel/vmlinuz"
}

# All of them, as the kernel's own list names them, with cards of every kind.
kselftests_pass() {
	local installed=$tree/kselftest/installed/vfio/vga limit
	limit=$(sed -n 's/^timeout=//p' "$installed/settings")
	sed -n 's/^vfio\/vga://p' "$installed/../../kselftest-list.txt" | while read -r program; do
		# Scripts bind the card themselves.
		echo "timeout=$limit VFIO_VGA_OPENS=1000 $([[ $program != *.sh ]] || echo VFIO_VGA_DRIVER=none) $installed/$program"
	done >"$tree/kselftest/list"
	LAB_QEMU=$(contrib/qemu/build) selftests/qemu/lab run --kernel "$tree/kernel" --bring "$installed" \
		--module "$tree/lab/$vga/vfio-pci-vga.ko" --cards 4 --topology samebus --topology others --topology ati \
		--topology rarities --timeout 2400 --out "build/check-patches/$name" --list "$tree/kselftest/list"
}

series() { # TAR
	local name tree src build patches patch subject
	# linux-source-6.12
	name=$(basename "$1" | grep -oE '^[a-z-]+[0-9]+\.[0-9]+')
	tree=$(scripts/kernel-tree.sh "$1") || {
		check "${name}_is_prepared" false
		return
	}
	src=$tree/src build=$tree/build patches=$PWD/build/patches-$name
	check "${name}_is_prepared" base || return
	# An earlier run has left its commits there.
	back_to_base >/dev/null 2>&1
	check "${name}_series_is_written" scripts/patches.py "$src" "$patches" || return
	no_option
	for patch in "$patches"/*.patch; do
		subject=$(basename "$patch" .patch)
		check "${name}_${subject}_applies" git -C "$src" am -q "$patch" || return
		check "${name}_${subject}_compiles" compile
		check "${name}_${subject}_checkpatch" checkpatch "$patch"
	done
	check "${name}_has_no_compat_code" no_compat
	check "${name}_builds_with_its_option" option
	check "${name}_every_file_has_a_maintainer" maintained
	check "${name}_documents_are_whole" documents
	check "${name}_kselftests_build" kselftests || return
	check "${name}_kernel_builds" kernel || return
	check "${name}_kselftests_pass" kselftests_pass
	# How many, and what they say of themselves.
	sed 's/^/# /' "$log"
}

# Where git knows no user, as in CI.
git var GIT_COMMITTER_IDENT >/dev/null 2>&1 ||
	export GIT_{AUTHOR,COMMITTER}_NAME=nobody GIT_{AUTHOR,COMMITTER}_EMAIL=nobody@example.org
for tar; do
	series "$tar"
done
tap_end
