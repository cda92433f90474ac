// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VGA region for shell tests.
 *
 *	vga_io BDF info			GET_REGION_INFO of region 8
 *	vga_io BDF read OFFSET COUNT	print the bytes in hexadecimal
 *	vga_io BDF write OFFSET BYTE...
 *	vga_io BDF hold			print "open", then wait for end of input
 *
 * Exit status 0, or 1 with the error's name on stderr.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
			  size_t count)
{
	uint8_t *bytes = malloc(count);
	ssize_t ret, i;

	ret = vga_read(card, pos, bytes, count);
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

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "";
	struct vga_card card;
	ssize_t ret;

	if (argc < 3) {
		fprintf(stderr, "usage: vga_io BDF info|read|write|hold ...\n");
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
	else if (!strcmp(what, "read") && argc == 5)
		ret = read_bytes(&card, strtoul(argv[3], NULL, 0),
				 strtoul(argv[4], NULL, 0));
	else if (!strcmp(what, "write") && argc > 4)
		ret = write_bytes(&card, strtoul(argv[3], NULL, 0), argv + 4,
				  argc - 4);
	else if (!strcmp(what, "hold"))
		ret = hold();
	else
		ret = -EINVAL;
	vga_close(&card);
	if (ret < 0)
		fprintf(stderr, "%s\n", strerrorname_np(-ret));
	return ret < 0;
}
