#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Files of the kernel's source that the linters need, from Debian's linux-source
# package; kept in the cache. Prints the directory that has them.
set -eu

tar=$(find /usr/src -maxdepth 1 -name 'linux-source-[0-9]*.tar.xz' 2>/dev/null | sort -V | tail -n 1)
if [ -z "$tar" ]; then
	echo "linux-source is not installed: scripts/deps.sh lint" >&2
	exit 1
fi

tree=$(basename "$tar" .tar.xz)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vfio-pci-vga
# Named after the package's file, so that an upgrade makes a new one.
dir=$cache/scripts-$tree-$(stat -c %Y "$tar")

if [ ! -d "$dir" ]; then
	mkdir -p "$cache"
	tmp=$(mktemp -d "$cache/scripts.XXXXXX")
	trap 'rm -rf "$tmp"' EXIT
	tar -C "$tmp" --strip-components=1 --wildcards -xf "$tar" \
		"$tree/scripts/checkpatch.pl" "$tree/scripts/spelling.txt" \
		"$tree/scripts/const_structs.checkpatch" "$tree/scripts/kernel-doc*"
	mv -T "$tmp" "$dir"
fi
echo "$dir/scripts"
