// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the VGA arbiter's race wide: vga_get() finds the lock taken, lets go of
 * its spinlock and only then joins the wait queue; whoever waits dawdles there,
 * and a release meanwhile wakes nobody. Nothing but time is added. For
 * arb_lost_wakeup.sh.
 */
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/vgaarb.h>

/* vga_get() is shorter than this, and the functions behind it do not wait. */
#define VGA_GET_SIZE	0x400

static unsigned int dawdle_us = 1000;
module_param(dawdle_us, uint, 0444);
MODULE_PARM_DESC(dawdle_us, "How long a task dawdles before it waits");

static unsigned long dawdled;
module_param(dawdled, ulong, 0444);
MODULE_PARM_DESC(dawdled, "How often somebody did");

static int before_add_wait_queue(struct kprobe *probe, struct pt_regs *regs)
{
	unsigned long caller = regs_get_kernel_stack_nth(regs, 0);

	if (caller - (unsigned long)vga_get >= VGA_GET_SIZE)
		return 0;
	dawdled++;
	udelay(dawdle_us);
	return 0;
}

static struct kprobe probe = {
	.symbol_name = "add_wait_queue",
	.pre_handler = before_add_wait_queue,
};

static int __init wide_race_init(void)
{
	return register_kprobe(&probe);
}
module_init(wide_race_init);

static void __exit wide_race_exit(void)
{
	unregister_kprobe(&probe);
}
module_exit(wide_race_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Makes tasks dawdle before they wait in the VGA arbiter");
