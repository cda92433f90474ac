// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VGA region for shell tests.
 *
 *	vga_io BDF info			GET_REGION_INFO of region 8
 *	vga_io BDF read OFFSET COUNT [REGION]
 *					print the bytes in hexadecimal
 *	vga_io BDF write OFFSET BYTE...
 *	vga_io BDF hold			print "open", then wait for end of input
 *	vga_io BDF intx			mask INTx; print where: "device", by the
 *					command register, or "controller"
 *
 * Exit status 0, or 1 with the error's name on stderr.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/vfio_vga_test.h"

static ssize_t show_info(const struct vga_card *card)
{
	struct vfio_region_info info;
	int ret = vga_region_info(card, VFIO_PCI_VGA_REGION_INDEX, &info);

	if (!ret)
		printf("size %#llx flags %#x\n", info.size, info.flags);
	return ret;
}

static ssize_t read_bytes(const struct vga_card *card, uint64_t pos,
			  size_t count, uint32_t region)
{
	uint8_t *bytes = malloc(count);
	ssize_t ret, i;

	ret = vga_region_read(card, region, pos, bytes, count);
	for (i = 0; i < ret; i++)
		printf("%s%02x", i ? " " : "", bytes[i]);
	printf("\n");
	free(bytes);
	return ret;
}

static ssize_t write_bytes(const struct vga_card *card, uint64_t pos,
			   char **words, int count)
{
	uint8_t bytes[256];
	int i;

	for (i = 0; i < count && i < (int)sizeof(bytes); i++)
		bytes[i] = strtoul(words[i], NULL, 16);
	return vga_write(card, pos, bytes, i);
}

/* For tests that want a user: say when it is there, go when told. */
static ssize_t hold(void)
{
	char byte;

	printf("open\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}

static int set_intx(const struct vga_card *card, uint32_t action,
		    uint32_t data, int eventfd)
{
	struct {
		struct vfio_irq_set set;
		int eventfd;
	} irq = {
		.set = {
			.argsz = sizeof(irq),
			.flags = action | data,
			.index = VFIO_PCI_INTX_IRQ_INDEX,
			.count = 1,
		},
		.eventfd = eventfd,
	};

	return ioctl(card->fd, VFIO_DEVICE_SET_IRQS, &irq) ? -errno : 0;
}

/* The user's view of the command register is virtual; sysfs has the card's. */
static ssize_t mask_intx(const struct vga_card *card)
{
	int trigger = eventfd(0, EFD_CLOEXEC), fd, ret;
	uint16_t command;
	char path[96];

	ret = set_intx(card, VFIO_IRQ_SET_ACTION_TRIGGER,
		       VFIO_IRQ_SET_DATA_EVENTFD, trigger);
	if (!ret)
		ret = set_intx(card, VFIO_IRQ_SET_ACTION_MASK,
			       VFIO_IRQ_SET_DATA_NONE, -1);
	if (ret)
		return ret;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config",
		 card->bdf);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (pread(fd, &command, sizeof(command), PCI_COMMAND) !=
	    sizeof(command))
		ret = -EIO;
	else
		puts(command & PCI_COMMAND_INTX_DISABLE ? "device" :
							  "controller");
	close(fd);
	return ret;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "";
	struct vga_card card;
	ssize_t ret;

	if (argc < 3) {
		fprintf(stderr, "usage: vga_io BDF info|read|write|hold|intx ...\n");
		return 2;
	}
	ret = vga_open(&card, argv[1], VGA_OPEN_GROUP);
	if (!ret)
		ret = vga_command_set(&card,
				      PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	if (ret)
		;
	else if (!strcmp(what, "info"))
		ret = show_info(&card);
	else if (!strcmp(what, "read") && (argc == 5 || argc == 6))
		ret = read_bytes(&card, strtoul(argv[3], NULL, 0),
				 strtoul(argv[4], NULL, 0),
				 argc == 6 ? strtoul(argv[5], NULL, 0) :
					     VFIO_PCI_VGA_REGION_INDEX);
	else if (!strcmp(what, "write") && argc > 4)
		ret = write_bytes(&card, strtoul(argv[3], NULL, 0), argv + 4,
				  argc - 4);
	else if (!strcmp(what, "hold"))
		ret = hold();
	else if (!strcmp(what, "intx"))
		ret = mask_intx(&card);
	else
		ret = -EINVAL;
	vga_close(&card);
	if (ret < 0)
		fprintf(stderr, "%s\n", strerrorname_np(-ret));
	return ret < 0;
}
