// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leases: how long a card keeps the legacy ranges, what ends that early, and
 * what the counters and choices in vfio_vga/ say and take.
 */
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "lib/vfio_vga_harness.h"

#define LEASE_US_MAX	100000
#define RESETS		200
/* What the lab's two slow cores may add to anything, as in the fairness test. */
#define NOISE_US	50000
#define TRACING		"/sys/kernel/tracing"
#define LEASE_END	TRACING "/events/vfio_pci_vga/vfio_vga_lease_end/enable"

struct shared {
	atomic_ulong accesses[2];
	atomic_bool stop;
};

FIXTURE(leases) {
	char bdf[2][16];
	struct vga_card card[2];
	struct shared *shared;
	pid_t user[2];
};

static long counter(const char *bdf, const char *name)
{
	char attribute[64];

	snprintf(attribute, sizeof(attribute), "vfio_vga/%s", name);
	return vga_sysfs_number(bdf, attribute);
}

static int write_trace(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (*text && write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/* Has the trace a line with both words? */
static bool traced(const char *bdf, const char *what)
{
	FILE *trace = fopen(TRACING "/trace", "r");
	char line[512];
	bool found = false;

	while (trace && !found && fgets(line, sizeof(line), trace))
		found = strstr(line, "vfio_vga_lease_end") &&
			strstr(line, bdf) && strstr(line, what);
	if (trace)
		fclose(trace);
	return found;
}

static int open_card(FIXTURE_DATA(leases) * self, int nth)
{
	struct vga_card *card = &self->card[nth];
	uint8_t mark = 'a' + nth;
	int ret;

	ret = vga_open(card, self->bdf[nth], VGA_OPEN_GROUP);
	if (!ret)
		ret = vga_command_set(card,
				      PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	if (!ret)
		ret = vga_show_memory_linearly(card);
	if (!ret)
		ret = vga_write(card, VGA_MEM, &mark, 1) == 1 ? 0 : -EIO;
	return ret;
}

FIXTURE_SETUP(leases)
{
	int i;

	for (i = 0; i < 2; i++) {
		CLAIM_CARD(i, self->bdf[i]);
		REQUIRE_OPEN(VGA_OPEN_GROUP);
	}
	if (counter(self->bdf[0], "lease_us") < 0)
		SKIP_TEST("%s has no leases", vga_driver());
	self->shared = mmap(NULL, sizeof(*self->shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->shared);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, open_card(self, i));
}

static int stop_user(FIXTURE_DATA(leases) * self, int nth)
{
	int ret;

	self->shared->stop = true;
	ret = vga_wait_for_exit(self->user[nth], 5000);
	self->user[nth] = 0;
	return ret;
}

FIXTURE_TEARDOWN(leases)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (self->user[i] > 0)
			EXPECT_EQ(0, stop_user(self, i));
		EXPECT_EQ(0, vga_arbiter_is_free(self->bdf[i], 1000));
		vga_close(&self->card[i]);
		vga_choose(self->bdf[i], "lease_us", "2000");
	}
	write_trace(LEASE_END, "0");
}

static int access_once(FIXTURE_DATA(leases) * self, int nth)
{
	uint8_t byte;

	if (vga_read(&self->card[nth], VGA_MEM, &byte, 1) != 1)
		return -EIO;
	return byte == 'a' + nth ? 0 : -EILSEQ;
}

/* A process that saturates the card until stop_user(). */
static void start_user(struct __test_metadata *_metadata,
		       FIXTURE_DATA(leases) *self, int nth)
{
	self->user[nth] = fork();
	ASSERT_LE(0, self->user[nth]);
	if (self->user[nth])
		return;
	vga_die_with_parent();
	/* The other card's close is the parent's to decide. */
	vga_close(&self->card[!nth]);
	while (!self->shared->stop) {
		if (access_once(self, nth))
			_exit(1);
		self->shared->accesses[nth]++;
	}
	_exit(0);
}

static void contend(struct __test_metadata *_metadata,
		    FIXTURE_DATA(leases) *self, unsigned int ms)
{
	int i;

	self->shared->stop = false;
	for (i = 0; i < 2; i++)
		start_user(_metadata, self, i);
	usleep(ms * 1000);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(0, stop_user(self, i))
			TH_LOG("a wrong byte or an error");
	for (i = 0; i < 2; i++)
		EXPECT_LT(10, self->shared->accesses[i]);
}

/* Counters count from the bind on: a fresh start for both cards. */
static int begin_anew(FIXTURE_DATA(leases) * self, const char *lease_us)
{
	int i, ret = 0;

	for (i = 0; i < 2 && !ret; i++) {
		vga_close(&self->card[i]);
		ret = vga_unbind(self->bdf[i]);
		if (!ret)
			ret = vga_bind(self->bdf[i], vga_driver());
		if (!ret)
			ret = vga_choose(self->bdf[i], "lease_us", lease_us);
	}
	for (i = 0; i < 2 && !ret; i++)
		ret = open_card(self, i);
	return ret;
}

/* Where vgacon is the console, no access is made without the keeper. */
static bool vgacon_is_console(void)
{
	char name[64] = "";
	int fd = open("/sys/class/vtconsole/vtcon0/name", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (read(fd, name, sizeof(name) - 1) < 0)
		name[0] = '\0';
	close(fd);
	return strstr(name, "VGA+");
}

TEST_F(leases, of_zero_last_for_one_access)
{
	long leases, accesses;
	int i;

	ASSERT_EQ(0, begin_anew(self, "0"));
	contend(_metadata, self, 1000);
	for (i = 0; i < 2; i++) {
		leases = counter(self->bdf[i], "leases");
		accesses = counter(self->bdf[i], "accesses");
		TH_LOG("%ld accesses, %ld leases", accesses, leases);
		EXPECT_LE(leases, accesses);
		if (vgacon_is_console())
			EXPECT_EQ(leases, accesses);
	}
}

TEST_F(leases, last_as_long_as_lease_us_under_contention)
{
	long few, many;

	ASSERT_EQ(0, begin_anew(self, "50000"));
	contend(_metadata, self, 1000);
	few = counter(self->bdf[0], "leases");
	ASSERT_EQ(0, begin_anew(self, "1000"));
	contend(_metadata, self, 1000);
	many = counter(self->bdf[0], "leases");
	TH_LOG("leases in a second: %ld of 50 ms, %ld of 1 ms", few, many);
	/*
	 * At most ten of each card fit into a second; opening takes some that
	 * end idle. The short ones are expected by the hundred.
	 */
	EXPECT_GE(35, few);
	EXPECT_LT(2 * few, many);
}

/*
 * The longest of many leases on a noisy machine: the median of three tries. An
 * access in flight ends first, and giving back routes to the console's card.
 */
TEST_F_TIMEOUT(leases, are_not_held_longer_than_lease_us, 60)
{
	static const char *const lease_us[] = { "500", "20000" };
	int i, j, kept;
	long held;

	for (i = 0; i < 2; i++) {
		for (j = kept = 0; j < 3; j++) {
			ASSERT_EQ(0, begin_anew(self, lease_us[i]));
			contend(_metadata, self, 500);
			held = counter(self->bdf[0], "hold_max_us");
			TH_LOG("lease_us %s: longest hold %ld us", lease_us[i],
			       held);
			kept += held > 0 &&
				held < strtol(lease_us[i], NULL, 0) + NOISE_US;
		}
		EXPECT_LE(2, kept);
	}
}

/* A guest that waits with the default lease does not wait for the longest. */
TEST_F(leases, are_shortened_when_others_wait)
{
	uint64_t before, took;
	int i, brief = 0;

	ASSERT_EQ(0, begin_anew(self, "100000"));
	ASSERT_EQ(0, vga_choose(self->bdf[0], "lease_us", "2000"));
	start_user(_metadata, self, 1);
	for (i = 0; i < 15; i++) {
		usleep(20000);
		before = vga_now_ns();
		ASSERT_EQ(0, access_once(self, 0));
		took = (vga_now_ns() - before) / 1000;
		brief += took < NOISE_US;
	}
	TH_LOG("%d of %d waits were shorter than half the longest lease", brief,
	       i);
	EXPECT_LT(i / 2, brief);
}

TEST_F(leases, are_counted_with_accesses_and_waits)
{
	long before[2];
	int i;

	contend(_metadata, self, 500);
	for (i = 0; i < 2; i++) {
		EXPECT_LT(0, counter(self->bdf[i], "leases"));
		EXPECT_LT(0, counter(self->bdf[i], "waits"));
		EXPECT_LT(0, counter(self->bdf[i], "wait_max_us"));
		EXPECT_LT(0, counter(self->bdf[i], "hold_max_us"));
		EXPECT_LE(counter(self->bdf[i], "waits"),
			  counter(self->bdf[i], "accesses"));
	}
	before[0] = counter(self->bdf[0], "accesses");
	before[1] = counter(self->bdf[1], "accesses");
	for (i = 0; i < 100; i++)
		ASSERT_EQ(0, access_once(self, 0));
	EXPECT_EQ(before[0] + 100, counter(self->bdf[0], "accesses"));
	EXPECT_EQ(before[1], counter(self->bdf[1], "accesses"));
}

/*
 * With the other card's user saturating, an access is made under a lease of up
 * to 100 ms. It ends early, for this reason: the trace says so.
 */
static void begin_long_lease(struct __test_metadata *_metadata,
			     FIXTURE_DATA(leases) *self)
{
	ASSERT_EQ(0, begin_anew(self, "100000"));
	ASSERT_EQ(0, write_trace(LEASE_END, "1"));
	ASSERT_EQ(0, write_trace(TRACING "/trace", ""));
	start_user(_metadata, self, 1);
	while (!self->shared->accesses[1])
		usleep(1000);
	ASSERT_EQ(0, access_once(self, 0));
}

static bool other_goes_on(FIXTURE_DATA(leases) * self)
{
	unsigned long before = self->shared->accesses[1];
	int ms;

	for (ms = 0; ms < 2000; ms++) {
		if (self->shared->accesses[1] > before)
			return true;
		usleep(1000);
	}
	return false;
}

/* The keeper may have been late, and the lease over by itself. */
#define TRIES	(5 * vga_slow())

TEST_F_TIMEOUT(leases, end_early_when_idle, 60)
{
	bool ended = false;
	int i;

	for (i = 0; i < TRIES && !ended; i++) {
		begin_long_lease(_metadata, self);
		usleep(300000);
		EXPECT_TRUE(other_goes_on(self));
		ended = traced(self->bdf[0], "reason=idle") &&
			counter(self->bdf[0], "hold_max_us") < LEASE_US_MAX;
		EXPECT_EQ(0, stop_user(self, 1));
		self->shared->accesses[1] = 0;
		self->shared->stop = false;
	}
	EXPECT_TRUE(ended);
}

TEST_F_TIMEOUT(leases, end_at_close, 60)
{
	bool ended = false;
	int i;

	for (i = 0; i < TRIES && !ended; i++) {
		begin_long_lease(_metadata, self);
		vga_close(&self->card[0]);
		EXPECT_EQ(0, vga_arbiter_is_free(self->bdf[0], 0));
		EXPECT_TRUE(other_goes_on(self));
		ended = traced(self->bdf[0], "reason=revoked");
		EXPECT_EQ(0, stop_user(self, 1));
		self->shared->accesses[1] = 0;
		self->shared->stop = false;
	}
	EXPECT_TRUE(ended);
}

TEST_F_TIMEOUT(leases, end_at_reset, 60)
{
	bool ended = false;
	int i;

	for (i = 0; i < TRIES && !ended; i++) {
		begin_long_lease(_metadata, self);
		ASSERT_EQ(0, ioctl(self->card[0].fd, VFIO_DEVICE_RESET));
		EXPECT_TRUE(other_goes_on(self));
		ended = traced(self->bdf[0], "reason=revoked");
		EXPECT_LE(0, vga_in(&self->card[0], VGA_GFX_INDEX));
		EXPECT_EQ(0, stop_user(self, 1));
		self->shared->accesses[1] = 0;
		self->shared->stop = false;
	}
	EXPECT_TRUE(ended);
}

/*
 * The reset of a bus writes the bridge's VGA bit back as it was milliseconds
 * before. If the route was here it would come back behind the arbiter's back,
 * while the other card's user relies on it.
 */
TEST_F_TIMEOUT(leases, are_not_disturbed_by_resets_of_another_card, 240)
{
	int i;

	start_user(_metadata, self, 1);
	for (i = 0; i < RESETS; i++) {
		ASSERT_LE(0, vga_in(&self->card[0], VGA_GFX_INDEX));
		ASSERT_EQ(0, ioctl(self->card[0].fd, VFIO_DEVICE_RESET));
	}
	EXPECT_TRUE(other_goes_on(self));
	EXPECT_EQ(0, stop_user(self, 1))
		TH_LOG("the other card's user read a wrong byte");
}

/* Unbind waits for the user; the lease and the other card's user do not. */
TEST_F_TIMEOUT(leases, end_at_unbind, 60)
{
	pid_t unbinder;

	start_user(_metadata, self, 0);
	start_user(_metadata, self, 1);
	vga_close(&self->card[0]);
	unbinder = fork();
	ASSERT_LE(0, unbinder);
	if (!unbinder) {
		vga_die_with_parent();
		_exit(vga_unbind(self->bdf[0]) != 0);
	}
	usleep(300000);
	EXPECT_TRUE(other_goes_on(self));
	EXPECT_EQ(0, waitpid(unbinder, NULL, WNOHANG));
	kill(self->user[0], SIGKILL);
	EXPECT_EQ(-EINTR, vga_wait_for_exit(self->user[0], 2000));
	self->user[0] = 0;
	EXPECT_EQ(0, vga_wait_for_exit(unbinder, 10000));
	EXPECT_TRUE(other_goes_on(self));
	EXPECT_EQ(0, vga_arbiter_is_free(self->bdf[0], 0));
	ASSERT_EQ(0, vga_bind(self->bdf[0], vga_driver()));
	ASSERT_EQ(0, open_card(self, 0));
	EXPECT_EQ(0, access_once(self, 0));
}

/* Lines of the kernel log since @fd was opened that name the file. */
static int lines_about(int fd, const char *what)
{
	char record[2048];
	int lines = 0;
	ssize_t len;

	while ((len = read(fd, record, sizeof(record) - 1)) > 0) {
		record[len] = '\0';
		lines += !!strstr(record, what);
	}
	return lines;
}

TEST_F(leases, take_sane_lengths_only)
{
	static const char *const bad[] = {
		"\n", "-1", "fast", "2ms", "100001", "4294967296", "1 2",
	};
	static const char *const good[] = { "0", "1\n", "100000", "2000" };
	int i, log;

	log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, log);
	lseek(log, 0, SEEK_END);
	for (i = 0; i < (int)(sizeof(good) / sizeof(*good)); i++) {
		EXPECT_EQ(0, vga_choose(self->bdf[0], "lease_us", good[i]));
		EXPECT_EQ(strtol(good[i], NULL, 0),
			  counter(self->bdf[0], "lease_us"));
	}
	EXPECT_EQ(0, lines_about(log, "vfio_vga/lease_us"));
	for (i = 0; i < (int)(sizeof(bad) / sizeof(*bad)); i++) {
		EXPECT_EQ(-EINVAL, vga_choose(self->bdf[0], "lease_us", bad[i]))
			TH_LOG("\"%s\" was taken", bad[i]);
		EXPECT_EQ(1, lines_about(log, "vfio_vga/lease_us"))
			TH_LOG("\"%s\"", bad[i]);
		EXPECT_EQ(2000, counter(self->bdf[0], "lease_us"));
	}
	close(log);
}

TEST_HARNESS_MAIN
