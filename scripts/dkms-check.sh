#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Tests of dkms.conf and dkms.sh, in trees of their own: the system's DKMS tree,
# /usr/src and /lib/modules stay as they are. TAP.
#
# usage: dkms-check.sh KVER...
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source-path=SCRIPTDIR source=tap.sh
. scripts/tap.sh

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
dkms_tree=$tmp/dkms source_tree=$tmp/src install_tree=$tmp/modules
mkdir -p "$dkms_tree" "$source_tree" "$install_tree"
trees=(--dkmstree "$dkms_tree" --sourcetree "$source_tree" --installtree "$install_tree")
export DKMS_TREES="$dkms_tree $source_tree $install_tree"
# Without a tool to sign with, DKMS does not make the machine a signing key.
export sign_file=/nonexistent
# shellcheck source=/dev/null
module=$(kernel_source_dir='' dkms_tree='' . ./dkms.conf && echo "$PACKAGE_NAME/$PACKAGE_VERSION")

installed() { # KVER
	local ko

	# DKMS compresses as the kernel does its own.
	ko=$(find "$install_tree/$1" -name 'vfio-pci-vga.ko*')
	[ "$(modinfo -F vermagic "$ko" 2>>"$tmp/log" | cut -d ' ' -f 1)" = "$1" ] &&
		dkms status "$module" -k "$1" "${trees[@]}" 2>&1 | tee -a "$tmp/log" |
		grep -q ": installed$"
}

declined() { # KVER CONFIG-LINES REASON
	local status=0

	mkdir -p "$tmp/kernel/include" "$install_tree/$1"
	printf '%s\n' "$2" >"$tmp/kernel/.config"
	dkms install "$module" -k "$1" --kernelsourcedir "$tmp/kernel" --no-depmod \
		"${trees[@]}" >"$tmp/log" 2>&1 || status=$?
	[ "$status" -eq 77 ] && grep -q "needs.*$3" "$tmp/log" &&
		[ ! -e "$install_tree/$1/updates" ]
}

for kver; do
	mkdir -p "$install_tree/$kver"
	# DKMS 3.2 looks for the headers there.
	ln -s "/lib/modules/$kver/build" "$install_tree/$kver/build"
	KVER=$kver scripts/dkms.sh install >"$tmp/log" 2>&1 && installed "$kver"
	status=$?
	result $status "dkms_builds_and_installs_for_$kver" "$tmp/log"
	scripts/dkms.sh uninstall >>"$tmp/log" 2>&1 && ! installed "$kver" && [ $status -eq 0 ]
	result $? "dkms_removes_from_$kver" "$tmp/log"
done

# Without DKMS the compiler says it.
accepted() { # VERSION-CODE [CFLAG]
	mkdir -p "$tmp/include/linux"
	printf '%s\n' "#define LINUX_VERSION_CODE $1" '#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + (c))' \
		'#define IS_ENABLED(option) 1' >"$tmp/include/linux/version.h"
	touch "$tmp"/include/linux/{iommu,vfio_pci_core,pfn_t}.h
	cc -E ${2+"$2"} -I "$tmp/include" include/compat.h >/dev/null 2>"$tmp/log"
}

refused() { # VERSION-CODE REASON
	! accepted "$1" && grep -q "#error.*$2" "$tmp/log"
}

refused 0x0600ff "supports Linux 6.1 and newer"
result $? "a_kernel_before_6.1_is_refused_at_build_time" "$tmp/log"
accepted 0x060100
result $? "6.1_is_not" "$tmp/log"
refused 0x070300 "tested up to Linux 7.2"
result $? "a_kernel_newer_than_the_tested_ones_is_refused_at_build_time" "$tmp/log"
accepted 0x0702ff && accepted 0x070300 -DVFIO_VGA_UNTESTED_KERNEL
result $? "the_newest_tested_is_not_nor_one_that_was_asked_for" "$tmp/log"

KVER=$1 scripts/dkms.sh install >"$tmp/log" 2>&1
served=$(printf '%s\n' CONFIG_VFIO_PCI_CORE=m CONFIG_VGA_ARB=y)

declined 6.0.12-amd64 "$served" "Linux 6.1"
result $? "dkms_declines_a_kernel_before_6.1" "$tmp/log"
declined 7.3.1-amd64 "$served" "Linux 6.1 to 7.2, not 7.3.1"
result $? "dkms_declines_a_kernel_newer_than_the_tested_ones" "$tmp/log"
declined 6.1.0-fake-amd64 "CONFIG_VGA_ARB=y" CONFIG_VFIO_PCI_CORE
result $? "dkms_declines_a_kernel_without_VFIO_PCI_CORE" "$tmp/log"
declined 6.1.0-fake-amd64 "CONFIG_VFIO_PCI_CORE=m" CONFIG_VGA_ARB
result $? "dkms_declines_a_kernel_without_VGA_ARB" "$tmp/log"
# These must get as far as the compiler.
reaches_the_compiler() { # KVER
	! declined "$1" "$served" "" && grep -q "Bad return status for module build" "$tmp/log"
}
reaches_the_compiler 6.1.0-fake-amd64
result $? "dkms_does_not_decline_a_kernel_that_has_both" "$tmp/log"
reaches_the_compiler 7.2.99-fake-amd64 && UNTESTED_KERNEL=y reaches_the_compiler 7.30.1-fake-amd64
result $? "dkms_declines_neither_the_newest_tested_nor_one_that_was_asked_for" "$tmp/log"

scripts/dkms.sh uninstall >"$tmp/log" 2>&1
find "$dkms_tree" "$source_tree" "$install_tree" -type f >>"$tmp/log"
[ -z "$(find "$dkms_tree" "$source_tree" "$install_tree" -type f)" ]
result $? "dkms_uninstall_leaves_no_file" "$tmp/log"

tap_end
