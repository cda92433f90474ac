// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rungs that said they had reset a card and had not, from load to unload of the
 * module: a card may be bound often meanwhile.
 *
 * Called from vfio_pci_reset.c and vfio_pci_vga.c.
 */
#include <linux/list.h>
#include <linux/slab.h>

#include "compat.h"
#include "vga_reset.h"

/**
 * struct vga_lies - what is known of one card
 * @node: place among all
 * @domain: the card's PCI domain
 * @bus: its bus
 * @devfn: its slot and function
 * @vendor: with @device, another card there has other habits
 * @device: see @vendor
 * @rungs: bits of enum vga_rung
 */
struct vga_lies {
	struct list_head node;
	int domain;
	u8 bus;
	u8 devfn;
	u16 vendor;
	u16 device;
	unsigned int rungs;
};

static LIST_HEAD(all_lies);
/* Protects all_lies and what is in it. */
static DEFINE_MUTEX(lies_lock);

/* Caller holds lies_lock. */
static struct vga_lies *find_lies(struct pci_dev *pdev)
{
	struct vga_lies *lies;

	list_for_each_entry(lies, &all_lies, node)
		if (lies->domain == pci_domain_nr(pdev->bus) &&
		    lies->bus == pdev->bus->number &&
		    lies->devfn == pdev->devfn &&
		    lies->vendor == pdev->vendor &&
		    lies->device == pdev->device)
			return lies;
	return NULL;
}

/**
 * vga_lies_recall - which rungs reset nothing?
 * @pdev: the card
 *
 * Return: bits of enum vga_rung.
 */
unsigned int vga_lies_recall(struct pci_dev *pdev)
{
	struct vga_lies *lies;
	unsigned int rungs = 0;

	mutex_lock(&lies_lock);
	lies = find_lies(pdev);
	if (lies)
		rungs = lies->rungs;
	mutex_unlock(&lies_lock);
	return rungs;
}

/**
 * vga_lies_remember - note which rungs reset nothing
 * @pdev: the card
 * @rungs: all of them, as bits of enum vga_rung
 *
 * Without memory for it they are found anew after the next bind.
 *
 * Context: process context, may sleep.
 */
void vga_lies_remember(struct pci_dev *pdev, unsigned int rungs)
{
	struct vga_lies *lies;

	mutex_lock(&lies_lock);
	lies = find_lies(pdev);
	if (!lies && rungs) {
		lies = kzalloc(sizeof(*lies), GFP_KERNEL);
		if (lies) {
			lies->domain = pci_domain_nr(pdev->bus);
			lies->bus = pdev->bus->number;
			lies->devfn = pdev->devfn;
			lies->vendor = pdev->vendor;
			lies->device = pdev->device;
			list_add(&lies->node, &all_lies);
		}
	}
	if (lies)
		lies->rungs = rungs;
	mutex_unlock(&lies_lock);
}

/**
 * vga_lies_free - forget all, when the module goes
 */
void vga_lies_free(void)
{
	struct vga_lies *lies, *next;

	list_for_each_entry_safe(lies, next, &all_lies, node)
		kfree(lies);
}
