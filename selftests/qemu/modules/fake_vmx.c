// SPDX-License-Identifier: GPL-2.0-only
/*
 * Says that the CPU has VMX, which no emulated one has, as long as it is
 * loaded. For mmap_vmx.sh. Only who asks later believes it.
 */
#include <linux/cpumask.h>
#include <linux/module.h>
#include <asm/cpufeature.h>
#include <asm/processor.h>

static int __init fake_vmx_init(void)
{
	int cpu;

	if (boot_cpu_has(X86_FEATURE_VMX))
		return -EEXIST;
	set_cpu_cap(&boot_cpu_data, X86_FEATURE_VMX);
	for_each_possible_cpu(cpu)
		set_cpu_cap(&cpu_data(cpu), X86_FEATURE_VMX);
	return 0;
}
module_init(fake_vmx_init);

static void __exit fake_vmx_exit(void)
{
	int cpu;

	clear_bit(X86_FEATURE_VMX, (unsigned long *)boot_cpu_data.x86_capability);
	for_each_possible_cpu(cpu)
		clear_bit(X86_FEATURE_VMX, (unsigned long *)cpu_data(cpu).x86_capability);
}
module_exit(fake_vmx_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Pretends that the CPU has VMX");
