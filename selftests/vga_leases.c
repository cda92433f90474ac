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

#define LEASE_US	2000
#define LEASE_US_MAX	100000
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

static int set_choice(const char *bdf, const char *name, const char *value)
{
	char path[96];
	int fd, ret = 0;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vfio_vga/%s", bdf,
		 name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

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

static int open_card(FIXTURE_DATA(leases) *self, int nth)
{
	struct vga_card *card = &self->card[nth];
	uint8_t mark = 'a' + nth;
	int ret;

	ret = vga_open(card, self->bdf[nth], VGA_OPEN_GROUP);
	if (!ret)
		ret = vga_command_set(card, PCI_COMMAND_IO |
					    PCI_COMMAND_MEMORY);
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
		/* Counters count from the bind on. */
		ASSERT_EQ(0, vga_unbind(self->bdf[i]));
		ASSERT_EQ(0, vga_bind(self->bdf[i], vga_driver()));
	}
	if (counter(self->bdf[0], "lease_us") < 0)
		SKIP_TEST("%s has no leases", vga_driver());
	self->shared = mmap(NULL, sizeof(*self->shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->shared);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, open_card(self, i));
}

static int stop_user(FIXTURE_DATA(leases) *self, int nth)
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
		set_choice(self->bdf[i], "lease_us", "2000");
	}
	write_trace(LEASE_END, "0");
}

static int access_once(FIXTURE_DATA(leases) *self, int nth)
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

/* Without a lease that outlives them, accesses are leased one by one. */
TEST_F(leases, of_zero_last_for_one_access)
{
	long leases, accesses;
	int i;

	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, set_choice(self->bdf[i], "lease_us", "0"));
	contend(_metadata, self, 1000);
	for (i = 0; i < 2; i++) {
		leases = counter(self->bdf[i], "leases");
		accesses = counter(self->bdf[i], "accesses");
		TH_LOG("%s: %ld accesses, %ld leases", self->bdf[i], accesses,
		       leases);
		/* One lease each, but for those made without the keeper. */
		EXPECT_GE(accesses, self->shared->accesses[i]);
		EXPECT_LE(leases, accesses);
	}
}

/* The same saturating pair, with a short and a long lease. */
TEST_F(leases, last_as_long_as_lease_us_under_contention)
{
	long few, many;
	int i;

	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, set_choice(self->bdf[i], "lease_us", "50000"));
	contend(_metadata, self, 1000);
	few = counter(self->bdf[0], "leases");
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, set_choice(self->bdf[i], "lease_us", "1000"));
	contend(_metadata, self, 1000);
	many = counter(self->bdf[0], "leases") - few;
	TH_LOG("leases in a second: %ld of 50 ms, %ld of 1 ms", few, many);
	/* At most ten of each card fit into a second, and some before it. */
	EXPECT_GE(25, few);
	EXPECT_LE(50, many);
}

/*
 * The longest of many leases on a noisy machine: three tries, the median. An
 * access in flight ends first, and giving back routes to the console's card.
 */
TEST_F_TIMEOUT(leases, are_not_held_longer_than_lease_us, 60)
{
	static const char * const lease_us[] = { "500", "2000", "20000" };
	int i, j, kept;
	long held;

	for (i = 0; i < 3; i++) {
		for (j = kept = 0; j < 3; j++) {
			ASSERT_EQ(0, vga_unbind_and_open(self));
			ASSERT_EQ(0, set_choice(self->bdf[0], "lease_us",
						lease_us[i]));
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

TEST_HARNESS_MAIN
