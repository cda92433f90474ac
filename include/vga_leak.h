/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Leaks: reads that give away where the host has put a BAR, and rows for them.
 *
 * vfio_pci_leak_rows.c judges what was read and knows nothing of VFIO or
 * hardware, so that KUnit tests can have it on its own; vfio_pci_leaks.c shows
 * it the accesses.
 */
#ifndef VGA_LEAK_H
#define VGA_LEAK_H

#include <linux/types.h>

#include "vga_quirk.h"

/* Distinct rows that are suggested, and writes that are remembered. */
#define VGA_LEAK_ROWS	16
#define VGA_LEAK_WRITES	8U

/* Where config space goes on for those who have more of it. */
#define VGA_LEAK_EXT_CONFIG	0x100

/**
 * struct vga_leak_card - what the host knows of a card
 * @bar: its BARs: physical address, and whether they are ports; size 0 for none
 * @cfg_size: bytes of config space that the host can reach
 * @dword_is: whether the 4 bytes at @pos of BAR @bar are those at @offset of
 *	config space
 * @data: for @dword_is
 */
struct vga_leak_card {
	struct {
		u64 start;
		u64 size;
		bool io;
	} bar[VGA_QUIRK_BARS];
	u32 cfg_size;
	bool (*dword_is)(const struct vga_leak_card *card, unsigned int bar,
			 u32 pos, u32 offset);
	void *data;
};

/**
 * struct vga_leak - one access of the bus, and what it gave away
 * @region: BAR, or VGA_QUIRK_LEGACY
 * @pos: offset there
 * @width: bytes
 * @value: what was read or written
 * @window: read: it may be a data register, behind an address register
 * @place: read: which place behind that it shows
 * @bar: read: whose address came out
 * @shift: read: by how many bits it was shifted
 */
struct vga_leak {
	unsigned int region;
	u32 pos;
	unsigned int width;
	u32 value;
	bool window;
	u32 place;
	unsigned int bar;
	unsigned int shift;
};

/**
 * struct vga_leak_log - what was seen
 * @count: leaks
 * @nr: how many of @rows
 * @rows: what is suggested
 * @low: where a whole address, or its low dword, leaked last
 * @half: the last read of 2 bytes
 * @next: where the next write goes
 * @writes: the last ones, a ring
 */
struct vga_leak_log {
	u64 count;
	unsigned int nr;
	struct vga_quirk_row rows[VGA_LEAK_ROWS];
	struct vga_leak low;
	struct vga_leak half;
	unsigned int next;
	struct vga_leak writes[VGA_LEAK_WRITES];
};

void vga_leak_wrote(struct vga_leak_log *log, const struct vga_leak *access);
bool vga_leak_read(struct vga_leak_log *log, const struct vga_leak_card *card,
		   struct vga_leak *access, char *text, size_t size);

#endif /* VGA_LEAK_H */
