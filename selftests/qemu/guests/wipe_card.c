// SPDX-License-Identifier: GPL-2.0-only
/*
 * wipe_card: make an emulated card forget its last guest, for shell tests.
 *
 *   wipe_card BDF BYTE
 *
 * Fills the card's first megabytes through BAR0 with a byte, and switches a Bochs-style adapter's
 * graphics mode off: QEMU's card keeps it across every reset short of the machine's, and as long as
 * it is on the card shows nothing else.
 *
 * The card must have memory decode on and no driver. Exit status 0 only if everything written was
 * read back.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* Covers every mode the guests set: 1280x800 at 32 bits is 4000 KiB. */
#define FILL_SIZE (4u << 20)

#define DISPI_ID 0x500
#define DISPI_ENABLE 0x508

static volatile void *map(const char *bdf, int bar, size_t least)
{
	char path[128];
	struct stat st;
	void *memory;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource%d", bdf,
		 bar);
	fd = open(path, O_RDWR | O_SYNC);
	if (fd < 0 || fstat(fd, &st) || (size_t)st.st_size < least)
		return NULL;
	memory = mmap(NULL, least, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

int main(int argc, char **argv)
{
	volatile uint8_t *registers;
	volatile uint32_t *memory;
	uint32_t value;
	size_t i;

	if (argc != 3)
		errx(2, "usage: wipe_card BDF BYTE");

	registers = map(argv[1], 2, 4096);
	if (registers &&
	    (*(volatile uint16_t *)(registers + DISPI_ID) & 0xfff0) == 0xb0c0) {
		*(volatile uint16_t *)(registers + DISPI_ENABLE) = 0;
		if (*(volatile uint16_t *)(registers + DISPI_ENABLE))
			errx(1, "%s: its graphics mode stays on", argv[1]);
	}

	memory = map(argv[1], 0, FILL_SIZE);
	if (!memory)
		err(1, "%s: BAR0", argv[1]);
	value = (strtoul(argv[2], NULL, 0) & 0xff) * 0x01010101u;
	for (i = 0; i < FILL_SIZE / 4; i++)
		memory[i] = value;
	for (i = 0; i < FILL_SIZE / 4; i += 1024)
		if (memory[i] != value)
			errx(1, "%s: memory reads %#x at %#zx, not %#x",
			     argv[1], memory[i], i * 4, value);
	return 0;
}
