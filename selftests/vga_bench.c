// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long the calls on a card take, under any driver. A tool for the benchmark.
 *
 *	vga_bench GROUP ROUNDS BATCH_MS LABEL=BDF...
 *	vga_bench count MS LABEL=FILE
 *
 * A group is a set of rows: calls (pread and pwrite of the VGA region, and of
 * BAR0 as the floor), mapped (loads and stores of both, mapped), rest (what is
 * not the VGA region) or life (open and close). Each round measures each row
 * once on each card, as often as fills BATCH_MS, after a warm-up. Cards are all
 * open at once, but for life. Prints a line per row and card, tabs between:
 *
 *	LABEL  ROW  ns per operation, a number per round, or - where the driver
 *	does not offer what the row measures
 *
 * count tells how fast FILE grows, in ns per byte: a guest's progress.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/vfio_vga_test.h"

/* Loops of loads and stores are what is measured, not their counters. */
#pragma GCC optimize("O2")

#define CARDS_MAX	2
#define ROUNDS_MAX	101
#define ROWS_MAX	64
#define FRAME		64000
#define BLOCK		32768
#define SCREEN		4000
#define REGION_SHIFT	40
#define SETTLE_US	300000

enum place { BAR0, CHAIN4, TEXT, PORT, NOWHERE };

static const char *const place_names[] = {
	[BAR0] = "BAR0",
	[CHAIN4] = "chain 4",
	[TEXT] = "text",
	[PORT] = "port",
};

struct bench {
	struct vga_card card;
	const char *label, *bdf;
	uint8_t *bar, *window;
	bool wants_window;
	uint8_t port_bytes[4];
	enum place shown;
	uint8_t buf[FRAME];
};

struct row;
typedef int run_fn(struct bench *bench, const struct row *row, unsigned long n);

struct row {
	const char *verb;
	run_fn *run;
	enum place place;
	unsigned int size;
};

/* The window shows plain memory, all 128 KiB of it, so that 0xb8000 is that. */
static int show_chain4(const struct vga_card *card)
{
	int ret = vga_show_memory_linearly(card);

	if (!ret)
		ret = vga_out(card, VGA_GFX_INDEX, 6);
	if (!ret)
		ret = vga_out(card, VGA_GFX_DATA, 0x01);
	return ret;
}

static int show(struct bench *bench, enum place place)
{
	int ret = 0;

	if (bench->shown == place)
		return 0;
	if (place == TEXT)
		ret = vga_show_text(&bench->card);
	else if (place == CHAIN4)
		ret = show_chain4(&bench->card);
	else
		return 0;
	bench->shown = place;
	return ret;
}

static uint32_t region_of(const struct row *row)
{
	return row->place == BAR0 ? VFIO_PCI_BAR0_REGION_INDEX :
				    VFIO_PCI_VGA_REGION_INDEX;
}

/* Ports: the output register; index and data; with the DAC's mask behind. */
static uint64_t pos_of(const struct row *row)
{
	switch (row->place) {
	case PORT:
		if (row->size > 1)
			return VGA_SEQ_INDEX;
		return strcmp(row->verb, "pread") ? VGA_DAC_MASK :
						    VGA_MISC_READ;
	case TEXT:
		return VGA_TEXT;
	case CHAIN4:
		return row->size > BLOCK ? VGA_MEM : VGA_TEXT;
	default:
		return 0;
	}
}

static int do_pread(struct bench *bench, const struct row *row, unsigned long n)
{
	uint64_t pos = pos_of(row);

	while (n--)
		if (vga_region_read(&bench->card, region_of(row), pos,
				    bench->buf, row->size) != row->size)
			return -EIO;
	return 0;
}

static int do_pwrite(struct bench *bench, const struct row *row,
		     unsigned long n)
{
	const uint8_t *from = bench->buf;
	uint64_t pos = pos_of(row);

	if (row->place == PORT)
		from = row->size == 1 ? bench->port_bytes + 2 :
					bench->port_bytes;
	while (n--)
		if (vga_region_write(&bench->card, region_of(row), pos, from,
				     row->size) != row->size)
			return -EIO;
	return 0;
}

static volatile uint8_t *mapped(struct bench *bench, const struct row *row)
{
	if (row->place == BAR0)
		return bench->bar;
	return bench->window + (pos_of(row) - VGA_MEM);
}

/* One access at a time goes through a page; blocks go as widely as they can. */
#define EACH(type, access) do {						\
	volatile type *at = (volatile type *)start;			\
	unsigned long i;						\
									\
	for (i = 0; i < n; i++)						\
		access(at[i % (SCREEN / sizeof(type))]);		\
} while (0)

#define STORE(place)	((place) = 'v')
#define LOAD(place)	((void)(place))

static int do_store(struct bench *bench, const struct row *row, unsigned long n)
{
	volatile uint8_t *start = mapped(bench, row);
	volatile uint64_t *at;

	switch (row->size) {
	case 1:
		EACH(uint8_t, STORE);
		return 0;
	case 2:
		EACH(uint16_t, STORE);
		return 0;
	case 4:
		EACH(uint32_t, STORE);
		return 0;
	}
	while (n--)
		for (at = (void *)start; (void *)at < (void *)start + row->size;
		     at++)
			STORE(*at);
	return 0;
}

static int do_load(struct bench *bench, const struct row *row, unsigned long n)
{
	volatile uint8_t *start = mapped(bench, row);
	volatile uint64_t *at;

	switch (row->size) {
	case 1:
		EACH(uint8_t, LOAD);
		return 0;
	case 2:
		EACH(uint16_t, LOAD);
		return 0;
	case 4:
		EACH(uint32_t, LOAD);
		return 0;
	}
	while (n--)
		for (at = (void *)start; (void *)at < (void *)start + row->size;
		     at++)
			LOAD(*at);
	return 0;
}

static int do_config_read(struct bench *bench, const struct row *row,
			  unsigned long n)
{
	while (n--)
		if (vga_region_read(&bench->card, VFIO_PCI_CONFIG_REGION_INDEX,
				    0, bench->buf, row->size) != row->size)
			return -EIO;
	return 0;
}

static int do_config_write(struct bench *bench, const struct row *row,
			   unsigned long n)
{
	while (n--)
		if (vga_command_set(&bench->card, PCI_COMMAND_MEMORY))
			return -EIO;
	return 0;
}

static int do_region_info(struct bench *bench, const struct row *row,
			  unsigned long n)
{
	struct vfio_region_info info;

	while (n--)
		if (vga_region_info(&bench->card, VFIO_PCI_BAR0_REGION_INDEX,
				    &info))
			return -EIO;
	return 0;
}

static int do_device_info(struct bench *bench, const struct row *row,
			  unsigned long n)
{
	while (n--) {
		struct vfio_device_info info = { .argsz = sizeof(info) };

		if (ioctl(bench->card.fd, VFIO_DEVICE_GET_INFO, &info))
			return -errno;
	}
	return 0;
}

static int do_irq_info(struct bench *bench, const struct row *row,
		       unsigned long n)
{
	while (n--) {
		struct vfio_irq_info info = { .argsz = sizeof(info) };

		if (ioctl(bench->card.fd, VFIO_DEVICE_GET_IRQ_INFO, &info))
			return -errno;
	}
	return 0;
}

/* What one fault costs, with the calls that bring it about. */
static int do_map_store(struct bench *bench, const struct row *row,
			unsigned long n)
{
	off_t at = ((off_t)region_of(row) << REGION_SHIFT) + pos_of(row);
	volatile uint8_t *map;

	while (n--) {
		map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			   bench->card.fd, at);
		if (map == MAP_FAILED)
			return -errno;
		*map = 'v';
		munmap((void *)map, 4096);
	}
	return 0;
}

static int do_open(struct bench *bench, const struct row *row, unsigned long n)
{
	int ret;

	while (n--) {
		ret = vga_open(&bench->card, bench->bdf, VGA_OPEN_GROUP);
		if (ret)
			return ret;
		vga_close(&bench->card);
	}
	return 0;
}

static int do_reset(struct bench *bench, const struct row *row, unsigned long n)
{
	while (n--)
		if (ioctl(bench->card.fd, VFIO_DEVICE_RESET))
			return -errno;
	return 0;
}

static const struct row rest[] = {
	{ "config pread", do_config_read, NOWHERE, 4 },
	{ "command register update", do_config_write, NOWHERE, 0 },
	{ "pread", do_pread, BAR0, 1 },
	{ "pwrite", do_pwrite, BAR0, 1 },
	{ "pread", do_pread, BAR0, BLOCK },
	{ "pwrite", do_pwrite, BAR0, BLOCK },
	{ "store", do_store, BAR0, 4 },
	{ "map, store, unmap", do_map_store, BAR0, 0 },
	{ "GET_INFO", do_device_info, NOWHERE, 0 },
	{ "GET_REGION_INFO of BAR0", do_region_info, NOWHERE, 0 },
	{ "GET_IRQ_INFO", do_irq_info, NOWHERE, 0 },
	{ "reset", do_reset, NOWHERE, 0 },
};

static struct row rows[ROWS_MAX];
static unsigned int rows_count;

static void add_row(const char *verb, run_fn *run, enum place place,
		    unsigned int size)
{
	rows[rows_count++] = (struct row){ verb, run, place, size };
}

/* Both directions; what is compared comes one after the other. */
static void add_accesses(const char *from, run_fn *read, const char *to,
			 run_fn *write, bool has_ports)
{
	static const unsigned int sizes[] = { 1, 2, 4, SCREEN, BLOCK, FRAME };
	enum place place;
	unsigned int i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		for (place = BAR0; place < NOWHERE; place++) {
			if ((place == PORT && (!has_ports || sizes[i] > 4)) ||
			    (place == TEXT && sizes[i] > BLOCK))
				continue;
			add_row(from, read, place, sizes[i]);
			add_row(to, write, place, sizes[i]);
		}
	}
}

static bool add_group(const char *group)
{
	enum place place;

	if (!strcmp(group, "calls")) {
		add_accesses("pread", do_pread, "pwrite", do_pwrite, true);
	} else if (!strcmp(group, "mapped")) {
		add_accesses("load", do_load, "store", do_store, false);
		for (place = BAR0; place < PORT; place++)
			add_row("map, store, unmap", do_map_store, place, 0);
	} else if (!strcmp(group, "rest")) {
		rows_count = sizeof(rest) / sizeof(*rest);
		memcpy(rows, rest, sizeof(rest));
	} else if (!strcmp(group, "life")) {
		add_row("open and close", do_open, NOWHERE, 0);
	}
	return rows_count;
}

static double samples[ROWS_MAX][CARDS_MAX][ROUNDS_MAX];
static unsigned long calls[ROWS_MAX][CARDS_MAX];

static void row_name(const struct row *row, char *name, size_t size)
{
	int len = snprintf(name, size, "%s", row->verb);

	if (row->size)
		len += snprintf(name + len, size - len, " %u", row->size);
	if (row->place != NOWHERE)
		snprintf(name + len, size - len, " %s",
			 place_names[row->place]);
}

static bool is_offered(const struct bench *bench, const struct row *row)
{
	return bench->window || !bench->wants_window || row->place == BAR0;
}

static int time_row(struct bench *bench, const struct row *row,
		    unsigned long n, uint64_t *ns)
{
	uint64_t begin = vga_now_ns();
	int ret = row->run(bench, row, n);

	*ns = vga_now_ns() - begin;
	return ret;
}

/*
 * A batch that was over too soon is made again with more. What took long at
 * first may have met a lease's end or a stall of the machine: it has to twice.
 */
static int measure(struct bench *bench, const struct row *row,
		   uint64_t batch_ns, unsigned long *n, double *sample)
{
	bool sure = *n;
	uint64_t ns = 0;
	int ret;

	ret = show(bench, row->place);
	/* What follows a change of mode costs more, and is the machine's. */
	if (!ret)
		ret = row->run(bench, row, *n / 8 + 1);
	*n = *n ?: 1;
	while (!ret) {
		ret = time_row(bench, row, *n, &ns);
		if (ret || (ns >= batch_ns / 2 && sure))
			break;
		sure = ns >= batch_ns / 2;
		if (sure)
			continue;
		*n = ns < batch_ns / 64 ? *n * 32 : *n * batch_ns / ns;
	}
	*sample = (double)ns / *n;
	return ret;
}

static int open_bench(struct bench *bench, const char *group)
{
	uint64_t window = ((uint64_t)VFIO_PCI_VGA_REGION_INDEX << REGION_SHIFT) +
			  VGA_MEM;
	struct vfio_region_info info;
	int ret;

	ret = vga_open(&bench->card, bench->bdf, VGA_OPEN_GROUP);
	if (!ret)
		ret = vga_command_set(&bench->card,
				      PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	if (ret)
		return ret;
	bench->bar = vga_map_bar(&bench->card, 0, 1 << 17);
	if (!bench->bar)
		return -errno;
	memset(bench->buf, 'v', sizeof(bench->buf));

	/* The rest is measured on a card whose VGA region nobody has touched. */
	if (!strcmp(group, "rest"))
		return 0;
	/* With an index that is harmless to write again. */
	ret = vga_out(&bench->card, VGA_SEQ_INDEX, 1);
	if (!ret && vga_read(&bench->card, VGA_SEQ_INDEX, bench->port_bytes,
			     4) != 4)
		ret = -EIO;
	/* The first access has the kernel print a line, and a keeper busy. */
	usleep(SETTLE_US);
	bench->wants_window = !strcmp(group, "mapped");
	if (ret || !bench->wants_window ||
	    vga_region_info(&bench->card, VFIO_PCI_VGA_REGION_INDEX, &info) ||
	    !(info.flags & VFIO_REGION_INFO_FLAG_MMAP))
		return ret;
	bench->window = mmap(NULL, VGA_MEM_END - VGA_MEM,
			     PROT_READ | PROT_WRITE, MAP_SHARED,
			     bench->card.fd, window);
	return bench->window == MAP_FAILED ? -errno : 0;
}

/* Odd rounds begin with the last card, so that neither is always the second. */
static int measure_row(struct bench *benches, int cards, unsigned int nth,
		       int round, uint64_t batch_ns)
{
	const struct row *row = &rows[nth];
	int i, card, ret;

	for (i = 0; i < cards; i++) {
		card = round % 2 ? cards - 1 - i : i;
		if (!is_offered(&benches[card], row))
			continue;
		ret = measure(&benches[card], row, batch_ns, &calls[nth][card],
			      &samples[nth][card][round]);
		if (ret) {
			fprintf(stderr, "%s: %s: %s\n", benches[card].bdf,
				row->verb, strerror(-ret));
			return ret;
		}
	}
	return 0;
}

static void tell(const struct bench *bench, const struct row *row,
		 const double *sample, int rounds)
{
	char name[64];
	int round;

	row_name(row, name, sizeof(name));
	printf("%s\t%s\t", bench->label, name);
	if (!is_offered(bench, row))
		printf("-");
	for (round = 0; is_offered(bench, row) && round < rounds; round++)
		printf("%s%.2f", round ? " " : "", sample[round]);
	printf("\n");
}

static int count(const char *ms, char *file)
{
	char *path = strchr(file, '=');
	struct stat before, after;
	uint64_t begin, end;

	if (!path)
		return 2;
	*path++ = 0;
	if (stat(path, &before))
		return 1;
	begin = vga_now_ns();
	usleep(strtoul(ms, NULL, 0) * 1000);
	if (stat(path, &after))
		return 1;
	end = vga_now_ns();
	if (after.st_size == before.st_size)
		return 1;
	printf("%s\t%.0f\n", file,
	       (double)(end - begin) / (after.st_size - before.st_size));
	return 0;
}

int main(int argc, char **argv)
{
	static struct bench benches[CARDS_MAX];
	int cards = argc - 4, rounds, round, i, ret;
	const char *group = argv[1];
	uint64_t batch_ns;
	unsigned int nth;

	if (argc == 4 && !strcmp(group, "count"))
		return count(argv[2], argv[3]);
	if (cards < 1 || cards > CARDS_MAX)
		goto usage;
	rounds = atoi(argv[2]);
	batch_ns = strtoul(argv[3], NULL, 0) * 1000000;
	if (rounds < 1 || rounds > ROUNDS_MAX || !batch_ns || !add_group(group))
		goto usage;

	for (i = 0; i < cards; i++) {
		char *bdf = strchr(argv[i + 4], '=');

		if (!bdf)
			goto usage;
		*bdf++ = 0;
		benches[i].label = argv[i + 4];
		benches[i].bdf = bdf;
		benches[i].shown = NOWHERE;
		ret = strcmp(group, "life") ? open_bench(&benches[i], group) :
					      0;
		if (ret) {
			fprintf(stderr, "cannot open %s: %s\n", bdf,
				strerror(-ret));
			return 1;
		}
	}

	for (round = 0; round < rounds; round++) {
		for (nth = 0; nth < rows_count; nth++) {
			if (measure_row(benches, cards, nth, round, batch_ns))
				return 1;
		}
	}
	for (nth = 0; nth < rows_count; nth++) {
		for (i = 0; i < cards; i++)
			tell(&benches[i], &rows[nth], samples[nth][i], rounds);
	}
	return 0;

usage:
	fprintf(stderr,
		"usage: vga_bench calls|mapped|rest|life ROUNDS BATCH_MS LABEL=BDF...\n"
		"       vga_bench count MS LABEL=FILE\n");
	return 2;
}
