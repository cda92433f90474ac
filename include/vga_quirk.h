/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows: what a card hides, and how to answer.
 *
 * vfio_pci_quirk_rows.c reads, writes and looks up rows and knows nothing of
 * VFIO or hardware, so that KUnit tests can have it on its own.
 * vfio_pci_quirk_table.c has the rows of known cards, vfio_pci_quirks.c moves
 * bytes by them. The syntax is specified in docs/quirks.md.
 */
#ifndef VGA_QUIRK_H
#define VGA_QUIRK_H

#include <linux/atomic.h>
#include <linux/types.h>

/* Where a row is: BAR 0 to 5, or the legacy ports, by vfio-pci's number. */
#define VGA_QUIRK_BARS		6
#define VGA_QUIRK_LEGACY	8

#define VGA_QUIRK_NONE		U32_MAX
#define VGA_QUIRK_NAME_MAX	24
#define VGA_QUIRK_ROW_MAX	144
/* The part of config space that can be echoed. */
#define VGA_QUIRK_ECHO_MAX	0x100
/* All that apply to one card; as many lines as sysfs has room for. */
#define VGA_QUIRK_MAX		24

enum vga_quirk_kind {
	VGA_QUIRK_MIRROR,	/* a range that shows config space */
	VGA_QUIRK_WINDOW,	/* an address register and a data register */
	VGA_QUIRK_REGISTER,	/* a register that shows a BAR's address */
};

/* What becomes of writes to what shows config space. */
enum vga_quirk_writes {
	VGA_QUIRK_WRITES_DROP,
	VGA_QUIRK_WRITES_CONFIG,	/* as if to the virtual config space */
	VGA_QUIRK_WRITES_ACK,		/* and MSI acknowledges to the card */
};

/**
 * struct vga_quirk_row - one back door
 * @kind: which of the members below it has
 * @given: the keys that were spelled out
 * @bar: BAR it is in, or VGA_QUIRK_LEGACY
 * @offset: mirror, register: where
 * @size: mirror: bytes
 * @config: mirror: config offset it starts at, VGA_QUIRK_NONE hides it
 * @echo: mirror: shows what the user wrote to config space, where that keeps
 *	the card's own
 * @addr: window: offset of the address register
 * @data: window: offset of the data register
 * @match: window: first address that is answered
 * @mask: window: how many more there are
 * @into: window: BAR that it opens, VGA_QUIRK_NONE for config space
 * @shows: register, window: BAR whose address is shown
 * @shift: register, window: how far to the right, in bits
 * @width: register: bytes; window: of both registers
 * @low: register: the bits below the BAR's size are the card's own
 * @gate: window: register whose bit 0 opens it
 * @gate2: window: another one
 * @crtc: window: CRT controller register that selects address or data
 * @shared: window: number of a pair of registers with several doors, or 0
 * @writes: mirror, window: enum vga_quirk_writes
 */
struct vga_quirk_row {
	enum vga_quirk_kind kind;
	u32 given;
	u32 bar;
	u32 offset;
	u32 size;
	u32 config;
	u32 echo;
	u32 addr;
	u32 data;
	u32 match;
	u32 mask;
	u32 into;
	u32 shows;
	u32 shift;
	u32 width;
	u32 low;
	u32 gate;
	u32 gate2;
	u32 crtc;
	u32 shared;
	u32 writes;
};

/**
 * struct vga_quirk_card - what of a card decides whether a row fits
 * @size: bytes of each BAR, 0 where there is none
 * @legacy: it has the legacy ports
 */
struct vga_quirk_card {
	u64 size[VGA_QUIRK_BARS];
	bool legacy;
};

enum vga_quirk_role {
	VGA_ROLE_MIRROR,
	VGA_ROLE_REGISTER,
	VGA_ROLE_ADDRESS,
	VGA_ROLE_DATA,
	VGA_ROLE_GATE,
	VGA_ROLE_GATE2,
	VGA_ROLE_CRTC,		/* index and data of the CRT controller */
	VGA_ROLE_PORT,		/* address or data, as the CRTC register says */
	VGA_ROLE_PASS,		/* such a port when it is neither */
};

/* Bytes from @start to before @end that a row answers for. */
struct vga_quirk_range {
	u32 start, end;
	enum vga_quirk_role role;
};

#define VGA_QUIRK_RANGES	4

/**
 * struct vga_window - what a window's registers hold
 * @address: address register
 * @gate: the registers that open it
 * @index: CRT controller's index register
 * @mode: CRT controller's register that selects
 * @known: false until the card was asked, since open or reset
 */
struct vga_window {
	u32 address;
	u32 gate[2];
	u8 index;
	u8 mode;
	bool known;
};

enum vga_quirk_source {
	VGA_SOURCE_TABLE,
	VGA_SOURCE_PARAMETER,
	VGA_SOURCE_ADDED,
};

/**
 * struct vga_quirk - a row as a card has it, from bind to unbind
 * @name: unique on the card
 * @source: where it comes from
 * @on: administrator's choice, for opens to come
 * @hits: accesses it answered since the card was bound
 * @row: what it says
 * @ranges: what it covers
 * @nr_ranges: how many of @ranges
 * @own: a window's registers
 * @window: @own, or those of the row that has the other door to them
 */
struct vga_quirk {
	char name[VGA_QUIRK_NAME_MAX];
	enum vga_quirk_source source;
	bool on;
	atomic64_t hits;
	struct vga_quirk_row row;
	struct vga_quirk_range ranges[VGA_QUIRK_RANGES];
	unsigned int nr_ranges;
	struct vga_window own;
	struct vga_window *window;
};

struct vga_quirk_set {
	unsigned int nr;
	struct vga_quirk *quirk[VGA_QUIRK_MAX];
};

/**
 * struct vga_quirk_piece - the start of an access, as far as one answers for it
 * @quirk: the row, NULL for the card itself
 * @range: the row's range
 * @len: bytes
 */
struct vga_quirk_piece {
	struct vga_quirk *quirk;
	const struct vga_quirk_range *range;
	u64 len;
};

enum vga_target_kind {
	VGA_TARGET_CARD,	/* the card's own register */
	VGA_TARGET_CONFIG,	/* virtual config space */
	VGA_TARGET_VALUE,	/* a BAR's virtual address */
	VGA_TARGET_NOTHING,	/* all ones; writes are lost */
};

/**
 * struct vga_target - what an access means
 * @kind: what answers
 * @quirk: the row that says so
 * @offset: config offset, or byte of the value
 * @len: for so many bytes
 */
struct vga_target {
	enum vga_target_kind kind;
	struct vga_quirk *quirk;
	u32 offset;
	u64 len;
};

/* What a BAR must be for a row to apply; nothing if @size is 0. */
struct vga_quirk_need {
	u8 bar;
	enum vga_bar_type {
		VGA_BAR_ANY,
		VGA_BAR_IO,
		VGA_BAR_MEM,
		VGA_BAR_MEM64,
	} type;
	u32 size;
};

/**
 * struct vga_quirk_rule - a row of the table
 * @name: its name in sysfs
 * @vendor: for cards of this vendor
 * @class: and of this class, or of any if 0
 * @needs: and that have these BARs
 * @audio: and whose next function is audio
 * @ids: and whose device id has one of these high bytes, ended by 0
 * @row: the row
 */
struct vga_quirk_rule {
	const char *name;
	u16 vendor;
	u16 class;
	struct vga_quirk_need needs[2];
	bool audio;
	const u8 *ids;
	const char *row;
};

extern const struct vga_quirk_rule vga_quirk_table[];
extern const unsigned int vga_quirk_table_size;

/* vfio_pci_quirk_rows.c */
int vga_quirk_parse(const char *text, struct vga_quirk_row *row, char *why,
		    size_t why_size);
int vga_quirk_format(const struct vga_quirk_row *row, char *buf, size_t size);
int vga_quirk_check(const struct vga_quirk_row *row,
		    const struct vga_quirk_card *card, char *why,
		    size_t why_size);
void vga_quirk_prepare(struct vga_quirk *quirk);
void vga_quirk_join_windows(struct vga_quirk_set *set);
void vga_quirk_find(const struct vga_quirk_set *set, unsigned int bar, u64 pos,
		    u64 count, struct vga_quirk_piece *piece);
bool vga_quirk_next_area(const struct vga_quirk_set *set, unsigned int bar,
			 u64 size, u64 page, u64 *start, u64 *end);
void vga_quirk_target(struct vga_quirk *quirk, u32 at, u64 len,
		      struct vga_target *target);
void vga_window_target(const struct vga_quirk_set *set,
		       const struct vga_quirk *door, u32 at, u64 len,
		       struct vga_target *target);
enum vga_quirk_role vga_window_role(const struct vga_quirk *quirk,
				    enum vga_quirk_role role);
void vga_window_note(struct vga_quirk *quirk, enum vga_quirk_role role, u32 at,
		     const u8 *bytes, size_t len);
u64 vga_quirk_value(const struct vga_quirk_row *row, u64 address, u64 size,
		    u32 card);

#endif /* VGA_QUIRK_H */
