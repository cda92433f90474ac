// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's text console written as fast as one process can: is any line lost,
 * and how long does a line take? A tool for tests.
 *
 *	vga_console SECONDS BDF
 *
 * Writes numbered lines to tty1 and some to the kernel's log, a screenful at a
 * time, and reads them back from the console's own memory, which with vgacon is
 * the card BDF's. Prints "begin" when it starts, and in the end:
 *
 *	tty1 lines=N lost=N printks=N unprinted=N on_card=N mean_us=N p99_us=N p999_us=N max_us=N
 *
 * lost counts lines that were not on the screen, whole and unharmed, when they
 * had been written; unprinted the same for the kernel's, within two seconds,
 * since they may be held back; on_card is 1 if the last line is in BAR0 of the
 * card. The times are those of one line's write to tty1. Exits with 1 if that
 * could not be done at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/vt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "lib/latency.h"
#include "lib/vfio_vga_test.h"

#define SCREEN_MAX	(132 * 60)
#define LINES_AT_ONCE	12
#define PRINTKS_AT_ONCE	2
#define PRINTK_MS	2000
#define LINE_LENGTH	56

/* Text mode in BAR0: four bytes a cell, the character first. */
#define TEXT_CELLS	0x4000

static int tty, vcs, kmsg;

/* No two lines have the same text, and any wrong byte in one shows. */
static void compose(char *line, const char *what, unsigned int number)
{
	int i = sprintf(line, "%s %08u ", what, number);

	for (; i < LINE_LENGTH; i++)
		line[i] = 'a' + (number * 7 + i * 11) % 26;
	line[i] = '\0';
}

static bool on_screen(const char *line)
{
	static char screen[SCREEN_MAX];
	ssize_t len = pread(vcs, screen, sizeof(screen), 0);

	return len > 0 && memmem(screen, len, line, strlen(line));
}

static bool on_card(const char *bdf, const char *line)
{
	static char text[TEXT_CELLS];
	volatile uint32_t *cells;
	char path[PATH_MAX];
	bool found;
	int fd, i;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource0", bdf);
	fd = open(path, O_RDWR | O_SYNC | O_CLOEXEC);
	if (fd < 0)
		return false;
	cells = mmap(NULL, TEXT_CELLS * sizeof(*cells), PROT_READ, MAP_SHARED,
		     fd, 0);
	close(fd);
	if (cells == MAP_FAILED)
		return false;
	for (i = 0; i < TEXT_CELLS; i++)
		text[i] = cells[i];
	found = memmem(text, sizeof(text), line, strlen(line));
	munmap((void *)cells, TEXT_CELLS * sizeof(*cells));
	return found;
}

static int write_line(const char *line, struct latency *latency)
{
	uint64_t before = vga_now_ns();
	char text[LINE_LENGTH + 3];
	int len = sprintf(text, "%s\n\r", line);

	if (write(tty, text, len) != len)
		return -EIO;
	latency_add(latency, vga_now_ns() - before);
	return 0;
}

static int print_line(const char *line)
{
	char text[LINE_LENGTH + 5];
	int len = sprintf(text, "<6>%s\n", line);

	return write(kmsg, text, len) == len ? 0 : -EIO;
}

static unsigned int count_missing(char lines[][LINE_LENGTH + 1],
				  unsigned int count, unsigned int patience_ms)
{
	uint64_t end = vga_now_ns() + patience_ms * 1000000ULL;
	unsigned int i, missing;

	for (;;) {
		missing = 0;
		for (i = 0; i < count; i++) {
			if (on_screen(lines[i]))
				continue;
			missing++;
		}
		if (!missing || vga_now_ns() >= end)
			return missing;
		usleep(2000);
	}
}

/*
 * Lines as they are, ended by a line feed first: the kernel prints where the
 * cursor is, and that is on the line still after a carriage return alone.
 */
static int set_raw(void)
{
	struct termios termios;

	if (tcgetattr(tty, &termios))
		return -1;
	termios.c_oflag &= ~OPOST;
	return tcsetattr(tty, TCSANOW, &termios);
}

int main(int argc, char **argv)
{
	char lines[LINES_AT_ONCE][LINE_LENGTH + 1];
	char printks[PRINTKS_AT_ONCE][LINE_LENGTH + 1];
	unsigned int number = 0, printed = 0, lost = 0, unprinted = 0;
	struct latency latency = { 0 };
	uint64_t end;
	int i;

	if (argc != 3) {
		fprintf(stderr, "usage: vga_console SECONDS BDF\n");
		return 2;
	}
	tty = open("/dev/tty1", O_RDWR | O_NOCTTY | O_CLOEXEC);
	vcs = open("/dev/vcs1", O_RDONLY | O_CLOEXEC);
	kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (tty < 0 || vcs < 0 || kmsg < 0 || ioctl(tty, VT_ACTIVATE, 1) ||
	    ioctl(tty, VT_WAITACTIVE, 1) || set_raw()) {
		perror("vga_console");
		return 1;
	}

	printf("begin\n");
	fflush(stdout);
	end = vga_now_ns() + strtoull(argv[1], NULL, 0) * 1000000000ULL;
	while (vga_now_ns() < end) {
		for (i = 0; i < PRINTKS_AT_ONCE; i++) {
			compose(printks[i], "printk", printed++);
			if (print_line(printks[i]))
				return 1;
		}
		/* What is held back is printed when it can be, not in order. */
		unprinted += count_missing(printks, PRINTKS_AT_ONCE, PRINTK_MS);
		for (i = 0; i < LINES_AT_ONCE; i++) {
			compose(lines[i], "line", number++);
			if (write_line(lines[i], &latency))
				return 1;
		}
		lost += count_missing(lines, LINES_AT_ONCE, 0);
	}
	printf("tty1 lines=%u lost=%u printks=%u unprinted=%u on_card=%d ", number,
	       lost, printed, unprinted,
	       on_card(argv[2], lines[LINES_AT_ONCE - 1]));
	latency_print(&latency);
	printf("\n");
	return 0;
}
