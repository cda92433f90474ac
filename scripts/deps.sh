#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The packages that everything here needs, by purpose, and the only place that
# installs any.
#
# usage: deps.sh [--list] [build|lab|check|lint|debug|static|series|qemu|boot|root|bench]...   (default: the first four)
#
# As root what is missing is installed; else the line that does it is shown.
# A bare Debian 12 must do: this runs in /bin/sh with what is essential there.

packages() {
	case $1 in
	build)	# the module, for both kernels that are tested
		echo make gcc libc6-dev kmod \
			linux-headers-amd64 linux-headers-cloud-amd64 ;;
	lab)	# machines that run it
		echo python3 qemu-system-x86 seabios ovmf busybox-static \
			squashfs-tools pciutils kmod acpica-tools ;;
	bench)	# the plot
		echo gnuplot-nox ;;
	check)	# kselftests, DKMS and the model
		echo linux-source xz-utils dkms spin libpciaccess-dev ;;
	debug)	# the kernel of check-debug
		echo linux-source-6.12 xz-utils bc bison flex libelf-dev libssl-dev ;;
	static)	# make static; smatch is not packaged
		echo linux-source-6.12 xz-utils bc bison flex libelf-dev libssl-dev \
			clang lld llvm sparse coccinelle cppcheck ;;
	series)	# make patches
		echo git python3 unifdef clang-format python3-docutils rsync ;;
	qemu)	# contrib/qemu/build
		echo gcc libc6-dev dpkg-dev patch xz-utils meson ninja-build \
			pkg-config python3 python3-venv libglib2.0-dev libpixman-1-dev \
			libpng-dev libfdt-dev zlib1g-dev ;;
	boot)	# check-boot: initramfs images that are for the lab only, and signed kernels
		echo initramfs-tools-core udev ovmf openssl sbsigntool squashfs-tools ;;
	root)	# roots of other releases
		echo mmdebstrap ;;
	lint)
		echo sparse linux-source xz-utils perl clang-format shellcheck \
			python3 pyflakes3 codespell ;;
	*)
		echo "deps.sh: no purpose is called '$1'" >&2
		exit 2 ;;
	esac
}

list=
[ "${1-}" = --list ] && list=y && shift
[ $# -gt 0 ] || set -- build lab check lint

if [ "$list" ]; then
	for purpose; do
		printf '%s: ' "$purpose"
		packages "$purpose"
	done
	exit
fi

missing() {
	for purpose; do
		packages "$purpose"
	done | tr ' ' '\n' | sort -u | while read -r package; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
			printf ' %s' "$package"
	done
}

for purpose; do
	packages "$purpose" >/dev/null || exit
done
missing=$(missing "$@")
install="apt-get install --no-install-recommends$missing"

if [ -z "$missing" ]; then
	# The lab asks apt for kernel images, which takes apt's lists.
	[ "$(id -u)" -ne 0 ] || apt-cache show linux-image-amd64 >/dev/null 2>&1 ||
		apt-get update -q || exit 1
	exit 0
fi

if [ "$(id -u)" -ne 0 ]; then
	printf 'Packages are missing. As root:\n  %s\n' "$install" >&2
	exit 1
fi

echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # words on purpose
{ apt-get update -q && $install -y -q -o DPkg::Lock::Timeout=300; } </dev/null || {
	printf 'Packages could not be installed. Once there is a network:\n  apt-get update && %s\n' "$install" >&2
	exit 1
}
