// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read a card's doors through the device file, and find where it gives away the
 * addresses that the host has given its BARs.
 *
 *	vga_leaks BDF
 *
 * Prints a line per leak, region=N offset=0x.. width=N bar=N shift=N value=0x..,
 * window=NAME in it where the address was an index, and at the end leaks=N.
 * Exit status 0 if there are none, 1 if there are any, 2 on an error.
 *
 * The legacy ports, the first 32 KiB of each BAR, NVIDIA's page of config space
 * and the registers behind the address and data registers that ATI's and
 * NVIDIA's cards are known to have are read in every width, and what narrow
 * accesses give is put together. That is bearable where nothing can be mapped;
 * qemu/guests/sweep.c reads all of a card.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vfio_vga_test.h"
#include "lib/leak_search.h"

static struct vga_card card;

static uint32_t card_read(uint32_t region, uint64_t offset, int width)
{
	uint32_t value = 0;

	if (vga_region_read(&card, region, offset, &value, width) != width)
		return UINT32_MAX >> (32 - width * 8);
	return value;
}

static void card_write(uint32_t region, uint64_t offset, uint32_t value,
		       int width)
{
	vga_region_write(&card, region, offset, &value, width);
}

static void found(const char *window, uint32_t region, uint64_t offset,
		  int width, unsigned int bar, unsigned int shift,
		  uint32_t value)
{
	printf("region=%u offset=%#jx width=%d bar=%u ", region,
	       (uintmax_t)offset, width, bar);
	printf("shift=%u value=%#x%s%s\n", shift, value,
	       window ? " window=" : "", window ? window : "");
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
	for (i = 0; i < LEAK_BARS; i++) {
		n = fscanf(file, "%llx %llx %llx", &start, &end, &flags);
		if (n != 3)
			break;
		bars[i].start = start;
		bars[i].size = flags ? end - start + 1 : 0;
		bars[i].io = flags & 0x100;
	}
	fclose(file);
	if (i < LEAK_BARS)
		return -EIO;
	for (i = 0; i < LEAK_BARS; i++) {
		uint32_t guest = guest_address(i);

		vga_region_write(&card, VFIO_PCI_CONFIG_REGION_INDEX,
				 PCI_BASE_ADDRESS_0 + i * 4, &guest, 4);
	}
	return 0;
}

static void sweep(uint32_t region, uint64_t start, uint64_t end)
{
	uint64_t at;
	int width;

	for (at = start; at < end; at += 4)
		for (width = 1; width <= 4; width *= 2)
			look(NULL, region, at, width,
			     read_parts(region, at, width));
}

static void sweep_doors(void)
{
	unsigned int bar;

	for (bar = 0; bar < LEAK_BARS; bar++) {
		uint64_t size = bars[bar].size;

		sweep(bar, 0, size < REGISTERS ? size : REGISTERS);
		if (size >= PPCI_END)
			sweep(bar, PPCI, PPCI_END);
	}
	sweep(VFIO_PCI_VGA_REGION_INDEX, VGA_MONO_PORTS, VGA_MONO_PORTS_END);
	sweep(VFIO_PCI_VGA_REGION_INDEX, VGA_PORTS, VGA_PORTS_END);
}

int main(int argc, char **argv)
{
	uint16_t vendor = 0;
	int ret;

	if (argc != 2) {
		fprintf(stderr, "usage: vga_leaks BDF\n");
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
	sweep_doors();
	vga_region_read(&card, VFIO_PCI_CONFIG_REGION_INDEX, PCI_VENDOR_ID,
			&vendor, sizeof(vendor));
	sweep_windows(vendor);
	printf("leaks=%u\n", leaks);
	vga_close(&card);
	return leaks ? 1 : 0;
}
