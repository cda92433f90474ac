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
 *	map			map a page of its memory, touch nothing
 *	irqs			its interrupts off, as they are
 *	dirty			write all scratch registers and some memory
 *	cold			are they as after power on?
 *	dma			have it write to our memory every millisecond
 *	leases, modes, resets	access the VGA region, set modes, reset it, for
 *				ever; say "holding" first
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

static int map(void)
{
	struct vfio_region_info info;
	void *page;
	int ret = vga_region_info(&card, MEMORY, &info);

	if (ret)
		return ret;
	page = mmap(NULL, MEMORY_BYTES, PROT_READ, MAP_SHARED, card.fd,
		    info.offset);
	if (page == MAP_FAILED)
		return -errno;
	return munmap(page, MEMORY_BYTES) ? -errno : 0;
}

/* Switches off what is off. */
static int irqs(void)
{
	struct vfio_irq_set set = {
		.argsz = sizeof(set),
		.flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
		.index = VFIO_PCI_INTX_IRQ_INDEX,
	};

	return ioctl(card.fd, VFIO_DEVICE_SET_IRQS, &set) ? -errno : 0;
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

/* Below this process's own addresses, and 32 bits wide. */
#define DMA_IOVA	0x100000
#define DMA_ADDRESS	0x100

static int dma(void)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.iova = DMA_IOVA,
		.size = MEMORY_BYTES,
	};
	volatile uint32_t *page = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ret, tries;

	if (page == MAP_FAILED)
		return -errno;
	map.vaddr = (uintptr_t)page;
	if (ioctl(card.iommu, VFIO_IOMMU_MAP_DMA, &map))
		return -errno;
	ret = vga_command_set(&card, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	if (!ret)
		ret = put(REGISTERS, 0, 0xd3a0d3a0);
	if (!ret)
		ret = put(REGISTERS, DMA_ADDRESS, DMA_IOVA);
	for (tries = 0; !ret && !*page; tries++) {
		usleep(1000);
		if (tries == 1000)
			ret = -EIO;
	}
	return ret;
}

/* What a guest is in the middle of when it is killed; returns on errors only. */
static int keep_on(const char *what)
{
	uint8_t bytes[256] = { 0 };
	unsigned int turn;
	int ret = vga_command_set(&card, PCI_COMMAND_IO | PCI_COMMAND_MEMORY);

	printf("holding\n");
	for (turn = 0; !ret; turn++) {
		if (!strcmp(what, "resets"))
			ret = ioctl(card.fd, VFIO_DEVICE_RESET) ? -errno : 0;
		else if (!strcmp(what, "modes"))
			ret = vga_out(&card, VGA_GFX_INDEX, turn % 9) ?:
				      vga_out(&card, VGA_GFX_INDEX + 1, turn);
		else if (vga_write(&card, VGA_MEM, bytes, sizeof(bytes)) < 0)
			ret = -EIO;
	}
	return ret;
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
	if (!strcmp(word, "map"))
		return map();
	if (!strcmp(word, "irqs"))
		return irqs();
	if (!strcmp(word, "dirty"))
		return dirty();
	if (!strcmp(word, "cold"))
		return is_cold();
	if (!strcmp(word, "dma"))
		return dma();
	if (!strcmp(word, "leases") || !strcmp(word, "modes") ||
	    !strcmp(word, "resets"))
		return keep_on(word);
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
