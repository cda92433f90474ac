#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a kernel under Secure Boot loads: DIR has the module as DKMS signed it, signed.ko, the same without a signature,
# unsigned.ko, and with one by a key that the firmware does not know, foreign.ko. scripts/check-boot.sh.
#
# usage: module_signature.sh DIR
# shellcheck source-path=SCRIPTDIR source=../inside/lablib.sh
. /lab/bin/lablib.sh
dir=$1

refused() { # FILE
	! insmod "$dir/$1" && [ ! -d /sys/module/vfio_pci_vga ]
}

loads() { # FILE
	insmod "$dir/$1" && [ -d /sys/module/vfio_pci_vga ]
}

usable() {
	bind_driver "$CARD1" vfio-pci-vga && ../build/selftests/vga_io "$CARD1" read 0x3cc 1 >/dev/null
}

plan 6
mount -t securityfs securityfs /sys/kernel/security
modprobe -a vfio-pci-core vfio irqbypass vfio_iommu_type1
check "secure_boot_is_on" eval 'dmesg | grep -q "secureboot: Secure boot enabled"'
check "the_kernel_is_locked_down" grep -qF '[integrity]' /sys/kernel/security/lockdown
check "an_unsigned_module_is_refused" refused unsigned.ko
check "one_signed_by_a_foreign_key_is_refused" refused foreign.ko
check "the_module_that_dkms_signed_loads" loads signed.ko
check "and_has_a_card" usable
finish
