// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows that few cards need: beside an MSI-X table, of Intel graphics, and of
 * cards that show the config space of an audio function or of the bridge above.
 *
 * Needs models of such cards, which the lab names MSIX, HD530, GF9400M, and GT240
 * with GT240_AUDIO: lab run --topology rarities.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "lib/vfio_vga_harness.h"

#define PAGE			0x1000
#define AREAS			8

/* The Radeon with MSI-X: registers, what is hidden there, and the table. */
#define REG_BAR			2
#define MM_PAGE			0
#define MIRROR_PAGE		0x4000
#define MSIX_PAGE		0x8000
/* Its MSI capability. */
#define MSI			0xa0

/* Intel's: the registers that show config space, and what of it. */
#define GMCH			0x50
#define BDSM			0x5c
#define BAR0_GMCH		0x108040
#define BAR0_BDSM		0x1080c0

/* What region info says about a BAR: the sparse areas and whether MSI-X is mappable. */
struct bar_info {
	uint32_t flags;
	uint64_t size;
	unsigned int nr_areas;
	struct vfio_region_sparse_mmap_area areas[AREAS];
	unsigned int nr_caps;
	bool msix;
};

static int get_bar_info(const struct vga_card *card, uint32_t bar,
			struct bar_info *got)
{
	struct {
		struct vfio_region_info info;
		uint8_t caps[1024];
	} raw = { .info = { .argsz = sizeof(raw), .index = bar } };
	const struct vfio_info_cap_header *cap;
	uint32_t at;

	*got = (struct bar_info){};
	if (ioctl(card->fd, VFIO_DEVICE_GET_REGION_INFO, &raw))
		return -errno;
	got->flags = raw.info.flags;
	got->size = raw.info.size;
	if (!(raw.info.flags & VFIO_REGION_INFO_FLAG_CAPS))
		return 0;
	for (at = raw.info.cap_offset; at; at = cap->next) {
		const struct vfio_region_info_cap_sparse_mmap *sparse;

		if (at + sizeof(*cap) > sizeof(raw))
			return -EOVERFLOW;
		cap = (const void *)((const char *)&raw + at);
		got->nr_caps++;
		got->msix |= cap->id == VFIO_REGION_INFO_CAP_MSIX_MAPPABLE;
		if (cap->id != VFIO_REGION_INFO_CAP_SPARSE_MMAP)
			continue;
		sparse = (const void *)cap;
		if (sparse->nr_areas > AREAS)
			return -EOVERFLOW;
		got->nr_areas = sparse->nr_areas;
		memcpy(got->areas, sparse->areas,
		       sparse->nr_areas * sizeof(got->areas[0]));
	}
	return 0;
}

#define READ(card, bar, pos, value) \
	ASSERT_EQ(sizeof(value), vga_region_read(card, bar, pos, &(value), \
						 sizeof(value)))
#define WRITE(card, bar, pos, value) \
	ASSERT_EQ(sizeof(value), vga_region_write(card, bar, pos, &(value), \
						  sizeof(value)))

/* Rows are as the table has them after a bind. */
static int claim(struct vga_card *card, const char *bdf, const char *driver)
{
	int ret = vga_unbind(bdf);

	if (!ret)
		ret = vga_bind(bdf, driver);
	if (!ret)
		ret = vga_open(card, bdf, VGA_OPEN_GROUP);
	return ret ?: vga_command_set(card, PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
}

static int reopen(struct vga_card *card, const char *bdf)
{
	int ret;

	vga_close(card);
	ret = vga_open(card, bdf, VGA_OPEN_GROUP);
	return ret ?: vga_command_set(card, PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
}

#define CLAIM(variable) do {						\
	self->card.fd = -1;						\
	self->bdf = getenv(variable);					\
	if (!self->bdf)							\
		SKIP_TEST("%s names no card", variable);		\
	REQUIRE_OPEN(VGA_OPEN_GROUP);					\
	ASSERT_EQ(0, claim(&self->card, self->bdf, vga_driver()));	\
} while (0)

FIXTURE(msix) {
	const char *bdf;
	struct vga_card card;
};

FIXTURE_SETUP(msix)
{
	CLAIM("MSIX");
}

FIXTURE_TEARDOWN(msix)
{
	vga_close(&self->card);
	vga_unbind(self->bdf);
}

TEST_F(msix, areas_and_msix_are_both_told)
{
	struct bar_info ours, stock;

	ASSERT_EQ(0, get_bar_info(&self->card, REG_BAR, &ours));
	EXPECT_EQ(VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE |
			  VFIO_REGION_INFO_FLAG_MMAP |
			  VFIO_REGION_INFO_FLAG_CAPS,
		  ours.flags);
	EXPECT_EQ(2, ours.nr_caps);
	EXPECT_TRUE(ours.msix);
	ASSERT_EQ(2, ours.nr_areas);
	EXPECT_EQ(MM_PAGE + PAGE, ours.areas[0].offset);
	EXPECT_EQ(MIRROR_PAGE - PAGE, ours.areas[0].size);
	EXPECT_EQ(MIRROR_PAGE + PAGE, ours.areas[1].offset);
	EXPECT_EQ(ours.size - MIRROR_PAGE - PAGE, ours.areas[1].size);

	vga_close(&self->card);
	ASSERT_EQ(0, claim(&self->card, self->bdf, "vfio-pci"));
	ASSERT_EQ(0, get_bar_info(&self->card, REG_BAR, &stock));
	EXPECT_EQ(ours.size, stock.size);
	EXPECT_EQ(ours.flags, stock.flags);
	EXPECT_EQ(1, stock.nr_caps);
	EXPECT_TRUE(stock.msix);
}

TEST_F(msix, the_tables_page_can_be_mapped_and_hidden_ones_cannot)
{
	const struct vga_card *card = &self->card;

	EXPECT_EQ(0, vga_try_map(card, REG_BAR, MSIX_PAGE, PAGE));
	EXPECT_EQ(0, vga_try_map(card, REG_BAR, MIRROR_PAGE + PAGE, 8 * PAGE));
	EXPECT_EQ(-EINVAL, vga_try_map(card, REG_BAR, MM_PAGE, PAGE));
	EXPECT_EQ(-EINVAL, vga_try_map(card, REG_BAR, MIRROR_PAGE, PAGE));
	EXPECT_EQ(-EINVAL, vga_try_map(card, REG_BAR, MIRROR_PAGE - PAGE, 8 * PAGE));
}

/* The core answers for the table; the row would go to the card behind its back. */
TEST_F(msix, a_row_over_the_table_is_not_used)
{
	struct bar_info before, after;
	uint32_t table, value;

	ASSERT_EQ(0, get_bar_info(&self->card, REG_BAR, &before));
	READ(&self->card, REG_BAR, MSIX_PAGE, table);
	ASSERT_EQ(0, vga_choose(self->bdf, "quirk_add",
				"mirror bar=2 offset=0x8000 size=0x100"));
	ASSERT_EQ(0, reopen(&self->card, self->bdf));
	ASSERT_EQ(0, get_bar_info(&self->card, REG_BAR, &after));
	EXPECT_EQ(0, memcmp(&before, &after, sizeof(before)));
	READ(&self->card, REG_BAR, MSIX_PAGE, value);
	EXPECT_EQ(table, value);
}

/* Memory stands for registers: what reached the card is there without the row. */
TEST_F(msix, an_acknowledged_msi_reaches_the_card_and_nothing_else_does)
{
	const uint64_t at = 0x13000 + MSI;
	uint32_t mark[3] = { 0x600df00d, 0x600df00d, 0x600df00d };
	uint32_t ones[3] = { ~0u, ~0u, ~0u };
	uint32_t value[3];

	READ(&self->card, VFIO_PCI_CONFIG_REGION_INDEX, MSI, value[0]);
	ASSERT_EQ(PCI_CAP_ID_MSI, value[0] & 0xff);
	WRITE(&self->card, 0, at - 4, mark);
	ASSERT_EQ(0, vga_choose(self->bdf, "quirk_add",
				"mirror bar=0 offset=0x13000 size=0x100 writes=ack"));
	ASSERT_EQ(0, reopen(&self->card, self->bdf));
	WRITE(&self->card, 0, at - 4, ones);
	ASSERT_EQ(0, vga_choose(self->bdf, "quirk_disable", "added-1"));
	ASSERT_EQ(0, reopen(&self->card, self->bdf));
	READ(&self->card, 0, at - 4, value);
	EXPECT_EQ(mark[0], value[0]);
	/* The capability's id and what follows it, not the control beside them. */
	EXPECT_EQ(0x600dffff, value[1]);
	EXPECT_EQ(mark[2], value[2]);
}

FIXTURE(igd) {
	const char *bdf;
	struct vga_card card;
};

FIXTURE_SETUP(igd)
{
	CLAIM("HD530");
}

FIXTURE_TEARDOWN(igd)
{
	vga_close(&self->card);
	vga_unbind(self->bdf);
}

TEST_F(igd, registers_show_what_the_vmm_wrote)
{
	uint32_t host, guest = 0x12300001, value;
	uint16_t gmch, host_gmch, guest_gmch = 0x0102;

	READ(&self->card, VFIO_PCI_CONFIG_REGION_INDEX, BDSM, host);
	READ(&self->card, VFIO_PCI_CONFIG_REGION_INDEX, GMCH, host_gmch);
	ASSERT_NE(host, guest);
	ASSERT_NE(host_gmch, guest_gmch);
	READ(&self->card, 0, BAR0_BDSM, value);
	EXPECT_EQ(host, value);

	WRITE(&self->card, VFIO_PCI_CONFIG_REGION_INDEX, BDSM, guest);
	WRITE(&self->card, VFIO_PCI_CONFIG_REGION_INDEX, GMCH, guest_gmch);
	READ(&self->card, 0, BAR0_BDSM, value);
	EXPECT_EQ(guest, value);
	READ(&self->card, 0, BAR0_BDSM + 2, gmch);
	EXPECT_EQ(guest >> 16, gmch);
	READ(&self->card, 0, BAR0_GMCH, gmch);
	EXPECT_EQ(guest_gmch, gmch);
}

TEST_F(igd, without_rows_registers_show_the_hosts)
{
	uint32_t host, guest = 0x12300001, value;

	ASSERT_EQ(0, vga_choose(self->bdf, "quirk_disable", "igd-bdsm"));
	ASSERT_EQ(0, reopen(&self->card, self->bdf));
	READ(&self->card, VFIO_PCI_CONFIG_REGION_INDEX, BDSM, host);
	WRITE(&self->card, VFIO_PCI_CONFIG_REGION_INDEX, BDSM, guest);
	READ(&self->card, 0, BAR0_BDSM, value);
	EXPECT_EQ(host, value);
	EXPECT_NE(guest, value);
}

TEST_F(igd, only_the_page_of_the_registers_is_covered)
{
	const uint64_t page = BAR0_GMCH & ~(PAGE - 1);
	const struct vga_card *card = &self->card;
	struct bar_info info;

	ASSERT_EQ(0, get_bar_info(card, 0, &info));
	ASSERT_EQ(2, info.nr_areas);
	EXPECT_EQ(0, info.areas[0].offset);
	EXPECT_EQ(page, info.areas[0].size);
	EXPECT_EQ(page + PAGE, info.areas[1].offset);
	EXPECT_EQ(info.size - page - PAGE, info.areas[1].size);
	EXPECT_EQ(-EINVAL, vga_try_map(card, 0, page, PAGE));
	EXPECT_EQ(0, vga_try_map(card, 0, page - PAGE, PAGE));
	EXPECT_EQ(0, vga_try_map(card, 0, page + PAGE, PAGE));
}

FIXTURE(neighbour) {
	const char *bdf;
	struct vga_card card;
	char config[128];
};

/* A card that shows the config space of another device: whose, where. */
FIXTURE_VARIANT(neighbour) {
	const char *card, *audio, *row;
	uint32_t offset;
	/* What a guest could move, and to where. */
	uint16_t pos, value;
};

FIXTURE_VARIANT_ADD(neighbour, audio) {
	.card = "GT240",
	.audio = "GT240_AUDIO",
	.row = "nvidia-bar0-ppci-hda",
	.offset = 0x8a000,
	.pos = PCI_BASE_ADDRESS_0 + 2,
	.value = 0x6000,
};

FIXTURE_VARIANT_ADD(neighbour, bridge) {
	.card = "GF9400M",
	.row = "nvidia-bar0-pbridge-pci",
	.offset = 0x2ff000,
	.pos = PCI_IO_BASE,
	.value = 0x2020,
};

FIXTURE_SETUP(neighbour)
{
	const char *audio = NULL;

	CLAIM(variant->card);
	if (variant->audio) {
		audio = getenv(variant->audio);
		ASSERT_NE(NULL, audio);
	}
	snprintf(self->config, sizeof(self->config),
		 "/sys/bus/pci/devices/%s%s/config", audio ?: self->bdf,
		 audio ? "" : "/..");
}

FIXTURE_TEARDOWN(neighbour)
{
	vga_close(&self->card);
	vga_unbind(self->bdf);
}

/* The neighbour's config space, as the host has it. */
static int host_config(const char *path, uint8_t *bytes, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t done;

	if (fd < 0)
		return -errno;
	done = read(fd, bytes, size);
	close(fd);
	return done == size ? 0 : -EIO;
}

TEST_F(neighbour, nothing_of_it_is_shown)
{
	uint8_t mirror[PAGE], ones[PAGE];

	memset(ones, 0xff, sizeof(ones));
	READ(&self->card, 0, variant->offset, mirror);
	EXPECT_EQ(0, memcmp(mirror, ones, sizeof(mirror)));
	EXPECT_EQ(-EINVAL, vga_try_map(&self->card, 0, variant->offset, PAGE));
	EXPECT_EQ(0, vga_try_map(&self->card, 0, variant->offset - PAGE, PAGE));
}

TEST_F(neighbour, it_cannot_be_moved)
{
	uint8_t before[64], after[64];

	ASSERT_EQ(0, host_config(self->config, before, sizeof(before)));
	WRITE(&self->card, 0, variant->offset + variant->pos, variant->value);
	ASSERT_EQ(0, host_config(self->config, after, sizeof(after)));
	EXPECT_EQ(0, memcmp(before, after, sizeof(before)));
}

/* What the row is for: the model shows another device's addresses, and moves it. */
TEST_F(neighbour, without_the_row_it_is_shown_and_moved)
{
	uint8_t config[64], mirror[64], after[64];
	uint16_t was;

	ASSERT_EQ(0, vga_choose(self->bdf, "quirk_disable", variant->row));
	ASSERT_EQ(0, reopen(&self->card, self->bdf));
	ASSERT_EQ(0, host_config(self->config, config, sizeof(config)));
	READ(&self->card, 0, variant->offset, mirror);
	EXPECT_EQ(0, memcmp(mirror, config, sizeof(config)));
	memcpy(&was, config + variant->pos, sizeof(was));
	WRITE(&self->card, 0, variant->offset + variant->pos, variant->value);
	ASSERT_EQ(0, host_config(self->config, after, sizeof(after)));
	EXPECT_NE(0, memcmp(config, after, sizeof(config)));
	WRITE(&self->card, 0, variant->offset + variant->pos, was);
}

TEST_HARNESS_MAIN
