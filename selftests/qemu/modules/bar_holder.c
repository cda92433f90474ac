// SPDX-License-Identifier: GPL-2.0-only
/*
 * A framebuffer driver of the kind that cannot be evicted: it claims a part of
 * a card's BAR and registers no aperture. For arb_framebuffer.sh.
 */
#include <linux/ioport.h>
#include <linux/module.h>

static unsigned long start;
module_param(start, ulong, 0);
MODULE_PARM_DESC(start, "Address of the page to claim");

static int __init bar_holder_init(void)
{
	return request_mem_region(start, PAGE_SIZE, "bar_holder") ? 0 : -EBUSY;
}
module_init(bar_holder_init);

static void __exit bar_holder_exit(void)
{
	release_mem_region(start, PAGE_SIZE);
}
module_exit(bar_holder_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Claims a page of a card's memory");
