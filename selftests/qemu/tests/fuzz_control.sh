#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Would the fuzzer notice? Of the module that asks no arbiter it must find bytes of one card in another.
# shellcheck source-path=SCRIPTDIR source=../inside/lablib.sh
. /lab/bin/lablib.sh

export VFIO_VGA_DRIVER=vfio-pci-vga

finds_foreign_bytes() {
	unload_module && modprobe -a vfio-pci-core vfio irqbypass vfio_iommu_type1 || return
	insmod "/lab/build/selftests/modules/$(uname -r)/no_arbitration.ko" || return
	/lab/build/selftests/fuzz/vga_fuzz -s 1 -n 20000 "$CARD1" "$CARD2" "$CARD3" "$CARD4" >/tmp/fuzz
	diag "$(grep BROKEN /tmp/fuzz | head -n 5)"
	grep -q "BROKEN: .* has 0x" /tmp/fuzz
}

plan 1
check "without_arbitration_the_fuzzer_finds_foreign_bytes" finds_foreign_bytes
unload_module
finish
