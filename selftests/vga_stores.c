// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long do stores to a mapped page of a BAR take?
 *
 *	vga_stores BDF BAR OFFSET
 *
 * Prints the median of the batches, in nanoseconds for each. Exit status 0, 1
 * if the page cannot be mapped, 2 on another error.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/vfio_vga_test.h"

#define PAGE		0x1000
#define BATCHES		31
#define ROUNDS		20

static uint64_t store_batch(volatile uint32_t *page)
{
	uint64_t start = vga_now_ns();
	unsigned int round, i;

	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < PAGE / sizeof(*page); i++)
			page[i] = i;
	return vga_now_ns() - start;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int main(int argc, char **argv)
{
	uint64_t took[BATCHES];
	struct vga_card card;
	off_t at;
	void *page;
	int i, ret;

	if (argc != 4) {
		fprintf(stderr, "usage: vga_stores BDF BAR OFFSET\n");
		return 2;
	}
	at = (strtoull(argv[2], NULL, 0) << 40) + strtoull(argv[3], NULL, 0);
	ret = vga_open(&card, argv[1], VGA_OPEN_GROUP);
	if (!ret)
		ret = vga_command_set(&card, PCI_COMMAND_MEMORY);
	if (ret) {
		fprintf(stderr, "vga_stores: %s: %s\n", argv[1], strerror(-ret));
		return 2;
	}
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, card.fd, at);
	if (page == MAP_FAILED) {
		fprintf(stderr, "vga_stores: mmap: %s\n", strerror(errno));
		return 1;
	}
	store_batch(page);
	for (i = 0; i < BATCHES; i++)
		took[i] = store_batch(page);
	qsort(took, BATCHES, sizeof(took[0]), compare);
	printf("%ju\n", (uintmax_t)took[BATCHES / 2]);
	vga_close(&card);
	return 0;
}
