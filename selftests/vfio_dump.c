// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print all a VFIO device tells about itself, so that two drivers can be
 * compared with diff: VFIO_DEVICE_* answers, regions with their capabilities,
 * interrupts, config space, the ROM's hash, features, resets. Reads only,
 * except for the resets.
 *
 *	vfio_dump BDF [cdev]
 */
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/vfio_vga_test.h"

static void dump_device(const struct vga_card *card,
			struct vfio_device_info *info)
{
	*info = (struct vfio_device_info){ .argsz = sizeof(*info) };
	if (ioctl(card->fd, VFIO_DEVICE_GET_INFO, info))
		printf("device: %s\n", strerror(errno));
	else
		printf("device: argsz %u flags %#x regions %u irqs %u cap %#x\n",
		       info->argsz, info->flags, info->num_regions,
		       info->num_irqs, info->cap_offset);
}

static void dump_capabilities(const struct vfio_region_info *info)
{
	const struct vfio_region_info_cap_sparse_mmap *sparse;
	const struct vfio_info_cap_header *header;
	uint32_t offset = info->cap_offset, i;

	while (offset) {
		header = (const void *)info + offset;
		printf("  capability %u version %u\n", header->id,
		       header->version);
		if (header->id == VFIO_REGION_INFO_CAP_SPARSE_MMAP) {
			sparse = (const void *)header;
			for (i = 0; i < sparse->nr_areas; i++)
				printf("    mmap %#llx+%#llx\n",
				       sparse->areas[i].offset,
				       sparse->areas[i].size);
		}
		offset = header->next;
	}
}

static void dump_region(const struct vga_card *card, uint32_t index)
{
	struct vfio_region_info *info = calloc(1, 65536);
	uint8_t byte;

	info->argsz = 65536;
	info->index = index;
	if (ioctl(card->fd, VFIO_DEVICE_GET_REGION_INFO, info)) {
		printf("region %u: %s; read: %zd\n", index, strerror(errno),
		       vga_region_read(card, index, 0, &byte, 1));
	} else {
		printf("region %u: argsz %u flags %#x size %#llx offset %#llx\n",
		       index, info->argsz, info->flags, info->size,
		       info->offset);
		dump_capabilities(info);
		if (index != VFIO_PCI_VGA_REGION_INDEX)
			printf("  last byte: %zd, past the end: %zd\n",
			       vga_region_read(card, index, info->size - 1,
					       &byte, 1),
			       vga_region_read(card, index, info->size, &byte,
					       1));
	}
	free(info);
}

static void dump_irq(const struct vga_card *card, uint32_t index)
{
	struct vfio_irq_info info = { .argsz = sizeof(info), .index = index };

	if (ioctl(card->fd, VFIO_DEVICE_GET_IRQ_INFO, &info))
		printf("irq %u: %s\n", index, strerror(errno));
	else
		printf("irq %u: flags %#x count %u\n", index, info.flags,
		       info.count);
}

static void trigger_irq(const struct vga_card *card, uint32_t index)
{
	struct {
		struct vfio_irq_set set;
		int32_t fd;
	} irq = {
		.set = {
			.argsz = sizeof(irq), .index = index, .count = 1,
			.flags = VFIO_IRQ_SET_DATA_EVENTFD |
				 VFIO_IRQ_SET_ACTION_TRIGGER,
		},
		.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
	};
	struct vfio_irq_set fire = {
		.argsz = sizeof(fire),
		.index = index,
		.count = 1,
		.flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
	};
	uint64_t count = 0;
	int set, fired, off;

	set = ioctl(card->fd, VFIO_DEVICE_SET_IRQS, &irq) ? errno : 0;
	fired = ioctl(card->fd, VFIO_DEVICE_SET_IRQS, &fire) ? errno : 0;
	if (read(irq.fd, &count, sizeof(count)) < 0)
		count = 0;
	fire.count = 0;
	off = ioctl(card->fd, VFIO_DEVICE_SET_IRQS, &fire) ? errno : 0;
	printf("irq %u: set %d fire %d seen %ju off %d\n", index, set, fired,
	       (uintmax_t)count, off);
	close(irq.fd);
}

static void dump_config(const struct vga_card *card)
{
	uint8_t bytes[4096];
	ssize_t count;
	int i;

	count = vga_region_read(card, VFIO_PCI_CONFIG_REGION_INDEX, 0, bytes,
				sizeof(bytes));
	printf("config: %zd bytes\n", count);
	for (i = 0; i < count; i++)
		printf("%s%02x%s", i % 16 ? " " : "  ", bytes[i],
		       i % 16 == 15 || i == count - 1 ? "\n" : "");
}

/* FNV-1a: any change of a byte changes it. */
static void dump_hash(const struct vga_card *card, uint32_t index,
		      const char *name, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325;
	uint8_t *bytes = malloc(size);
	ssize_t count, i;

	count = vga_region_read(card, index, 0, bytes, size);
	for (i = 0; i < count; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	printf("%s: %zd bytes, hash %016jx\n", name, count, (uintmax_t)hash);
	free(bytes);
}

static void dump_features(const struct vga_card *card)
{
	struct vfio_device_feature probe = { .argsz = sizeof(probe) };
	static const struct {
		const char *name;
		uint32_t flag;
	} ways[] = {
		{ "get", VFIO_DEVICE_FEATURE_GET },
		{ "set", VFIO_DEVICE_FEATURE_SET },
	};
	uint32_t feature;
	int i;

	for (feature = 0; feature < 16; feature++) {
		for (i = 0; i < 2; i++) {
			probe.flags = VFIO_DEVICE_FEATURE_PROBE | feature |
				      ways[i].flag;
			printf("feature %u %s: %s\n", feature, ways[i].name,
			       ioctl(card->fd, VFIO_DEVICE_FEATURE, &probe) ?
				       strerror(errno) :
				       "yes");
		}
	}
}

/* The command register as its user sees it takes and gives back its bits. */
static void dump_command(const struct vga_card *card)
{
	static const uint16_t values[] = { 0x0000, 0x0003, 0x0007, 0x0407,
					   0xffff, 0x0003 };
	uint16_t got;
	int i;

	for (i = 0; i < 6; i++) {
		vga_region_write(card, VFIO_PCI_CONFIG_REGION_INDEX,
				 PCI_COMMAND, &values[i], 2);
		vga_region_read(card, VFIO_PCI_CONFIG_REGION_INDEX,
				PCI_COMMAND, &got, 2);
		printf("command: %04x gives %04x\n", values[i], got);
	}
}

/* BARs of the virtual config space: sizing, and keeping an address. */
static void dump_bars(const struct vga_card *card)
{
	static const uint32_t values[] = { 0xffffffff, 0xe0000000, 0 };
	uint32_t before, got;
	int bar, i;

	for (bar = PCI_BASE_ADDRESS_0; bar <= PCI_BASE_ADDRESS_5; bar += 4) {
		vga_region_read(card, VFIO_PCI_CONFIG_REGION_INDEX, bar,
				&before, 4);
		for (i = 0; i < 3; i++) {
			vga_region_write(card, VFIO_PCI_CONFIG_REGION_INDEX,
					 bar, &values[i], 4);
			vga_region_read(card, VFIO_PCI_CONFIG_REGION_INDEX,
					bar, &got, 4);
			printf("bar at %02x: %08x gives %08x\n", bar, values[i],
			       got);
		}
		vga_region_write(card, VFIO_PCI_CONFIG_REGION_INDEX, bar,
				 &before, 4);
	}
}

static void dump_resets(const struct vga_card *card)
{
	struct vfio_pci_hot_reset_info *info = calloc(1, 65536);
	struct vfio_pci_hot_reset none = { .argsz = sizeof(none) };
	uint32_t i;

	info->argsz = 65536;
	if (ioctl(card->fd, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, info)) {
		printf("hot reset info: %s\n", strerror(errno));
	} else {
		printf("hot reset info: %u devices flags %#x\n", info->count,
		       info->flags);
		for (i = 0; i < info->count; i++)
			printf("  group or id %u at %04x:%02x.%x\n",
			       info->devices[i].group_id,
			       info->devices[i].segment,
			       info->devices[i].bus, info->devices[i].devfn);
	}
	printf("hot reset of nothing: %s\n",
	       ioctl(card->fd, VFIO_DEVICE_PCI_HOT_RESET, &none) ?
		       strerror(errno) :
		       "done");
	printf("reset: %s\n",
	       ioctl(card->fd, VFIO_DEVICE_RESET) ? strerror(errno) : "done");
	printf("unknown ioctl: %s\n",
	       ioctl(card->fd, _IO(VFIO_TYPE, 255)) ? strerror(errno) : "done");
	free(info);
}

int main(int argc, char **argv)
{
	struct vfio_device_info info;
	enum vga_open_how how;
	struct vga_card card;
	uint32_t i;
	int ret;

	if (argc < 2) {
		fprintf(stderr, "usage: vfio_dump BDF [cdev]\n");
		return 2;
	}
	how = argc > 2 && !strcmp(argv[2], "cdev") ? VGA_OPEN_CDEV :
						     VGA_OPEN_GROUP;
	ret = vga_open(&card, argv[1], how);
	if (ret) {
		fprintf(stderr, "vfio_dump: cannot open %s: %s\n", argv[1],
			strerror(-ret));
		return 1;
	}
	dump_device(&card, &info);
	dump_config(&card);
	dump_command(&card);
	for (i = 0; i <= info.num_regions; i++)
		dump_region(&card, i);
	dump_hash(&card, VFIO_PCI_ROM_REGION_INDEX, "rom", 1 << 20);
	dump_bars(&card);
	for (i = 0; i <= info.num_irqs; i++)
		dump_irq(&card, i);
	for (i = 0; i < info.num_irqs; i++)
		trigger_irq(&card, i);
	dump_features(&card);
	dump_resets(&card);
	dump_config(&card);
	vga_close(&card);
	return 0;
}
