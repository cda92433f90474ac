#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What binds cards to vfio-pci-vga in the initramfs, before the host's graphics drivers: contrib/initramfs-tools.
#
# usage: initramfs.sh install|uninstall
set -eu
cd "$(dirname "$0")/../contrib/initramfs-tools"

files=$(find . -type f)
for file in $files; do
	case ${1-} in
	install) install -D "$file" "/etc/initramfs-tools/$file" ;;
	uninstall) rm -f "/etc/initramfs-tools/$file" ;;
	*)
		echo "usage: initramfs.sh install|uninstall" >&2
		exit 2
		;;
	esac
done
# initramfs-tools-core alone has no images of its own.
! command -v update-initramfs >/dev/null || update-initramfs -u
