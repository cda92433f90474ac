// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows, read, written, checked and looked up; windows, followed.
 *
 * Nothing here sleeps, locks, allocates or touches a card. Called by
 * vfio_pci_quirks.c and its neighbours, and by KUnit tests.
 */
#include <linux/align.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "vga_quirk.h"

#define CONFIG_SIZE	0x1000

/* CRT controller's data register behind the index register. */
#define CRTC_OFFSET	4
/* What the selecting register holds: bit 0 is on, the others choose. */
#define CRTC_SELECTS	BIT(0)
#define CRTC_ADDRESS	1
#define CRTC_DATA	2
#define CRTC_DATA_WRITE	3

#define M	BIT(VGA_QUIRK_MIRROR)
#define W	BIT(VGA_QUIRK_WINDOW)
#define R	BIT(VGA_QUIRK_REGISTER)

static const char *const kind_words[] = {
	[VGA_QUIRK_MIRROR] = "mirror",
	[VGA_QUIRK_WINDOW] = "window",
	[VGA_QUIRK_REGISTER] = "register",
};

/* A word that a key takes in place of a number. */
struct vga_quirk_word {
	const char *word;
	u32 value;
};

static const struct vga_quirk_word bar_words[] = {
	{ "vga", VGA_QUIRK_LEGACY },
	{}
};

static const struct vga_quirk_word config_words[] = {
	{ "none", VGA_QUIRK_NONE },
	{}
};

static const struct vga_quirk_word echo_words[] = {
	{ "written", true },
	{}
};

static const struct vga_quirk_word low_words[] = {
	{ "card", true },
	{}
};

static const struct vga_quirk_word writes_words[] = {
	{ "drop", VGA_QUIRK_WRITES_DROP },
	{ "config", VGA_QUIRK_WRITES_CONFIG },
	{ "ack", VGA_QUIRK_WRITES_ACK },
	{}
};

/**
 * struct vga_quirk_key - a word before an equals sign
 * @name: the word
 * @field: the member of struct vga_quirk_row
 * @kinds: rows that may have it
 * @needed: rows that must
 * @words: what it takes in place of a number
 * @max: largest number; 0 for none at all
 * @decimal: counts something, rather than being a place
 */
struct vga_quirk_key {
	const char *name;
	size_t field;
	u8 kinds;
	u8 needed;
	const struct vga_quirk_word *words;
	u32 max;
	bool decimal;
};

#define KEY(member, ...) \
	{ #member, offsetof(struct vga_quirk_row, member), __VA_ARGS__ }

static const struct vga_quirk_key keys[] = {
	KEY(bar, M | W | R, M | W | R, bar_words, VGA_QUIRK_BARS - 1, true),
	KEY(offset, M | R, M | R, NULL, S32_MAX),
	KEY(size, M, M, NULL, CONFIG_SIZE),
	KEY(config, M, 0, config_words, CONFIG_SIZE - 1),
	KEY(echo, M, 0, echo_words, 0),
	KEY(addr, W, W, NULL, S32_MAX),
	KEY(data, W, W, NULL, S32_MAX),
	KEY(match, W, W, NULL, U32_MAX - 1),
	KEY(mask, W, W, NULL, S32_MAX),
	KEY(into, W, 0, NULL, VGA_QUIRK_BARS - 1, true),
	KEY(shows, W | R, R, NULL, VGA_QUIRK_BARS - 1, true),
	KEY(shift, W | R, 0, NULL, 63, true),
	KEY(width, W | R, 0, NULL, 4, true),
	KEY(low, R, 0, low_words, 0),
	KEY(gate, W, 0, NULL, S32_MAX),
	KEY(gate2, W, 0, NULL, S32_MAX),
	KEY(crtc, W, 0, NULL, U8_MAX),
	KEY(shared, W, 0, NULL, U8_MAX, true),
	KEY(writes, M | W, 0, writes_words, 0),
};

static u32 *key_value(struct vga_quirk_row *row, const struct vga_quirk_key *key)
{
	return (void *)row + key->field;
}

#define REFUSE(...) ({							\
	snprintf(why, why_size, __VA_ARGS__);				\
	-EINVAL;							\
})

static int read_value(const struct vga_quirk_key *key, const char *text,
		      u32 *value, char *why, size_t why_size)
{
	const struct vga_quirk_word *word;

	for (word = key->words; word && word->word; word++) {
		if (!strcmp(text, word->word)) {
			*value = word->value;
			return 0;
		}
	}
	if (!key->max)
		return REFUSE("\"%s=%.16s\": not a word that %s= takes",
			      key->name, text, key->name);
	if (kstrtou32(text, 0, value))
		return REFUSE("\"%s=%.16s\": not a number", key->name, text);
	if (*value > key->max)
		return REFUSE("\"%s=%.16s\": more than %#x", key->name, text,
			      key->max);
	return 0;
}

static int read_word(char *word, struct vga_quirk_row *row, char *why,
		     size_t why_size)
{
	char *value = strchr(word, '=');
	const struct vga_quirk_key *key;

	if (!value)
		return REFUSE("\"%.32s\": not of the form key=value", word);
	*value++ = '\0';
	for (key = keys; key < keys + ARRAY_SIZE(keys); key++) {
		if (strcmp(word, key->name))
			continue;
		if (!(key->kinds & BIT(row->kind)))
			return REFUSE("\"%s=\": not for a %s", key->name,
				      kind_words[row->kind]);
		if (row->given & BIT(key - keys))
			return REFUSE("\"%s=\": twice", key->name);
		row->given |= BIT(key - keys);
		return read_value(key, value, key_value(row, key), why,
				  why_size);
	}
	return REFUSE("\"%.32s=\": no such key", word);
}

/* What is wrong whatever the card. */
static int check_row(const struct vga_quirk_row *row, char *why,
		     size_t why_size)
{
	if (row->kind != VGA_QUIRK_MIRROR && row->width != 1 &&
	    row->width != 2 && row->width != 4)
		return REFUSE("\"width=%u\": not 1, 2 or 4", row->width);
	switch (row->kind) {
	case VGA_QUIRK_MIRROR:
		if (!row->size)
			return REFUSE("\"size=0\": a mirror of nothing");
		if (row->bar == VGA_QUIRK_LEGACY)
			return REFUSE("\"bar=vga\": not for a mirror");
		if (row->config != VGA_QUIRK_NONE &&
		    row->config + row->size > CONFIG_SIZE)
			return REFUSE("\"config=%#x\": goes beyond config space",
				      row->config);
		if (row->echo && (row->config == VGA_QUIRK_NONE ||
				  row->config + row->size > VGA_QUIRK_ECHO_MAX))
			return REFUSE("\"echo=written\": only for config offsets below %#x",
				      VGA_QUIRK_ECHO_MAX);
		return 0;
	case VGA_QUIRK_REGISTER:
		if (row->low && (row->shift || row->width != 4))
			return REFUSE("\"low=card\": only with shift=0 and width=4");
		if (row->low && row->bar == VGA_QUIRK_LEGACY)
			return REFUSE("\"low=card\": not for bar=vga");
		return 0;
	case VGA_QUIRK_WINDOW:
		break;
	}

	if (row->mask & (row->mask + 1))
		return REFUSE("\"mask=%#x\": not one less than a power of two",
			      row->mask);
	if (row->match & row->mask)
		return REFUSE("\"match=%#x\": has bits of mask=%#x", row->match,
			      row->mask);
	if (row->into != VGA_QUIRK_NONE && row->shows != VGA_QUIRK_NONE)
		return REFUSE("\"shows=%u\": not together with into=",
			      row->shows);
	if (row->into == VGA_QUIRK_NONE && row->shows == VGA_QUIRK_NONE &&
	    row->mask >= CONFIG_SIZE)
		return REFUSE("\"mask=%#x\": more than config space has",
			      row->mask);
	if (row->shows != VGA_QUIRK_NONE && row->mask >= row->width)
		return REFUSE("\"mask=%#x\": with shows= at most %#x", row->mask,
			      row->width - 1);
	if (row->shows == VGA_QUIRK_NONE && row->shift)
		return REFUSE("\"shift=%u\": only with shows=", row->shift);
	if (row->writes == VGA_QUIRK_WRITES_ACK)
		return REFUSE("\"writes=ack\": not for a window");
	if (row->gate2 != VGA_QUIRK_NONE && row->gate == VGA_QUIRK_NONE)
		return REFUSE("\"gate2=%#x\": without gate=", row->gate2);
	if (row->crtc != VGA_QUIRK_NONE) {
		if (row->bar != VGA_QUIRK_LEGACY)
			return REFUSE("\"crtc=%#x\": only for bar=vga",
				      row->crtc);
		if (row->addr != row->data)
			return REFUSE("\"crtc=%#x\": needs data= equal to addr=",
				      row->crtc);
	} else if (row->addr < row->data + row->width &&
		   row->data < row->addr + row->width) {
		return REFUSE("\"data=%#x\": overlaps addr=%#x", row->data,
			      row->addr);
	}
	if (row->bar == VGA_QUIRK_LEGACY && row->gate != VGA_QUIRK_NONE)
		return REFUSE("\"gate=%#x\": not for bar=vga", row->gate);
	return 0;
}

/**
 * vga_quirk_parse - read a row
 * @text: words separated by spaces, as docs/quirks.md specifies
 * @row: filled
 * @why: filled with what is wrong with which word, without a newline
 * @why_size: size of @why
 *
 * Return: 0 or -EINVAL.
 */
int vga_quirk_parse(const char *text, struct vga_quirk_row *row, char *why,
		    size_t why_size)
{
	char copy[VGA_QUIRK_ROW_MAX], *rest = copy, *word;
	const struct vga_quirk_key *key;
	bool begun = false;
	int kind, ret;

	*row = (struct vga_quirk_row){
		.into = VGA_QUIRK_NONE,
		.shows = VGA_QUIRK_NONE,
		.width = 4,
		.gate = VGA_QUIRK_NONE,
		.gate2 = VGA_QUIRK_NONE,
		.crtc = VGA_QUIRK_NONE,
	};
	if (strscpy(copy, text, sizeof(copy)) < 0)
		return REFUSE("\"%.32s...\": longer than %zu characters", text,
			      sizeof(copy) - 1);
	while ((word = strsep(&rest, " \t\n"))) {
		if (!*word)
			continue;
		if (begun) {
			ret = read_word(word, row, why, why_size);
			if (ret)
				return ret;
			continue;
		}
		kind = match_string(kind_words, ARRAY_SIZE(kind_words), word);
		if (kind < 0)
			return REFUSE("\"%.32s\": not mirror, window or register",
				      word);
		row->kind = kind;
		begun = true;
	}
	if (!begun)
		return REFUSE("\"\": not mirror, window or register");
	for (key = keys; key < keys + ARRAY_SIZE(keys); key++)
		if (key->needed & BIT(row->kind) &&
		    !(row->given & BIT(key - keys)))
			return REFUSE("\"%s\": lacks %s=",
				      kind_words[row->kind], key->name);
	return check_row(row, why, why_size);
}

/* A number, or the word that stands for it. */
static int format_value(const struct vga_quirk_key *key, u32 value, char *buf,
			size_t size)
{
	const struct vga_quirk_word *word;

	for (word = key->words; word && word->word; word++)
		if (word->value == value)
			return scnprintf(buf, size, " %s=%s", key->name,
					 word->word);
	return scnprintf(buf, size, key->decimal ? " %s=%u" : " %s=0x%x",
			 key->name, value);
}

/**
 * vga_quirk_format - write a row so that vga_quirk_parse() reads the same
 * @row: the row; only the keys in its member given are written
 * @buf: destination
 * @size: its size; VGA_QUIRK_ROW_MAX is enough
 *
 * Return: characters written.
 */
int vga_quirk_format(const struct vga_quirk_row *row, char *buf, size_t size)
{
	const struct vga_quirk_key *key;
	int len = scnprintf(buf, size, "%s", kind_words[row->kind]);

	for (key = keys; key < keys + ARRAY_SIZE(keys); key++)
		if (row->given & BIT(key - keys))
			len += format_value(key,
					    *key_value((struct vga_quirk_row *)row,
						       key),
					    buf + len, size - len);
	return len;
}

static void cover(struct vga_quirk *quirk, u32 start, u32 size,
		  enum vga_quirk_role role)
{
	quirk->ranges[quirk->nr_ranges++] = (struct vga_quirk_range){
		.start = start,
		.end = start + size,
		.role = role,
	};
}

/**
 * vga_quirk_prepare - work out what a row covers
 * @quirk: its row is set, and is good
 */
void vga_quirk_prepare(struct vga_quirk *quirk)
{
	const struct vga_quirk_row *row = &quirk->row;

	quirk->nr_ranges = 0;
	quirk->window = &quirk->own;
	switch (row->kind) {
	case VGA_QUIRK_MIRROR:
		cover(quirk, row->offset, row->size, VGA_ROLE_MIRROR);
		break;
	case VGA_QUIRK_REGISTER:
		cover(quirk, row->offset, row->width, VGA_ROLE_REGISTER);
		break;
	case VGA_QUIRK_WINDOW:
		if (row->crtc != VGA_QUIRK_NONE) {
			cover(quirk, row->addr, row->width, VGA_ROLE_PORT);
			cover(quirk, row->addr + CRTC_OFFSET, 2, VGA_ROLE_CRTC);
			break;
		}
		cover(quirk, row->addr, row->width, VGA_ROLE_ADDRESS);
		cover(quirk, row->data, row->width, VGA_ROLE_DATA);
		if (row->gate != VGA_QUIRK_NONE)
			cover(quirk, row->gate, 4, VGA_ROLE_GATE);
		if (row->gate2 != VGA_QUIRK_NONE)
			cover(quirk, row->gate2, 4, VGA_ROLE_GATE2);
		break;
	}
}

static bool is_legacy(const struct vga_quirk_range *range)
{
	return (range->start >= 0x3b0 && range->end <= 0x3bc) ||
	       (range->start >= 0x3c0 && range->end <= 0x3e0);
}

static int check_bar(const struct vga_quirk_card *card, const char *key,
		     u32 bar, char *why, size_t why_size)
{
	if (bar == VGA_QUIRK_NONE || card->size[bar])
		return 0;
	return REFUSE("\"%s=%u\": the card has no such BAR", key, bar);
}

/**
 * vga_quirk_check - does a row fit a card?
 * @row: the row
 * @card: the card
 * @why: filled with what is wrong
 * @why_size: size of @why
 *
 * Return: 0 or -EINVAL.
 */
int vga_quirk_check(const struct vga_quirk_row *row,
		    const struct vga_quirk_card *card, char *why,
		    size_t why_size)
{
	struct vga_quirk quirk = { .row = *row };
	const struct vga_quirk_range *range;
	int ret;

	vga_quirk_prepare(&quirk);
	ret = check_bar(card, "shows", row->shows, why, why_size);
	if (!ret)
		ret = check_bar(card, "into", row->into, why, why_size);
	if (!ret && row->bar != VGA_QUIRK_LEGACY)
		ret = check_bar(card, "bar", row->bar, why, why_size);
	if (ret)
		return ret;
	if (row->bar == VGA_QUIRK_LEGACY && !card->legacy)
		return REFUSE("\"bar=vga\": the card has no legacy ports");
	for (range = quirk.ranges; range < quirk.ranges + quirk.nr_ranges;
	     range++) {
		if (row->bar == VGA_QUIRK_LEGACY && !is_legacy(range))
			return REFUSE("port %#x is no legacy VGA port",
				      range->start);
		if (row->bar != VGA_QUIRK_LEGACY &&
		    range->end > card->size[row->bar])
			return REFUSE("offset %#x is beyond BAR %u, which has %#llx bytes",
				      range->end - 1, row->bar,
				      card->size[row->bar]);
	}
	return 0;
}

static bool same_registers(const struct vga_quirk_row *a,
			   const struct vga_quirk_row *b)
{
	return (a->shared && a->shared == b->shared) ||
	       (a->bar == b->bar && a->addr == b->addr);
}

/* Everybody with the one window gets the other. */
static void replace_window(struct vga_quirk_set *set, struct vga_window *old,
			   struct vga_window *window)
{
	unsigned int i;

	for (i = 0; i < set->nr; i++)
		if (set->quirk[i]->window == old)
			set->quirk[i]->window = window;
}

/**
 * vga_quirk_join_windows - let rows that are doors to the same registers share
 * @set: the rows; their windows forget everything
 */
void vga_quirk_join_windows(struct vga_quirk_set *set)
{
	const struct vga_quirk_row *row;
	unsigned int i, j;

	for (i = 0; i < set->nr; i++) {
		set->quirk[i]->own = (struct vga_window){};
		set->quirk[i]->window = &set->quirk[i]->own;
	}
	for (i = 0; i < set->nr; i++) {
		row = &set->quirk[i]->row;
		for (j = 0; j < i && row->kind == VGA_QUIRK_WINDOW; j++)
			if (set->quirk[j]->row.kind == VGA_QUIRK_WINDOW &&
			    same_registers(row, &set->quirk[j]->row))
				replace_window(set, set->quirk[i]->window,
					       set->quirk[j]->window);
	}
}

/**
 * vga_quirk_find - who answers for the start of an access?
 * @set: the rows; of several for the same byte the first one
 * @bar: the BAR, or VGA_QUIRK_LEGACY
 * @pos: offset in it
 * @count: bytes, not 0
 * @piece: filled
 */
void vga_quirk_find(const struct vga_quirk_set *set, unsigned int bar, u64 pos,
		    u64 count, struct vga_quirk_piece *piece)
{
	const struct vga_quirk_range *range;
	unsigned int i, n;

	*piece = (struct vga_quirk_piece){ .len = count };
	for (i = 0; i < set->nr; i++) {
		struct vga_quirk *quirk = set->quirk[i];

		if (quirk->row.bar != bar)
			continue;
		for (n = 0; n < quirk->nr_ranges; n++) {
			range = &quirk->ranges[n];
			if (pos >= range->end)
				continue;
			if (pos < range->start) {
				piece->len = min_t(u64, piece->len,
						   range->start - pos);
				continue;
			}
			piece->len = min_t(u64, piece->len, range->end - pos);
			if (!piece->quirk) {
				piece->quirk = quirk;
				piece->range = range;
			}
		}
	}
}

/**
 * vga_quirk_next_area - find the next pages of a BAR that no row covers
 * @set: the rows
 * @bar: the BAR
 * @size: bytes it has
 * @page: bytes a page has
 * @start: filled
 * @end: from where to look; filled
 *
 * Return: false if there are no more.
 */
bool vga_quirk_next_area(const struct vga_quirk_set *set, unsigned int bar,
			 u64 size, u64 page, u64 *start, u64 *end)
{
	u64 pos = *end, first, last, from, to;
	unsigned int i, n;

	while (pos < size) {
		first = size;
		last = size;
		for (i = 0; i < set->nr; i++) {
			const struct vga_quirk *quirk = set->quirk[i];

			if (quirk->row.bar != bar)
				continue;
			for (n = 0; n < quirk->nr_ranges; n++) {
				from = ALIGN_DOWN(quirk->ranges[n].start, page);
				to = ALIGN(quirk->ranges[n].end, page);
				if (to > pos && from < first) {
					first = from;
					last = to;
				}
			}
		}
		if (first > pos) {
			*start = pos;
			*end = first;
			return true;
		}
		pos = last;
	}
	return false;
}

/**
 * vga_quirk_target - what does an access to a mirror or register mean?
 * @quirk: the row
 * @at: offset in its range
 * @len: bytes, all in the range
 * @target: filled
 */
void vga_quirk_target(struct vga_quirk *quirk, u32 at, u64 len,
		      struct vga_target *target)
{
	const struct vga_quirk_row *row = &quirk->row;

	*target = (struct vga_target){
		.kind = VGA_TARGET_VALUE,
		.quirk = quirk,
		.offset = at,
		.len = len,
	};
	if (row->kind != VGA_QUIRK_MIRROR)
		return;
	target->kind = row->config == VGA_QUIRK_NONE ? VGA_TARGET_NOTHING :
						       VGA_TARGET_CONFIG;
	target->offset += row->config;
}

/* The registers of a BAR, through a window: a window in there is not followed. */
static void target_in_bar(const struct vga_quirk_set *set, u32 bar, u32 offset,
			  struct vga_target *target)
{
	struct vga_quirk_piece piece;

	vga_quirk_find(set, bar, offset, target->len, &piece);
	target->len = piece.len;
	if (!piece.quirk)
		return;
	if (piece.quirk->row.kind != VGA_QUIRK_WINDOW) {
		vga_quirk_target(piece.quirk, offset - piece.range->start,
				 piece.len, target);
		return;
	}
	target->kind = VGA_TARGET_NOTHING;
	target->quirk = piece.quirk;
}

/**
 * vga_window_target - what does an access to a data register mean?
 * @set: the rows
 * @door: one of the rows that have this data register
 * @at: offset in the data register
 * @len: bytes, all in the register
 * @target: filled
 */
void vga_window_target(const struct vga_quirk_set *set,
		       const struct vga_quirk *door, u32 at, u64 len,
		       struct vga_target *target)
{
	const struct vga_window *window = door->window;
	u64 address = (u64)window->address + at;
	unsigned int i;

	*target = (struct vga_target){ .kind = VGA_TARGET_CARD, .len = len };
	if ((door->row.gate != VGA_QUIRK_NONE && !(window->gate[0] & 1)) ||
	    (door->row.gate2 != VGA_QUIRK_NONE && !(window->gate[1] & 1)))
		return;

	for (i = 0; i < set->nr; i++) {
		struct vga_quirk *quirk = set->quirk[i];
		const struct vga_quirk_row *row = &quirk->row;
		u64 first = row->match, end = first + row->mask + 1;

		if (row->kind != VGA_QUIRK_WINDOW || quirk->window != window ||
		    address >= end)
			continue;
		if (address < first) {
			target->len = min(target->len, first - address);
			continue;
		}
		target->len = min(target->len, end - address);
		if (row->into != VGA_QUIRK_NONE) {
			target_in_bar(set, row->into, address - first, target);
			return;
		}
		target->kind = row->shows != VGA_QUIRK_NONE ? VGA_TARGET_VALUE :
							      VGA_TARGET_CONFIG;
		target->quirk = quirk;
		target->offset = address - first;
		return;
	}
}

/**
 * vga_window_role - what a port is now
 * @quirk: the row
 * @role: of the range
 *
 * Return: @role, or what the CRT controller's register makes of it.
 */
enum vga_quirk_role vga_window_role(const struct vga_quirk *quirk,
				    enum vga_quirk_role role)
{
	u8 mode = quirk->window->mode;

	if (role != VGA_ROLE_PORT)
		return role;
	if (!(mode & CRTC_SELECTS))
		return VGA_ROLE_PASS;
	switch (mode >> 1) {
	case CRTC_ADDRESS:
		return VGA_ROLE_ADDRESS;
	case CRTC_DATA:
	case CRTC_DATA_WRITE:
		return VGA_ROLE_DATA;
	default:
		return VGA_ROLE_PASS;
	}
}

static void note_byte(u32 *value, u32 at, u8 byte)
{
	*value &= ~(0xffu << (at * 8));
	*value |= (u32)byte << (at * 8);
}

/**
 * vga_window_note - registers of a window were written
 * @quirk: the row
 * @role: which register, from vga_window_role()
 * @at: first byte in the register
 * @bytes: what was written
 * @len: bytes, all in the register
 */
void vga_window_note(struct vga_quirk *quirk, enum vga_quirk_role role, u32 at,
		     const u8 *bytes, size_t len)
{
	struct vga_window *window = quirk->window;

	for (; len; len--, at++, bytes++) {
		switch (role) {
		case VGA_ROLE_ADDRESS:
			note_byte(&window->address, at, *bytes);
			break;
		case VGA_ROLE_GATE:
			note_byte(&window->gate[0], at, *bytes);
			break;
		case VGA_ROLE_GATE2:
			note_byte(&window->gate[1], at, *bytes);
			break;
		case VGA_ROLE_CRTC:
			if (!at)
				window->index = *bytes;
			else if (window->index == quirk->row.crtc)
				window->mode = *bytes;
			break;
		default:
			break;
		}
	}
}

/**
 * vga_quirk_value - what a register shows of a BAR
 * @row: a row with shows
 * @address: virtual address of that BAR, without its flags
 * @size: bytes of that BAR
 * @card: what the card's register holds; looked at with low=card only
 *
 * Return: the value, wider than the register may be.
 */
u64 vga_quirk_value(const struct vga_quirk_row *row, u64 address, u64 size,
		    u32 card)
{
	if (row->low)
		address |= card & (size - 1);
	return address >> row->shift;
}
