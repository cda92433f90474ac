// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read everything of a card that can be read, and find where it gives away the
 * addresses that the host has given its BARs.
 *
 *	vga_leaks BDF [doors]
 *
 * Prints a line per leak, region=N offset=0x.. width=N bar=N shift=N value=0x..,
 * window=NAME in it where the address was an index, and at the end leaks=N.
 * Exit status 0 if there are none, 1 if there are any, 2 on an error.
 *
 * All BARs and legacy ports are read in every width, mapped where that can be, and
 * what narrow accesses give is put together; so are the registers behind the
 * address and data registers that ATI's and NVIDIA's cards are known to have. Of
 * a BAR above 64 MiB, which is memory, the pages after the first 32 KiB are asked
 * for their first bytes only.
 * With "doors" nothing but the first 32 KiB of a BAR and NVIDIA's page of config
 * space are read, which is bearable where nothing can be mapped.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/vfio_vga_test.h"

#define PAGE		0x1000u
#define CHUNK		0x100000u
#define NR_BARS		6
#define REGISTERS	0x8000u
#define MEMORY		0x4000000u
/* An access of the legacy ports takes longer. */
#define RMA_REGISTERS	0x2000u
/* NVIDIA's second copy of config space, in BAR 0. */
#define PPCI		0x88000u

#define VENDOR_ATI	0x1002
#define VENDOR_NVIDIA	0x10de

static struct vga_card card;
static struct {
	uint64_t start, size;
	bool io;
} bars[NR_BARS];
static unsigned int leaks;

/* An address for the guest that cannot be taken for one of the host's. */
static uint32_t guest_address(unsigned int bar)
{
	static const uint32_t step[] = { 0x10000000, 0x500 };
	static unsigned int nth;
	unsigned int other, low = bars[bar].io ? 0 : 16;
	uint32_t address;
	bool taken;

	if (!bars[bar].size)
		return 0;
	do {
		address = ++nth % 15 * step[bars[bar].io];
		taken = !address;
		for (other = 0; other < NR_BARS; other++) {
			uint64_t start = bars[other].start;

			if (bars[other].io == bars[bar].io)
				start = (uint32_t)start >> low;
			taken |= address >> low == start;
		}
	} while (taken);
	return address;
}

/* The host's addresses from sysfs; in virtual config space, others. */
static int move_bars(const char *bdf)
{
	unsigned long long start, end, flags;
	char path[128];
	FILE *file;
	int i, n;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource", bdf);
	file = fopen(path, "r");
	if (!file)
		return -errno;
	for (i = 0; i < NR_BARS; i++) {
		n = fscanf(file, "%llx %llx %llx", &start, &end, &flags);
		if (n != 3)
			break;
		bars[i].start = start;
		bars[i].size = flags ? end - start + 1 : 0;
		bars[i].io = flags & 0x100;
	}
	fclose(file);
	if (i < NR_BARS)
		return -EIO;
	for (i = 0; i < NR_BARS; i++) {
		uint32_t guest = guest_address(i);

		vga_region_write(&card, VFIO_PCI_CONFIG_REGION_INDEX,
				 PCI_BASE_ADDRESS_0 + i * 4, &guest, 4);
	}
	return 0;
}

/*
 * Few bits are no evidence: 1 byte counts as an I/O address's bits 15:8 in a
 * legacy port, 2 bytes as an I/O address or the upper half of a memory address if
 * they are more than a digit, and a high dword where a BAR's could be.
 */
static bool shows(unsigned int bar, unsigned int shift, uint32_t region,
		  uint64_t offset, int bytes, uint32_t value)
{
	uint64_t shown = bars[bar].start >> shift;
	uint32_t flags = bars[bar].io ? ~(uint32_t)PCI_BASE_ADDRESS_IO_MASK :
					~(uint32_t)PCI_BASE_ADDRESS_MEM_MASK;

	if (!bars[bar].size)
		return false;
	if (bytes == 1)
		return bars[bar].io && shift == 8 &&
		       region == VFIO_PCI_VGA_REGION_INDEX && shown &&
		       value == shown;
	if (bars[bar].io ? shift != 0 : bytes == 2 && shift < 16)
		return false;
	shown &= bytes == 2 ? 0xffff : 0xffffffff;
	if (bytes == 2 && !(shown & 0xfff))
		return false;
	if (shift == 32 && (bytes == 2 || offset % 8 != 4))
		return false;
	if (!shown || (bytes == 4 && !bars[bar].io && shift < 32 && shown < 0x100))
		return false;
	return value == shown || (!shift && (value & ~flags) == shown);
}

static bool is_leak(const char *window, uint32_t region, uint64_t offset,
		    int width, int bytes, uint32_t value)
{
	static const unsigned int shifts[] = { 0, 8, 16, 32 };
	unsigned int bar, i;

	for (bar = 0; bar < NR_BARS; bar++) {
		for (i = 0; i < 4; i++) {
			if (!shows(bar, shifts[i], region, offset, bytes,
				   value))
				continue;
			leaks++;
			printf("region=%u offset=%#jx width=%d bar=%u ", region,
			       (uintmax_t)offset, width, bar);
			printf("shift=%u value=%#x%s%s\n", shifts[i], value,
			       window ? " window=" : "", window ? window : "");
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
	if (!value || is_leak(window, region, offset, width, 4, value))
		return;
	for (n = 0; n < 4; n += 2)
		is_leak(window, region, offset + n, width, 2,
			value >> (n * 8) & 0xffff);
	for (n = 0; n < 4 && !window; n++)
		is_leak(window, region, offset + n, width, 1,
			value >> (n * 8) & 0xff);
}

static uint32_t load(const volatile uint8_t *at, int width)
{
	return width == 1 ? *at :
	       width == 2 ? *(const volatile uint16_t *)at :
			    *(const volatile uint32_t *)at;
}

/* 4 bytes in accesses of @width. What cannot be read is all ones. */
static uint32_t read_parts(uint32_t region, uint64_t offset, int width)
{
	uint32_t value = 0, part;
	int n;

	for (n = 0; n < 4; n += width) {
		part = 0;
		if (vga_region_read(&card, region, offset + n, &part, width) !=
		    width)
			part = 0xffffffff >> (32 - width * 8);
		value |= part << (n * 8);
	}
	return value;
}

static void sweep(uint32_t region, uint64_t start, uint64_t end,
		  const volatile uint8_t *map)
{
	uint32_t value;
	uint64_t at;
	int width, n;

	for (at = start; at < end; at += 4) {
		for (width = 1; width <= 4; width *= 2) {
			if (map) {
				value = 0;
				for (n = 0; n < 4; n += width)
					value |= load(map + (at - start) + n, width)
						 << (n * 8);
			} else {
				value = read_parts(region, at, width);
			}
			look(NULL, region, at, width, value);
		}
	}
}

/* Mapped as far as the driver allows, a chunk or a page at a time. */
static void sweep_bar(unsigned int bar, uint64_t start, uint64_t end)
{
	uint64_t size = end - start, part = size > CHUNK ? CHUNK : PAGE;
	void *map = MAP_FAILED;

	if (!bars[bar].io && size <= CHUNK)
		map = mmap(NULL, size, PROT_READ, MAP_SHARED, card.fd,
			   ((off_t)bar << 40) + start);
	if (map != MAP_FAILED) {
		sweep(bar, start, end, map);
		munmap(map, size);
	} else if (bars[bar].io || size <= PAGE) {
		sweep(bar, start, end, NULL);
	} else {
		for (; start < end; start += part)
			sweep_bar(bar, start, start + part);
	}
}

static void sweep_bars(bool doors)
{
	unsigned int bar;

	for (bar = 0; bar < NR_BARS; bar++) {
		uint64_t size = bars[bar].size, at;
		bool memory = size > MEMORY;

		if (!doors && !memory) {
			sweep_bar(bar, 0, size);
			continue;
		}
		sweep_bar(bar, 0, size < REGISTERS ? size : REGISTERS);
		if (size >= PPCI + PAGE)
			sweep_bar(bar, PPCI, PPCI + PAGE);
		for (at = REGISTERS; memory && !doors && at < size; at += PAGE)
			look(NULL, bar, at, 4, read_parts(bar, at, 4));
	}
	sweep(VFIO_PCI_VGA_REGION_INDEX, VGA_MONO_PORTS, VGA_MONO_PORTS_END, NULL);
	sweep(VFIO_PCI_VGA_REGION_INDEX, VGA_PORTS, VGA_PORTS_END, NULL);
}

/* Tell a register of the card what to be for. */
static void put(uint32_t region, uint64_t offset, uint32_t value, int width)
{
	vga_region_write(&card, region, offset, &value, width);
}

/* All registers behind an index, in every width. */
static void sweep_window(const char *name, uint32_t index_bar, uint32_t index,
			 uint32_t data_bar, uint32_t data)
{
	uint32_t address;
	int width;

	for (address = 0; address < PPCI + PAGE; address += 4) {
		if (address == REGISTERS)
			address = PPCI;
		put(index_bar, index, address, 4);
		for (width = 1; width <= 4; width *= 2)
			look(name, data_bar, address, width,
			     read_parts(data_bar, data, width));
	}
	put(index_bar, index, 0, 4);
}

/*
 * Ports 0x3d0 to 0x3d3: what they are for is in CRTC register 0x38. BIOSes read
 * words, and bytes there look like addresses too easily.
 */
static void sweep_rma(void)
{
	const uint32_t region = VFIO_PCI_VGA_REGION_INDEX;
	uint32_t address;
	int width;

	put(region, VGA_MISC_WRITE, 1, 1);
	for (address = 0; address < PPCI + PAGE; address += 4) {
		if (address == RMA_REGISTERS)
			address = PPCI;
		put(region, 0x3d4, 0x338, 2);
		put(region, 0x3d0, address, 4);
		put(region, 0x3d4, 0x538, 2);
		for (width = 2; width <= 4; width *= 2)
			look("3d0", region, address, width,
			     read_parts(region, 0x3d0, width));
	}
	put(region, 0x3d4, 0x38, 2);
}

static void sweep_windows(void)
{
	unsigned int io, vendor = 0;

	vga_region_read(&card, VFIO_PCI_CONFIG_REGION_INDEX, PCI_VENDOR_ID,
			&vendor, 2);
	if (vendor == VENDOR_ATI) {
		for (io = 0; io < NR_BARS; io++) {
			if (!bars[io].io)
				continue;
			sweep_window("io", io, 0, io, 4);
			sweep_window("io-index", io, 0, 2, 4);
			sweep_window("io-data", 2, 0, io, 4);
		}
		sweep_window("mm", 2, 0, 2, 4);
	} else if (vendor == VENDOR_NVIDIA) {
		sweep_rma();
		if (bars[5].io) {
			put(5, 0, 1, 4);
			put(5, 4, 1, 4);
			sweep_window("io", 5, 8, 5, 0xc);
			put(5, 0, 0, 4);
			put(5, 4, 0, 4);
		}
	}
}

int main(int argc, char **argv)
{
	int ret;

	if (argc < 2) {
		fprintf(stderr, "usage: vga_leaks BDF [doors]\n");
		return 2;
	}
	ret = vga_open(&card, argv[1], VGA_OPEN_GROUP);
	if (!ret)
		ret = move_bars(argv[1]);
	if (!ret)
		ret = vga_command_set(&card, PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	if (ret) {
		fprintf(stderr, "vga_leaks: %s: %s\n", argv[1], strerror(-ret));
		return 2;
	}
	sweep_bars(argc > 2 && !strcmp(argv[2], "doors"));
	sweep_windows();
	printf("leaks=%u\n", leaks);
	vga_close(&card);
	return leaks ? 1 : 0;
}
