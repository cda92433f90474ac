// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user of a card, for the reset tests: does what its words say, in order.
 *
 *	vga_act BDF WORD...
 *
 *	open, close		the card
 *	reset			VFIO_DEVICE_RESET
 *	hot			VFIO_DEVICE_PCI_HOT_RESET, of this card's group
 *	memory			have it decode memory
 *	sleep, wake		D3hot and D0, by its power management register
 *	read BAR OFFSET		4 bytes, in hexadecimal
 *	write BAR OFFSET VALUE
 *	poke OFFSET VALUE	a register, without VFIO
 *	dirty			write all scratch registers and some memory
 *	cold			are they as after power on?
 *	hold			say "holding", wait for the end of the input
 *
 * A line per word: the word, 0 or the error's name, and milliseconds; or what
 * was read. Goes on after errors.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/vfio_vga_test.h"

/* The cards of selftests/zoo/fragile.c: registers in BAR 5, memory in BAR 0. */
#define REGISTERS	5
#define SCRATCH		0x40
#define ENGINE		0x3c
#define MEMORY		0
#define MEMORY_BYTES	4096

static struct vga_card card = { .fd = -1, .group = -1, .iommu = -1 };

static int hot_reset(void)
{
	struct {
		struct vfio_pci_hot_reset reset;
		int32_t group;
	} request = {
		.reset = { .argsz = sizeof(request), .count = 1 },
		.group = card.group,
	};

	return ioctl(card.fd, VFIO_DEVICE_PCI_HOT_RESET, &request) ? -errno : 0;
}

static int set_power(uint16_t state)
{
	int position = vga_find_capability(&card, PCI_CAP_ID_PM);
	ssize_t ret;

	if (position < 0)
		return position;
	ret = vga_region_write(&card, VFIO_PCI_CONFIG_REGION_INDEX,
			       position + PCI_PM_CTRL, &state, sizeof(state));
	return ret < 0 ? ret : 0;
}

static int get(unsigned int bar, uint64_t offset, uint32_t *value)
{
	ssize_t ret = vga_region_read(&card, bar, offset, value,
				      sizeof(*value));

	return ret < 0 ? ret : 0;
}

static int put(unsigned int bar, uint64_t offset, uint32_t value)
{
	ssize_t ret = vga_region_write(&card, bar, offset, &value,
				       sizeof(value));

	return ret < 0 ? ret : 0;
}

/* As a driver of the host's would, without VFIO. */
static int poke(const char *bdf, uint64_t offset, uint32_t value)
{
	volatile uint32_t *registers;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource%d", bdf,
		 REGISTERS);
	fd = open(path, O_RDWR | O_SYNC);
	if (fd < 0)
		return -errno;
	registers = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
			 fd, 0);
	close(fd);
	if (registers == MAP_FAILED)
		return -errno;
	registers[offset / 4] = value;
	return registers[offset / 4] == value ? 0 : -EIO;
}

static int dirty(void)
{
	uint32_t offset;
	int ret = 0;

	for (offset = 0; offset < SCRATCH && !ret; offset += 4)
		ret = put(REGISTERS, offset, 0xd1ce0000 + offset);
	for (offset = 0; offset < MEMORY_BYTES && !ret; offset += 4)
		ret = put(MEMORY, offset, 0xd1ce0000 + offset);
	return ret;
}

static int is_cold(void)
{
	uint32_t offset, value;
	int ret = 0, dirt = 0;

	for (offset = 0; offset < SCRATCH && !ret; offset += 4) {
		ret = get(REGISTERS, offset, &value);
		dirt += value != (offset == ENGINE ? 0 : 0xc01d0000 + offset);
	}
	for (offset = 0; offset < MEMORY_BYTES && !ret; offset += 4) {
		ret = get(MEMORY, offset, &value);
		dirt += value != 0;
	}
	return ret ?: dirt ? -EUCLEAN : 0;
}

static int hold(void)
{
	char byte;

	printf("holding\n");
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}

static int act(const char *bdf, const char *word)
{
	if (!strcmp(word, "open"))
		return vga_open(&card, bdf,
				vga_can_open(VGA_OPEN_GROUP) ? VGA_OPEN_GROUP :
							       VGA_OPEN_CDEV);
	if (!strcmp(word, "close"))
		return vga_close(&card), 0;
	if (!strcmp(word, "reset"))
		return ioctl(card.fd, VFIO_DEVICE_RESET) ? -errno : 0;
	if (!strcmp(word, "hot"))
		return hot_reset();
	if (!strcmp(word, "memory"))
		return vga_command_set(&card, PCI_COMMAND_MEMORY);
	if (!strcmp(word, "sleep"))
		return set_power(3);
	if (!strcmp(word, "wake"))
		return set_power(0);
	if (!strcmp(word, "dirty"))
		return dirty();
	if (!strcmp(word, "cold"))
		return is_cold();
	if (!strcmp(word, "hold"))
		return hold();
	fprintf(stderr, "%s: unknown\n", word);
	exit(2);
}

int main(int argc, char **argv)
{
	uint64_t start;
	uint32_t value;
	int i, ret;

	if (argc < 3) {
		fprintf(stderr, "usage: %s BDF WORD...\n", argv[0]);
		return 2;
	}
	vga_die_with_parent();
	setlinebuf(stdout);
	for (i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "read") && i + 2 < argc) {
			ret = get(atoi(argv[i + 1]),
				  strtoull(argv[i + 2], NULL, 0), &value);
			printf("read %s %08x\n",
			       ret ? strerrorname_np(-ret) : "0",
			       ret ? 0 : value);
			i += 2;
			continue;
		}
		if (!strcmp(argv[i], "write") && i + 3 < argc) {
			ret = put(atoi(argv[i + 1]),
				  strtoull(argv[i + 2], NULL, 0),
				  strtoul(argv[i + 3], NULL, 0));
			printf("write %s\n",
			       ret ? strerrorname_np(-ret) : "0");
			i += 3;
			continue;
		}
		if (!strcmp(argv[i], "poke") && i + 2 < argc) {
			ret = poke(argv[1], strtoull(argv[i + 1], NULL, 0),
				   strtoul(argv[i + 2], NULL, 0));
			printf("poke %s\n", ret ? strerrorname_np(-ret) : "0");
			i += 2;
			continue;
		}
		start = vga_now_ns();
		ret = act(argv[1], argv[i]);
		printf("%s %s %llu\n", argv[i],
		       ret ? strerrorname_np(-ret) : "0",
		       (unsigned long long)(vga_now_ns() - start) / 1000000);
	}
	return 0;
}
