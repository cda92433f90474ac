// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two cards whose users store through their mappings as fast as they can, while
 * the route goes back and forth and something happens to one of them: no byte
 * ends on the other card, and the other user goes on.
 *
 * VFIO_VGA_BDF3: a third card, whose user takes the route by /dev/vga_arbiter;
 * in the lab that is CARD3. VFIO_VGA_SEED repeats a run's moments.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "lib/vfio_vga_harness.h"
#include "lib/vga_window.h"

/* Each user has a half, so that nobody covers the traces of the other. */
#define HALF		(WINDOW_SIZE / 2)
#define STORING_S	4
#define LEASES_MIN	20
#define KILLS		100
#define RESETS		20
#define DECODE_SWITCHES	100
#define REMAPS		300
/* A victim lives so long at most. */
#define LIFE_US		8000
/* How long the living may be without a store; the lab is slow and noisy. */
#define STALL_MS	5000

struct shared {
	atomic_ulong stores[2];
	atomic_ulong cycles;		/* of the third card's user */
	atomic_bool stop[2];
};

FIXTURE(storing) {
	char bdf[2][16];
	struct vga_window window[2];
	struct shared *shared;
	pid_t user[2];
	unsigned int seed;
};

FIXTURE_VARIANT(storing) {
	const char *mode;
};

FIXTURE_VARIANT_ADD(storing, user) { .mode = "user" };
FIXTURE_VARIANT_ADD(storing, kvm) { .mode = "kvm" };

static uint8_t mark(int nth)
{
	return 'a' + nth;
}

/* The own half is for the user to fill. */
static void prepare(struct vga_window *window, int nth)
{
	memset(window->memory, mark(nth), WINDOW_SIZE);
	memset(window->memory + nth * HALF, 0, HALF);
}

FIXTURE_SETUP(storing)
{
	const char *seed = getenv("VFIO_VGA_SEED");
	int i;

	for (i = 0; i < 2; i++) {
		CLAIM_CARD(i, self->bdf[i]);
		REQUIRE_OPEN(VGA_OPEN_GROUP);
		REQUIRE_LAB_CARD(self->bdf[i]);
		CHOOSE_WINDOW(self->bdf[i], variant->mode);
	}
	self->seed = seed ? strtoul(seed, NULL, 0) : vga_now_ns();
	TH_LOG("VFIO_VGA_SEED=%u", self->seed);
	self->shared = mmap(NULL, sizeof(*self->shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->shared);
	window_catch_signals();
	for (i = 0; i < 2; i++) {
		self->user[i] = 0;
		ASSERT_EQ(0, window_open(&self->window[i], self->bdf[i]));
		prepare(&self->window[i], i);
	}
}

/* How a user's end is told apart. */
enum { STOPPED, WRONG_BYTE, SIGNALLED };

static int stop_user(FIXTURE_DATA(storing) * self, int nth)
{
	int ret;

	self->shared->stop[nth] = true;
	ret = vga_wait_for_exit(self->user[nth], STALL_MS);
	self->user[nth] = 0;
	self->shared->stop[nth] = false;
	return ret;
}

FIXTURE_TEARDOWN(storing)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (self->user[i] > 0)
			EXPECT_EQ(STOPPED, stop_user(self, i));
		window_close(&self->window[i]);
		vga_choose(self->bdf[i], "vga_mmap", "off");
		EXPECT_EQ(0, vga_arbiter_is_free(self->bdf[i], 1000));
	}
}

/*
 * Store all over the own half. A load of what was stored comes from the same
 * card: with @check anything else is an end.
 */
static void keep_storing(struct shared *shared, volatile uint8_t *half, int nth,
			 bool check)
{
	uint8_t own = mark(nth);
	size_t i;

	for (i = 0; !shared->stop[nth]; i = (i + 1) % HALF) {
		half[i] = own;
		if (check && i % 16 == 0 && half[i] != own)
			_exit(WRONG_BYTE);
		shared->stores[nth]++;
	}
	_exit(STOPPED);
}

static void start_user(struct __test_metadata *_metadata,
		       FIXTURE_DATA(storing) *self, int nth, bool check)
{
	struct vga_window *window = &self->window[nth];

	self->user[nth] = fork();
	ASSERT_LE(0, self->user[nth]);
	if (self->user[nth])
		return;
	vga_die_with_parent();
	/* The other card's close is the parent's to decide; this one's too. */
	window_close(&self->window[!nth]);
	munmap(window->memory, WINDOW_SIZE);
	vga_close(&window->card);
	keep_storing(self->shared, window->map + nth * HALF, nth, check);
}

static bool goes_on(FIXTURE_DATA(storing) * self, int nth)
{
	unsigned long before = self->shared->stores[nth];
	int ms;

	for (ms = 0; ms < STALL_MS; ms++) {
		if (self->shared->stores[nth] > before)
			return true;
		usleep(1000);
	}
	return false;
}

static long count_leases(const char *bdf)
{
	return vga_sysfs_number(bdf, "vfio_vga/leases");
}

/* All of a half is there, and nothing of anybody else's in the other. */
static void expect_clean(struct __test_metadata *_metadata,
			 FIXTURE_DATA(storing) *self, int nth)
{
	uint8_t *memory = self->window[nth].memory;

	EXPECT_EQ(0, window_count_others(memory + nth * HALF, HALF, mark(nth)))
		TH_LOG("bytes of card %d are not there", nth);
	EXPECT_EQ(0, window_count_others(memory + !nth * HALF, HALF, mark(nth)))
		TH_LOG("foreign bytes on card %d", nth);
}

/* The same where a reset, or so, has changed what stores do meanwhile. */
static void expect_no_foreign(struct __test_metadata *_metadata,
			      FIXTURE_DATA(storing) *self, int nth)
{
	size_t i, foreign = 0;

	for (i = 0; i < WINDOW_SIZE; i++)
		foreign += self->window[nth].memory[i] == mark(!nth);
	EXPECT_EQ(0, foreign) TH_LOG("foreign bytes on card %d", nth);
}

/* A user that is slow to come around has not filled its half yet. */
static void wait_for_stores(struct __test_metadata *_metadata,
			    FIXTURE_DATA(storing) *self, int nth)
{
	uint64_t until = vga_now_ns() + 10 * 1000000000ULL;

	while (self->shared->stores[nth] < HALF && vga_now_ns() < until)
		usleep(1000);
	EXPECT_LE(HALF, self->shared->stores[nth]);
}

TEST_F_TIMEOUT(storing, of_two_cards_stays_apart, 60)
{
	long before[2];
	int i;

	for (i = 0; i < 2; i++) {
		before[i] = count_leases(self->bdf[i]);
		start_user(_metadata, self, i, true);
	}
	sleep(STORING_S);
	for (i = 0; i < 2; i++) {
		wait_for_stores(_metadata, self, i);
		EXPECT_EQ(STOPPED, stop_user(self, i));
		EXPECT_LT(LEASES_MIN, count_leases(self->bdf[i]) - before[i]);
		TH_LOG("%s: %lu stores in %ld leases", self->bdf[i],
		       self->shared->stores[i],
		       count_leases(self->bdf[i]) - before[i]);
	}
	for (i = 0; i < 2; i++)
		expect_clean(_metadata, self, i);
}

/* A user of the arbiter, as X is: it holds the route and leaves it behind. */
static void compete(struct shared *shared, const char *bdf)
{
	char target[32];
	int fd = open("/dev/vga_arbiter", O_RDWR | O_CLOEXEC);

	vga_die_with_parent();
	snprintf(target, sizeof(target), "target PCI:%s", bdf);
	if (write(fd, target, strlen(target)) < 0)
		_exit(1);
	while (!shared->stop[0]) {
		if (write(fd, "lock io+mem", 11) != 11)
			_exit(1);
		usleep(500);
		if (write(fd, "unlock io+mem", 13) != 13)
			_exit(1);
		shared->cycles++;
		usleep(1000);
	}
	_exit(0);
}

TEST_F_TIMEOUT(storing, beside_a_user_of_the_arbiter_stays_apart, 60)
{
	const char *bdf = getenv("VFIO_VGA_BDF3") ?: getenv("CARD3");
	struct vga_window third;
	pid_t competitor;
	long before[2];
	int i;

	if (!bdf || !*bdf)
		SKIP_TEST("needs a third card, VFIO_VGA_BDF3");
	REQUIRE_LAB_CARD(bdf);
	ASSERT_EQ(0, vga_bind(bdf, vga_driver()));
	ASSERT_EQ(0, vga_choose(bdf, "vga_mmap", variant->mode));
	ASSERT_EQ(0, window_open(&third, bdf));
	memset(third.memory, 'c', WINDOW_SIZE);
	competitor = fork();
	ASSERT_LE(0, competitor);
	if (!competitor)
		compete(self->shared, bdf);
	for (i = 0; i < 2; i++) {
		before[i] = count_leases(self->bdf[i]);
		start_user(_metadata, self, i, true);
	}
	sleep(STORING_S);
	for (i = 0; i < 2; i++)
		wait_for_stores(_metadata, self, i);
	for (i = 1; i >= 0; i--) {
		EXPECT_EQ(STOPPED, stop_user(self, i));
		EXPECT_LT(LEASES_MIN, count_leases(self->bdf[i]) - before[i]);
	}
	self->shared->stop[0] = true;
	EXPECT_EQ(0, vga_wait_for_exit(competitor, STALL_MS));
	self->shared->stop[0] = false;
	TH_LOG("%lu cycles of the third card's user", self->shared->cycles);
	EXPECT_LT(LEASES_MIN, self->shared->cycles);
	for (i = 0; i < 2; i++)
		expect_clean(_metadata, self, i);
	EXPECT_EQ(0, window_count_others(third.memory, WINDOW_SIZE, 'c'));
	window_close(&third);
	vga_choose(bdf, "vga_mmap", "off");
	EXPECT_EQ(0, vga_unbind(bdf));
}

/* Page tables change while the keeper takes pages out of them. */
static int remap(struct vga_window *window, int nth, unsigned int *seed)
{
	uint8_t *old = window->map, *new;
	pid_t child;

	switch (rand_r(seed) % 5) {
	case 0:
		new = mmap(NULL, WINDOW_SIZE, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (mremap(old, WINDOW_SIZE, WINDOW_SIZE,
			   MREMAP_MAYMOVE | MREMAP_FIXED, new) != new)
			return 1;
		window->map = new;
		break;
	case 1:
		/* Of all: special mappings, once split, are not merged. */
		if (mprotect(old, WINDOW_SIZE, PROT_READ) ||
		    mprotect(old, WINDOW_SIZE, PROT_READ | PROT_WRITE))
			return 2;
		break;
	case 2:
		child = fork();
		if (!child) {
			memset(old + nth * HALF, mark(nth), WINDOW_PAGE);
			_exit(0);
		}
		if (child < 0 || vga_wait_for_exit(child, STALL_MS))
			return 3;
		break;
	case 3:
		/* A hole, filled again: two mappings beside each other. */
		if (munmap(old + HALF, HALF) ||
		    mmap(old + HALF, HALF, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED, window->card.fd,
			 ((uint64_t)VFIO_PCI_VGA_REGION_INDEX << 40) + VGA_MEM +
				 HALF) == MAP_FAILED ||
		    munmap(old, WINDOW_SIZE) ||
		    mmap(old, WINDOW_SIZE, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED, window->card.fd,
			 ((uint64_t)VFIO_PCI_VGA_REGION_INDEX << 40) +
				 VGA_MEM) == MAP_FAILED)
			return 4;
		break;
	default:
		madvise(old, WINDOW_SIZE, MADV_DONTNEED);
	}
	memset(window->map + nth * HALF + rand_r(seed) % (HALF - 64), mark(nth),
	       64);
	return 0;
}

TEST_F_TIMEOUT(storing, while_the_mapping_is_remapped_stays_apart, 60)
{
	int i;

	start_user(_metadata, self, 1, true);
	for (i = 0; i < REMAPS; i++)
		ASSERT_EQ(0, remap(&self->window[0], 0, &self->seed));
	memset(self->window[0].map, mark(0), HALF);
	wait_for_stores(_metadata, self, 1);
	EXPECT_TRUE(goes_on(self, 1));
	EXPECT_EQ(STOPPED, stop_user(self, 1));
	for (i = 0; i < 2; i++)
		expect_clean(_metadata, self, i);
}

TEST_F_TIMEOUT(storing, until_killed_holds_up_nobody, 90)
{
	int i;

	start_user(_metadata, self, 1, true);
	for (i = 0; i < KILLS; i++) {
		start_user(_metadata, self, 0, true);
		usleep(rand_r(&self->seed) % LIFE_US);
		kill(self->user[0], SIGKILL);
		ASSERT_EQ(-EINTR, vga_wait_for_exit(self->user[0], STALL_MS))
			TH_LOG("kill %d: did not die, or died by itself", i);
		self->user[0] = 0;
		ASSERT_TRUE(goes_on(self, 1)) TH_LOG("kill %d", i);
	}
	EXPECT_LT(0, self->shared->stores[0]);
	memset(self->window[0].map, mark(0), HALF);
	wait_for_stores(_metadata, self, 1);
	EXPECT_EQ(STOPPED, stop_user(self, 1));
	for (i = 0; i < 2; i++)
		expect_clean(_metadata, self, i);
}

/* The VGA is not in the linear mode after a reset, until it is set again. */
TEST_F_TIMEOUT(storing, during_resets_stays_apart_and_goes_on, 90)
{
	struct vga_card *card = &self->window[0].card;
	int i;

	start_user(_metadata, self, 0, false);
	start_user(_metadata, self, 1, true);
	for (i = 0; i < RESETS; i++) {
		ASSERT_EQ(0, ioctl(card->fd, VFIO_DEVICE_RESET));
		ASSERT_TRUE(goes_on(self, 0)) TH_LOG("reset %d", i);
		ASSERT_EQ(0, vga_show_memory_linearly(card));
		ASSERT_TRUE(goes_on(self, 0)) TH_LOG("reset %d", i);
		ASSERT_TRUE(goes_on(self, 1)) TH_LOG("reset %d", i);
	}
	wait_for_stores(_metadata, self, 1);
	EXPECT_EQ(STOPPED, stop_user(self, 0));
	EXPECT_EQ(STOPPED, stop_user(self, 1));
	expect_no_foreign(_metadata, self, 0);
	expect_clean(_metadata, self, 1);
	EXPECT_EQ(0, window_store(self->window[0].map, 0x42));
	EXPECT_EQ(0x42, self->window[0].memory[0]);
}

/* A user that carries on after SIGBUS. */
static void store_and_survive(struct shared *shared, uint8_t *half, int nth)
{
	size_t i;

	for (i = 0; !shared->stop[nth]; i = (i + 1) % HALF) {
		switch (window_store(half + i, mark(nth))) {
		case 0:
			shared->stores[nth]++;
			break;
		case SIGBUS:
			shared->cycles++;
			break;
		default:
			_exit(SIGNALLED);
		}
	}
	_exit(STOPPED);
}

TEST_F_TIMEOUT(storing, while_decode_is_switched_stays_apart, 90)
{
	struct vga_card *card = &self->window[0].card;
	unsigned long before;
	int i, ms;

	self->user[0] = fork();
	ASSERT_LE(0, self->user[0]);
	if (!self->user[0]) {
		vga_die_with_parent();
		window_close(&self->window[1]);
		store_and_survive(self->shared, self->window[0].map, 0);
	}
	start_user(_metadata, self, 1, true);
	for (i = 0; i < DECODE_SWITCHES; i++) {
		before = self->shared->cycles;
		ASSERT_EQ(0, vga_command_clear(card, PCI_COMMAND_MEMORY));
		for (ms = 0; self->shared->cycles == before; ms++) {
			ASSERT_GT(STALL_MS, ms) TH_LOG("no SIGBUS came");
			usleep(1000);
		}
		before = self->shared->stores[0];
		usleep(1000);
		ASSERT_EQ(before, self->shared->stores[0])
			TH_LOG("stores to a card that does not decode");
		ASSERT_EQ(0, vga_command_set(card, PCI_COMMAND_MEMORY));
		ASSERT_TRUE(goes_on(self, 0)) TH_LOG("switch %d", i);
	}
	EXPECT_TRUE(goes_on(self, 1));
	/* A SIGBUS skips its byte: once more all over. */
	self->shared->stores[0] = 0;
	wait_for_stores(_metadata, self, 0);
	wait_for_stores(_metadata, self, 1);
	EXPECT_EQ(STOPPED, stop_user(self, 0));
	EXPECT_EQ(STOPPED, stop_user(self, 1));
	for (i = 0; i < 2; i++)
		expect_clean(_metadata, self, i);
}

/* @take_away: by @path, or by unbind. It waits for the mapping alone. */
static void take_away_while_storing(struct __test_metadata *_metadata,
				    FIXTURE_DATA(storing) *self,
				    const char *path)
{
	pid_t taker;

	start_user(_metadata, self, 0, true);
	start_user(_metadata, self, 1, true);
	wait_for_stores(_metadata, self, 0);
	window_close(&self->window[0]);
	taker = fork();
	ASSERT_LE(0, taker);
	if (!taker) {
		vga_die_with_parent();
		_exit((path ? vga_write_file(path, "1") :
			      vga_unbind(self->bdf[0])) != 0);
	}
	usleep(300000);
	EXPECT_TRUE(goes_on(self, 0));
	EXPECT_TRUE(goes_on(self, 1));
	EXPECT_EQ(0, waitpid(taker, NULL, WNOHANG))
		TH_LOG("it did not wait for the mapping");
	EXPECT_EQ(STOPPED, stop_user(self, 0));
	EXPECT_EQ(0, vga_wait_for_exit(taker, 20000));
	EXPECT_TRUE(goes_on(self, 1));
	wait_for_stores(_metadata, self, 1);
	EXPECT_EQ(STOPPED, stop_user(self, 1));
	expect_clean(_metadata, self, 1);
}

static void expect_works_again(struct __test_metadata *_metadata,
			       FIXTURE_DATA(storing) *self, const char *mode)
{
	ASSERT_EQ(0, vga_bind(self->bdf[0], vga_driver()));
	ASSERT_EQ(0, vga_choose(self->bdf[0], "vga_mmap", mode));
	ASSERT_EQ(0, window_open(&self->window[0], self->bdf[0]));
	EXPECT_EQ(0, window_store(self->window[0].map, 0x42));
	EXPECT_EQ(0x42, self->window[0].memory[0]);
}

TEST_F_TIMEOUT(storing, holds_up_unbind_until_it_ends, 60)
{
	take_away_while_storing(_metadata, self, NULL);
	expect_works_again(_metadata, self, variant->mode);
}

TEST_F_TIMEOUT(storing, holds_up_removal_until_it_ends, 60)
{
	char path[64];
	int ms;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/remove",
		 self->bdf[0]);
	take_away_while_storing(_metadata, self, path);
	for (ms = 0; !access(path, F_OK); ms++) {
		ASSERT_GT(STALL_MS, ms) TH_LOG("not removed");
		usleep(1000);
	}
	ASSERT_EQ(0, vga_write_file("/sys/bus/pci/rescan", "1"));
	expect_works_again(_metadata, self, variant->mode);
}

/*
 * Each card's config space is written from the other one's window. No card has a
 * lease while its own is written, so two such tasks could wait for each other.
 */
static void write_crosswise(struct shared *shared, const struct vga_card *card,
			    int nth, const uint8_t *buf)
{
	ssize_t ret;

	vga_die_with_parent();
	while (!shared->stop[nth]) {
		ret = vga_region_write(card, VFIO_PCI_CONFIG_REGION_INDEX,
				       PCI_COMMAND, buf, 2);
		if (ret != 2 && ret != -EFAULT)
			_exit(WRONG_BYTE);
		shared->stores[nth]++;
	}
	_exit(STOPPED);
}

TEST_F_TIMEOUT(storing, to_config_space_crosswise_hangs_nobody, 30)
{
	const uint16_t command = PCI_COMMAND_IO | PCI_COMMAND_MEMORY;
	int i;

	for (i = 0; i < 2; i++)
		memcpy(self->window[i].memory, &command, sizeof(command));
	for (i = 0; i < 2; i++) {
		self->user[i] = fork();
		ASSERT_LE(0, self->user[i]);
		if (!self->user[i])
			write_crosswise(self->shared, &self->window[i].card, i,
					self->window[!i].map);
	}
	sleep(STORING_S);
	for (i = 0; i < 2; i++) {
		EXPECT_TRUE(goes_on(self, i));
		EXPECT_EQ(STOPPED, stop_user(self, i));
		TH_LOG("%lu writes", self->shared->stores[i]);
	}
}

TEST_HARNESS_MAIN
