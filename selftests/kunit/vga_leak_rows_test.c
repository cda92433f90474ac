// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the leak tracer's judgement: which reads give an address away,
 * and what they are enough for, without any card. Built into a module together
 * with vfio_pci_leak_rows.c and vfio_pci_quirk_rows.c by test-modules, where the
 * kernel has KUnit, and run by selftests/qemu/tests/kunit.sh.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "vga_leak.h"

#define MIRROR		0x4000
#define CRTC		0x3d4
#define RMA		0x3d0

/* Only BAR 2 has a copy of config space. */
static bool mirror_in_bar_2(const struct vga_leak_card *card, unsigned int bar,
			    u32 pos, u32 offset)
{
	return bar == 2 && pos == MIRROR + offset;
}

static const struct vga_leak_card card = {
	.bar = {
		[0] = { 0xe0000000, SZ_256M, false },
		[2] = { 0xfebf0000, SZ_64K, false },
		[4] = { 0xd000, 0x100, true },
	},
	.cfg_size = 0x1000,
	.dword_is = mirror_in_bar_2,
};

/* Its memory is above 4 GiB. */
static const struct vga_leak_card high_card = {
	.bar = {
		[0] = { 0x3800f0000000ULL, SZ_256M, false },
		[2] = { 0xfebf0000, SZ_64K, false },
	},
	.cfg_size = 0x100,
	.dword_is = mirror_in_bar_2,
};

static struct vga_leak_log *new_log(struct kunit *test)
{
	struct vga_leak_log *log = kunit_kzalloc(test, sizeof(*log), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, log);
	return log;
}

static void put(struct vga_leak_log *log, unsigned int region, u32 pos,
		unsigned int width, u32 value)
{
	struct vga_leak access = {
		.region = region, .pos = pos, .width = width, .value = value
	};

	vga_leak_wrote(log, &access);
}

/* The row that is suggested; "" for a leak without one, "none" for no leak. */
static const char *got(struct vga_leak_log *log, const struct vga_leak_card *of,
		       unsigned int region, u32 pos, unsigned int width,
		       u32 value)
{
	struct vga_leak access = {
		.region = region, .pos = pos, .width = width, .value = value
	};
	static char text[VGA_QUIRK_ROW_MAX];

	return vga_leak_read(log, of, &access, text, sizeof(text)) ? text :
								     "none";
}

static const char shows_bar_2[] =
	"window bar=vga addr=0x3d0 data=0x3d0 match=0x324 mask=0x3 shows=2 shift=0 crtc=0x38";

/* What BIOSes of NVIDIA's do to read 2 bytes of a register. */
static const char *rma(struct vga_leak_log *log, u32 address, u32 value)
{
	put(log, VGA_QUIRK_LEGACY, CRTC, 2, 0x338);
	put(log, VGA_QUIRK_LEGACY, RMA, 2, address);
	put(log, VGA_QUIRK_LEGACY, CRTC, 2, 0x538);
	return got(log, &card, VGA_QUIRK_LEGACY, RMA, 2, value);
}

static void a_whole_address_is_a_row(struct kunit *test)
{
	struct vga_leak_log *log = new_log(test);

	KUNIT_EXPECT_STREQ(test,
			   "register bar=2 offset=0x100 shows=0 shift=0 width=4",
			   got(log, &card, 2, 0x100, 4, 0xe0000008));
	KUNIT_EXPECT_STREQ(test,
			   "register bar=2 offset=0x104 shows=2 shift=8 width=4",
			   got(log, &card, 2, 0x104, 4, 0xfebf00));
	KUNIT_EXPECT_STREQ(test, "mirror bar=2 offset=0x4000 size=0x1000",
			   got(log, &card, 2, MIRROR + 0x10, 4, 0xe0000008));
	KUNIT_EXPECT_STREQ(test, "none",
			   got(log, &card, 2, 0x108, 4, 0xe0010000));
	KUNIT_EXPECT_EQ(test, 3, log->count);
	KUNIT_EXPECT_EQ(test, 3, log->nr);
}

static void half_an_address_is_no_row(struct kunit *test)
{
	struct vga_leak_log *log = new_log(test);

	KUNIT_EXPECT_STREQ(test, "",
			   got(log, &card, 2, 0x102, 2, 0xe000));
	KUNIT_EXPECT_STREQ(test, "",
			   got(log, &card, 2, MIRROR + 0x12, 2, 0xe000));
	KUNIT_EXPECT_STREQ(test, "", rma(log, 0x1812, 0xe000));
	KUNIT_EXPECT_EQ(test, 3, log->count);
	KUNIT_EXPECT_EQ(test, 0, log->nr);
}

static void two_halves_are_a_row(struct kunit *test)
{
	static const char row[] =
		"register bar=2 offset=0x100 shows=2 shift=0 width=4";
	struct vga_leak_log *log = new_log(test);

	KUNIT_EXPECT_STREQ(test, "none", got(log, &card, 2, 0x100, 2, 0));
	KUNIT_EXPECT_STREQ(test, row, got(log, &card, 2, 0x102, 2, 0xfebf));
	log = new_log(test);
	KUNIT_EXPECT_STREQ(test, "", got(log, &card, 2, 0x102, 2, 0xfebf));
	KUNIT_EXPECT_STREQ(test, row, got(log, &card, 2, 0x100, 2, 4));
	KUNIT_EXPECT_EQ(test, 1, log->nr);
}

static void two_halves_behind_a_window_are_a_row(struct kunit *test)
{
	static const char row[] =
		"window bar=vga addr=0x3d0 data=0x3d0 match=0x1800 mask=0xff crtc=0x38";
	struct vga_leak_log *log = new_log(test);

	KUNIT_EXPECT_STREQ(test, "", rma(log, 0x1812, 0xe000));
	KUNIT_EXPECT_STREQ(test, row, rma(log, 0x1810, 0x0008));
	KUNIT_EXPECT_STREQ(test, "none", rma(log, 0x324, 0));
	KUNIT_EXPECT_STREQ(test, shows_bar_2, rma(log, 0x326, 0xfebf));
	KUNIT_EXPECT_EQ(test, 2, log->nr);
}

static void halves_of_different_places_are_no_row(struct kunit *test)
{
	struct vga_leak_log *log = new_log(test);

	/* Not side by side, not in one dword, of two BARs, others between. */
	got(log, &card, 2, 0x100, 2, 0);
	KUNIT_EXPECT_STREQ(test, "", got(log, &card, 2, 0x106, 2, 0xfebf));
	KUNIT_EXPECT_STREQ(test, "none", got(log, &card, 2, 0x108, 2, 0));
	KUNIT_EXPECT_STREQ(test, "", got(log, &card, 0, 0x10a, 2, 0xfebf));
	got(log, &card, 2, 0x10c, 2, 0);
	got(log, &card, 2, 0x200, 2, 0);
	KUNIT_EXPECT_STREQ(test, "", got(log, &card, 2, 0x10e, 2, 0xfebf));
	/* The other half is something else. */
	got(log, &card, 2, 0x110, 2, 0x1230);
	KUNIT_EXPECT_STREQ(test, "", got(log, &card, 2, 0x112, 2, 0xfebf));
	/* Behind a window, two registers. */
	rma(log, 0x1814, 0);
	KUNIT_EXPECT_STREQ(test, "", rma(log, 0x1812, 0xe000));
	put(log, 4, 0, 4, 0x118);
	KUNIT_EXPECT_STREQ(test, "", got(log, &card, 4, 6, 2, 0xfebf));
	put(log, 4, 0, 4, 0x11c);
	KUNIT_EXPECT_STREQ(test, "none", got(log, &card, 4, 4, 2, 0));
	KUNIT_EXPECT_EQ(test, 0, log->nr);
}

static void halves_above_4_gib_are_no_row(struct kunit *test)
{
	struct vga_leak_log *log = new_log(test);

	KUNIT_EXPECT_STREQ(test, "",
			   got(log, &high_card, 2, 0x102, 2, 0xf000));
	KUNIT_EXPECT_EQ(test, 0, log->nr);
	KUNIT_EXPECT_STREQ(test,
			   "register bar=2 offset=0x200 shows=0 shift=0 width=4",
			   got(log, &high_card, 2, 0x200, 4, 0xf000000c));
	KUNIT_EXPECT_STREQ(test,
			   "register bar=2 offset=0x204 shows=0 shift=32 width=4",
			   got(log, &high_card, 2, 0x204, 4, 0x3800));
}

static void a_byte_is_a_row_in_a_port_of_its_own(struct kunit *test)
{
	struct vga_leak_log *log = new_log(test);
	u32 port;

	KUNIT_EXPECT_STREQ(test,
			   "register bar=vga offset=0x3c3 shows=4 shift=8 width=1",
			   got(log, &card, VGA_QUIRK_LEGACY, 0x3c3, 1, 0xd0));
	KUNIT_EXPECT_STREQ(test, "none", got(log, &card, 2, 0x3c3, 1, 0xd0));
	for (port = RMA; port <= CRTC + 1; port++)
		KUNIT_EXPECT_STREQ_MSG(test, "none",
				       got(log, &card, VGA_QUIRK_LEGACY, port,
					   1, 0xd0),
				       "%#x", port);
	KUNIT_EXPECT_STREQ(test, "none",
			   got(log, &card, VGA_QUIRK_LEGACY, 0x3c5, 1, 0xd0));
	/* The screen's memory. */
	KUNIT_EXPECT_STREQ(test, "none",
			   got(log, &card, VGA_QUIRK_LEGACY, 0xb8000, 1, 0xd0));
	KUNIT_EXPECT_STREQ(test, "none",
			   got(log, &card, VGA_QUIRK_LEGACY, 0xb8000, 4,
			       0xe0000000));
	KUNIT_EXPECT_EQ(test, 1, log->nr);
}

static void a_register_that_changes_is_forgotten(struct kunit *test)
{
	struct vga_leak_log *log = new_log(test);

	got(log, &card, 2, 0x100, 4, 0xe0000000);
	got(log, &card, 2, 0x104, 4, 0xfebf0000);
	KUNIT_EXPECT_EQ(test, 2, log->nr);
	got(log, &card, 2, 0x100, 4, 0x12345678);
	KUNIT_EXPECT_EQ(test, 1, log->nr);
	/* Also when it is read by halves. */
	got(log, &card, 2, 0x104, 2, 0x1234);
	got(log, &card, 2, 0x106, 2, 0x5678);
	KUNIT_EXPECT_EQ(test, 0, log->nr);
	KUNIT_EXPECT_EQ(test, 2, log->count);
}

static void writes_before_the_last_ones_are_no_address(struct kunit *test)
{
	struct vga_leak_log *log = new_log(test);
	unsigned int n;

	put(log, 4, 0, 4, 0x4010);
	KUNIT_EXPECT_STREQ(test,
			   "window bar=4 addr=0x0 data=0x4 match=0x4000 mask=0xfff shared=1",
			   got(log, &card, 4, 4, 4, 0xe0000008));
	for (n = 0; n < VGA_LEAK_WRITES; n++)
		put(log, 4, 0x80, 4, n);
	KUNIT_EXPECT_STREQ(test,
			   "register bar=4 offset=0x4 shows=0 shift=0 width=4",
			   got(log, &card, 4, 4, 4, 0xe0000008));
}

static struct kunit_case vga_leak_rows_cases[] = {
	KUNIT_CASE(a_whole_address_is_a_row),
	KUNIT_CASE(half_an_address_is_no_row),
	KUNIT_CASE(two_halves_are_a_row),
	KUNIT_CASE(two_halves_behind_a_window_are_a_row),
	KUNIT_CASE(halves_of_different_places_are_no_row),
	KUNIT_CASE(halves_above_4_gib_are_no_row),
	KUNIT_CASE(a_byte_is_a_row_in_a_port_of_its_own),
	KUNIT_CASE(a_register_that_changes_is_forgotten),
	KUNIT_CASE(writes_before_the_last_ones_are_no_address),
	{}
};

static struct kunit_suite vga_leak_rows_suite = {
	.name = "vga_leak_rows",
	.test_cases = vga_leak_rows_cases,
};

kunit_test_suite(vga_leak_rows_suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit tests of vfio-pci-vga's leak tracer");
