// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contract of the VGA region: which offsets, lengths and widths it takes
 * and what it answers to all others. Ports are enough to see it; where bytes
 * land in a card's memory is for vga_bytes.c.
 */
#include <linux/pci_regs.h>
#include <sys/ioctl.h>

#include "lib/vfio_vga_harness.h"

#define SENTINEL	0x5a

/* A sequencer register without side effects: the plane mask. */
#define SEQ_PLANES	2
/* A graphics controller register that holds eight bits: the bit mask. */
#define GFX_BIT_MASK	8
/* A CRT controller register that holds eight bits: cursor position, low. */
#define CRTC_CURSOR_LOW	0x0f

static const struct {
	uint64_t start, end;
} ranges[] = {
	{ VGA_MEM, VGA_MEM_END },
	{ VGA_MONO_PORTS, VGA_MONO_PORTS_END },
	{ VGA_PORTS, VGA_PORTS_END },
};

FIXTURE(region) {
	struct vga_card card;
};

FIXTURE_VARIANT(region) {
	enum vga_open_how how;
};

FIXTURE_VARIANT_ADD(region, group) {
	.how = VGA_OPEN_GROUP,
};

FIXTURE_VARIANT_ADD(region, cdev) {
	.how = VGA_OPEN_CDEV,
};

FIXTURE_SETUP(region)
{
	char bdf[16];

	CLAIM_CARD(0, bdf);
	REQUIRE_OPEN(variant->how);
	ASSERT_EQ(0, vga_open(&self->card, bdf, variant->how));
	ASSERT_EQ(0, vga_command_set(&self->card,
				     PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
}

FIXTURE_TEARDOWN(region)
{
	vga_close(&self->card);
}

TEST_F(region, info_tells_size_place_and_access)
{
	struct vfio_region_info info;

	ASSERT_EQ(0, vga_region_info(&self->card, VFIO_PCI_VGA_REGION_INDEX,
				     &info));
	EXPECT_EQ(VGA_REGION_SIZE, info.size);
	EXPECT_EQ(8ULL << 40, info.offset);
	EXPECT_EQ(VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE,
		  info.flags);
}

TEST_F(region, info_with_short_argument_is_refused)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info) - 1,
		.index = VFIO_PCI_VGA_REGION_INDEX,
		.size = SENTINEL,
	};

	EXPECT_EQ(-1, ioctl(self->card.fd, VFIO_DEVICE_GET_REGION_INFO, &info));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(SENTINEL, info.size);
}

TEST_F(region, info_into_unmapped_memory_is_a_fault)
{
	EXPECT_EQ(-1, ioctl(self->card.fd, VFIO_DEVICE_GET_REGION_INFO, 16));
	EXPECT_EQ(EFAULT, errno);
}

TEST_F(region, first_and_last_byte_of_each_range_can_be_reached)
{
	uint8_t byte;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		EXPECT_EQ(1, vga_read(&self->card, ranges[i].start, &byte, 1));
		EXPECT_EQ(1, vga_read(&self->card, ranges[i].end - 1, &byte, 1));
		EXPECT_EQ(1, vga_write(&self->card, ranges[i].start, "", 1));
		EXPECT_EQ(1, vga_write(&self->card, ranges[i].end - 1, "", 1));
	}
}

TEST_F(region, every_port_can_be_read)
{
	uint16_t port;

	for (port = VGA_MONO_PORTS; port < VGA_MONO_PORTS_END; port++) {
		EXPECT_LE(0, vga_in(&self->card, port))
			TH_LOG("port %x", port);
	}
	for (port = VGA_PORTS; port < VGA_PORTS_END; port++) {
		EXPECT_LE(0, vga_in(&self->card, port))
			TH_LOG("port %x", port);
	}
}

TEST_F(region, offsets_outside_the_ranges_are_refused)
{
	static const uint64_t outside[] = { 0, 0x3af, VGA_MONO_PORTS_END,
					    0x3bf, VGA_PORTS_END, 0x9ffff,
					    VGA_MEM_END, 0xfffff, 0x1000a0000,
					    (1ULL << 40) - 1 };
	uint8_t bytes[4];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(outside); i++) {
		memset(bytes, SENTINEL, sizeof(bytes));
		EXPECT_EQ(-EINVAL, vga_read(&self->card, outside[i], bytes, 4))
			TH_LOG("read at %jx", (uintmax_t)outside[i]);
		EXPECT_EQ(SENTINEL, bytes[0]);
		EXPECT_EQ(-EINVAL, vga_write(&self->card, outside[i], bytes, 4))
			TH_LOG("write at %jx", (uintmax_t)outside[i]);
	}
}

TEST_F(region, read_past_the_end_of_a_range_is_cut_short)
{
	uint8_t bytes[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		memset(bytes, SENTINEL, sizeof(bytes));
		EXPECT_EQ(3, vga_read(&self->card, ranges[i].end - 3, bytes,
				      sizeof(bytes)));
		EXPECT_EQ(SENTINEL, bytes[3]);
		EXPECT_EQ(SENTINEL, bytes[63]);
	}
}

TEST_F(region, write_past_the_end_of_a_range_is_cut_short)
{
	static const uint8_t bytes[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		EXPECT_EQ(3, vga_write(&self->card, ranges[i].end - 3, bytes,
				       sizeof(bytes)));
	}
}

TEST_F(region, whole_ranges_move_in_one_request)
{
	size_t i, size = 0x40000;
	uint8_t *bytes;

	bytes = malloc(size);
	ASSERT_NE(NULL, bytes);
	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		EXPECT_EQ((ssize_t)(ranges[i].end - ranges[i].start),
			  vga_read(&self->card, ranges[i].start, bytes, size));
	}
	EXPECT_EQ(0x20000, vga_write(&self->card, VGA_MEM, bytes, size));
	free(bytes);
}

TEST_F(region, request_of_no_bytes_moves_none)
{
	uint8_t byte = SENTINEL;

	EXPECT_EQ(0, vga_read(&self->card, VGA_MEM, &byte, 0));
	EXPECT_EQ(0, vga_write(&self->card, VGA_MEM, &byte, 0));
	EXPECT_EQ(0, vga_read(&self->card, VGA_PORTS, &byte, 0));
	EXPECT_EQ(0, vga_read(&self->card, VGA_MEM, (void *)16, 0));
	/* Also where more would be refused, as in the other regions. */
	EXPECT_EQ(0, vga_read(&self->card, VGA_MEM_END, &byte, 0));
	EXPECT_EQ(0, vga_write(&self->card, 0, &byte, 0));
	EXPECT_EQ(SENTINEL, byte);
}

TEST_F(region, one_byte_port_access_reaches_index_and_data)
{
	ASSERT_EQ(0, vga_out(&self->card, VGA_SEQ_INDEX, SEQ_PLANES));
	ASSERT_EQ(0, vga_out(&self->card, VGA_SEQ_DATA, 0x05));
	EXPECT_EQ(SEQ_PLANES, vga_in(&self->card, VGA_SEQ_INDEX));
	EXPECT_EQ(0x05, vga_in(&self->card, VGA_SEQ_DATA));
	ASSERT_EQ(0, vga_out(&self->card, VGA_SEQ_DATA, 0x0a));
	EXPECT_EQ(0x0a, vga_in(&self->card, VGA_SEQ_DATA));
}

TEST_F(region, two_byte_port_access_covers_index_and_data)
{
	static const uint8_t set[] = { GFX_BIT_MASK, 0x96 };
	uint8_t got[2] = { 0 };

	ASSERT_EQ(2, vga_write(&self->card, VGA_GFX_INDEX, set, 2));
	EXPECT_EQ(0x96, vga_in(&self->card, VGA_GFX_DATA));
	ASSERT_EQ(2, vga_read(&self->card, VGA_GFX_INDEX, got, 2));
	EXPECT_EQ(0, memcmp(set, got, 2));
}

/*
 * QEMU's VGA takes port accesses of one and two bytes; one of four finds
 * nobody. That shows that four aligned bytes went out as one access, and no
 * smaller request did.
 */
TEST_F(region, four_aligned_port_bytes_are_one_access)
{
	static const uint8_t set[] = { 0, 0, GFX_BIT_MASK, 0x69 };
	uint8_t got[4] = { 0 };

	REQUIRE_LAB_CARD(self->card.bdf);
	ASSERT_EQ(0, vga_out(&self->card, VGA_MISC_WRITE, 0x63));
	ASSERT_EQ(0, vga_out(&self->card, VGA_GFX_INDEX, GFX_BIT_MASK));
	ASSERT_EQ(0, vga_out(&self->card, VGA_GFX_DATA, 0x96));
	ASSERT_EQ(4, vga_write(&self->card, VGA_MISC_READ, set, 4));
	EXPECT_EQ(0x96, vga_in(&self->card, VGA_GFX_DATA));
	ASSERT_EQ(4, vga_read(&self->card, VGA_MISC_READ, got, 4));
	EXPECT_EQ(0, memcmp("\xff\xff\xff\xff", got, 4));
	/* The same four, but not aligned: two, then two. */
	ASSERT_EQ(4, vga_read(&self->card, VGA_MISC_READ - 2, got, 4));
	EXPECT_EQ(0x63, got[2]);
}

TEST_F(region, unaligned_port_access_keeps_every_byte_in_its_place)
{
	static const uint8_t three[] = { 0, GFX_BIT_MASK, 0xc3 };
	static const uint8_t two[] = { 0x3c, 0 };
	uint8_t got[3] = { 0 };

	/* 3cd, 3ce and 3cf */
	ASSERT_EQ(3, vga_write(&self->card, VGA_GFX_INDEX - 1, three, 3));
	EXPECT_EQ(0xc3, vga_in(&self->card, VGA_GFX_DATA));
	/* 3cf and 3d0 */
	ASSERT_EQ(2, vga_write(&self->card, VGA_GFX_DATA, two, 2));
	EXPECT_EQ(0x3c, vga_in(&self->card, VGA_GFX_DATA));
	/* 3cd to 3cf */
	ASSERT_EQ(3, vga_read(&self->card, VGA_GFX_INDEX - 1, got, 3));
	EXPECT_EQ(GFX_BIT_MASK, got[1]);
	EXPECT_EQ(0x3c, got[2]);
}

TEST_F(region, monochrome_ports_reach_the_crtc)
{
	static const uint8_t set[] = { CRTC_CURSOR_LOW, 0x77 };
	uint8_t got[2] = { 0 };

	/* Bit 0 of the miscellaneous register moves the CRTC to 3b4. */
	ASSERT_EQ(0, vga_out(&self->card, VGA_MISC_WRITE, 0x62));
	ASSERT_EQ(2, vga_write(&self->card, 0x3b4, set, 2));
	ASSERT_EQ(2, vga_read(&self->card, 0x3b4, got, 2));
	EXPECT_EQ(0, memcmp(set, got, 2));
	ASSERT_EQ(0, vga_out(&self->card, VGA_MISC_WRITE, 0x63));
	EXPECT_NE(0x77, vga_in(&self->card, 0x3b5));
}

TEST_F(region, ports_read_ones_while_io_decode_is_off)
{
	uint8_t got[4] = { 0 };

	ASSERT_EQ(0, vga_out(&self->card, VGA_GFX_INDEX, GFX_BIT_MASK));
	ASSERT_EQ(0, vga_out(&self->card, VGA_GFX_DATA, 0x81));
	ASSERT_EQ(0, vga_command_clear(&self->card, PCI_COMMAND_IO));
	EXPECT_EQ(0xff, vga_in(&self->card, VGA_GFX_INDEX));
	EXPECT_EQ(0xff, vga_in(&self->card, VGA_GFX_DATA));
	EXPECT_EQ(4, vga_read(&self->card, VGA_MISC_READ, got, 4));
	EXPECT_EQ(0, memcmp("\xff\xff\xff\xff", got, 4));
}

TEST_F(region, port_writes_are_lost_while_io_decode_is_off)
{
	ASSERT_EQ(0, vga_out(&self->card, VGA_GFX_INDEX, GFX_BIT_MASK));
	ASSERT_EQ(0, vga_out(&self->card, VGA_GFX_DATA, 0x81));
	ASSERT_EQ(0, vga_command_clear(&self->card, PCI_COMMAND_IO));
	EXPECT_EQ(0, vga_out(&self->card, VGA_GFX_DATA, 0x18));
	ASSERT_EQ(0, vga_command_set(&self->card, PCI_COMMAND_IO));
	EXPECT_EQ(0x81, vga_in(&self->card, VGA_GFX_DATA));
}

TEST_F(region, ports_work_while_only_memory_decode_is_off)
{
	ASSERT_EQ(0, vga_command_clear(&self->card, PCI_COMMAND_MEMORY));
	ASSERT_EQ(0, vga_out(&self->card, VGA_GFX_INDEX, GFX_BIT_MASK));
	ASSERT_EQ(0, vga_out(&self->card, VGA_GFX_DATA, 0x42));
	EXPECT_EQ(0x42, vga_in(&self->card, VGA_GFX_DATA));
}

/* A card that its user put to sleep wakes up for an access, as for a BAR's. */
TEST_F(region, access_wakes_a_card_in_low_power)
{
	struct vfio_device_feature enter = {
		.argsz = sizeof(enter),
		.flags = VFIO_DEVICE_FEATURE_SET |
			 VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY,
	};
	struct vfio_device_feature leave = {
		.argsz = sizeof(leave),
		.flags = VFIO_DEVICE_FEATURE_SET |
			 VFIO_DEVICE_FEATURE_LOW_POWER_EXIT,
	};

	ASSERT_EQ(0, vga_out(&self->card, VGA_GFX_INDEX, GFX_BIT_MASK));
	if (ioctl(self->card.fd, VFIO_DEVICE_FEATURE, &enter))
		SKIP_TEST("low power entry: %s", strerror(errno));
	EXPECT_EQ(GFX_BIT_MASK, vga_in(&self->card, VGA_GFX_INDEX));
	EXPECT_EQ(0, ioctl(self->card.fd, VFIO_DEVICE_FEATURE, &leave));
	EXPECT_EQ(GFX_BIT_MASK, vga_in(&self->card, VGA_GFX_INDEX));
}

TEST_F(region, works_again_after_a_reset_by_its_user)
{
	if (ioctl(self->card.fd, VFIO_DEVICE_RESET))
		SKIP_TEST("%s cannot be reset: %s", self->card.bdf,
			  strerror(errno));
	ASSERT_EQ(0, vga_command_set(&self->card, PCI_COMMAND_IO));
	ASSERT_EQ(0, vga_out(&self->card, VGA_GFX_INDEX, GFX_BIT_MASK));
	ASSERT_EQ(0, vga_out(&self->card, VGA_GFX_DATA, 0x24));
	EXPECT_EQ(0x24, vga_in(&self->card, VGA_GFX_DATA));
}

TEST_F(region, outlives_the_files_it_was_opened_through)
{
	if (self->card.group >= 0)
		close(self->card.group);
	close(self->card.iommu);
	self->card.group = -1;
	self->card.iommu = -1;
	ASSERT_EQ(0, vga_out(&self->card, VGA_GFX_INDEX, GFX_BIT_MASK));
	EXPECT_EQ(GFX_BIT_MASK, vga_in(&self->card, VGA_GFX_INDEX));
}

TEST_F(region, stays_open_until_its_last_file_is_closed)
{
	int second;

	if (variant->how == VGA_OPEN_CDEV)
		SKIP_TEST("a cdev gives one file only");
	second = ioctl(self->card.group, VFIO_GROUP_GET_DEVICE_FD,
		       self->card.bdf);
	ASSERT_LE(0, second);
	close(self->card.fd);
	self->card.fd = second;
	ASSERT_EQ(0, vga_out(&self->card, VGA_GFX_INDEX, GFX_BIT_MASK));
	EXPECT_EQ(GFX_BIT_MASK, vga_in(&self->card, VGA_GFX_INDEX));
}

TEST_F(region, is_there_again_after_close_and_open)
{
	char bdf[16];

	ASSERT_EQ(0, vga_out(&self->card, VGA_GFX_INDEX, GFX_BIT_MASK));
	memcpy(bdf, self->card.bdf, sizeof(bdf));
	vga_close(&self->card);
	ASSERT_EQ(0, vga_open(&self->card, bdf, variant->how));
	ASSERT_EQ(0, vga_command_set(&self->card, PCI_COMMAND_IO));
	ASSERT_EQ(0, vga_out(&self->card, VGA_GFX_INDEX, GFX_BIT_MASK));
	ASSERT_EQ(0, vga_out(&self->card, VGA_GFX_DATA, 0x99));
	EXPECT_EQ(0x99, vga_in(&self->card, VGA_GFX_DATA));
}

/* A second way in while the card is in use would be a second driver of it. */
TEST_F(region, second_opener_is_refused)
{
	struct vga_card second;

	EXPECT_EQ(variant->how == VGA_OPEN_CDEV ? -EINVAL : -EBUSY,
		  vga_open(&second, self->card.bdf, variant->how));
	vga_close(&second);
}

TEST(cdev_before_its_bind_gives_no_access)
{
	struct vga_card card;
	uint8_t byte;
	char bdf[16];

	CLAIM_CARD(0, bdf);
	REQUIRE_OPEN(VGA_OPEN_CDEV);
	ASSERT_EQ(0, vga_open_cdev(&card, bdf));
	EXPECT_EQ(-EINVAL, vga_read(&card, VGA_MEM, &byte, 1));
	EXPECT_EQ(-EINVAL, vga_write(&card, VGA_MEM, &byte, 1));
	vga_close(&card);
}

static int set_power_state(const struct vga_card *card, int pm, int state)
{
	uint16_t control;
	ssize_t ret;

	ret = vga_region_read(card, VFIO_PCI_CONFIG_REGION_INDEX,
			      pm + PCI_PM_CTRL, &control, 2);
	if (ret < 0)
		return ret;
	control = (control & ~PCI_PM_CTRL_STATE_MASK) | state;
	ret = vga_region_write(card, VFIO_PCI_CONFIG_REGION_INDEX,
			       pm + PCI_PM_CTRL, &control, 2);
	/* The way out of D3hot takes 10 ms, by the specification. */
	usleep(20000);
	return ret < 0 ? ret : 0;
}

/* Needs a card with power management: VFIO_VGA_BDF_PM, or VIRTIO in the lab. */
TEST(window_and_ports_read_ones_in_d3hot)
{
	const char *named = getenv("VFIO_VGA_BDF_PM") ?: getenv("VIRTIO");
	struct vga_card card;
	uint8_t got[4] = { 0 };
	char bdf[16];
	int pm;

	if (named) {
		snprintf(bdf, sizeof(bdf), "%s", named);
		ASSERT_EQ(0, vga_bind(bdf, vga_driver()));
	} else {
		CLAIM_CARD(0, bdf);
	}
	REQUIRE_OPEN(VGA_OPEN_GROUP);
	ASSERT_EQ(0, vga_open(&card, bdf, VGA_OPEN_GROUP));
	pm = vga_find_capability(&card, PCI_CAP_ID_PM);
	ASSERT_LE(0, pm);
	if (!pm)
		SKIP_TEST("%s has no power management; name a card that has in VFIO_VGA_BDF_PM",
			  bdf);
	ASSERT_EQ(0, vga_command_set(&card,
				     PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	ASSERT_EQ(0, vga_show_memory_linearly(&card));
	ASSERT_EQ(0, vga_out(&card, VGA_GFX_INDEX, GFX_BIT_MASK));
	ASSERT_EQ(4, vga_write(&card, VGA_MEM, "\1\2\3\4", 4));

	ASSERT_EQ(0, set_power_state(&card, pm, 3));
	EXPECT_EQ(0xff, vga_in(&card, VGA_GFX_INDEX));
	EXPECT_EQ(0, vga_out(&card, VGA_GFX_INDEX, 0));
	EXPECT_EQ(4, vga_read(&card, VGA_MEM, got, 4));
	EXPECT_EQ(0, memcmp("\xff\xff\xff\xff", got, 4));
	EXPECT_EQ(4, vga_write(&card, VGA_MEM, "\5\6\7\10", 4));

	ASSERT_EQ(0, set_power_state(&card, pm, 0));
	ASSERT_EQ(0, vga_command_set(&card,
				     PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	EXPECT_NE(0xff, vga_in(&card, VGA_GFX_INDEX));
	vga_close(&card);
}

/* Only class 0300 decodes the legacy ranges. */
TEST(other_display_classes_have_no_vga_region)
{
	const char *bdf = getenv("VFIO_VGA_BDF_NOT_VGA") ?: getenv("SECONDARY");
	struct vfio_region_info info;
	struct vga_card card;
	uint8_t byte;

	if (!bdf)
		SKIP_TEST("VFIO_VGA_BDF_NOT_VGA names no display controller");
	ASSERT_NE(0x0300, vga_sysfs_number(bdf, "class") >> 8);
	ASSERT_EQ(0, vga_bind(bdf, vga_driver()));
	ASSERT_EQ(0, vga_open(&card, bdf, VGA_OPEN_GROUP));
	EXPECT_EQ(-EINVAL, vga_region_info(&card, VFIO_PCI_VGA_REGION_INDEX,
					   &info));
	EXPECT_EQ(-EINVAL, vga_read(&card, VGA_MEM, &byte, 1));
	EXPECT_EQ(-EINVAL, vga_write(&card, VGA_MEM, &byte, 1));
	EXPECT_EQ(0, vga_region_info(&card, VFIO_PCI_CONFIG_REGION_INDEX,
				     &info));
	vga_close(&card);
}

TEST_HARNESS_MAIN
