// SPDX-License-Identifier: GPL-2.0-only
/*
 * The leak tracer: reads that give away where the host has put a BAR.
 *
 * Sees what no row answered, as vfio_pci_quirk_rw.c moves it, one access of the
 * bus after the other. The bytes are looked at where the user has them: a user
 * who changes them meanwhile fools himself. docs/new-card.md tells how to use
 * what comes out.
 */
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "vfio_pci_vga.h"
#include "vfio_pci_vga_trace.h"

/* Where config space goes on for those who have more of it. */
#define EXT_CONFIG	0x100

/* One access of the bus, and what it gave away. */
struct leak {
	unsigned int region;
	u32 pos;
	unsigned int width;
	u32 value;
	unsigned int bar;
	unsigned int shift;
};

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

/* How an address comes out: bytes read, and bits that are shifted away. */
static const struct leak_way {
	bool io;
	u8 width;
	u8 shift;
} leak_ways[] = {
	{ false, 4, 0 }, { false, 4, 8 }, { false, 4, 16 }, { false, 4, 32 },
	{ false, 2, 16 }, { true, 4, 0 }, { true, 2, 0 }, { true, 1, 8 },
};

/*
 * Few bits are no evidence, since they are easily alike by chance. A byte counts
 * in the legacy ports, which cards are known for, and a small high dword right
 * after its low one.
 */
static bool is_evidence(struct vfio_vga_device *vga, const struct leak *leak,
			u32 shown)
{
	const struct vfio_vga_leaks *leaks = &vga->leaks;

	if (leak->width == 1)
		return leak->region == VGA_QUIRK_LEGACY;
	if (leak->shift == 32 && leaks->low_region == leak->region &&
	    leaks->low_bar == leak->bar &&
	    (leak->pos == leaks->low_pos || leak->pos == leaks->low_pos + 4))
		return true;
	return shown >= 0x100;
}

static bool shows_bar(struct vfio_vga_device *vga, unsigned int bar,
		      struct leak *leak)
{
	bool io = pci_resource_flags(vga->core.pdev, bar) & IORESOURCE_IO;
	u32 flags = io ? ~PCI_BASE_ADDRESS_IO_MASK : ~PCI_BASE_ADDRESS_MEM_MASK;
	const struct leak_way *way;
	u32 shown;

	leak->bar = bar;
	for (way = leak_ways; way < leak_ways + ARRAY_SIZE(leak_ways); way++) {
		if (way->io != io || way->width != leak->width)
			continue;
		leak->shift = way->shift;
		shown = physical_bar(vga, bar) >> way->shift;
		shown &= GENMASK(way->width * 8 - 1, 0);
		if (leak->value != shown &&
		    (way->shift || (leak->value & ~flags) != shown))
			continue;
		if (shown && is_evidence(vga, leak, shown))
			return true;
	}
	return false;
}

static bool card_dword_is(struct vfio_vga_device *vga, unsigned int bar,
			  u32 pos, u32 offset)
{
	u8 card[4];

	if (pos + 4ULL > pci_resource_len(vga->core.pdev, bar))
		return false;
	if (vfio_vga_card_rw(vga, bar, pos, card, sizeof(card), false))
		return false;
	return !memcmp(card, &vga->core.vconfig[offset], sizeof(card));
}

/* Where in config space is what leaked? */
static u32 config_offset(const struct leak *leak)
{
	return PCI_BASE_ADDRESS_0 + leak->bar * 4 + leak->shift / 8;
}

static struct vga_quirk_row *row_of(struct vga_quirk_row *row, const char *fmt,
				    ...) __printf(2, 3);

/* A row is written as an administrator would, and read back. */
static struct vga_quirk_row *row_of(struct vga_quirk_row *row, const char *fmt,
				    ...)
{
	char text[VGA_QUIRK_ROW_MAX], why[64];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return vga_quirk_parse(text, row, why, sizeof(why)) ? NULL : row;
}

/* Config space as such: is the card's id where it would be? */
static struct vga_quirk_row *suggest_mirror(struct vfio_vga_device *vga,
					    const struct leak *leak,
					    struct vga_quirk_row *row)
{
	u32 offset = config_offset(leak), base = leak->pos - offset;
	u32 size = EXT_CONFIG;

	if (leak->region == VGA_QUIRK_LEGACY || leak->shift == 8 ||
	    leak->pos < offset || base & 0xff ||
	    !card_dword_is(vga, leak->region, base, PCI_VENDOR_ID))
		return NULL;
	if (vga->core.pdev->cfg_size > size && !(base & 0xfff) &&
	    card_dword_is(vga, leak->region, base + EXT_CONFIG, EXT_CONFIG))
		size = 0x1000;
	return row_of(row, "mirror bar=%u offset=%#x size=%#x", leak->region,
		      base, size);
}

/*
 * The last write to that place, if any is remembered: in the legacy ports, or in
 * whichever BAR, since there may be doors to the same registers in several.
 * Caller holds the lock.
 */
static bool last_write(const struct vfio_vga_leaks *leaks, unsigned int region,
		       u32 pos, u32 *value)
{
	bool legacy = region == VGA_QUIRK_LEGACY, was_legacy;
	unsigned int i, n;

	for (i = 1; i <= min(leaks->next, VFIO_VGA_LEAK_WRITES); i++) {
		n = (leaks->next - i) % VFIO_VGA_LEAK_WRITES;
		was_legacy = leaks->writes[n].region == VGA_QUIRK_LEGACY;
		if (was_legacy == legacy && leaks->writes[n].pos == pos) {
			*value = leaks->writes[n].value;
			return true;
		}
	}
	return false;
}

/* A data register stands behind its address register, as all known ones do. */
static struct vga_quirk_row *suggest_window(struct vfio_vga_device *vga,
					    const struct leak *leak,
					    struct vga_quirk_row *row)
{
	u32 at = leak->pos & 3, data = leak->pos - at, addr = data - 4, address;
	u32 offset, crtc, size = 0x100;
	char door[64];

	if (leak->region != VGA_QUIRK_LEGACY) {
		if (data < 4 ||
		    !last_write(&vga->leaks, leak->region, addr, &address))
			return NULL;
		snprintf(door, sizeof(door),
			 "window bar=%u addr=%#x data=%#x shared=%u",
			 leak->region, addr, data, (addr / 4 + 1) & 0xff);
	} else {
		/* Address and data in one port, behind a CRTC register. */
		if (!last_write(&vga->leaks, VGA_QUIRK_LEGACY, data, &address) ||
		    !last_write(&vga->leaks, VGA_QUIRK_LEGACY, data + 4, &crtc))
			return NULL;
		snprintf(door, sizeof(door),
			 "window bar=vga addr=%#x data=%#x crtc=%#x", data,
			 data, crtc & 0xff);
	}

	offset = config_offset(leak);
	address += at;
	if (leak->shift == 8 || ((address ^ offset) & 0xff))
		return row_of(row, "%s match=%#x mask=0x3 shows=%u shift=%u",
			      door, address & ~3, leak->bar,
			      leak->shift == 16 && address & 2 ? 0 :
								 leak->shift);
	if (vga->core.pdev->cfg_size > EXT_CONFIG &&
	    !((address ^ offset) & 0xfff))
		size = 0x1000;
	return row_of(row, "%s match=%#x mask=%#x", door, address - offset,
		      size - 1);
}

static struct vga_quirk_row *suggest_register(const struct leak *leak,
					      struct vga_quirk_row *row)
{
	u32 pos = leak->pos, width = leak->width, shift = leak->shift;
	bool upper = pos & 2, shows_upper = shift == 16;

	/* Half of a register that shows all of it. */
	if (width == 2 && leak->region != VGA_QUIRK_LEGACY &&
	    upper == shows_upper) {
		pos &= ~3;
		width = 4;
		shift = 0;
	}
	/* A low byte of zero is no evidence: the address is in the next port. */
	if (leak->region == VGA_QUIRK_LEGACY && width == 2 && !shift &&
	    !(leak->value & 0xff)) {
		pos++;
		width = 1;
		shift = 8;
	}
	if (leak->region == VGA_QUIRK_LEGACY)
		return row_of(row,
			      "register bar=vga offset=%#x shows=%u shift=%u width=%u",
			      pos, leak->bar, shift, width);
	return row_of(row, "register bar=%u offset=%#x shows=%u shift=%u width=%u",
		      leak->region, pos, leak->bar, shift, width);
}

static void tell(struct vfio_vga_device *vga, const struct leak *leak)
{
	struct vfio_vga_leaks *leaks = &vga->leaks;
	struct vga_quirk_row row, *found;
	char text[VGA_QUIRK_ROW_MAX] = "";
	unsigned int i;

	leaks->count++;
	if (!leak->shift) {
		leaks->low_region = leak->region;
		leaks->low_pos = leak->pos;
		leaks->low_bar = leak->bar;
	}
	found = suggest_mirror(vga, leak, &row);
	if (!found)
		found = suggest_window(vga, leak, &row);
	if (!found)
		found = suggest_register(leak, &row);
	if (found) {
		vga_quirk_format(found, text, sizeof(text));
		for (i = 0; i < leaks->nr; i++)
			if (!memcmp(&leaks->rows[i], found, sizeof(*found)))
				break;
		if (i == leaks->nr && i < VFIO_VGA_LEAK_ROWS)
			leaks->rows[leaks->nr++] = *found;
	}
	trace_vfio_pci_vga_leak(vga->core.pdev, leak->region, leak->pos,
				leak->width, leak->value, leak->bar,
				leak->shift, text);
}

/* What once was like an address by chance is no register that shows one. */
static void forget(struct vfio_vga_device *vga, const struct leak *read)
{
	struct vfio_vga_leaks *leaks = &vga->leaks;
	unsigned int i;

	for (i = 0; i < leaks->nr; i++) {
		const struct vga_quirk_row *row = &leaks->rows[i];

		if (row->kind != VGA_QUIRK_REGISTER ||
		    row->bar != read->region || row->offset != read->pos ||
		    row->width != read->width)
			continue;
		leaks->rows[i--] = leaks->rows[--leaks->nr];
	}
}

static void saw_access(struct vfio_vga_device *vga, struct leak *access,
		       bool iswrite)
{
	struct vfio_vga_leaks *leaks = &vga->leaks;
	unsigned int n;

	if (iswrite) {
		n = leaks->next++ % VFIO_VGA_LEAK_WRITES;
		leaks->writes[n].region = access->region;
		leaks->writes[n].pos = access->pos;
		leaks->writes[n].value = access->value;
		return;
	}
	for (n = 0; n < VGA_QUIRK_BARS; n++) {
		if (pci_resource_len(vga->core.pdev, n) &&
		    shows_bar(vga, n, access)) {
			tell(vga, access);
			return;
		}
	}
	forget(vga, access);
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
	struct leak access = { .region = region };
	unsigned int width;
	__le32 value;

	/* A BAR beyond 4 GiB has no room for registers there. */
	for (; count && pos < U32_MAX && !fatal_signal_pending(current);
	     count -= width, pos += width, buf += width) {
		for (width = 4; width > count || !IS_ALIGNED(pos, width);)
			width /= 2;
		value = 0;
		if (copy_from_user(&value, buf, width))
			return;
		access.pos = pos;
		access.width = width;
		access.value = le32_to_cpu(value);
		mutex_lock(&vga->leaks.lock);
		saw_access(vga, &access, iswrite);
		mutex_unlock(&vga->leaks.lock);
		cond_resched();
	}
}
