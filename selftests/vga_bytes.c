// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the bytes land: what goes through the VGA region is looked for in the
 * card's own memory (BAR0, mapped) and must be missing on every other card.
 */
#include <linux/pci_regs.h>
#include <pthread.h>
#include <signal.h>

#include "lib/vfio_vga_harness.h"

#define VIEW		0x10000		/* what the linear mode shows */
#define ROUNDS		2000
#define THREADS		4

/* A small generator (xorshift) so that a failure can be repeated. */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void fill_random(uint8_t *bytes, size_t count, uint32_t seed)
{
	for (; count; count--)
		*bytes++ = next_random(&seed);
}

static bool all_are(const volatile uint8_t *bytes, size_t count, uint8_t value)
{
	for (; count; count--)
		if (*bytes++ != value)
			return false;
	return true;
}

static int open_linear(struct vga_card *card, const char *bdf,
		       uint8_t **memory)
{
	int ret;

	ret = vga_open(card, bdf, VGA_OPEN_GROUP);
	if (ret)
		return ret;
	ret = vga_command_set(card, PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	if (ret)
		return ret;
	*memory = vga_map_bar(card, 0, VIEW);
	if (!*memory)
		return -errno;
	return vga_show_memory_linearly(card);
}

FIXTURE(bytes) {
	struct vga_card card;
	uint8_t *memory;
	uint8_t *buf;
};

FIXTURE_SETUP(bytes)
{
	char bdf[16];

	CLAIM_CARD(0, bdf);
	REQUIRE_OPEN(VGA_OPEN_GROUP);
	REQUIRE_LAB_CARD(bdf);
	self->buf = malloc(VIEW);
	ASSERT_NE(NULL, self->buf);
	ASSERT_EQ(0, open_linear(&self->card, bdf, &self->memory));
}

FIXTURE_TEARDOWN(bytes)
{
	munmap(self->memory, VIEW);
	vga_close(&self->card);
	free(self->buf);
}

TEST_F(bytes, written_to_the_window_are_in_the_cards_memory)
{
	memset(self->memory, 0, VIEW);
	fill_random(self->buf, VIEW, 1);
	ASSERT_EQ(VIEW, vga_write(&self->card, VGA_MEM, self->buf, VIEW));
	EXPECT_EQ(0, memcmp(self->buf, self->memory, VIEW));
}

TEST_F(bytes, in_the_cards_memory_are_read_from_the_window)
{
	fill_random(self->memory, VIEW, 2);
	memset(self->buf, 0, VIEW);
	ASSERT_EQ(VIEW, vga_read(&self->card, VGA_MEM, self->buf, VIEW));
	EXPECT_EQ(0, memcmp(self->buf, self->memory, VIEW));
}

/* Covers widths 1, 2, 4 and 8 and every split of an unaligned request. */
TEST_F(bytes, of_every_offset_and_length_land_in_their_place)
{
	size_t offset, count, end;
	uint8_t expected[64];

	for (offset = 0; offset < 16; offset++) {
		for (count = 1; count <= 32; count++) {
			end = offset + count;
			memset(self->memory, 0xee, sizeof(expected));
			memset(expected, 0xee, sizeof(expected));
			fill_random(expected + offset, count,
				    offset * 64 + count);
			ASSERT_EQ((ssize_t)count,
				  vga_write(&self->card, VGA_MEM + offset,
					    expected + offset, count));
			ASSERT_EQ(0, memcmp(expected, self->memory,
					    sizeof(expected)))
				TH_LOG("write %zu+%zu", offset, count);

			memset(self->buf, 0xdd, sizeof(expected));
			ASSERT_EQ((ssize_t)count,
				  vga_read(&self->card, VGA_MEM + offset,
					   self->buf + offset, count));
			ASSERT_EQ(0, memcmp(expected + offset,
					    self->buf + offset, count))
				TH_LOG("read %zu+%zu", offset, count);
			ASSERT_TRUE(all_are(self->buf, offset, 0xdd));
			ASSERT_TRUE(all_are(self->buf + end,
					    sizeof(expected) - end, 0xdd));
		}
	}
}

TEST_F(bytes, go_to_and_come_from_unaligned_user_memory)
{
	uint8_t raw[80];
	size_t shift;

	for (shift = 1; shift < 8; shift++) {
		fill_random(raw, sizeof(raw), shift);
		ASSERT_EQ(64, vga_write(&self->card, VGA_MEM, raw + shift, 64));
		ASSERT_EQ(0, memcmp(raw + shift, self->memory, 64));
		memset(raw, 0, sizeof(raw));
		ASSERT_EQ(64, vga_read(&self->card, VGA_MEM, raw + shift, 64));
		ASSERT_EQ(0, memcmp(raw + shift, self->memory, 64));
	}
}

TEST_F(bytes, of_text_are_characters_and_attributes)
{
	static const uint8_t text[] = { 'A', 0x1f, 'b', 0x2e, 'C', 0x3d };

	ASSERT_EQ(0, vga_show_text(&self->card));
	memset(self->memory, 0, 64);
	ASSERT_EQ(6, vga_write(&self->card, VGA_TEXT, text, 6));
	/* Planes are interleaved: two of four bytes belong to text. */
	EXPECT_EQ(0, memcmp("A\x1f\0\0b\x2e\0\0C\x3d\0\0", self->memory, 12));
}

TEST_F(bytes, read_as_ones_while_memory_decode_is_off)
{
	memset(self->memory, 0x42, VIEW);
	ASSERT_EQ(0, vga_command_clear(&self->card, PCI_COMMAND_MEMORY));
	memset(self->buf, 0, VIEW);
	EXPECT_EQ(VIEW, vga_read(&self->card, VGA_MEM, self->buf, VIEW));
	EXPECT_TRUE(all_are(self->buf, VIEW, 0xff));
	memset(self->buf, 0, 4);
	EXPECT_EQ(3, vga_read(&self->card, VGA_MEM + 1, self->buf, 3));
	EXPECT_EQ(0, memcmp("\xff\xff\xff\0", self->buf, 4));
}

TEST_F(bytes, written_while_memory_decode_is_off_are_lost)
{
	memset(self->memory, 0x42, VIEW);
	memset(self->buf, 0x24, VIEW);
	ASSERT_EQ(0, vga_command_clear(&self->card, PCI_COMMAND_MEMORY));
	EXPECT_EQ(VIEW, vga_write(&self->card, VGA_MEM, self->buf, VIEW));
	ASSERT_EQ(0, vga_command_set(&self->card, PCI_COMMAND_MEMORY));
	EXPECT_TRUE(all_are(self->memory, VIEW, 0x42));
	ASSERT_EQ(VIEW, vga_read(&self->card, VGA_MEM, self->buf, VIEW));
	EXPECT_TRUE(all_are(self->buf, VIEW, 0x42));
}

TEST_F(bytes, still_move_while_only_io_decode_is_off)
{
	memset(self->memory, 0, 4);
	ASSERT_EQ(0, vga_command_clear(&self->card, PCI_COMMAND_IO));
	ASSERT_EQ(4, vga_write(&self->card, VGA_MEM, "\1\2\3\4", 4));
	EXPECT_EQ(0, memcmp("\1\2\3\4", self->memory, 4));
}

struct worker {
	pthread_t thread;
	const struct vga_card *card;
	const uint8_t *memory;
	size_t base;
	const char *failed;
};

#define WORKER_AREA	4096

/* Writes, reads back and looks into the memory, in an area of its own. */
static void *work(void *arg)
{
	struct worker *worker = arg;
	uint8_t out[256], in[256];
	uint32_t random = worker->base + 1;
	size_t offset, count;
	int i;

	for (i = 0; i < ROUNDS / THREADS && !worker->failed; i++) {
		count = 1 + next_random(&random) % sizeof(out);
		offset = worker->base +
			 next_random(&random) % (WORKER_AREA - count);
		fill_random(out, count, next_random(&random));
		if (vga_write(worker->card, VGA_MEM + offset, out, count) !=
		    (ssize_t)count)
			worker->failed = "a write was not complete";
		else if (memcmp(out, worker->memory + offset, count))
			worker->failed = "written bytes are not in the memory";
		else if (vga_read(worker->card, VGA_MEM + offset, in, count) !=
			 (ssize_t)count)
			worker->failed = "a read was not complete";
		else if (memcmp(out, in, count))
			worker->failed = "read other bytes than written";
	}
	return NULL;
}

TEST_F_TIMEOUT(bytes, of_concurrent_threads_do_not_mix, 60)
{
	struct worker workers[THREADS] = {};
	int i;

	for (i = 0; i < THREADS; i++) {
		workers[i].card = &self->card;
		workers[i].memory = self->memory;
		workers[i].base = i * WORKER_AREA;
		ASSERT_EQ(0, pthread_create(&workers[i].thread, NULL, work,
					    &workers[i]));
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		EXPECT_EQ(NULL, workers[i].failed)
			TH_LOG("thread %d: %s", i, workers[i].failed);
	}
}

FIXTURE(two_cards) {
	struct vga_card card[2];
	uint8_t *memory[2];
	uint8_t *buf;
};

FIXTURE_SETUP(two_cards)
{
	char bdf[2][16];
	int i;

	for (i = 0; i < 2; i++) {
		CLAIM_CARD(i, bdf[i]);
		REQUIRE_OPEN(VGA_OPEN_GROUP);
		REQUIRE_LAB_CARD(bdf[i]);
	}
	self->buf = malloc(VIEW);
	ASSERT_NE(NULL, self->buf);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, open_linear(&self->card[i], bdf[i],
					 &self->memory[i]));
	}
}

FIXTURE_TEARDOWN(two_cards)
{
	int i;

	for (i = 0; i < 2; i++) {
		munmap(self->memory[i], VIEW);
		vga_close(&self->card[i]);
	}
	free(self->buf);
}

TEST_F(two_cards, written_through_one_do_not_touch_the_other)
{
	int i;

	for (i = 0; i < 2; i++) {
		memset(self->memory[i], 0x11, VIEW);
		memset(self->memory[!i], 0x22, VIEW);
		memset(self->buf, 0x33, VIEW);
		ASSERT_EQ(VIEW, vga_write(&self->card[i], VGA_MEM, self->buf,
					  VIEW));
		EXPECT_TRUE(all_are(self->memory[i], VIEW, 0x33));
		EXPECT_TRUE(all_are(self->memory[!i], VIEW, 0x22));
	}
}

TEST_F(two_cards, read_from_one_come_from_it)
{
	int i;

	memset(self->memory[0], 0x11, VIEW);
	memset(self->memory[1], 0x22, VIEW);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(VIEW, vga_read(&self->card[i], VGA_MEM, self->buf,
					 VIEW));
		EXPECT_TRUE(all_are(self->buf, VIEW, 0x11 * (i + 1)));
	}
}

TEST_F(two_cards, have_their_own_ports)
{
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, vga_out(&self->card[i], VGA_GFX_INDEX, 8));
		ASSERT_EQ(0, vga_out(&self->card[i], VGA_GFX_DATA, 0x51 + i));
	}
	EXPECT_EQ(0x51, vga_in(&self->card[0], VGA_GFX_DATA));
	EXPECT_EQ(0x52, vga_in(&self->card[1], VGA_GFX_DATA));
}

TEST_F(two_cards, alternate_without_mixing)
{
	uint32_t random = 7;
	int round, i;

	for (round = 0; round < 200; round++) {
		for (i = 0; i < 2; i++) {
			uint32_t value = next_random(&random), seen = 0;

			ASSERT_EQ(4, vga_write(&self->card[i], VGA_MEM, &value,
					       4));
			ASSERT_EQ(0, memcmp(self->memory[i], &value, 4));
			ASSERT_EQ(4, vga_read(&self->card[i], VGA_MEM, &seen,
					      4));
			ASSERT_EQ(value, seen);
		}
	}
}

/* Runs in a child of its own; the exit status says what went wrong. */
static int hammer(const struct vga_card *card, const uint8_t *memory,
		  uint32_t seed)
{
	uint8_t out[32], in[32];
	size_t offset, count;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		count = 1 + next_random(&seed) % sizeof(out);
		offset = next_random(&seed) % (VIEW - count);
		fill_random(out, count, next_random(&seed));
		if (vga_write(card, VGA_MEM + offset, out, count) !=
		    (ssize_t)count)
			return 1;
		if (memcmp(memory + offset, out, count))
			return 2;
		if (vga_read(card, VGA_MEM + offset, in, count) !=
		    (ssize_t)count)
			return 3;
		if (memcmp(in, out, count))
			return 4;
	}
	return 0;
}

TEST_F_TIMEOUT(two_cards, serve_two_processes_at_once, 120)
{
	pid_t child[2];
	int i;

	for (i = 0; i < 2; i++) {
		child[i] = fork();
		ASSERT_LE(0, child[i]);
		if (!child[i]) {
			vga_die_with_parent();
			_exit(hammer(&self->card[i], self->memory[i], 77 + i));
		}
	}
	/* -ETIMEDOUT: asleep in the arbiter for good. */
	EXPECT_EQ(0, vga_wait_for_exit(child[0], 50000));
	EXPECT_EQ(0, vga_wait_for_exit(child[1], 50000));
}

TEST_HARNESS_MAIN
