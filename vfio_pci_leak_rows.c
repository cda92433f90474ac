// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is what was read one of the card's addresses, and which row would answer it?
 *
 * Called by vfio_pci_leaks.c with one access of the bus after the other. Knows
 * nothing of VFIO or hardware. docs/new-card.md tells how to judge what comes
 * out.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/pci_regs.h>
#include <linux/string.h>

#include "vga_leak.h"

/* In the legacy region, behind the ports. */
#define LEGACY_MEMORY	0xa0000

/* How an address comes out: bytes read, and bits that are shifted away. */
static const struct leak_way {
	bool io;
	u8 width;
	u8 shift;
} leak_ways[] = {
	{ false, 4, 0 }, { false, 4, 8 }, { false, 4, 16 }, { false, 4, 32 },
	{ false, 2, 16 }, { true, 4, 0 }, { true, 2, 0 }, { true, 1, 8 },
};

/* The four ports before the CRT controller's. */
static bool is_crtc_window(u32 port)
{
	return port == 0x3b0 || port == 0x3d0;
}

/* Index and data registers of a VGA, and NVIDIA's window: many bytes in one port. */
static bool is_indexed(u32 port)
{
	static const u16 ports[][2] = {
		{ 0x3b0, 0x3b5 }, { 0x3c0, 0x3c1 }, { 0x3c4, 0x3c9 },
		{ 0x3ce, 0x3cf }, { 0x3d0, 0x3d5 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ports); i++)
		if (port >= ports[i][0] && port <= ports[i][1])
			return true;
	return false;
}

/*
 * Few bits are no evidence, since they are easily alike by chance. A byte counts
 * in the legacy ports, which cards are known for, and a small high dword right
 * after its low one. The legacy memory has no registers.
 */
static bool is_evidence(const struct vga_leak_log *log,
			const struct vga_leak *leak, u32 shown)
{
	const struct vga_leak *low = &log->low;

	if (leak->region == VGA_QUIRK_LEGACY && leak->pos >= LEGACY_MEMORY)
		return false;
	if (leak->width == 1)
		return leak->region == VGA_QUIRK_LEGACY &&
		       !is_indexed(leak->pos);
	if (leak->shift == 32 && low->width && low->region == leak->region &&
	    low->bar == leak->bar &&
	    (leak->pos == low->pos || leak->pos == low->pos + 4))
		return true;
	return shown >= 0x100;
}

static bool shows_bar(const struct vga_leak_log *log,
		      const struct vga_leak_card *card, unsigned int bar,
		      struct vga_leak *leak)
{
	bool io = card->bar[bar].io;
	u32 flags = io ? ~PCI_BASE_ADDRESS_IO_MASK : ~PCI_BASE_ADDRESS_MEM_MASK;
	const struct leak_way *way;
	u32 shown;

	leak->bar = bar;
	for (way = leak_ways; way < leak_ways + ARRAY_SIZE(leak_ways); way++) {
		if (way->io != io || way->width != leak->width)
			continue;
		leak->shift = way->shift;
		shown = card->bar[bar].start >> way->shift;
		shown &= GENMASK(way->width * 8 - 1, 0);
		if (leak->value != shown &&
		    (way->shift || (leak->value & ~flags) != shown))
			continue;
		if (shown && is_evidence(log, leak, shown))
			return true;
	}
	return false;
}

static bool shows_any(const struct vga_leak_log *log,
		      const struct vga_leak_card *card, struct vga_leak *leak)
{
	unsigned int bar;

	for (bar = 0; bar < VGA_QUIRK_BARS; bar++)
		if (card->bar[bar].size && shows_bar(log, card, bar, leak))
			return true;
	return false;
}

/* Where in config space is what leaked? */
static u32 config_offset(const struct vga_leak *leak)
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

static bool card_dword_is(const struct vga_leak_card *card, unsigned int bar,
			  u32 pos, u32 offset)
{
	return pos + 4ULL <= card->bar[bar].size &&
	       card->dword_is(card, bar, pos, offset);
}

/* Config space as such: is the card's id where it would be? */
static struct vga_quirk_row *suggest_mirror(const struct vga_leak_card *card,
					    const struct vga_leak *leak,
					    struct vga_quirk_row *row)
{
	u32 offset = config_offset(leak), base = leak->pos - offset;
	u32 size = VGA_LEAK_EXT_CONFIG;

	if (leak->region == VGA_QUIRK_LEGACY || leak->shift == 8 ||
	    leak->pos < offset || base & 0xff ||
	    !card_dword_is(card, leak->region, base, PCI_VENDOR_ID))
		return NULL;
	if (card->cfg_size > size && !(base & 0xfff) &&
	    card_dword_is(card, leak->region, base + size, size))
		size = 0x1000;
	return row_of(row, "mirror bar=%u offset=%#x size=%#x", leak->region,
		      base, size);
}

/*
 * The last write to that place, if any is remembered: in the legacy ports, or in
 * whichever BAR, since there may be doors to the same registers in several.
 */
static bool last_write(const struct vga_leak_log *log, unsigned int region,
		       u32 pos, u32 *value)
{
	bool legacy = region == VGA_QUIRK_LEGACY, was_legacy;
	unsigned int i, n;

	for (i = 1; i <= min(log->next, VGA_LEAK_WRITES); i++) {
		n = (log->next - i) % VGA_LEAK_WRITES;
		was_legacy = log->writes[n].region == VGA_QUIRK_LEGACY;
		if (was_legacy == legacy && log->writes[n].pos == pos) {
			*value = log->writes[n].value;
			return true;
		}
	}
	return false;
}

/*
 * A data register stands behind its address register, as all known ones do; or
 * both are one port, behind the CRT controller.
 */
static void find_window(const struct vga_leak_log *log, struct vga_leak *read)
{
	u32 data = read->pos & ~3, addr = data - 4;

	if (read->region == VGA_QUIRK_LEGACY)
		addr = data;
	if (read->region == VGA_QUIRK_LEGACY ? !is_crtc_window(data) : data < 4)
		return;
	read->window = last_write(log, read->region, addr, &read->place);
	read->place += read->pos & 3;
}

static struct vga_quirk_row *suggest_window(const struct vga_leak_log *log,
					    const struct vga_leak_card *card,
					    const struct vga_leak *leak,
					    struct vga_quirk_row *row)
{
	u32 data = leak->pos & ~3, offset = config_offset(leak), crtc;
	u32 size = VGA_LEAK_EXT_CONFIG;
	char door[64];

	if (!leak->window)
		return NULL;
	if (leak->region != VGA_QUIRK_LEGACY) {
		snprintf(door, sizeof(door),
			 "window bar=%u addr=%#x data=%#x shared=%u",
			 leak->region, data - 4, data, (data / 4) & 0xff);
	} else {
		if (!last_write(log, VGA_QUIRK_LEGACY, data + 4, &crtc))
			return NULL;
		snprintf(door, sizeof(door),
			 "window bar=vga addr=%#x data=%#x crtc=%#x", data,
			 data, crtc & 0xff);
	}

	if (leak->shift == 8 || ((leak->place ^ offset) & 0xff))
		return row_of(row, "%s match=%#x mask=0x3 shows=%u shift=%u",
			      door, leak->place & ~3, leak->bar, leak->shift);
	if (card->cfg_size > size && !((leak->place ^ offset) & 0xfff))
		size = 0x1000;
	return row_of(row, "%s match=%#x mask=%#x", door, leak->place - offset,
		      size - 1);
}

static struct vga_quirk_row *suggest_register(const struct vga_leak *leak,
					      struct vga_quirk_row *row)
{
	u32 pos = leak->pos, width = leak->width, shift = leak->shift;

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

static struct vga_quirk_row *suggest(const struct vga_leak_log *log,
				     const struct vga_leak_card *card,
				     const struct vga_leak *leak,
				     struct vga_quirk_row *row)
{
	struct vga_quirk_row *found;

	/* Half an address is too little for a row: join_halves(). */
	if (leak->width == 2 && leak->shift == 16)
		return NULL;
	found = suggest_mirror(card, leak, row);
	if (!found)
		found = suggest_window(log, card, leak, row);
	return found ?: suggest_register(leak, row);
}

static void keep(struct vga_leak_log *log, const struct vga_quirk_row *row)
{
	unsigned int i;

	for (i = 0; i < log->nr; i++)
		if (!memcmp(&log->rows[i], row, sizeof(*row)))
			return;
	if (log->nr < VGA_LEAK_ROWS)
		log->rows[log->nr++] = *row;
}

/* What once was like an address by chance is no register that shows one. */
static void forget(struct vga_leak_log *log, const struct vga_leak *read)
{
	unsigned int i;

	for (i = 0; i < log->nr; i++) {
		const struct vga_quirk_row *row = &log->rows[i];

		if (row->kind != VGA_QUIRK_REGISTER ||
		    row->bar != read->region || row->offset != read->pos ||
		    row->width != read->width)
			continue;
		log->rows[i--] = log->rows[--log->nr];
	}
}

/*
 * Two reads of 2 bytes, one after the other, that are the halves of a dword: of
 * the card's, or of one behind a window whose address moved by 2.
 */
static bool join_halves(struct vga_leak_log *log, const struct vga_leak *read,
			struct vga_leak *whole)
{
	struct vga_leak before = log->half;
	const struct vga_leak *low, *high;
	u32 moved = read->pos ^ before.pos, at = read->pos;

	if (read->width != 2)
		return false;
	log->half = *read;
	if (before.width != 2 || before.region != read->region ||
	    before.window != read->window)
		return false;
	if (read->window) {
		/* One register, or two in the same data register. */
		if (moved & ~2)
			return false;
		moved = read->place ^ before.place;
		at = read->place;
	}
	if (moved != 2)
		return false;
	low = at & 2 ? &before : read;
	high = at & 2 ? read : &before;
	*whole = *low;
	whole->width = 4;
	whole->value = high->value << 16 | low->value;
	return true;
}

/**
 * vga_leak_wrote - remember a write, which may choose what is read next
 * @log: what was seen
 * @access: the write
 */
void vga_leak_wrote(struct vga_leak_log *log, const struct vga_leak *access)
{
	log->writes[log->next++ % VGA_LEAK_WRITES] = *access;
}

/**
 * vga_leak_read - judge a read
 * @log: what was seen; counts it, and has the rows that are suggested
 * @card: whose addresses are looked for
 * @access: the read, without what it gave away, which is filled in; where the
 *	read before and this one are the halves of an address, both
 * @text: filled with the row that would answer, or with nothing where the read
 *	is too little for one
 * @size: of @text
 *
 * Return: true if it gave an address away.
 */
bool vga_leak_read(struct vga_leak_log *log, const struct vga_leak_card *card,
		   struct vga_leak *access, char *text, size_t size)
{
	struct vga_quirk_row row;
	struct vga_leak whole;
	bool joined;

	text[0] = '\0';
	find_window(log, access);
	joined = join_halves(log, access, &whole);
	if (joined && shows_any(log, card, &whole)) {
		*access = whole;
	} else {
		if (joined)
			forget(log, &whole);
		if (!shows_any(log, card, access)) {
			forget(log, access);
			return false;
		}
	}

	log->count++;
	if (!access->shift)
		log->low = *access;
	if (suggest(log, card, access, &row)) {
		keep(log, &row);
		vga_quirk_format(&row, text, size);
	}
	return true;
}
