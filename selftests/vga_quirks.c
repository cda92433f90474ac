// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a card hides stays hidden: no access through the device file shows where
 * the host has put the card's BARs, and what shows BARs shows the guest's.
 *
 * Needs cards that have such back doors: QEMU's ati-vga, rage128p in CARD3 and
 * rv100 in RV100, both with the older ATI cards' registers.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "lib/vfio_vga_harness.h"

/* Rage 128 and Radeon: I/O BAR and registers, and what is in them. */
#define IO_BAR			1
#define REG_BAR			2
#define MM_INDEX		0x00
#define MM_DATA			0x04
#define CONFIG_MEMSIZE		0xf8
#define CONFIG_APER_0_BASE	0x100
#define CONFIG_APER_SIZE	0x108
#define CONFIG_REG_1_BASE	0x10c
#define CONFIG_MIRROR		0xf00

#define PAGE			4096
#define BLOCK			0x10000
#define NR_BARS			6
/* VFIO_DEVICE_FEATURE_DMA_BUF, which came in 6.19. */
#define FEATURE_DMA_BUF		11
/* More would be a bug of the test. */
#define LEAKS_SHOWN		20

/* What a guest has put where; none of it can be the host's. */
static const uint32_t guest_bars[NR_BARS] = {
	0x50000000, 0x5500, 0x5a000000, 0, 0, 0
};

struct sweep {
	struct vga_card card;
	struct {
		uint64_t start, size;
		bool io;
	} bar[NR_BARS];
	unsigned int leaks;
};

static int sweep_open(struct sweep *sweep, const char *bdf)
{
	unsigned long long start, end, flags;
	char path[128];
	FILE *file;
	int i, ret;

	*sweep = (struct sweep){};
	ret = vga_open(&sweep->card, bdf, VGA_OPEN_GROUP);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource", bdf);
	file = fopen(path, "r");
	if (!file)
		return -errno;
	for (i = 0; i < NR_BARS; i++) {
		if (fscanf(file, "%llx %llx %llx", &start, &end, &flags) != 3)
			break;
		sweep->bar[i].start = start;
		sweep->bar[i].size = start ? end - start + 1 : 0;
		sweep->bar[i].io = flags & 0x100;
		vga_region_write(&sweep->card, VFIO_PCI_CONFIG_REGION_INDEX,
				 PCI_BASE_ADDRESS_0 + i * 4, &guest_bars[i], 4);
	}
	fclose(file);
	vga_command_set(&sweep->card, PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	return i == NR_BARS ? 0 : -EIO;
}

/* Is that one of the host's addresses, whole or without its low bits? */
static bool is_leak(const struct sweep *sweep, uint32_t value)
{
	int i;

	for (i = 0; i < NR_BARS; i++) {
		uint32_t start = sweep->bar[i].start;

		if (!start)
			continue;
		if (sweep->bar[i].io ?
			    (value & ~3u) == start :
			    (value & ~15u) == start || value == start >> 8 ||
				    value == start >> 16)
			return true;
	}
	return false;
}

static void count_leaks(struct sweep *sweep, const char *where, uint64_t pos,
			const uint8_t *bytes, size_t count, int width)
{
	uint32_t value;
	size_t i;

	for (i = 0; i + 4 <= count; i += 4) {
		memcpy(&value, bytes + i, 4);
		if (!is_leak(sweep, value))
			continue;
		if (sweep->leaks++ < LEAKS_SHOWN)
			printf("# %s %#jx, width %d: %#x\n", where,
			       (uintmax_t)(pos + i), width, value);
	}
}

/* Read all of it in accesses of one width, and put together what they gave. */
static void sweep_bytes(struct sweep *sweep, const char *where, uint32_t region,
			uint64_t pos, size_t count, int width)
{
	uint8_t *bytes = malloc(count);
	size_t i;

	for (i = 0; i + width <= count; i += width)
		if (vga_region_read(&sweep->card, region, pos + i, bytes + i,
				    width) != width)
			memset(bytes + i, 0xff, width);
	count_leaks(sweep, where, pos, bytes, count, width);
	/* At odd places: cut into others, the bytes must stay the same. */
	for (i = 1; width > 1 && i + width <= count; i += width)
		if (vga_region_read(&sweep->card, region, pos + i, bytes + i,
				    width) != width)
			memset(bytes + i, 0xff, width);
	if (width > 1)
		count_leaks(sweep, where, pos, bytes, count & ~3, width);
	free(bytes);
}

static void sweep_blocks(struct sweep *sweep, uint32_t region, uint64_t pos,
			 uint64_t end, uint64_t skip)
{
	uint8_t *bytes = malloc(BLOCK);
	ssize_t done;

	for (; pos < end; pos += done + skip) {
		done = vga_region_read(&sweep->card, region, pos, bytes, BLOCK);
		if (done <= 0)
			break;
		count_leaks(sweep, "block", pos, bytes, done, 4);
	}
	free(bytes);
}

/* What MM_DATA shows of all registers, index and data by any of the doors. */
static void sweep_window(struct sweep *sweep, uint32_t index_bar,
			 uint32_t data_bar)
{
	uint32_t size = sweep->bar[REG_BAR].size, index, n;
	uint8_t bytes[4];
	int width;

	for (index = 0; index < size; index += 4) {
		for (width = 1; width <= 4; width *= 2) {
			vga_region_write(&sweep->card, index_bar, MM_INDEX,
					 &index, 4);
			for (n = 0; n < 4; n += width)
				vga_region_read(&sweep->card, data_bar,
						MM_DATA + n, bytes + n, width);
			count_leaks(sweep,
				    data_bar == IO_BAR ? "window in BAR 1" :
							 "window in BAR 2",
				    index, bytes, 4, width);
		}
	}
}

/* Everything that can be read but for config space, which is virtual. */
static unsigned int sweep_all(struct sweep *sweep)
{
	static const char *const names[] = { "BAR 0", "BAR 1", "BAR 2",
					     "BAR 3", "BAR 4", "BAR 5" };
	uint32_t zero = 0;
	int bar, width;

	sweep->leaks = 0;
	for (bar = 0; bar < NR_BARS; bar++) {
		if (sweep->bar[bar].size > BLOCK) {
			/* 16 MB that no row covers: on slow kernels a part. */
			sweep_blocks(sweep, bar, 0, sweep->bar[bar].size,
				     BLOCK * (vga_slow() - 1));
			continue;
		}
		for (width = 1; width <= 4 && sweep->bar[bar].size; width *= 2)
			sweep_bytes(sweep, names[bar], bar, 0,
				    sweep->bar[bar].size, width);
	}
	sweep_blocks(sweep, VFIO_PCI_VGA_REGION_INDEX, VGA_MEM, VGA_MEM_END, 0);
	for (width = 1; width <= 4; width *= 2) {
		sweep_bytes(sweep, "port", VFIO_PCI_VGA_REGION_INDEX,
			    VGA_MONO_PORTS, VGA_MONO_PORTS_END - VGA_MONO_PORTS,
			    width);
		sweep_bytes(sweep, "port", VFIO_PCI_VGA_REGION_INDEX, VGA_PORTS,
			    VGA_PORTS_END - VGA_PORTS, width);
	}
	sweep_window(sweep, IO_BAR, IO_BAR);
	sweep_window(sweep, REG_BAR, IO_BAR);
	sweep_window(sweep, IO_BAR, REG_BAR);
	vga_region_write(&sweep->card, REG_BAR, MM_INDEX, &zero, 4);
	return sweep->leaks;
}

/* A file in the card's vfio_vga/, read whole. */
static char *read_choice(const char *bdf, const char *file)
{
	static char text[8192];
	char path[128];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vfio_vga/%s", bdf,
		 file);
	fd = open(path, O_RDONLY);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[len < 0 ? 0 : len] = '\0';
	return text;
}

/* Write the first word of each line of one file to another. */
static int switch_rows(const char *bdf, const char *file)
{
	char *text = strdup(read_choice(bdf, "quirks")), *line, *rest = text;
	int ret = 0;

	while (!ret && (line = strsep(&rest, "\n")) && *line) {
		line[strcspn(line, " ")] = '\0';
		ret = vga_choose(bdf, file, line);
	}
	free(text);
	return ret;
}

static long row_hits(const char *bdf, const char *name)
{
	char *line = strstr(read_choice(bdf, "quirks"), name);

	line = line ? strstr(line, "hits=") : NULL;
	return line ? atol(line + 5) : -1;
}

FIXTURE(quirks) {
	const char *bdf;
	struct sweep sweep;
};

FIXTURE_VARIANT(quirks) {
	const char *variable;
};

FIXTURE_VARIANT_ADD(quirks, rage128p) {
	.variable = "CARD3",
};

FIXTURE_VARIANT_ADD(quirks, rv100) {
	.variable = "RV100",
};

FIXTURE_SETUP(quirks)
{
	self->sweep.card.fd = -1;
	self->bdf = getenv(variant->variable);
	if (!self->bdf)
		SKIP_TEST("%s names no ati-vga card", variant->variable);
	REQUIRE_OPEN(VGA_OPEN_GROUP);
	/* Rows are as the table has them after a bind. */
	ASSERT_EQ(0, vga_unbind(self->bdf));
	ASSERT_EQ(0, vga_bind(self->bdf, vga_driver()));
	ASSERT_EQ(0, sweep_open(&self->sweep, self->bdf));
	ASSERT_LT(0, self->sweep.bar[IO_BAR].size);
	ASSERT_LE(0x4000, self->sweep.bar[REG_BAR].size);
}

FIXTURE_TEARDOWN(quirks)
{
	vga_close(&self->sweep.card);
	vga_unbind(self->bdf);
}

#define REOPEN() do {							\
	vga_close(&self->sweep.card);					\
	ASSERT_EQ(0, sweep_open(&self->sweep, self->bdf));		\
} while (0)

#define READ(bar, pos, value) \
	ASSERT_EQ(sizeof(value), vga_region_read(&self->sweep.card, bar, pos, \
						 &(value), sizeof(value)))
#define WRITE(bar, pos, value) \
	ASSERT_EQ(sizeof(value), vga_region_write(&self->sweep.card, bar, pos, \
						  &(value), sizeof(value)))

TEST_F_TIMEOUT(quirks, no_read_gives_an_address_away, 120)
{
	EXPECT_EQ(0, sweep_all(&self->sweep));
}

TEST_F_TIMEOUT(quirks, stock_vfio_pci_gives_addresses_away, 120)
{
	vga_close(&self->sweep.card);
	ASSERT_EQ(0, vga_bind(self->bdf, "vfio-pci"));
	ASSERT_EQ(0, sweep_open(&self->sweep, self->bdf));
	EXPECT_LT(10, sweep_all(&self->sweep));
	TH_LOG("%u leaks", self->sweep.leaks);
}

TEST_F_TIMEOUT(quirks, without_rows_addresses_are_given_away, 240)
{
	ASSERT_EQ(0, switch_rows(self->bdf, "quirk_disable"));
	/* Until it is closed nothing changes. */
	EXPECT_EQ(0, sweep_all(&self->sweep));
	REOPEN();
	EXPECT_LT(10, sweep_all(&self->sweep));
	ASSERT_EQ(0, switch_rows(self->bdf, "quirk_enable"));
	REOPEN();
	EXPECT_EQ(0, sweep_all(&self->sweep));
}

TEST_F(quirks, registers_show_the_guests_addresses)
{
	uint32_t aper, reg;
	uint16_t half;
	uint8_t byte;

	READ(REG_BAR, CONFIG_APER_0_BASE, aper);
	EXPECT_EQ(guest_bars[0], aper);
	READ(REG_BAR, CONFIG_REG_1_BASE, reg);
	EXPECT_EQ(guest_bars[2], reg);
	READ(REG_BAR, CONFIG_REG_1_BASE + 2, half);
	EXPECT_EQ(guest_bars[2] >> 16, half);
	READ(REG_BAR, CONFIG_REG_1_BASE + 3, byte);
	EXPECT_EQ(guest_bars[2] >> 24, byte);
}

TEST_F(quirks, an_access_across_edges_is_made_of_its_parts)
{
	uint32_t parts[8], i;
	uint8_t whole[34], first, last;

	/* From CONFIG_MEMSIZE - 4, which is the card's, over what is hidden. */
	for (i = 0; i < 8; i++)
		READ(REG_BAR, CONFIG_MEMSIZE - 4 + i * 4, parts[i]);
	ASSERT_EQ(sizeof(parts),
		  vga_region_read(&self->sweep.card, REG_BAR,
				  CONFIG_MEMSIZE - 4, whole, sizeof(parts)));
	EXPECT_EQ(0, memcmp(whole, parts, sizeof(parts)));
	/* And a byte more on both ends. */
	READ(REG_BAR, CONFIG_MEMSIZE - 5, first);
	READ(REG_BAR, CONFIG_MEMSIZE - 4 + sizeof(parts), last);
	ASSERT_EQ(34, vga_region_read(&self->sweep.card, REG_BAR,
				      CONFIG_MEMSIZE - 5, whole, 34));
	EXPECT_EQ(first, whole[0]);
	EXPECT_EQ(0, memcmp(whole + 1, parts, sizeof(parts)));
	EXPECT_EQ(last, whole[33]);
	EXPECT_EQ(guest_bars[0], parts[3]);
}

TEST_F(quirks, a_read_past_the_end_is_cut_short)
{
	uint8_t bytes[64];

	EXPECT_EQ(3, vga_region_read(&self->sweep.card, IO_BAR, 253, bytes, 64));
	EXPECT_EQ(-EINVAL, vga_region_read(&self->sweep.card, IO_BAR, 256,
					   bytes, 1));
	EXPECT_EQ(0, vga_region_read(&self->sweep.card, IO_BAR, 0, bytes, 0));
	EXPECT_EQ(-EFAULT, vga_region_read(&self->sweep.card, REG_BAR,
					   CONFIG_APER_0_BASE, (void *)16, 4));
	EXPECT_EQ(-EFAULT, vga_region_read(&self->sweep.card, REG_BAR, MM_INDEX,
					   (void *)16, 4));
	EXPECT_EQ(-EFAULT, vga_region_write(&self->sweep.card, REG_BAR,
					    MM_INDEX, (void *)16, 4));
}

TEST_F(quirks, a_mirror_is_config_space)
{
	uint8_t mirror[256], config[256];

	READ(REG_BAR, CONFIG_MIRROR, mirror);
	READ(VFIO_PCI_CONFIG_REGION_INDEX, 0, config);
	EXPECT_EQ(0, memcmp(mirror, config, sizeof(mirror)));
}

TEST_F(quirks, hidden_registers_cannot_be_read_while_decoding_is_off)
{
	uint32_t value;

	ASSERT_EQ(0, vga_command_clear(&self->sweep.card, PCI_COMMAND_MEMORY));
	EXPECT_EQ(-EIO, vga_region_read(&self->sweep.card, REG_BAR,
					CONFIG_APER_0_BASE, &value, 4));
	EXPECT_EQ(-EIO, vga_region_read(&self->sweep.card, REG_BAR, MM_INDEX,
					&value, 4));
	EXPECT_EQ(-EIO, vga_region_write(&self->sweep.card, REG_BAR,
					 CONFIG_MIRROR, &value, 4));
}

TEST_F(quirks, a_window_shows_what_its_registers_would)
{
	uint32_t index = CONFIG_APER_0_BASE, value;
	uint16_t half;

	WRITE(IO_BAR, MM_INDEX, index);
	READ(IO_BAR, MM_DATA, value);
	EXPECT_EQ(guest_bars[0], value);
	/* The other door is to the same registers. */
	READ(REG_BAR, MM_DATA, value);
	EXPECT_EQ(guest_bars[0], value);
	index = CONFIG_MIRROR + PCI_BASE_ADDRESS_2;
	WRITE(REG_BAR, MM_INDEX, index);
	READ(IO_BAR, MM_DATA + 2, half);
	EXPECT_EQ(guest_bars[2] >> 16, half);
	/* What is not hidden is the card's: the BAR's size, or half in QEMU 10. */
	index = CONFIG_APER_SIZE;
	WRITE(IO_BAR, MM_INDEX, index);
	READ(IO_BAR, MM_DATA, value);
	if (value != self->sweep.bar[0].size / 2)
		EXPECT_EQ(self->sweep.bar[0].size, value);
	READ(IO_BAR, MM_INDEX, value);
	EXPECT_EQ(index, value);
}

TEST_F(quirks, an_index_written_by_halves_is_the_cards)
{
	uint32_t index = CONFIG_REG_1_BASE, value;
	uint16_t half = 0;

	WRITE(IO_BAR, MM_INDEX, index);
	WRITE(IO_BAR, MM_INDEX + 2, half);
	READ(IO_BAR, MM_INDEX, index);
	READ(IO_BAR, MM_DATA, value);
	EXPECT_FALSE(is_leak(&self->sweep, value));
	half = 0x1234;
	WRITE(IO_BAR, MM_INDEX + 1, half);
	READ(IO_BAR, MM_DATA, value);
	EXPECT_FALSE(is_leak(&self->sweep, value));
}

/* BAR 2 with its first page covered. */
TEST_F(quirks, covered_pages_are_no_sparse_area)
{
	struct {
		struct vfio_region_info info;
		struct vfio_region_info_cap_sparse_mmap sparse;
		struct vfio_region_sparse_mmap_area areas[4];
	} got = { .info = { .argsz = sizeof(got), .index = REG_BAR } };
	struct vfio_region_info info;

	ASSERT_EQ(0, vga_region_info(&self->sweep.card, REG_BAR, &info));
	EXPECT_EQ(VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE |
			  VFIO_REGION_INFO_FLAG_MMAP |
			  VFIO_REGION_INFO_FLAG_CAPS,
		  info.flags);
	EXPECT_LT(sizeof(info), info.argsz);
	EXPECT_EQ(0, info.cap_offset);
	ASSERT_EQ(0, ioctl(self->sweep.card.fd, VFIO_DEVICE_GET_REGION_INFO,
			   &got));
	ASSERT_EQ(sizeof(got.info), got.info.cap_offset);
	EXPECT_EQ(VFIO_REGION_INFO_CAP_SPARSE_MMAP, got.sparse.header.id);
	EXPECT_EQ(0, got.sparse.header.next);
	ASSERT_EQ(1, got.sparse.nr_areas);
	EXPECT_EQ(PAGE, got.areas[0].offset);
	EXPECT_EQ(self->sweep.bar[REG_BAR].size - PAGE,
		  got.areas[0].size);
	/* The memory has no back doors: as ever. */
	ASSERT_EQ(0, vga_region_info(&self->sweep.card, 0, &info));
	EXPECT_EQ(VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE |
			  VFIO_REGION_INFO_FLAG_MMAP,
		  info.flags);
}

TEST_F(quirks, covered_pages_cannot_be_mapped)
{
	const struct vga_card *card = &self->sweep.card;
	size_t size = self->sweep.bar[REG_BAR].size;

	EXPECT_EQ(-EINVAL, vga_try_map(card, REG_BAR, 0, PAGE));
	EXPECT_EQ(-EINVAL, vga_try_map(card, REG_BAR, 0, 2 * PAGE));
	EXPECT_EQ(-EINVAL, vga_try_map(card, REG_BAR, 0, size));
	EXPECT_EQ(0, vga_try_map(card, REG_BAR, PAGE, size - PAGE));
	EXPECT_EQ(0, vga_try_map(card, REG_BAR, size - PAGE, PAGE));
	EXPECT_EQ(-EINVAL, vga_try_map(card, REG_BAR, size - PAGE, 2 * PAGE));
	EXPECT_EQ(-EINVAL, vga_try_map(card, REG_BAR, size, PAGE));
	EXPECT_EQ(0, vga_try_map(card, 0, 0, self->sweep.bar[0].size));
	ASSERT_EQ(0, switch_rows(self->bdf, "quirk_disable"));
	EXPECT_EQ(-EINVAL, vga_try_map(card, REG_BAR, 0, PAGE));
	REOPEN();
	EXPECT_EQ(0, vga_try_map(card, REG_BAR, 0, size));
}

TEST_F(quirks, one_row_covers_one_page)
{
	struct {
		struct vfio_region_info info;
		struct vfio_region_info_cap_sparse_mmap sparse;
		struct vfio_region_sparse_mmap_area areas[4];
	} got = { .info = { .argsz = sizeof(got), .index = REG_BAR } };
	uint32_t value;

	/* Across the edge of pages 1 and 2. */
	ASSERT_EQ(0, vga_choose(self->bdf, "quirk_add",
				"mirror bar=2 offset=0x1ff0 size=0x20"));
	ASSERT_EQ(0, switch_rows(self->bdf, "quirk_disable"));
	ASSERT_EQ(0, vga_choose(self->bdf, "quirk_enable", "added-1"));
	REOPEN();
	ASSERT_EQ(0, ioctl(self->sweep.card.fd, VFIO_DEVICE_GET_REGION_INFO,
			   &got));
	ASSERT_EQ(2, got.sparse.nr_areas);
	EXPECT_EQ(0, got.areas[0].offset);
	EXPECT_EQ(PAGE, got.areas[0].size);
	EXPECT_EQ(3 * PAGE, got.areas[1].offset);
	EXPECT_EQ(self->sweep.bar[REG_BAR].size - 3 * PAGE, got.areas[1].size);
	EXPECT_EQ(0, vga_try_map(&self->sweep.card, REG_BAR, 0, PAGE));
	EXPECT_EQ(-EINVAL, vga_try_map(&self->sweep.card, REG_BAR, PAGE, PAGE));
	EXPECT_EQ(-EINVAL, vga_try_map(&self->sweep.card, REG_BAR, 0, 4 * PAGE));
	READ(REG_BAR, 0x2000, value);
	EXPECT_EQ(guest_bars[0], value & ~15u);
}

TEST_F(quirks, hits_are_counted)
{
	long before = row_hits(self->bdf, "ati-config-aper-0-base ");
	long other = row_hits(self->bdf, "ati-config-reg-1-base ");
	uint32_t value;

	ASSERT_LE(0, before);
	READ(REG_BAR, CONFIG_APER_0_BASE, value);
	WRITE(REG_BAR, CONFIG_APER_0_BASE, value);
	EXPECT_EQ(before + 2, row_hits(self->bdf, "ati-config-aper-0-base "));
	EXPECT_EQ(other, row_hits(self->bdf, "ati-config-reg-1-base "));
}

TEST_F(quirks, an_ioeventfd_is_refused)
{
	struct vfio_device_ioeventfd event = {
		.argsz = sizeof(event),
		.flags = VFIO_DEVICE_IOEVENTFD_32,
		.offset = ((uint64_t)REG_BAR << 40) + CONFIG_MIRROR,
		.fd = -1,
	};

	EXPECT_EQ(-1, ioctl(self->sweep.card.fd, VFIO_DEVICE_IOEVENTFD, &event));
	EXPECT_EQ(ENOTTY, errno);
}

/* Another device would reach the pages that mmap refuses. */
TEST_F(quirks, a_dma_buf_is_refused)
{
	struct vfio_device_feature feature = {
		.argsz = sizeof(feature),
		.flags = VFIO_DEVICE_FEATURE_PROBE | VFIO_DEVICE_FEATURE_GET |
			 FEATURE_DMA_BUF,
	};

	EXPECT_EQ(-1, ioctl(self->sweep.card.fd, VFIO_DEVICE_FEATURE, &feature));
	EXPECT_EQ(ENOTTY, errno);
}

/*
 * The card's memory stands for registers that this card has not: what goes to
 * the card can be seen there once the rows are off.
 */
#define MEMORY(pos, value) do {						\
	ASSERT_EQ(0, switch_rows(self->bdf, "quirk_disable"));		\
	REOPEN();							\
	READ(0, pos, value);						\
	ASSERT_EQ(0, switch_rows(self->bdf, "quirk_enable"));		\
	REOPEN();							\
} while (0)

#define ADD(row) ASSERT_EQ(0, vga_choose(self->bdf, "quirk_add", row))

TEST_F_TIMEOUT(quirks, writes_go_where_the_row_says, 120)
{
	uint32_t mark = 0x600df00d, bar = 0x60000000, value;

	ADD("mirror bar=0 offset=0x10000 size=0x100 writes=config");
	ADD("mirror bar=0 offset=0x11000 size=0x100");
	ADD("mirror bar=0 offset=0x12000 size=0x100 config=none");
	WRITE(0, 0x10010, mark);
	WRITE(0, 0x11010, mark);
	WRITE(0, 0x12010, mark);
	REOPEN();
	WRITE(0, 0x11010, bar);
	WRITE(0, 0x12010, bar);
	READ(VFIO_PCI_CONFIG_REGION_INDEX, PCI_BASE_ADDRESS_0, value);
	EXPECT_EQ(guest_bars[0], value & ~15u);
	READ(0, 0x12010, value);
	EXPECT_EQ(0xffffffff, value);
	WRITE(0, 0x10010, bar);
	READ(VFIO_PCI_CONFIG_REGION_INDEX, PCI_BASE_ADDRESS_0, value);
	EXPECT_EQ(bar, value & ~15u);
	READ(0, 0x11010, value);
	EXPECT_EQ(bar, value & ~15u);
	READ(REG_BAR, CONFIG_APER_0_BASE, value);
	EXPECT_EQ(bar, value);
	/* None of it reached the card. */
	MEMORY(0x10010, value);
	EXPECT_EQ(mark, value);
	MEMORY(0x11010, value);
	EXPECT_EQ(mark, value);
	MEMORY(0x12010, value);
	EXPECT_EQ(mark, value);
}

TEST_F_TIMEOUT(quirks, a_window_opens_with_its_gates, 120)
{
	uint32_t address = 0x1810, mark = 0x600df00d, on = 1, off = 0, value;

	WRITE(0, 0x1000c, mark);
	WRITE(0, 0x10000, off);
	WRITE(0, 0x10004, off);
	ADD("window bar=0 addr=0x10008 data=0x1000c match=0x1800 mask=0xff gate=0x10000 gate2=0x10004");
	REOPEN();
	WRITE(0, 0x10008, address);
	READ(0, 0x1000c, value);
	EXPECT_EQ(mark, value);
	WRITE(0, 0x10000, on);
	READ(0, 0x1000c, value);
	EXPECT_EQ(mark, value);
	WRITE(0, 0x10004, on);
	READ(0, 0x1000c, value);
	EXPECT_EQ(guest_bars[0], value & ~15u);
	WRITE(0, 0x1000c, off);
	/* The address and the gates are the card's, the data is not. */
	MEMORY(0x10008, value);
	EXPECT_EQ(address, value);
	MEMORY(0x10004, value);
	EXPECT_EQ(on, value);
	MEMORY(0x1000c, value);
	EXPECT_EQ(mark, value);
	/* And what the registers hold is found out anew. */
	READ(0, 0x1000c, value);
	EXPECT_EQ(guest_bars[0], value & ~15u);
}

TEST_F(quirks, an_address_that_was_left_behind_is_known)
{
	uint32_t address = 0x1810, mark = 0x600df00d, value;

	ADD("window bar=0 addr=0x10000 data=0x10004 match=0x1800 mask=0xff");
	/* The row applies from the next open: this is the card's alone. */
	WRITE(0, 0x10000, address);
	WRITE(0, 0x10004, mark);
	REOPEN();
	READ(0, 0x10004, value);
	EXPECT_EQ(guest_bars[0], value & ~15u);
	/* Memory outlives the reset, what was remembered does not. */
	ASSERT_EQ(0, ioctl(self->sweep.card.fd, VFIO_DEVICE_RESET));
	READ(0, 0x10000, value);
	EXPECT_EQ(address, value);
	READ(0, 0x10004, value);
	EXPECT_EQ(guest_bars[0], value & ~15u);
}

TEST_F(quirks, a_window_in_ports_is_selected_by_the_crtc)
{
	const uint16_t select = 0x338, address = 0x1810, data = 0x538;
	uint32_t value;
	uint16_t half;
	uint8_t byte;

	ASSERT_EQ(0, vga_choose(self->bdf, "quirk_enable", "nvidia-3d0-window"));
	ADD("register bar=vga offset=0x3c3 shows=1 shift=8 width=1");
	REOPEN();
	WRITE(VFIO_PCI_VGA_REGION_INDEX, 0x3d4, select);
	WRITE(VFIO_PCI_VGA_REGION_INDEX, 0x3d0, address);
	READ(VFIO_PCI_VGA_REGION_INDEX, 0x3d0, half);
	EXPECT_NE(guest_bars[0] >> 16, half);
	WRITE(VFIO_PCI_VGA_REGION_INDEX, 0x3d4, data);
	READ(VFIO_PCI_VGA_REGION_INDEX, 0x3d0, value);
	EXPECT_EQ(guest_bars[0], value & ~15u);
	READ(VFIO_PCI_VGA_REGION_INDEX, 0x3d2, half);
	EXPECT_EQ(guest_bars[0] >> 16, half);
	READ(VFIO_PCI_VGA_REGION_INDEX, 0x3c3, byte);
	EXPECT_EQ(guest_bars[1] >> 8, byte);
	/* Beside it all is the card's. */
	ASSERT_EQ(0, vga_out(&self->sweep.card, VGA_SEQ_INDEX, 2));
	ASSERT_EQ(4, vga_region_read(&self->sweep.card,
				     VFIO_PCI_VGA_REGION_INDEX, 0x3c2, &value, 4));
	EXPECT_EQ(guest_bars[1] >> 8, (value >> 8) & 0xff);
	EXPECT_EQ(2, (value >> 16) & 0xff);
	ASSERT_EQ(0, vga_command_clear(&self->sweep.card, PCI_COMMAND_IO));
	READ(VFIO_PCI_VGA_REGION_INDEX, 0x3c3, byte);
	EXPECT_EQ(0xff, byte);
}

/* The subsystem's ids are read-only: config space keeps them. */
TEST_F(quirks, an_echo_shows_what_was_written)
{
	uint32_t written = 0x7b800000, before, value;
	uint16_t half;

	ADD("mirror bar=0 offset=0x10000 size=4 config=0x2c echo=written");
	ADD("mirror bar=0 offset=0x10010 size=4 config=0x2c");
	REOPEN();
	READ(0, 0x10000, before);
	ASSERT_NE(written, before);
	WRITE(VFIO_PCI_CONFIG_REGION_INDEX, PCI_SUBSYSTEM_VENDOR_ID, written);
	READ(0, 0x10000, value);
	EXPECT_EQ(written, value);
	READ(0, 0x10002, half);
	EXPECT_EQ(written >> 16, half);
	READ(0, 0x10010, value);
	EXPECT_EQ(before, value);
	REOPEN();
	READ(0, 0x10000, value);
	EXPECT_EQ(before, value);
}

TEST_F(quirks, a_register_can_keep_the_cards_low_bits)
{
	uint32_t mark = 0xd0001234, value;

	WRITE(0, 0x10000, mark);
	ADD("register bar=0 offset=0x10000 shows=0 low=card");
	REOPEN();
	READ(0, 0x10000, value);
	EXPECT_EQ(guest_bars[0] | (mark & (self->sweep.bar[0].size - 1)),
		  value);
}

/* At most, if one of the two does not get on. */
#define RACE_S			30

static const struct vga_card *race_card;
static bool race_over;

static void *move_index(void *unused)
{
	const uint32_t at[] = { CONFIG_MEMSIZE, CONFIG_REG_1_BASE };
	int i;

	for (i = 0; !__atomic_load_n(&race_over, __ATOMIC_RELAXED); i++)
		vga_region_write(race_card, IO_BAR, MM_INDEX, &at[i % 2], 4);
	return NULL;
}

TEST_F_TIMEOUT(quirks, no_race_of_index_and_data_gives_an_address_away, 120)
{
	uint64_t end = vga_now_ns() + RACE_S * 1000000000ull;
	unsigned int leaks = 0, hidden = 0, i;
	pthread_t thread;
	uint32_t value;

	race_card = &self->sweep.card;
	race_over = false;
	ASSERT_EQ(0, pthread_create(&thread, NULL, move_index, NULL));
	/* A busy machine may run the other thread late. */
	for (i = 0; i < 50000 || (!hidden && vga_now_ns() < end); i++) {
		vga_region_read(race_card, IO_BAR, MM_DATA, &value, 4);
		leaks += is_leak(&self->sweep, value);
		hidden += value == guest_bars[2];
	}
	__atomic_store_n(&race_over, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	EXPECT_EQ(0, leaks);
	EXPECT_LT(0, hidden);
}

TEST_F_TIMEOUT(quirks, the_tracer_finds_rows_that_cure, 240)
{
	char *text, *rest, *line;
	unsigned int rows = 0;

	ASSERT_EQ(0, switch_rows(self->bdf, "quirk_disable"));
	ASSERT_EQ(0, vga_choose(self->bdf, "leak_trace", "1"));
	REOPEN();
	/* Nothing escapes through a mapping. */
	EXPECT_EQ(-EINVAL, vga_try_map(&self->sweep.card, 0, 0, PAGE));
	EXPECT_EQ(-EINVAL, vga_try_map(&self->sweep.card, REG_BAR, PAGE, PAGE));
	EXPECT_LT(10, sweep_all(&self->sweep));
	EXPECT_LT(10, atoi(read_choice(self->bdf, "leaks")));
	ASSERT_EQ(0, vga_choose(self->bdf, "leak_trace", "0"));

	text = strdup(read_choice(self->bdf, "leaks"));
	rest = strchr(text, '\n') + 1;
	while ((line = strsep(&rest, "\n")) && *line) {
		TH_LOG("%s", line);
		ASSERT_EQ(0, vga_choose(self->bdf, "quirk_add", line));
		rows++;
	}
	free(text);
	EXPECT_LT(0, rows);
	REOPEN();
	EXPECT_EQ(0, sweep_all(&self->sweep));
	EXPECT_EQ(0, vga_try_map(&self->sweep.card, 0, 0, PAGE));
}

TEST_HARNESS_MAIN
