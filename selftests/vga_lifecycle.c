// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of an open card: it ends by close, by kill or because the driver is
 * asked to let go, any number of times, and leaves nothing behind.
 *
 * VFIO_VGA_OPENS: how many times a card is opened and closed, by default ten
 * thousand.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "lib/vfio_vga_harness.h"

#define KILLS			100
#define OPENS			10000
#define TOUCH_EVERY		8
#define RESETS			50
#define BINDS			1000
/* Above this an open resets the card and ten thousand take too long. */
#define FAST_OPEN_MS		15

/* The first access that uses region 8. */
static int touch(const struct vga_card *card)
{
	int ret = vga_command_set(card, PCI_COMMAND_IO | PCI_COMMAND_MEMORY);

	return ret ?: vga_out(card, VGA_GFX_INDEX, 8);
}

/* One open as a VMM does it. */
static int open_touch_close(const char *bdf)
{
	struct vga_card card;
	int ret;

	ret = vga_open(&card, bdf, VGA_OPEN_GROUP);
	if (ret)
		return ret;
	ret = touch(&card);
	vga_close(&card);
	return ret;
}

/* Opens, or binds, so many times; returns how many went well. */
static int open_times(const char *bdf, int times)
{
	int done = 0;

	while (done < times && !open_touch_close(bdf))
		done++;
	return done;
}

/* The device alone, by one user; the first access comes every few times. */
static int open_device_times(const char *bdf, int times)
{
	struct vga_card card;
	int done = 0;

	if (vga_open(&card, bdf, VGA_OPEN_GROUP))
		return 0;
	while (done < times) {
		close(card.fd);
		card.fd = ioctl(card.group, VFIO_GROUP_GET_DEVICE_FD, bdf);
		if (card.fd < 0 || (done % TOUCH_EVERY == 0 && touch(&card)))
			break;
		done++;
	}
	vga_close(&card);
	return done;
}

static int bind_times(const char *bdf, int times)
{
	int done = 0;

	while (done < times && !vga_unbind(bdf) && !vga_bind(bdf, vga_driver()))
		done++;
	return done;
}

#define CACHES	512

/**
 * struct kernel_memory - what the kernel has allocated
 * @vmalloc_areas: lines of /proc/vmallocinfo
 * @vmalloc_bytes: their sizes
 * @unpurged: areas that are free and wait for the next purge, which is for the
 *	kernel to choose; each is an object
 * @caches: number of slab caches
 * @cache: per cache: its name and the objects in use
 */
struct kernel_memory {
	long vmalloc_areas;
	long vmalloc_bytes;
	long unpurged;
	size_t caches;
	struct {
		char name[64];
		long objects;
		long size;
	} cache[CACHES];
};

/* SLUB counts what sits in its per-CPU lists as in use: empty them. */
static void shrink_caches(void)
{
	struct dirent *entry;
	char path[300];
	DIR *dir;
	int fd;

	/* Objects freed by RCU (files, dentries) are gone after a while. */
	usleep(500000);
	fd = open("/proc/sys/vm/drop_caches", O_WRONLY);
	if (fd >= 0) {
		if (write(fd, "3", 1) != 1)
			perror("drop_caches");
		close(fd);
	}
	usleep(500000);
	dir = opendir("/sys/kernel/slab");
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink",
			 entry->d_name);
		fd = open(path, O_WRONLY);
		if (fd < 0)
			continue;
		if (write(fd, "1", 1) != 1)
			perror(path);
		close(fd);
	}
	closedir(dir);
}

static int measure(struct kernel_memory *memory)
{
	char line[512];
	long bytes;
	FILE *file;

	memset(memory, 0, sizeof(*memory));
	shrink_caches();
	file = fopen("/proc/vmallocinfo", "r");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		if (strstr(line, "unpurged")) {
			memory->unpurged++;
			continue;
		}
		/* The addresses are hashed: only the second column has a size. */
		if (sscanf(line, "%*s %ld", &bytes) == 1)
			memory->vmalloc_bytes += bytes;
		memory->vmalloc_areas++;
	}
	fclose(file);

	file = fopen("/proc/slabinfo", "r");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file) && memory->caches < CACHES) {
		if (sscanf(line, "%63s %ld %*d %ld",
			   memory->cache[memory->caches].name,
			   &memory->cache[memory->caches].objects,
			   &memory->cache[memory->caches].size) == 3)
			memory->caches++;
	}
	fclose(file);
	return memory->caches ? 0 : -ENODATA;
}

/*
 * Compare two measurements around @cycles repetitions. Something that every
 * cycle leaves behind shows as at least @cycles objects in one cache, or as
 * @cycles areas; what the rest of the system does meanwhile is far below half
 * of that for a thousand cycles and more. All caches together are held to a
 * limit as well: half of the smallest object (8 bytes) per cycle, plus 256 KiB
 * for what an idle machine moves (measured: 40 KiB down, 3 KiB up).
 */
static void expect_no_growth(struct __test_metadata *_metadata,
			     const struct kernel_memory *before,
			     const struct kernel_memory *after, long cycles)
{
	long total = 0, grown;
	size_t i, j;

	for (i = 0; i < after->caches; i++) {
		for (j = 0; j < before->caches; j++)
			if (!strcmp(after->cache[i].name,
				    before->cache[j].name))
				break;
		grown = after->cache[i].objects;
		if (j < before->caches)
			grown -= before->cache[j].objects;
		if (!strcmp(after->cache[i].name, "vmap_area"))
			grown -= after->unpurged - before->unpurged;
		/* Kmemleak has its own for each of the others. */
		if (!strncmp(after->cache[i].name, "kmemleak_", 9))
			continue;
		EXPECT_GT(cycles / 2, grown)
			TH_LOG("slab cache %s grew by %ld objects",
			       after->cache[i].name, grown);
		total += grown * after->cache[i].size;
	}
	EXPECT_GT(cycles * 4 + 262144, total)
		TH_LOG("all slab caches grew by %ld bytes", total);
	EXPECT_GT(16, after->vmalloc_areas - before->vmalloc_areas);
	/* The stacks of a kernel with checkers are larger. */
	EXPECT_GT(65536 * vga_slow(),
		  after->vmalloc_bytes - before->vmalloc_bytes);
	TH_LOG("%ld cycles: slab %+ld bytes, vmalloc %+ld areas %+ld bytes",
	       cycles, total, after->vmalloc_areas - before->vmalloc_areas,
	       after->vmalloc_bytes - before->vmalloc_bytes);
}

FIXTURE(lifecycle) {
	char bdf[16];
	struct kernel_memory before, after;
};

FIXTURE_SETUP(lifecycle)
{
	CLAIM_CARD(0, self->bdf);
	REQUIRE_OPEN(VGA_OPEN_GROUP);
}

/*
 * A card that can be reset is, whenever it was used, and the bus wants its time.
 * VFIO_VGA_BDF_FAST names a card that stock vfio-pci cannot reset, as one that
 * shares its bus with a device no VFIO driver has; in the lab that is TWIN1.
 */
static const char *fast_card(void)
{
	return getenv("VFIO_VGA_BDF_FAST") ?: getenv("TWIN1");
}

/* With which resets; other drivers do not have the file. */
static void choose_resets(const char *bdf, const char *methods)
{
	vga_choose(bdf, "reset_methods", methods);
}

FIXTURE_TEARDOWN(lifecycle)
{
	choose_resets(fast_card() ?: self->bdf, "default");
	/* Whatever the test did, the next one finds the card bound. */
	EXPECT_EQ(0, vga_bind(self->bdf, vga_driver()));
}

TEST_F_TIMEOUT(lifecycle, opening_with_reset_leaves_nothing_behind, 120)
{
	ASSERT_EQ(5, open_times(self->bdf, 5));
	ASSERT_EQ(0, measure(&self->before));
	ASSERT_EQ(RESETS, open_times(self->bdf, RESETS));
	ASSERT_EQ(0, measure(&self->after));
	/* Too few cycles to tell slab from noise; areas are exact. */
	EXPECT_GT(RESETS / 2,
		  self->after.vmalloc_areas - self->before.vmalloc_areas);
}

TEST_F_TIMEOUT(lifecycle, thousands_of_opens_leave_nothing_behind, 600)
{
	const char *bdf = fast_card() ?: self->bdf;
	const char *opens = getenv("VFIO_VGA_OPENS");
	int ms, times = opens ? atoi(opens) : OPENS;
	uint64_t begin;

	ASSERT_LE(1000, times);
	ASSERT_EQ(0, vga_bind(bdf, vga_driver()));
	choose_resets(bdf, "\n");
	begin = vga_now_ns();
	ASSERT_EQ(10, open_device_times(bdf, 10));
	ms = (vga_now_ns() - begin) / 10000000;
	if (ms > FAST_OPEN_MS && !fast_card())
		SKIP_TEST("%s: an open takes %d ms; name a card without reset in VFIO_VGA_BDF_FAST",
			  bdf, ms);
	ASSERT_EQ(times / 10, open_device_times(bdf, times / 10));
	ASSERT_EQ(0, measure(&self->before));
	begin = vga_now_ns();
	ASSERT_EQ(times, open_device_times(bdf, times));
	TH_LOG("%d opens in %lu s", times, (vga_now_ns() - begin) / 1000000000);
	ASSERT_EQ(0, measure(&self->after));
	expect_no_growth(_metadata, &self->before, &self->after, times);
}

TEST_F_TIMEOUT(lifecycle, a_thousand_binds_leave_nothing_behind, 300)
{
	uint64_t begin;

	ASSERT_EQ(BINDS / 10, bind_times(self->bdf, BINDS / 10));
	ASSERT_EQ(0, measure(&self->before));
	begin = vga_now_ns();
	ASSERT_EQ(BINDS, bind_times(self->bdf, BINDS));
	TH_LOG("%d binds in %lu s", BINDS, (vga_now_ns() - begin) / 1000000000);
	ASSERT_EQ(0, measure(&self->after));
	expect_no_growth(_metadata, &self->before, &self->after, BINDS);
	EXPECT_EQ(0, open_touch_close(self->bdf));
}

/* A user that reads and writes as fast as it can until somebody kills it. */
static pid_t start_busy_user(const struct vga_card *card)
{
	uint8_t bytes[4096] = { 0 };
	pid_t child = fork();

	if (child)
		return child;
	vga_die_with_parent();
	for (;;) {
		if (vga_write(card, VGA_MEM, bytes, sizeof(bytes)) < 0 ||
		    vga_read(card, VGA_MEM, bytes, 3) < 0 ||
		    vga_in(card, VGA_GFX_INDEX) < 0)
			_exit(1);
	}
}

TEST_F_TIMEOUT(lifecycle, killed_users_leave_the_arbiter_free, 120)
{
	struct vga_card card;
	int i, status;
	pid_t child;

	ASSERT_EQ(0, vga_open(&card, self->bdf, VGA_OPEN_GROUP));
	ASSERT_EQ(0,
		  vga_command_set(&card, PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	for (i = 0; i < KILLS; i++) {
		child = start_busy_user(&card);
		ASSERT_LE(0, child);
		usleep(1000 + i * 97 % 5000);
		kill(child, SIGKILL);
		ASSERT_EQ(child, waitpid(child, &status, 0));
		ASSERT_TRUE(WIFSIGNALED(status));
		ASSERT_EQ(0, vga_arbiter_is_free(self->bdf, 2000))
			TH_LOG("kill %d", i);
		ASSERT_EQ(0, vga_out(&card, VGA_GFX_INDEX, 8));
	}
	vga_close(&card);
}

TEST_F(lifecycle, killing_the_only_user_closes_the_card)
{
	struct vga_card card;
	int i, ready[2], status;
	char byte;
	pid_t child;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, pipe(ready));
		child = fork();
		ASSERT_LE(0, child);
		if (!child) {
			vga_die_with_parent();
			if (vga_open(&card, self->bdf, VGA_OPEN_GROUP) ||
			    write(ready[1], "", 1) != 1)
				_exit(1);
			for (;;)
				vga_in(&card, VGA_GFX_INDEX);
		}
		close(ready[1]);
		ASSERT_EQ(1, read(ready[0], &byte, 1));
		usleep(20000);
		kill(child, SIGKILL);
		ASSERT_EQ(child, waitpid(child, &status, 0));
		close(ready[0]);
		ASSERT_EQ(0, vga_arbiter_is_free(self->bdf, 2000));
		ASSERT_EQ(0, open_touch_close(self->bdf));
	}
}

/* Signal @fd when somebody wants the device back. */
static int watch_requests(const struct vga_card *card, int fd)
{
	struct {
		struct vfio_irq_set set;
		int32_t fd;
	} request = {
		.set = {
			.argsz = sizeof(request),
			.flags = VFIO_IRQ_SET_DATA_EVENTFD |
				 VFIO_IRQ_SET_ACTION_TRIGGER,
			.index = VFIO_PCI_REQ_IRQ_INDEX,
			.count = 1,
		},
		.fd = fd,
	};

	return ioctl(card->fd, VFIO_DEVICE_SET_IRQS, &request) ? -errno : 0;
}

TEST_F(lifecycle, unbind_asks_and_waits_for_the_user)
{
	struct pollfd request = { .events = POLLIN };
	struct vga_card card;
	char driver[64];
	pid_t child;
	int status;

	ASSERT_EQ(0, vga_open(&card, self->bdf, VGA_OPEN_GROUP));
	ASSERT_EQ(0, vga_command_set(&card, PCI_COMMAND_IO));
	request.fd = eventfd(0, EFD_CLOEXEC);
	ASSERT_LE(0, request.fd);
	ASSERT_EQ(0, watch_requests(&card, request.fd));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		/* It must not hold the card open itself. */
		vga_close(&card);
		_exit(vga_unbind(self->bdf) != 0);
	}
	EXPECT_EQ(1, poll(&request, 1, 5000))
		TH_LOG("the user was not asked");
	usleep(500000);
	EXPECT_EQ(0, waitpid(child, &status, WNOHANG))
		TH_LOG("unbind did not wait for the user");
	/* The card is the user's until the user lets go. */
	EXPECT_EQ(0, vga_out(&card, VGA_GFX_INDEX, 8));
	EXPECT_EQ(8, vga_in(&card, VGA_GFX_INDEX));
	vga_close(&card);
	EXPECT_EQ(0, vga_wait_for_exit(child, 20000));
	ASSERT_EQ(0, vga_bound_driver(self->bdf, driver, sizeof(driver)));
	EXPECT_STREQ("", driver);
	close(request.fd);
	ASSERT_EQ(0, vga_bind(self->bdf, vga_driver()));
	EXPECT_EQ(0, open_touch_close(self->bdf));
}

TEST_F(lifecycle, module_of_an_open_card_cannot_be_removed)
{
	char module[64], path[96], *dash;
	struct vga_card card;

	snprintf(module, sizeof(module), "%s", vga_driver());
	while ((dash = strchr(module, '-')))
		*dash = '_';
	snprintf(path, sizeof(path), "/sys/module/%s/refcnt", module);
	if (access(path, F_OK))
		SKIP_TEST("%s is not a loaded module", module);
	ASSERT_EQ(0, vga_open(&card, self->bdf, VGA_OPEN_GROUP));
	EXPECT_EQ(-1, syscall(SYS_delete_module, module, O_NONBLOCK));
	EXPECT_EQ(EWOULDBLOCK, errno);
	EXPECT_EQ(0, vga_command_set(&card, PCI_COMMAND_IO));
	EXPECT_EQ(0, vga_out(&card, VGA_GFX_INDEX, 8));
	vga_close(&card);
}

TEST_HARNESS_MAIN
