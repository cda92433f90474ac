#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A kernel's source, unpacked and prepared for the building of modules with the debug kernel's configuration; kept in the
# cache. Prints the directory, which has src and build.
#
# usage: kernel-tree.sh TAR [MAKE-VARIABLE...]     (LLVM=1: for clang)
set -eu
cd "$(dirname "$0")/.."

tar=$1
shift
# linux-source-6.12
name=$(basename "$tar" | grep -oE '^[a-z-]+[0-9]+\.[0-9]+')
stamp=$(cat "$0" selftests/qemu/debug.config | sha256sum | cut -c 1-12)
dir=${XDG_CACHE_HOME:-$HOME/.cache}/vfio-pci-vga/tree-$name-$(stat -c %Y "$tar")-$stamp${1:+-$(echo "$1" | tr "=" -)}

mkdir -p "${dir%/*}"
exec 9>"${dir%/*}/.tree-lock"
flock 9
if [ ! -e "$dir/complete" ]; then
	echo "kernel-tree.sh: preparing $name, see $dir/log" >&2
	rm -rf "$dir"
	mkdir -p "$dir/src" "$dir/build"
	tar -C "$dir/src" --strip-components=1 -xf "$tar"
	{
		make -s -C "$dir/src" "O=$dir/build" "$@" tinyconfig &&
			(cd "$dir/build" && ../src/scripts/kconfig/merge_config.sh -m -O . .config "$OLDPWD/selftests/qemu/debug.config") &&
			make -s -C "$dir/build" "$@" olddefconfig &&
			make -s -C "$dir/build" -j"$(nproc)" "$@" modules_prepare headers
	} >"$dir/log" 2>&1 || {
		tail -n 20 "$dir/log" >&2
		exit 1
	}
	touch "$dir/complete"
fi
echo "$dir"
