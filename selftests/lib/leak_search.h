/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where does a card give away the addresses that the host has given its BARs?
 *
 * For programs that read a card, through the device file or as its guest: who
 * includes this provides card_read(), card_write() and found(). Needs no C library.
 * Regions are vfio-pci's: BAR 0 to 5, and 8 for the legacy ports.
 */
#ifndef LEAK_SEARCH_H
#define LEAK_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#define LEAK_BARS	6
#define LEAK_PORTS	8

#define LEAK_ATI	0x1002
#define LEAK_NVIDIA	0x10de

/* Registers behind a window: the first, and NVIDIA's second copy of config space. */
#define REGISTERS	0x8000u
#define PPCI		0x88000u
#define PPCI_END	0x89000u
#define RMA_REGISTERS	0x2000u

struct leak_bar {
	uint64_t start, size;
	bool io;
};

/* Where the host has them. */
static struct leak_bar bars[LEAK_BARS];
static unsigned int leaks;
/* How far windows are swept; and in legacy ports, where an access takes longer. */
static uint32_t registers = REGISTERS;

/* @width bytes; all ones where there is nothing. */
static uint32_t card_read(uint32_t region, uint64_t offset, int width);
static void card_write(uint32_t region, uint64_t offset, uint32_t value,
		       int width);
/* Tell about a leak; @window is NULL or the name of what the offset is an index of. */
static void found(const char *window, uint32_t region, uint64_t offset,
		  int width, unsigned int bar, unsigned int shift,
		  uint32_t value);

/* What 2 bytes can show of an address. */
static uint16_t half(uint64_t address, bool io)
{
	return io ? address : address >> 16;
}

/* An address for the guest that cannot be taken for one of the host's. */
static uint32_t guest_address(unsigned int bar)
{
	static const uint32_t step[] = { 0x10000000, 0x1100 };
	static unsigned int nth;
	unsigned int other;
	uint32_t address;
	bool taken;

	if (!bars[bar].size)
		return 0;
	do {
		address = ++nth % 15 * step[bars[bar].io];
		taken = !address;
		for (other = 0; other < LEAK_BARS; other++)
			taken |= half(address, bars[bar].io) ==
				 half(bars[other].start, bars[other].io);
	} while (taken);
	return address;
}

/* A legacy port, and none of those in which one shows many registers? */
static bool is_own_port(uint32_t region, uint64_t port)
{
	static const uint16_t ports[][2] = {
		{ 0x3b0, 0x3b5 }, { 0x3c0, 0x3c1 }, { 0x3c4, 0x3c9 },
		{ 0x3ce, 0x3cf }, { 0x3d0, 0x3d5 },
	};
	int i;

	for (i = 0; i < 5; i++)
		if (port >= ports[i][0] && port <= ports[i][1])
			return false;
	return region == LEAK_PORTS && port < 0x3e0;
}

/*
 * Few bits are no evidence: 1 byte counts as an I/O address's bits 15:8 in a
 * legacy port of its own, 2 bytes as an I/O address or the upper half of a memory
 * address if they are more than a digit, an I/O address where it is aligned, and
 * a high dword where a BAR's could be. A low dword that is but a digit counts with
 * flags that a BAR can have: blank text in the card's memory reads as 0x20000007.
 */
static bool shows(unsigned int bar, unsigned int shift, uint32_t region,
		  uint64_t offset, int bytes, uint32_t value)
{
	uint64_t shown = bars[bar].start >> shift;
	uint32_t flags = bars[bar].io ? 3 : 15;

	if (!bars[bar].size)
		return false;
	if (bytes == 1)
		return bars[bar].io && shift == 8 &&
		       is_own_port(region, offset) && shown &&
		       value == shown;
	if (bars[bar].io ? shift || offset & (bytes - 1) : bytes == 2 && shift < 16)
		return false;
	shown &= bytes == 2 ? 0xffff : 0xffffffff;
	if (bytes == 2 && !(shown & 0xfff))
		return false;
	if (shift == 32 && (bytes == 2 || offset % 8 != 4))
		return false;
	if (!shown || (bytes == 4 && !bars[bar].io && shift < 32 && shown < 0x100))
		return false;
	if (!bars[bar].io && !(shown & 0xfffffff))
		flags = 12;
	return value == shown || (!shift && (value & ~flags) == shown);
}

static bool is_leak(const char *window, uint32_t region, uint64_t offset,
		    int width, int bytes, uint32_t value)
{
	static const unsigned int shifts[] = { 0, 8, 16, 32 };
	unsigned int bar, i;

	for (bar = 0; bar < LEAK_BARS; bar++) {
		for (i = 0; i < 4; i++) {
			if (!shows(bar, shifts[i], region, offset, bytes,
				   value))
				continue;
			leaks++;
			found(window, region, offset, width, bar, shifts[i],
			      value);
			return true;
		}
	}
	return false;
}

/* 4 bytes that were read in accesses of @width: as a whole, else their parts. */
static void look(const char *window, uint32_t region, uint64_t offset,
		 int width, uint32_t value)
{
	int n;

	/* Most of what is not there. */
	if (!value || value == UINT32_MAX ||
	    is_leak(window, region, offset, width, 4, value))
		return;
	for (n = 0; n < 4; n += 2)
		is_leak(window, region, offset + n, width, 2,
			value >> (n * 8) & 0xffff);
	for (n = 0; n < 4 && !window; n++)
		is_leak(window, region, offset + n, width, 1,
			value >> (n * 8) & 0xff);
}

/* 4 bytes in accesses of @width. */
static uint32_t read_parts(uint32_t region, uint64_t offset, int width)
{
	uint32_t value = 0;
	int n;

	for (n = 0; n < 4; n += width)
		value |= card_read(region, offset + n, width) << (n * 8);
	return value;
}

/* All registers behind an index, in every width. */
static void sweep_window(const char *name, uint32_t index_bar, uint32_t index,
			 uint32_t data_bar, uint32_t data)
{
	uint32_t address;
	int width;

	for (address = 0; address < PPCI_END; address += 4) {
		if (address == registers)
			address = PPCI;
		card_write(index_bar, index, address, 4);
		for (width = 1; width <= 4; width *= 2)
			look(name, data_bar, address, width,
			     read_parts(data_bar, data, width));
	}
	card_write(index_bar, index, 0, 4);
}

/*
 * Ports 0x3d0 to 0x3d3: what they are for is in CRTC register 0x38. BIOSes read
 * words, and bytes there look like addresses too easily.
 */
static void sweep_rma(void)
{
	uint32_t end = registers < RMA_REGISTERS ? registers : RMA_REGISTERS;
	uint32_t address;
	int width;

	card_write(LEAK_PORTS, 0x3c2, 1, 1);
	for (address = 0; address < PPCI_END; address += 4) {
		if (address == end)
			address = PPCI;
		card_write(LEAK_PORTS, 0x3d4, 0x338, 2);
		card_write(LEAK_PORTS, 0x3d0, address, 4);
		card_write(LEAK_PORTS, 0x3d4, 0x538, 2);
		for (width = 2; width <= 4; width *= 2)
			look("3d0", LEAK_PORTS, address, width,
			     read_parts(LEAK_PORTS, 0x3d0, width));
	}
	card_write(LEAK_PORTS, 0x3d4, 0x38, 2);
}

/* The address and data registers that ATI's and NVIDIA's cards are known to have. */
static void sweep_windows(uint16_t vendor)
{
	unsigned int io;

	if (vendor == LEAK_ATI) {
		for (io = 0; io < LEAK_BARS; io++) {
			if (!bars[io].io)
				continue;
			sweep_window("io", io, 0, io, 4);
			sweep_window("io-index", io, 0, 2, 4);
			sweep_window("io-data", 2, 0, io, 4);
		}
		sweep_window("mm", 2, 0, 2, 4);
	} else if (vendor == LEAK_NVIDIA) {
		sweep_rma();
		if (bars[5].io) {
			card_write(5, 0, 1, 4);
			card_write(5, 4, 1, 4);
			sweep_window("io", 5, 8, 5, 0xc);
			card_write(5, 0, 0, 4);
			card_write(5, 4, 0, 4);
		}
	}
}

#endif
