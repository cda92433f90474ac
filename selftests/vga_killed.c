// SPDX-License-Identifier: GPL-2.0-only
/*
 * SIGKILL at random moments: whoever holds the legacy ranges, waits for them or
 * writes the host's console meanwhile dies at once, leaves nothing locked, and
 * nobody else notices.
 *
 * VFIO_VGA_SEED repeats a run's moments.
 */
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "lib/vfio_vga_harness.h"

/* Within the harness's limits, on a slow kernel as well. */
#define KILLS		(200 / vga_slow())
#define OPENERS		10
/* A victim lives so long at most. */
#define LIFE_US		(8000 * vga_slow())
/* How long the living may be without an access; the lab is slow and noisy. */
#define STALL_MS	(2000 * vga_slow())
#define CONSOLE		"/dev/tty1"

struct shared {
	atomic_ulong accesses;		/* of the survivor */
	atomic_ulong longest_ns;
	atomic_bool stop;
	atomic_bool busy;		/* the victim is in the system call */
};

FIXTURE(killed) {
	char bdf[16], other_bdf[16];
	struct vga_card card, other;
	struct shared *shared;
	pid_t survivor;
	unsigned int seed;
};

/* The user of the other card. */
static void survive(struct shared *shared, const struct vga_card *card)
{
	uint64_t before, took;
	uint8_t byte;

	vga_die_with_parent();
	while (!shared->stop) {
		before = vga_now_ns();
		if (vga_read(card, VGA_MEM, &byte, 1) != 1 || byte != 'o')
			_exit(1);
		took = vga_now_ns() - before;
		if (took > shared->longest_ns)
			shared->longest_ns = took;
		shared->accesses++;
	}
	_exit(0);
}

static void start_survivor(struct __test_metadata *_metadata,
			   FIXTURE_DATA(killed) *self)
{
	self->survivor = fork();
	ASSERT_LE(0, self->survivor);
	if (!self->survivor)
		survive(self->shared, &self->other);
}

FIXTURE_SETUP(killed)
{
	const uint8_t mark = 'o';
	const char *seed = getenv("VFIO_VGA_SEED");

	CLAIM_CARD(0, self->bdf);
	CLAIM_CARD(1, self->other_bdf);
	REQUIRE_OPEN(VGA_OPEN_GROUP);
	self->seed = seed ? strtoul(seed, NULL, 0) : vga_now_ns();
	TH_LOG("VFIO_VGA_SEED=%u", self->seed);
	self->shared = mmap(NULL, sizeof(*self->shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->shared);
	ASSERT_EQ(0, vga_open(&self->card, self->bdf, VGA_OPEN_GROUP));
	ASSERT_EQ(0, vga_command_set(&self->card,
				     PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	ASSERT_EQ(0, vga_open(&self->other, self->other_bdf, VGA_OPEN_GROUP));
	ASSERT_EQ(0, vga_command_set(&self->other,
				     PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	ASSERT_EQ(0, vga_show_memory_linearly(&self->other));
	ASSERT_EQ(1, vga_write(&self->other, VGA_MEM, &mark, 1));
}

FIXTURE_TEARDOWN(killed)
{
	if (self->survivor > 0) {
		self->shared->stop = true;
		EXPECT_EQ(0, vga_wait_for_exit(self->survivor, STALL_MS));
	}
	/* Nothing left locked, and both cards still work. */
	EXPECT_EQ(0, vga_arbiter_is_free(self->bdf, 1000));
	EXPECT_EQ(0, vga_arbiter_is_free(self->other_bdf, 1000));
	EXPECT_EQ(0, vga_out(&self->card, VGA_GFX_INDEX, 8));
	EXPECT_EQ(8, vga_in(&self->card, VGA_GFX_INDEX));
	EXPECT_EQ(0, vga_out(&self->other, VGA_GFX_INDEX, 8));
	EXPECT_EQ(8, vga_in(&self->other, VGA_GFX_INDEX));
	vga_close(&self->other);
	vga_close(&self->card);
}

/* Bytes, blocks and ports, as a guest mixes them. */
static void use_card(struct shared *shared, const struct vga_card *card)
{
	uint8_t bytes[4096] = { 0 };
	unsigned int turn;

	for (turn = 0;; turn++) {
		shared->busy = true;
		if (vga_write(card, VGA_MEM, bytes, sizeof(bytes)) < 0 ||
		    vga_read(card, VGA_MEM + turn % 4096, bytes, 1) < 0 ||
		    vga_in(card, VGA_GFX_INDEX) < 0)
			_exit(1);
		shared->busy = false;
	}
}

static void write_console(struct shared *shared)
{
	static const char line[] = "about to be killed\r\n";
	int fd = open(CONSOLE, O_WRONLY | O_CLOEXEC);

	for (;;) {
		shared->busy = true;
		if (write(fd, line, sizeof(line) - 1) < 0)
			_exit(1);
		shared->busy = false;
	}
}

static bool is_waiting(pid_t pid)
{
	char path[64], name[64] = "";
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, name, sizeof(name) - 1);
	close(fd);
	return len > 1;
}

/* Kill one victim; count in @busy and @waiting what it was about. */
static void kill_one(struct __test_metadata *_metadata,
		     FIXTURE_DATA(killed) *self, bool console, int *busy,
		     int *waiting)
{
	pid_t child;

	self->shared->busy = false;
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		vga_die_with_parent();
		if (console)
			write_console(self->shared);
		else
			use_card(self->shared, &self->card);
	}
	usleep(rand_r(&self->seed) % LIFE_US);
	*waiting += is_waiting(child);
	*busy += self->shared->busy;
	kill(child, SIGKILL);
	ASSERT_EQ(-EINTR, vga_wait_for_exit(child, STALL_MS))
		TH_LOG("a victim did not die, or died by itself");
}

/* Kill many. The survivor, if there is one, is never held up. */
static void kill_many(struct __test_metadata *_metadata,
		      FIXTURE_DATA(killed) *self, bool console)
{
	unsigned long before;
	int i, busy = 0, waiting = 0;
	uint64_t until;

	for (i = 0; i < KILLS; i++) {
		before = self->shared->accesses;
		kill_one(_metadata, self, console, &busy, &waiting);
		if (!self->survivor) {
			ASSERT_EQ(0, vga_arbiter_is_free(self->bdf, STALL_MS));
			continue;
		}
		until = vga_now_ns() + STALL_MS * 1000000ULL;
		while (self->shared->accesses == before &&
		       vga_now_ns() < until)
			usleep(100);
		ASSERT_LT(before, self->shared->accesses)
			TH_LOG("kill %d: the other card's user stands still", i);
	}
	TH_LOG("%d killed, %d in a system call, %d of them asleep there", i,
	       busy, waiting);
	TH_LOG("the survivor's longest access took %lu us",
	       self->shared->longest_ns / 1000);
	/* Else the moments were badly chosen and the test proved nothing. */
	EXPECT_LT(KILLS / 10, busy);
}

TEST_F_TIMEOUT(killed, holders_leave_nothing_locked, 60)
{
	kill_many(_metadata, self, false);
}

TEST_F_TIMEOUT(killed, waiters_do_not_hold_up_others, 60)
{
	start_survivor(_metadata, self);
	kill_many(_metadata, self, false);
}

TEST_F_TIMEOUT(killed, console_writers_do_not_hold_up_others, 60)
{
	static const char line[] = "alive\r\n";
	uint64_t before;
	int fd;

	fd = open(CONSOLE, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		SKIP_TEST("no " CONSOLE);
	start_survivor(_metadata, self);
	kill_many(_metadata, self, true);
	before = vga_now_ns();
	EXPECT_EQ(sizeof(line) - 1, write(fd, line, sizeof(line) - 1));
	EXPECT_GT(STALL_MS * 1000000ULL, vga_now_ns() - before);
	close(fd);
}

/* The victim's own open card: its death is also the close. */
TEST_F_TIMEOUT(killed, openers_do_not_hold_up_others, 120)
{
	struct vga_card card;
	unsigned long before;
	uint64_t until;
	pid_t child;
	int i;

	vga_close(&self->card);
	start_survivor(_metadata, self);
	for (i = 0; i < OPENERS; i++) {
		before = self->shared->accesses;
		child = fork();
		ASSERT_LE(0, child);
		if (!child) {
			vga_die_with_parent();
			vga_close(&self->other);
			if (vga_open(&card, self->bdf, VGA_OPEN_GROUP))
				_exit(1);
			vga_command_set(&card,
					PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
			use_card(self->shared, &card);
		}
		usleep(rand_r(&self->seed) % 600000);
		kill(child, SIGKILL);
		ASSERT_EQ(-EINTR, vga_wait_for_exit(child, 5000));
		until = vga_now_ns() + STALL_MS * 1000000ULL;
		while (self->shared->accesses == before &&
		       vga_now_ns() < until)
			usleep(100);
		ASSERT_LT(before, self->shared->accesses);
	}
	ASSERT_EQ(0, vga_open(&self->card, self->bdf, VGA_OPEN_GROUP));
	ASSERT_EQ(0, vga_command_set(&self->card,
				     PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
}

TEST_HARNESS_MAIN
