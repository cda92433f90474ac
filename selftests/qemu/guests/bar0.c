// SPDX-License-Identifier: GPL-2.0-only
/*
 * bar0: a card's memory through BAR0, for shell tests.
 *
 *   bar0 BDF fill BYTE		fill the first megabytes with one byte
 *   bar0 BDF dump OFFSET LENGTH	write that range to standard output
 *
 * The card must have memory decode on (setpci -s BDF COMMAND=2) and no driver that claims the BAR
 * exclusively.  Exit status 0 only if every byte was moved and, for fill, read back.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Covers every mode the guests set: 1280x800 at 32 bits is 4000 KiB. */
#define FILL_SIZE (4u << 20)

int main(int argc, char **argv)
{
	volatile uint32_t *memory;
	size_t offset = 0, length = FILL_SIZE;
	char path[128];
	struct stat st;
	int fill, fd;
	size_t i;

	if (argc == 4 && !strcmp(argv[2], "fill")) {
		fill = 1;
	} else if (argc == 5 && !strcmp(argv[2], "dump")) {
		fill = 0;
		offset = strtoul(argv[3], NULL, 0);
		length = strtoul(argv[4], NULL, 0);
	} else {
		errx(2,
		     "usage: bar0 BDF fill BYTE | bar0 BDF dump OFFSET LENGTH");
	}

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource0",
		 argv[1]);
	fd = open(path, O_RDWR | O_SYNC);
	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", path);
	if (offset % 4 || length % 4 || length > (size_t)st.st_size ||
	    offset > (size_t)st.st_size - length)
		errx(1, "%s: %zu bytes at %zu are outside or unaligned", path,
		     length, offset);
	memory = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		      0);
	if (memory == MAP_FAILED)
		err(1, "%s: mmap", path);

	if (fill) {
		uint32_t value =
			(strtoul(argv[3], NULL, 0) & 0xff) * 0x01010101u;

		for (i = 0; i < length / 4; i++)
			memory[i] = value;
		for (i = 0; i < length / 4; i += 1024)
			if (memory[i] != value)
				errx(1, "%s: %#zx reads %#x, not %#x", path,
				     i * 4, memory[i], value);
		return 0;
	}
	for (i = 0; i < length / 4; i++) {
		uint32_t value = memory[offset / 4 + i];

		if (fwrite(&value, sizeof(value), 1, stdout) != 1)
			err(1, "standard output");
	}
	if (fflush(stdout))
		err(1, "standard output");
	return 0;
}
