#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vga_mmap=kvm is refused where the CPU has VMX. The lab's has none, so a module says so.
# shellcheck source-path=SCRIPTDIR source=isolation.sh disable=SC2153
. "${0%/*}/isolation.sh"

# offered PROMISE: vga_mmap_offer keeps this promise, and did not skip it.
offered() {
	local line
	line=$(VFIO_VGA_DRIVER=$OURS "$PROGRAMS/vga_mmap_offer" 2>&1 | grep -E "^(not )?ok .*\.$1\b")
	diag "$line"
	[[ $line = ok* && $line != *SKIP* ]]
}

with_vmx() {
	local status
	insmod "$MODULES/fake_vmx.ko" || return
	"$@"
	status=$?
	rmmod fake_vmx
	return "$status"
}

load_module
plan 2
check "kvm_is_refused_where_the_cpu_has_vmx" with_vmx offered of_kvm_is_refused_where_the_cpu_has_vmx
check "kvm_is_taken_where_it_has_none" offered of_kvm_is_taken_where_the_cpu_has_no_vmx
finish
