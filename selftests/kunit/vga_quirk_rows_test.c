// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the rows: read, written, checked, looked up, and windows
 * followed, without any card. Built into a module together with
 * vfio_pci_quirk_rows.c and vfio_pci_quirk_table.c by test-modules, where the
 * kernel has KUnit, and run by selftests/qemu/tests/kunit.sh.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "vga_quirk.h"

/* A card with all that rows may ask for. */
static const struct vga_quirk_card big_card = {
	.size = { SZ_16M, SZ_256M, SZ_64K, 0, 0x100, 0x80 },
	.legacy = true,
};

static struct vga_quirk *quirk_of(struct kunit *test, const char *text)
{
	struct vga_quirk *quirk = kunit_kzalloc(test, sizeof(*quirk),
						GFP_KERNEL);
	char why[128] = "";
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, quirk);
	ret = vga_quirk_parse(text, &quirk->row, why, sizeof(why));
	KUNIT_ASSERT_EQ_MSG(test, 0, ret, "%s", why);
	vga_quirk_prepare(quirk);
	return quirk;
}

static void add(struct kunit *test, struct vga_quirk_set *set, const char *text)
{
	KUNIT_ASSERT_LT(test, set->nr, VGA_QUIRK_MAX);
	set->quirk[set->nr++] = quirk_of(test, text);
	vga_quirk_join_windows(set);
}

static void rows_read_as_written(struct kunit *test)
{
	static const char *const rows[] = {
		"mirror bar=2 offset=0x4000 size=0x1000",
		"mirror bar=0 offset=0x88000 size=0x1000 writes=ack",
		"mirror bar=0 offset=0x8a000 size=0x1000 config=none",
		"mirror bar=0 offset=0x108040 size=0x2 config=0x50 echo=written",
		"window bar=4 addr=0x0 data=0x4 match=0x4000 mask=0xfff",
		"window bar=vga addr=0x3d0 data=0x3d0 match=0x1800 mask=0xff crtc=0x38",
		"window bar=5 addr=0x8 data=0xc match=0x1800 mask=0xff gate=0x0 gate2=0x4",
		"window bar=1 addr=0x0 data=0x4 match=0x0 mask=0x7fffffff into=2 shared=1",
		"window bar=1 addr=0x0 data=0x4 match=0x100 mask=0x3 shows=0 shift=8",
		"register bar=2 offset=0x100 shows=0",
		"register bar=2 offset=0x104 shows=0 low=card",
		"register bar=vga offset=0x3c3 shows=4 shift=8 width=1",
	};
	char text[VGA_QUIRK_ROW_MAX];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vga_quirk *quirk = quirk_of(test, rows[i]);

		KUNIT_EXPECT_EQ(test, strlen(rows[i]),
				vga_quirk_format(&quirk->row, text,
						 sizeof(text)));
		KUNIT_EXPECT_STREQ(test, rows[i], text);
	}
}

static void spaces_and_order_do_not_matter(struct kunit *test)
{
	char text[VGA_QUIRK_ROW_MAX];
	struct vga_quirk *quirk =
		quirk_of(test, "  register\tshows=0  offset=256 bar=02\n");

	vga_quirk_format(&quirk->row, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, "register bar=2 offset=0x100 shows=0", text);
}

static void bad_rows_are_refused_by_their_word(struct kunit *test)
{
	static const struct {
		const char *row, *word;
	} bad[] = {
		{ "", "\"\"" },
		{ "\n", "\"\"" },
		{ "door bar=1", "\"door\"" },
		{ "mirror", "lacks bar=" },
		{ "mirror bar=2 offset=0", "lacks size=" },
		{ "mirror bar=2 offset=0 size=0", "\"size=0\"" },
		{ "mirror bar=2 offset=0 size=0x1001", "\"size=0x1001\"" },
		{ "mirror bar=6 offset=0 size=4", "\"bar=6\"" },
		{ "mirror bar=-1 offset=0 size=4", "\"bar=-1\"" },
		{ "mirror bar=vga offset=0x3c3 size=1", "\"bar=vga\"" },
		{ "mirror bar=two offset=0 size=4", "\"bar=two\"" },
		{ "mirror bar= offset=0 size=4", "\"bar=\"" },
		{ "mirror bar=2 bar=2 offset=0 size=4", "\"bar=\": twice" },
		{ "mirror bar=2 offset=0xffffffff size=4", "\"offset=0xffffffff\"" },
		{ "mirror bar=2 offset=0x1ffffffff size=4", "\"offset=0x1ffffffff\"" },
		{ "mirror bar=2 offset=0 size=4 shows=0", "\"shows=\"" },
		{ "mirror bar=2 offset=0 size=4 color=0", "\"color=\"" },
		{ "mirror bar=2 offset=0 size=4 writes", "\"writes\"" },
		{ "mirror bar=2 offset=0 size=4 writes=1", "\"writes=1\"" },
		{ "mirror bar=2 offset=0 size=0x100 config=0xf01", "\"config=0xf01\"" },
		{ "mirror bar=2 offset=0 size=0x100 config=1 echo=written", "\"echo=written\"" },
		{ "register bar=2 offset=0 shows=6", "\"shows=6\"" },
		{ "register bar=2 offset=0 shows=0 width=3", "\"width=3\"" },
		{ "register bar=2 offset=0 shows=0 shift=64", "\"shift=64\"" },
		{ "register bar=2 offset=0 shows=0 shift=8 low=card", "\"low=card\"" },
		{ "window bar=1 addr=0 data=4 match=0", "lacks mask=" },
		{ "window bar=1 addr=0 data=4 match=0 mask=0xfe", "\"mask=0xfe\"" },
		{ "window bar=1 addr=0 data=4 match=0 mask=0x1fff", "\"mask=0x1fff\"" },
		{ "window bar=1 addr=0 data=4 match=0x80 mask=0xff", "\"match=0x80\"" },
		{ "window bar=1 addr=0 data=2 match=0 mask=0xff", "\"data=0x2\"" },
		{ "window bar=1 addr=0 data=4 match=0 mask=3 into=2 shows=0", "\"shows=0\"" },
		{ "window bar=1 addr=0 data=4 match=0 mask=7 shows=0", "\"mask=0x7\"" },
		{ "window bar=1 addr=0 data=4 match=0 mask=3 shift=8", "\"shift=8\"" },
		{ "window bar=1 addr=0 data=4 match=0 mask=3 crtc=0x38", "\"crtc=0x38\"" },
		{ "window bar=vga addr=0x3d0 data=0x3d4 match=0 mask=3 crtc=1", "\"crtc=0x1\"" },
		{ "window bar=1 addr=0 data=4 match=0 mask=3 gate2=8", "\"gate2=0x8\"" },
		{ "window bar=1 addr=0 data=4 match=0 mask=3 writes=ack", "\"writes=ack\"" },
	};
	struct vga_quirk_row row;
	char why[128];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		why[0] = '\0';
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    vga_quirk_parse(bad[i].row, &row, why,
						    sizeof(why)),
				    "%s", bad[i].row);
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(why, bad[i].word),
					  "%s: %s", bad[i].row, why);
	}
}

static void a_row_of_any_length_is_harmless(struct kunit *test)
{
	size_t len = 2 * VGA_QUIRK_ROW_MAX;
	char *text = kunit_kzalloc(test, len + 1, GFP_KERNEL);
	struct vga_quirk_row row;
	char why[16];

	KUNIT_ASSERT_NOT_NULL(test, text);
	for (; len; len--) {
		memset(text, 'x', len);
		text[len] = '\0';
		KUNIT_EXPECT_EQ(test, -EINVAL,
				vga_quirk_parse(text, &row, why, sizeof(why)));
	}
}

static void every_row_of_the_table_is_good(struct kunit *test)
{
	const struct vga_quirk_rule *rule, *other;

	KUNIT_ASSERT_GT(test, vga_quirk_table_size, 0);
	for (rule = vga_quirk_table;
	     rule < vga_quirk_table + vga_quirk_table_size; rule++) {
		quirk_of(test, rule->row);
		KUNIT_EXPECT_NE(test, 0, rule->vendor);
		KUNIT_EXPECT_LT(test, strlen(rule->name), VGA_QUIRK_NAME_MAX);
		for (other = vga_quirk_table; other < rule; other++)
			KUNIT_EXPECT_STRNEQ(test, rule->name, other->name);
	}
}

static void rows_must_fit_the_card(struct kunit *test)
{
	static const struct {
		const char *row;
		int ret;
	} rows[] = {
		{ "mirror bar=2 offset=0xf000 size=0x1000", 0 },
		{ "mirror bar=2 offset=0xf001 size=0x1000", -EINVAL },
		{ "mirror bar=2 offset=0x7fffffff size=0x1000", -EINVAL },
		{ "mirror bar=3 offset=0 size=4", -EINVAL },
		{ "register bar=2 offset=0 shows=3", -EINVAL },
		{ "register bar=2 offset=0xfffc shows=0", 0 },
		{ "register bar=2 offset=0xfffd shows=0", -EINVAL },
		{ "register bar=vga offset=0x3c3 shows=4 width=1", 0 },
		{ "register bar=vga offset=0x3bb shows=4 width=1", 0 },
		{ "register bar=vga offset=0x3bb shows=4 width=2", -EINVAL },
		{ "register bar=vga offset=0x3bf shows=4 width=1", -EINVAL },
		{ "register bar=vga offset=0x3de shows=4", -EINVAL },
		{ "register bar=vga offset=0xa0000 shows=4", -EINVAL },
		{ "window bar=4 addr=0 data=0xfc match=0 mask=3", 0 },
		{ "window bar=4 addr=0 data=0xfd match=0 mask=3", -EINVAL },
		{ "window bar=4 addr=0 data=4 match=0 mask=3 gate=0xfd", -EINVAL },
		{ "window bar=4 addr=0 data=4 match=0 mask=3 into=3", -EINVAL },
	};
	struct vga_quirk_card no_legacy = big_card;
	char why[128];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, rows[i].ret,
				    vga_quirk_check(&quirk_of(test, rows[i].row)->row,
						    &big_card, why,
						    sizeof(why)),
				    "%s", rows[i].row);
	no_legacy.legacy = false;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vga_quirk_check(&quirk_of(test, rows[7].row)->row,
					&no_legacy, why, sizeof(why)));
}

static void accesses_are_cut_at_edges(struct kunit *test)
{
	struct vga_quirk_set set = {};
	struct vga_quirk_piece piece;

	add(test, &set, "register bar=2 offset=0x100 shows=0");
	add(test, &set, "register bar=2 offset=0x108 shows=0 width=2");
	add(test, &set, "register bar=1 offset=0x0 shows=0");

	vga_quirk_find(&set, 2, 0, 0x80, &piece);
	KUNIT_EXPECT_NULL(test, piece.quirk);
	KUNIT_EXPECT_EQ(test, 0x80, piece.len);
	vga_quirk_find(&set, 2, 0xff, 0x80, &piece);
	KUNIT_EXPECT_NULL(test, piece.quirk);
	KUNIT_EXPECT_EQ(test, 1, piece.len);
	vga_quirk_find(&set, 2, 0x100, 0x80, &piece);
	KUNIT_EXPECT_PTR_EQ(test, set.quirk[0], piece.quirk);
	KUNIT_EXPECT_EQ(test, 4, piece.len);
	vga_quirk_find(&set, 2, 0x103, 0x80, &piece);
	KUNIT_EXPECT_PTR_EQ(test, set.quirk[0], piece.quirk);
	KUNIT_EXPECT_EQ(test, 1, piece.len);
	vga_quirk_find(&set, 2, 0x101, 2, &piece);
	KUNIT_EXPECT_EQ(test, 2, piece.len);
	vga_quirk_find(&set, 2, 0x104, 0x80, &piece);
	KUNIT_EXPECT_NULL(test, piece.quirk);
	KUNIT_EXPECT_EQ(test, 4, piece.len);
	vga_quirk_find(&set, 2, 0x10a, U64_MAX, &piece);
	KUNIT_EXPECT_NULL(test, piece.quirk);
	KUNIT_EXPECT_EQ(test, U64_MAX, piece.len);
	vga_quirk_find(&set, 0, 0x100, 4, &piece);
	KUNIT_EXPECT_NULL(test, piece.quirk);
}

static void the_first_of_two_rows_answers(struct kunit *test)
{
	struct vga_quirk_set set = {};
	struct vga_quirk_piece piece;

	add(test, &set, "register bar=2 offset=0x104 shows=0");
	add(test, &set, "mirror bar=2 offset=0x100 size=0x100");
	vga_quirk_find(&set, 2, 0x100, 8, &piece);
	KUNIT_EXPECT_PTR_EQ(test, set.quirk[1], piece.quirk);
	KUNIT_EXPECT_EQ(test, 4, piece.len);
	vga_quirk_find(&set, 2, 0x104, 8, &piece);
	KUNIT_EXPECT_PTR_EQ(test, set.quirk[0], piece.quirk);
	KUNIT_EXPECT_EQ(test, 4, piece.len);
}

#define EXPECT_AREA(first, behind) do {					\
	KUNIT_EXPECT_TRUE(test, vga_quirk_next_area(&set, 2, SZ_64K, SZ_4K, \
						    &start, &end));	\
	KUNIT_EXPECT_EQ(test, first, start);				\
	KUNIT_EXPECT_EQ(test, behind, end);				\
} while (0)

#define EXPECT_NO_AREA() \
	KUNIT_EXPECT_FALSE(test, vga_quirk_next_area(&set, 2, SZ_64K, SZ_4K, \
						     &start, &end))

static void areas_are_what_no_row_covers(struct kunit *test)
{
	struct vga_quirk_set set = {};
	u64 start, end = 0;

	EXPECT_AREA(0, SZ_64K);
	EXPECT_NO_AREA();

	add(test, &set, "register bar=2 offset=0x7ffe shows=0");
	add(test, &set, "register bar=1 offset=0x3000 shows=0");
	end = 0;
	EXPECT_AREA(0, 0x7000);
	EXPECT_AREA(0x9000, SZ_64K);
	EXPECT_NO_AREA();

	add(test, &set, "mirror bar=2 offset=0 size=0x1000");
	add(test, &set, "mirror bar=2 offset=0xf000 size=0x1000");
	end = 0;
	EXPECT_AREA(0x1000, 0x7000);
	EXPECT_AREA(0x9000, 0xf000);
	EXPECT_NO_AREA();
}

static void a_bar_that_is_all_covered_has_no_area(struct kunit *test)
{
	struct vga_quirk_set set = {};
	u64 start, end = 0;

	add(test, &set, "mirror bar=2 offset=0xf00 size=0x100");
	KUNIT_EXPECT_FALSE(test, vga_quirk_next_area(&set, 2, SZ_4K, SZ_4K,
						     &start, &end));
	/* A page of the host may be larger than the BAR. */
	KUNIT_EXPECT_FALSE(test, vga_quirk_next_area(&set, 2, SZ_4K, SZ_64K,
						     &start, &end));
}

static void note32(struct vga_quirk *quirk, enum vga_quirk_role role, u32 value)
{
	__le32 bytes = cpu_to_le32(value);

	vga_window_note(quirk, role, 0, (u8 *)&bytes, sizeof(bytes));
}

static void windows_show_config_space(struct kunit *test)
{
	struct vga_quirk_set set = {};
	struct vga_target target;

	add(test, &set, "window bar=4 addr=0 data=4 match=0x4000 mask=0xfff");
	vga_window_target(&set, set.quirk[0], 0, 4, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_CARD, target.kind);

	note32(set.quirk[0], VGA_ROLE_ADDRESS, 0x4010);
	vga_window_target(&set, set.quirk[0], 2, 2, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_CONFIG, target.kind);
	KUNIT_EXPECT_EQ(test, 0x12, target.offset);
	KUNIT_EXPECT_EQ(test, 2, target.len);
	KUNIT_EXPECT_PTR_EQ(test, set.quirk[0], target.quirk);

	/* Over its start and its end. */
	note32(set.quirk[0], VGA_ROLE_ADDRESS, 0x3ffe);
	vga_window_target(&set, set.quirk[0], 0, 4, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_CARD, target.kind);
	KUNIT_EXPECT_EQ(test, 2, target.len);
	note32(set.quirk[0], VGA_ROLE_ADDRESS, 0x4fff);
	vga_window_target(&set, set.quirk[0], 0, 4, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_CONFIG, target.kind);
	KUNIT_EXPECT_EQ(test, 0xfff, target.offset);
	KUNIT_EXPECT_EQ(test, 1, target.len);
	note32(set.quirk[0], VGA_ROLE_ADDRESS, U32_MAX);
	vga_window_target(&set, set.quirk[0], 0, 4, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_CARD, target.kind);
}

static void addresses_can_be_written_in_parts(struct kunit *test)
{
	struct vga_quirk_set set = {};
	u8 bytes[] = { 0x40, 0x10 };

	add(test, &set, "window bar=4 addr=0 data=4 match=0x4000 mask=0xfff");
	vga_window_note(set.quirk[0], VGA_ROLE_ADDRESS, 1, bytes, 1);
	vga_window_note(set.quirk[0], VGA_ROLE_ADDRESS, 0, bytes + 1, 1);
	KUNIT_EXPECT_EQ(test, 0x4010, set.quirk[0]->window->address);
	vga_window_note(set.quirk[0], VGA_ROLE_ADDRESS, 2, bytes, 2);
	KUNIT_EXPECT_EQ(test, 0x10404010, set.quirk[0]->window->address);
}

static void windows_open_a_bar(struct kunit *test)
{
	struct vga_quirk_set set = {};
	struct vga_target target;
	struct vga_quirk *door;

	add(test, &set, "window bar=1 addr=0 data=4 match=0 mask=0x7fffffff into=2 shared=1");
	add(test, &set, "window bar=2 addr=0 data=4 match=0 mask=0x7fffffff into=2 shared=1");
	add(test, &set, "mirror bar=2 offset=0xf00 size=0x100");
	add(test, &set, "register bar=2 offset=0x100 shows=0");
	door = set.quirk[0];
	KUNIT_EXPECT_PTR_EQ(test, door->window, set.quirk[1]->window);

	note32(set.quirk[1], VGA_ROLE_ADDRESS, 0xf14);
	vga_window_target(&set, door, 1, 3, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_CONFIG, target.kind);
	KUNIT_EXPECT_EQ(test, 0x15, target.offset);
	KUNIT_EXPECT_PTR_EQ(test, set.quirk[2], target.quirk);
	note32(door, VGA_ROLE_ADDRESS, 0xfe);
	vga_window_target(&set, door, 0, 4, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_CARD, target.kind);
	KUNIT_EXPECT_EQ(test, 2, target.len);
	vga_window_target(&set, door, 2, 2, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_VALUE, target.kind);
	KUNIT_EXPECT_EQ(test, 0, target.offset);
	/* The memory, chosen by bit 31, is not the registers. */
	note32(door, VGA_ROLE_ADDRESS, 0x80000f14);
	vga_window_target(&set, door, 0, 4, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_CARD, target.kind);
	/* A window that shows itself would move its own address. */
	note32(door, VGA_ROLE_ADDRESS, 0);
	vga_window_target(&set, door, 0, 4, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_NOTHING, target.kind);
}

static void two_rows_can_have_one_window(struct kunit *test)
{
	struct vga_quirk_set set = {};
	struct vga_target target;

	add(test, &set, "window bar=5 addr=8 data=0xc match=0x1800 mask=0xff");
	add(test, &set, "window bar=5 addr=8 data=0xc match=0x88000 mask=0xfff");
	add(test, &set, "window bar=5 addr=0x18 data=0x1c match=0 mask=0xfff");
	KUNIT_EXPECT_PTR_NE(test, set.quirk[0]->window, set.quirk[2]->window);
	note32(set.quirk[0], VGA_ROLE_ADDRESS, 0x88014);
	vga_window_target(&set, set.quirk[0], 0, 4, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_CONFIG, target.kind);
	KUNIT_EXPECT_EQ(test, 0x14, target.offset);
	KUNIT_EXPECT_PTR_EQ(test, set.quirk[1], target.quirk);
}

static void doors_are_joined_whatever_their_order(struct kunit *test)
{
	struct vga_quirk_set set = {};

	add(test, &set, "window bar=1 addr=0 data=4 match=0 mask=3");
	add(test, &set, "window bar=2 addr=0 data=4 match=0 mask=3 shared=1");
	add(test, &set, "window bar=4 addr=0 data=4 match=0 mask=3");
	KUNIT_EXPECT_PTR_NE(test, set.quirk[0]->window, set.quirk[1]->window);
	/* Two that have nothing in common have a third one in common. */
	add(test, &set, "window bar=1 addr=0 data=4 match=4 mask=3 shared=1");
	KUNIT_EXPECT_PTR_EQ(test, set.quirk[0]->window, set.quirk[1]->window);
	KUNIT_EXPECT_PTR_EQ(test, set.quirk[0]->window, set.quirk[3]->window);
	KUNIT_EXPECT_PTR_NE(test, set.quirk[0]->window, set.quirk[2]->window);
}

static void closed_gates_show_the_card(struct kunit *test)
{
	struct vga_quirk_set set = {};
	struct vga_target target;
	struct vga_quirk *quirk;

	add(test, &set, "window bar=5 addr=8 data=0xc match=0x1800 mask=0xff gate=0 gate2=4");
	quirk = set.quirk[0];
	note32(quirk, VGA_ROLE_ADDRESS, 0x1810);
	vga_window_target(&set, quirk, 0, 4, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_CARD, target.kind);
	note32(quirk, VGA_ROLE_GATE, 1);
	vga_window_target(&set, quirk, 0, 4, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_CARD, target.kind);
	note32(quirk, VGA_ROLE_GATE2, 1);
	vga_window_target(&set, quirk, 0, 4, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_CONFIG, target.kind);
}

static void a_crtc_register_selects(struct kunit *test)
{
	static const u8 address[] = { 0x38, 0x03 }, read[] = { 0x38, 0x05 },
			write[] = { 0x38, 0x07 }, off[] = { 0x38, 0x00 },
			other[] = { 0x0e, 0x05 };
	struct vga_quirk_set set = {};
	struct vga_target target;
	struct vga_quirk *quirk;

	add(test, &set, "window bar=vga addr=0x3d0 data=0x3d0 match=0x1800 mask=0xff crtc=0x38");
	quirk = set.quirk[0];
	KUNIT_EXPECT_EQ(test, VGA_ROLE_PASS,
			vga_window_role(quirk, VGA_ROLE_PORT));
	vga_window_note(quirk, VGA_ROLE_CRTC, 0, address, 2);
	KUNIT_EXPECT_EQ(test, VGA_ROLE_ADDRESS,
			vga_window_role(quirk, VGA_ROLE_PORT));
	note32(quirk, VGA_ROLE_ADDRESS, 0x1814);
	vga_window_note(quirk, VGA_ROLE_CRTC, 0, other, 2);
	KUNIT_EXPECT_EQ(test, VGA_ROLE_ADDRESS,
			vga_window_role(quirk, VGA_ROLE_PORT));
	/* Index and data in two accesses. */
	vga_window_note(quirk, VGA_ROLE_CRTC, 0, read, 1);
	vga_window_note(quirk, VGA_ROLE_CRTC, 1, read + 1, 1);
	KUNIT_EXPECT_EQ(test, VGA_ROLE_DATA,
			vga_window_role(quirk, VGA_ROLE_PORT));
	vga_window_target(&set, quirk, 0, 2, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_CONFIG, target.kind);
	KUNIT_EXPECT_EQ(test, 0x14, target.offset);
	vga_window_note(quirk, VGA_ROLE_CRTC, 0, write, 2);
	KUNIT_EXPECT_EQ(test, VGA_ROLE_DATA,
			vga_window_role(quirk, VGA_ROLE_PORT));
	vga_window_note(quirk, VGA_ROLE_CRTC, 0, off, 2);
	KUNIT_EXPECT_EQ(test, VGA_ROLE_PASS,
			vga_window_role(quirk, VGA_ROLE_PORT));
	/* Other ranges are what they are. */
	KUNIT_EXPECT_EQ(test, VGA_ROLE_CRTC,
			vga_window_role(quirk, VGA_ROLE_CRTC));
}

static void mirrors_start_where_they_say(struct kunit *test)
{
	struct vga_target target;

	vga_quirk_target(quirk_of(test, "mirror bar=2 offset=0xf00 size=0x100"),
			 0x10, 4, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_CONFIG, target.kind);
	KUNIT_EXPECT_EQ(test, 0x10, target.offset);
	vga_quirk_target(quirk_of(test, "mirror bar=0 offset=0x40 size=2 config=0x50"),
			 1, 1, &target);
	KUNIT_EXPECT_EQ(test, 0x51, target.offset);
	vga_quirk_target(quirk_of(test, "mirror bar=0 offset=0x40 size=2 config=none"),
			 0, 2, &target);
	KUNIT_EXPECT_EQ(test, VGA_TARGET_NOTHING, target.kind);
}

static u64 value_of(struct kunit *test, const char *text, u64 address, u64 size,
		    u32 card)
{
	return vga_quirk_value(&quirk_of(test, text)->row, address, size, card);
}

static void values_are_shifted_and_keep_low_bits(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0xe0000000ULL,
			value_of(test, "register bar=2 offset=0 shows=0",
				 0xe0000000, SZ_256M, 0x08000000));
	KUNIT_EXPECT_EQ(test, 0xe8000000ULL,
			value_of(test,
				 "register bar=2 offset=0 shows=0 low=card",
				 0xe0000000, SZ_256M, 0xd8000000));
	KUNIT_EXPECT_EQ(test, 0xc0ULL,
			value_of(test,
				 "register bar=vga offset=0x3c3 shows=4 shift=8 width=1",
				 0xc000, 0x100, 0));
	KUNIT_EXPECT_EQ(test, 0x12ULL,
			value_of(test,
				 "register bar=2 offset=0 shows=0 shift=32",
				 0x12e0000000, SZ_256M, 0));
}

static struct kunit_case vga_quirk_rows_cases[] = {
	KUNIT_CASE(rows_read_as_written),
	KUNIT_CASE(spaces_and_order_do_not_matter),
	KUNIT_CASE(bad_rows_are_refused_by_their_word),
	KUNIT_CASE(a_row_of_any_length_is_harmless),
	KUNIT_CASE(every_row_of_the_table_is_good),
	KUNIT_CASE(rows_must_fit_the_card),
	KUNIT_CASE(accesses_are_cut_at_edges),
	KUNIT_CASE(the_first_of_two_rows_answers),
	KUNIT_CASE(areas_are_what_no_row_covers),
	KUNIT_CASE(a_bar_that_is_all_covered_has_no_area),
	KUNIT_CASE(windows_show_config_space),
	KUNIT_CASE(addresses_can_be_written_in_parts),
	KUNIT_CASE(windows_open_a_bar),
	KUNIT_CASE(two_rows_can_have_one_window),
	KUNIT_CASE(doors_are_joined_whatever_their_order),
	KUNIT_CASE(closed_gates_show_the_card),
	KUNIT_CASE(a_crtc_register_selects),
	KUNIT_CASE(mirrors_start_where_they_say),
	KUNIT_CASE(values_are_shifted_and_keep_low_bits),
	{}
};

static struct kunit_suite vga_quirk_rows_suite = {
	.name = "vga_quirk_rows",
	.test_cases = vga_quirk_rows_cases,
};

kunit_test_suite(vga_quirk_rows_suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit tests of vfio-pci-vga's quirk rows");
