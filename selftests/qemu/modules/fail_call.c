// SPDX-License-Identifier: GPL-2.0-only
/*
 * Has one call of vfio-pci-vga into the kernel fail, and then no more: the
 * function named by the parameter "function" returns "value" to it without
 * having been run. For vga_faults.
 */
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/module.h>

static long value;
module_param(value, long, 0600);
MODULE_PARM_DESC(value, "What the function returns");

static unsigned int skip;
module_param(skip, uint, 0600);
MODULE_PARM_DESC(skip, "How many calls go through before");

static unsigned int failed;
module_param(failed, uint, 0400);
MODULE_PARM_DESC(failed, "How many calls failed: 0 or 1");

/* Takes the function's place: it is entered with what that was called with. */
static noinline long return_value(void)
{
	return value;
}

static int fail(struct kprobe *probe, struct pt_regs *regs)
{
	char caller[KSYM_SYMBOL_LEN];

	if (failed)
		return 0;
	sprint_symbol(caller, *(unsigned long *)regs->sp);
	if (!strstr(caller, "[vfio_pci_vga]"))
		return 0;
	if (skip) {
		skip--;
		return 0;
	}
	failed = 1;
	regs->ip = (unsigned long)return_value;
	return 1;
}

/* Without it the kernel might turn the probe into one that cannot do this. */
static void after(struct kprobe *probe, struct pt_regs *regs,
		  unsigned long flags)
{
}

static char name[KSYM_NAME_LEN];
static struct kprobe probe = { .symbol_name = name };
static bool registered;

static int set_function(const char *text, const struct kernel_param *param)
{
	int ret;

	if (registered)
		unregister_kprobe(&probe);
	registered = false;
	strscpy(name, text, sizeof(name));
	strim(name);
	if (!*name)
		return 0;
	probe = (struct kprobe){
		.symbol_name = name,
		.pre_handler = fail,
		.post_handler = after,
	};
	failed = 0;
	ret = register_kprobe(&probe);
	registered = !ret;
	return ret;
}

static const struct kernel_param_ops function_ops = { .set = set_function };
module_param_cb(function, &function_ops, NULL, 0200);
MODULE_PARM_DESC(function, "The function that fails, or nothing");

static int __init fail_call_init(void)
{
	return 0;
}
module_init(fail_call_init);

static void __exit fail_call_exit(void)
{
	set_function("", NULL);
}
module_exit(fail_call_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Has one call of vfio-pci-vga fail");
