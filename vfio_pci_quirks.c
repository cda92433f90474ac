// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rows of each card: which apply, which are on, and from when to when.
 *
 * Called from probe, open, close and reset by vfio_pci_vga.c and
 * vfio_pci_reset.c, and for choices by vfio_pci_sysfs.c. Choices apply
 * from the next open: what is mmapped, and what a window's registers hold, is
 * right for as long as the device is open.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "compat.h"
#include "vfio_pci_vga.h"

static char *quirks;
module_param(quirks, charp, 0444);
MODULE_PARM_DESC(quirks,
		 "Rows for cards bound later, separated by semicolons; \"vendor:device row\", see docs/quirks.md");

/* A row of the parameter, read when the module was loaded. */
struct quirk_parameter {
	struct list_head node;
	u32 vendor, device;
	struct vga_quirk_row row;
};

static LIST_HEAD(parameters);

static int read_entry(const char *entry)
{
	struct quirk_parameter *parameter;
	char why[128];
	int start = 0, ids;

	parameter = kzalloc(sizeof(*parameter), GFP_KERNEL);
	if (!parameter)
		return -ENOMEM;
	ids = sscanf(entry, "%x:%x %n", &parameter->vendor, &parameter->device,
		     &start);
	if (ids < 2 || !start) {
		pr_err("quirks: \"%.48s\" does not start with vendor:device\n",
		       entry);
		goto err_free;
	}
	if (vga_quirk_parse(entry + start, &parameter->row, why, sizeof(why))) {
		pr_err("quirks: %04x:%04x: %s\n", parameter->vendor,
		       parameter->device, why);
		goto err_free;
	}
	list_add_tail(&parameter->node, &parameters);
	return 0;

err_free:
	kfree(parameter);
	return -EINVAL;
}

/**
 * vfio_vga_quirks_free_parameter - undo vfio_vga_quirks_read_parameter()
 */
void vfio_vga_quirks_free_parameter(void)
{
	struct quirk_parameter *parameter, *next;

	list_for_each_entry_safe(parameter, next, &parameters, node)
		kfree(parameter);
	INIT_LIST_HEAD(&parameters);
}

/**
 * vfio_vga_quirks_read_parameter - read the module parameter quirks
 *
 * Context: at module load.
 * Return: 0, -ENOMEM, or -EINVAL with a line in the log.
 */
int vfio_vga_quirks_read_parameter(void)
{
	char *copy, *rest, *entry;
	int ret = 0;

	if (!quirks)
		return 0;
	copy = kstrdup(quirks, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	for (rest = copy; !ret && (entry = strsep(&rest, ";"));) {
		entry = skip_spaces(entry);
		if (*entry)
			ret = read_entry(entry);
	}
	kfree(copy);
	if (ret)
		vfio_vga_quirks_free_parameter();
	return ret;
}

static void describe_card(struct vfio_vga_device *vga,
			  struct vga_quirk_card *card)
{
	int bar;

	card->legacy = vfio_vga_is_vga(vga->core.pdev);
	for (bar = 0; bar < VGA_QUIRK_BARS; bar++)
		card->size[bar] = pci_resource_len(vga->core.pdev, bar);
}

static bool bar_is(struct pci_dev *pdev, const struct vga_quirk_need *need)
{
	unsigned long flags = pci_resource_flags(pdev, need->bar);

	if (pci_resource_len(pdev, need->bar) < need->size)
		return false;
	switch (need->type) {
	case VGA_BAR_IO:
		return flags & IORESOURCE_IO;
	case VGA_BAR_MEM:
		return flags & IORESOURCE_MEM;
	case VGA_BAR_MEM64:
		return flags & IORESOURCE_MEM_64;
	default:
		return true;
	}
}

static bool has_audio(struct pci_dev *pdev)
{
	struct pci_dev *next = pci_get_slot(pdev->bus, pdev->devfn + 1);
	bool is;

	is = next && next->class >> 8 == PCI_CLASS_MULTIMEDIA_HD_AUDIO;
	pci_dev_put(next);
	return is;
}

static bool rule_applies(struct pci_dev *pdev,
			 const struct vga_quirk_rule *rule)
{
	const u8 *id = rule->ids;

	while (id && *id && *id != pdev->device >> 8)
		id++;
	return (!id || *id) && pdev->vendor == rule->vendor &&
	       (!rule->class || pdev->class >> 8 == rule->class) &&
	       bar_is(pdev, &rule->needs[0]) && bar_is(pdev, &rule->needs[1]) &&
	       (!rule->audio || has_audio(pdev));
}

static struct vga_quirk *find_name(struct vfio_vga_device *vga,
				   const char *name)
{
	struct vga_quirk_set *all = &vga->quirks.all;
	unsigned int i;

	for (i = 0; i < all->nr; i++)
		if (sysfs_streq(name, all->quirk[i]->name))
			return all->quirk[i];
	return NULL;
}

/* Caller holds the lock, or is alone. A NULL name is made up. */
static int add_row(struct vfio_vga_device *vga, const struct vga_quirk_row *row,
		   const char *name, enum vga_quirk_source source, char *why,
		   size_t why_size)
{
	struct vga_quirk_set *all = &vga->quirks.all;
	struct vga_quirk_card card;
	struct vga_quirk *quirk;
	unsigned int i, number = 1;
	int ret;

	describe_card(vga, &card);
	ret = vga_quirk_check(row, &card, why, why_size);
	if (ret)
		return ret;
	if (all->nr == VGA_QUIRK_MAX) {
		snprintf(why, why_size, "the card has %u rows, there can be no more",
			 all->nr);
		return -ENOSPC;
	}
	quirk = kzalloc(sizeof(*quirk), GFP_KERNEL);
	if (!quirk) {
		snprintf(why, why_size, "no memory");
		return -ENOMEM;
	}
	quirk->row = *row;
	quirk->source = source;
	quirk->on = true;
	if (name) {
		strscpy(quirk->name, name, sizeof(quirk->name));
	} else {
		for (i = 0; i < all->nr; i++)
			number += all->quirk[i]->source == source;
		snprintf(quirk->name, sizeof(quirk->name), "%s-%u",
			 source == VGA_SOURCE_ADDED ? "added" : "parameter",
			 number);
	}
	vga_quirk_prepare(quirk);
	all->quirk[all->nr++] = quirk;
	return 0;
}

static int add_rule(struct vfio_vga_device *vga,
		    const struct vga_quirk_rule *rule, char *why,
		    size_t why_size)
{
	struct vga_quirk_row row;
	int ret;

	ret = vga_quirk_parse(rule->row, &row, why, why_size);
	if (!ret)
		ret = add_row(vga, &row, rule->name, VGA_SOURCE_TABLE, why,
			      why_size);
	return ret;
}

/**
 * vfio_vga_quirk_add - give a card one more row
 * @vga: the device, open or not
 * @text: the row; applies from the next open
 * @why: filled with what is wrong
 * @why_size: size of @why
 *
 * Context: process context, may sleep.
 * Return: 0; -EINVAL; -ENOSPC when there are too many; -ENOMEM.
 */
int vfio_vga_quirk_add(struct vfio_vga_device *vga, const char *text, char *why,
		       size_t why_size)
{
	struct vga_quirk_row row;
	int ret;

	ret = vga_quirk_parse(text, &row, why, why_size);
	if (ret)
		return ret;
	mutex_lock(&vga->quirks.lock);
	ret = add_row(vga, &row, NULL, VGA_SOURCE_ADDED, why, why_size);
	mutex_unlock(&vga->quirks.lock);
	return ret;
}

/**
 * vfio_vga_quirk_switch - switch a row on or off
 * @vga: the device, open or not
 * @name: the row's name; switched on, also one of the table that does not
 *	apply to the card, if it fits
 * @on: from the next open
 * @why: filled with what is wrong
 * @why_size: size of @why
 *
 * Context: process context, may sleep.
 * Return: 0; -EINVAL; and as vfio_vga_quirk_add().
 */
int vfio_vga_quirk_switch(struct vfio_vga_device *vga, const char *name,
			  bool on, char *why, size_t why_size)
{
	const struct vga_quirk_rule *rule;
	struct vga_quirk *quirk;
	int ret = -EINVAL;

	snprintf(why, why_size, "the card has no such row");
	mutex_lock(&vga->quirks.lock);
	quirk = find_name(vga, name);
	if (quirk) {
		quirk->on = on;
		ret = 0;
	}
	for (rule = vga_quirk_table;
	     !quirk && on && rule < vga_quirk_table + vga_quirk_table_size;
	     rule++) {
		if (sysfs_streq(name, rule->name)) {
			ret = add_rule(vga, rule, why, why_size);
			break;
		}
	}
	mutex_unlock(&vga->quirks.lock);
	return ret;
}

/**
 * vfio_vga_quirks_init - find the rows that apply to a card
 * @vga: the device, before it is registered
 *
 * A row of the module parameter that does not fit is told and left out.
 *
 * Return: 0 or -ENOMEM.
 */
int vfio_vga_quirks_init(struct vfio_vga_device *vga)
{
	struct pci_dev *pdev = vga->core.pdev;
	const struct vga_quirk_rule *rule;
	struct quirk_parameter *parameter;
	char why[128];
	int ret = 0;

	mutex_init(&vga->quirks.lock);
	mutex_init(&vga->quirks.window_lock);
	mutex_init(&vga->leaks.lock);
	for (rule = vga_quirk_table;
	     rule < vga_quirk_table + vga_quirk_table_size; rule++) {
		if (!rule_applies(pdev, rule))
			continue;
		ret = add_rule(vga, rule, why, sizeof(why));
		if (ret == -ENOMEM)
			goto err_free;
		if (ret)
			pci_err(pdev, "row %s does not fit: %s\n", rule->name,
				why);
	}
	list_for_each_entry(parameter, &parameters, node) {
		if (parameter->vendor != pdev->vendor ||
		    parameter->device != pdev->device)
			continue;
		ret = add_row(vga, &parameter->row, NULL, VGA_SOURCE_PARAMETER,
			      why, sizeof(why));
		if (ret == -ENOMEM)
			goto err_free;
		if (ret)
			pci_err(pdev, "quirks: %s, row left out\n", why);
	}
	return 0;

err_free:
	vfio_vga_quirks_free(vga);
	return ret;
}

/**
 * vfio_vga_quirks_free - undo vfio_vga_quirks_init()
 * @vga: the device, closed for good
 */
void vfio_vga_quirks_free(struct vfio_vga_device *vga)
{
	unsigned int i;

	for (i = 0; i < vga->quirks.all.nr; i++)
		kfree(vga->quirks.all.quirk[i]);
	vga->quirks.all.nr = 0;
}

/* The core keeps users away from the MSI-X table: no row may lead there. */
static bool in_msix_table(struct vfio_pci_core_device *core,
			  const struct vga_quirk *quirk)
{
	const struct vga_quirk_range *range;

	if (quirk->row.bar != core->msix_bar)
		return false;
	for (range = quirk->ranges; range < quirk->ranges + quirk->nr_ranges;
	     range++)
		if (range->start < core->msix_offset + core->msix_size &&
		    core->msix_offset < range->end)
			return true;
	return false;
}

static bool can_be_used(struct vfio_vga_device *vga,
			const struct vga_quirk *quirk)
{
	if (quirk->row.bar == VGA_QUIRK_LEGACY && !vga->has_vga)
		return false;
	if (!in_msix_table(&vga->core, quirk))
		return true;
	pci_err(vga->core.pdev,
		"row %s is not used: it covers the MSI-X table\n", quirk->name);
	return false;
}

/**
 * vfio_vga_quirks_open - put the rows that are on to use
 * @vga: the device, before its first access; the core has enabled it
 *
 * Return: 0, or what reserving or mapping a BAR returned.
 */
int vfio_vga_quirks_open(struct vfio_vga_device *vga)
{
	struct vfio_vga_quirks *quirks = &vga->quirks;
	u32 regions = 0;
	unsigned int i;
	int ret;

	mutex_lock(&quirks->lock);
	quirks->open.nr = 0;
	quirks->echoes = false;
	for (i = 0; i < quirks->all.nr; i++) {
		struct vga_quirk *quirk = quirks->all.quirk[i];

		if (!quirk->on || !can_be_used(vga, quirk))
			continue;
		quirks->open.quirk[quirks->open.nr++] = quirk;
		regions |= BIT(quirk->row.bar);
		quirks->echoes |= quirk->row.echo;
	}
	bitmap_zero(quirks->was_written, VGA_QUIRK_ECHO_MAX);
	vga_quirk_join_windows(&quirks->open);
	vga->leaks.on = READ_ONCE(vga->leaks.choice);
	mutex_unlock(&quirks->lock);

	if (vga->leaks.on) {
		for (i = 0; i < VGA_QUIRK_BARS; i++)
			if (pci_resource_len(vga->core.pdev, i))
				regions |= BIT(i);
		if (vga->has_vga)
			regions |= BIT(VGA_QUIRK_LEGACY);
	}
	for (i = 0; i < VGA_QUIRK_BARS; i++) {
		if (!(regions & BIT(i)))
			continue;
		ret = vga_setup_barmap(&vga->core, i);
		if (ret) {
			pci_err(vga->core.pdev,
				"BAR %u, which rows cover, cannot be mapped (%d)\n",
				i, ret);
			return ret;
		}
	}
	quirks->regions = regions;
	return 0;
}

/**
 * vfio_vga_quirks_close - undo vfio_vga_quirks_open()
 * @vga: the device, after its last access
 */
void vfio_vga_quirks_close(struct vfio_vga_device *vga)
{
	vga->quirks.regions = 0;
	vga->quirks.echoes = false;
	vga->leaks.on = false;
}

/**
 * vfio_vga_quirks_reset - forget what windows' registers hold
 * @vga: the open device, which was reset
 *
 * A reset that comes from elsewhere leaves an old address here. It is the
 * user's own, and what it names is at most answered where the card would have.
 *
 * Context: process context, may sleep.
 */
void vfio_vga_quirks_reset(struct vfio_vga_device *vga)
{
	struct vfio_vga_quirks *quirks = &vga->quirks;
	unsigned int i;

	if (!quirks->regions)
		return;
	mutex_lock(&quirks->window_lock);
	for (i = 0; i < quirks->open.nr; i++)
		quirks->open.quirk[i]->own = (struct vga_window){};
	mutex_unlock(&quirks->window_lock);
}
