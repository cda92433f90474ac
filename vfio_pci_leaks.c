// SPDX-License-Identifier: GPL-2.0-only
/*
 * The leak tracer: reads that give away where the host has put a BAR.
 *
 * Sees what no row answered, as vfio_pci_quirk_rw.c moves it, one access of the
 * bus after the other, and lets vfio_pci_leak_rows.c judge. The bytes are looked
 * at where the user has them: a user who changes them meanwhile fools himself.
 * docs/new-card.md tells how to use what comes out.
 */
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "vfio_pci_vga.h"
#include "vfio_pci_vga_trace.h"

static u64 physical_bar(struct vfio_vga_device *vga, unsigned int bar)
{
	unsigned long flags = pci_resource_flags(vga->core.pdev, bar);
	u64 address = vga->core.rbar[bar];

	if (flags & IORESOURCE_IO)
		return address & PCI_BASE_ADDRESS_IO_MASK;
	if (flags & IORESOURCE_MEM_64)
		address |= (u64)vga->core.rbar[bar + 1] << 32;
	return address & PCI_BASE_ADDRESS_MEM_MASK;
}

static bool card_dword_is(const struct vga_leak_card *card, unsigned int bar,
			  u32 pos, u32 offset)
{
	struct vfio_vga_device *vga = card->data;
	u8 bytes[4];

	return !vfio_vga_card_rw(vga, bar, pos, bytes, sizeof(bytes), false) &&
	       !memcmp(bytes, &vga->core.vconfig[offset], sizeof(bytes));
}

/* Whom the search is about: what a reset by the host may have moved, too. */
static void describe_card(struct vfio_vga_device *vga,
			  struct vga_leak_card *card)
{
	struct pci_dev *pdev = vga->core.pdev;
	unsigned int bar;

	for (bar = 0; bar < VGA_QUIRK_BARS; bar++) {
		card->bar[bar].start = physical_bar(vga, bar);
		card->bar[bar].size = pci_resource_len(pdev, bar);
		card->bar[bar].io = pci_resource_flags(pdev, bar) &
				    IORESOURCE_IO;
	}
	card->cfg_size = pdev->cfg_size;
	card->dword_is = card_dword_is;
	card->data = vga;
}

static void saw_access(struct vfio_vga_device *vga,
		       const struct vga_leak_card *card,
		       struct vga_leak *access, bool iswrite)
{
	char row[VGA_QUIRK_ROW_MAX];

	if (iswrite) {
		vga_leak_wrote(&vga->leaks.log, access);
		return;
	}
	if (vga_leak_read(&vga->leaks.log, card, access, row, sizeof(row)))
		trace_vfio_pci_vga_leak(vga->core.pdev, access->region,
					access->pos, access->width,
					access->value, access->bar,
					access->shift, row);
}

/**
 * vfio_vga_leaks_saw - look at bytes that came from the card or went there
 * @vga: the open device
 * @region: a BAR or the VGA region
 * @pos: offset in it
 * @buf: the bytes, in user memory
 * @count: how many
 * @iswrite: direction
 *
 * Context: process context, may sleep; stops when killed.
 */
void vfio_vga_leaks_saw(struct vfio_vga_device *vga, unsigned int region,
			u64 pos, const char __user *buf, size_t count,
			bool iswrite)
{
	struct vga_leak_card card;
	struct vga_leak access;
	unsigned int width;
	__le32 value;

	describe_card(vga, &card);
	/* A BAR beyond 4 GiB has no room for registers there. */
	for (; count && pos < U32_MAX && !fatal_signal_pending(current);
	     count -= width, pos += width, buf += width) {
		for (width = 4; width > count || !IS_ALIGNED(pos, width);)
			width /= 2;
		value = 0;
		if (copy_from_user(&value, buf, width))
			return;
		access = (struct vga_leak){ .region = region,
					    .pos = pos,
					    .width = width,
					    .value = le32_to_cpu(value) };
		mutex_lock(&vga->leaks.lock);
		saw_access(vga, &card, &access, iswrite);
		mutex_unlock(&vga->leaks.lock);
		cond_resched();
	}
}
