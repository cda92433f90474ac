#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The module under DKMS, for every kernel that has its headers installed, or
# for those named in KVER.
#
# usage: dkms.sh install|uninstall
# DKMS_TREES: other trees than the system's, "dkmstree sourcetree installtree"
set -eu
cd "$(dirname "$0")/.."

source_tree=/usr/src
trees=()
if [ "${DKMS_TREES-}" ]; then
	read -r dkms_tree source_tree install_tree <<<"$DKMS_TREES"
	trees=(--dkmstree "$dkms_tree" --sourcetree "$source_tree"
		--installtree "$install_tree" --no-depmod)
fi

# shellcheck source=/dev/null
module=$(kernel_source_dir='' dkms_tree='' . ./dkms.conf && echo "$PACKAGE_NAME/$PACKAGE_VERSION")
dir=$source_tree/${module/\//-}

command -v dkms >/dev/null || {
	echo "dkms is not installed: apt-get install dkms" >&2
	exit 1
}

case ${1-} in
install)
	rm -rf "$dir"
	mkdir -p "$dir"
	cp -r Kbuild dkms.conf COPYING ./*.c include "$dir/"
	dkms add "$module" "${trees[@]}"

	[ "${KVER-}" ] || KVER=$(cd /lib/modules && for d in */build/; do echo "${d%/build/}"; done)
	done=0
	for kver in $KVER; do
		status=0
		dkms install "$module" -k "$kver" "${trees[@]}" || status=$?
		case $status in
		0) done=$((done + 1)) ;;
		77) echo "$kver: declined, see above" ;;
		*) exit "$status" ;;
		esac
	done
	[ "$done" -gt 0 ] || {
		echo "installed for no kernel; are its linux-headers installed?" >&2
		exit 1
	}
	;;
uninstall)
	dkms remove "$module" --all "${trees[@]}"
	rm -rf "$dir"
	;;
*)
	echo "usage: dkms.sh install|uninstall" >&2
	exit 2
	;;
esac
