// SPDX-License-Identifier: GPL-2.0-only
/*
 * Legacy reads on a card while another one of the same IOMMU group, as all are
 * on a conventional bus, is open or not. A tool for tests.
 *
 *	vga_twin BDF OTHER open|closed
 *
 * Prints the outcome of three reads on BDF, each ok or an error's name, and
 * whether OTHER's BAR0 could be read meanwhile: "EBUSY EBUSY EBUSY other=ok".
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/vfio_vga_test.h"

#define MARK	0x5a17ab1e

static const char *name_of(ssize_t ret)
{
	return ret < 0 ? strerrorname_np(-ret) : "ok";
}

static int open_other(const struct vga_card *card, struct vga_card *other,
		      const char *bdf)
{
	uint32_t mark = MARK;
	ssize_t ret;

	other->fd = ioctl(card->group, VFIO_GROUP_GET_DEVICE_FD, bdf);
	if (other->fd < 0)
		return -errno;
	ret = vga_command_set(other, PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	if (ret)
		return ret;
	ret = vga_region_write(other, VFIO_PCI_BAR0_REGION_INDEX, 0, &mark,
			       sizeof(mark));
	return ret == sizeof(mark) ? 0 : -EIO;
}

int main(int argc, char **argv)
{
	struct vga_card card, other = { .fd = -1, .group = -1, .iommu = -1 };
	ssize_t meanwhile = 0, ret;
	uint32_t mark;
	uint8_t byte;
	bool open;
	int i;

	if (argc != 4) {
		fprintf(stderr, "usage: vga_twin BDF OTHER open|closed\n");
		return 2;
	}
	open = !strcmp(argv[3], "open");
	ret = vga_open(&card, argv[1], VGA_OPEN_GROUP);
	if (!ret)
		ret = vga_command_set(&card, PCI_COMMAND_IO |
						     PCI_COMMAND_MEMORY);
	if (!ret && open)
		ret = open_other(&card, &other, argv[2]);
	if (ret) {
		fprintf(stderr, "%s\n", name_of(ret));
		return 1;
	}
	for (i = 0; i < 3; i++) {
		printf("%s ", name_of(vga_read(&card, VGA_TEXT, &byte, 1)));
		if (!open)
			continue;
		ret = vga_region_read(&other, VFIO_PCI_BAR0_REGION_INDEX, 0,
				      &mark, sizeof(mark));
		if (ret < 0)
			meanwhile = ret;
		else if (mark != MARK)
			meanwhile = -EILSEQ;
	}
	printf("other=%s\n", open ? name_of(meanwhile) : "closed");
	vga_close(&other);
	vga_close(&card);
	return 0;
}
