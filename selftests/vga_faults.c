// SPDX-License-Identifier: GPL-2.0-only
/*
 * What fails in the kernel fails for the user with the right error, and only
 * once: every allocation and every copy from or to user memory, one at a time,
 * and the calls into VFIO, PCI and the arbiter, from loading the module to
 * unloading it. At the end nothing is left behind.
 *
 * Needs a kernel with fault injection and kmemleak, as make check-debug builds
 * it, and for the calls the module fail_call.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "lib/vfio_vga_harness.h"
#include "lib/vga_window.h"

#define DEBUGFS		"/sys/kernel/debug/"
#define KMEMLEAK	DEBUGFS "kmemleak"
#define FAIL_CALL	"/sys/module/fail_call/parameters/"
#define MODULE		"/lab/vfio-pci-vga.ko"
/* Ends also where something fails for ever. */
#define MAX_FAULTS	3000

static char bdf[16];
static struct vga_card card = { .fd = -1, .group = -1, .iommu = -1 };
static uint8_t *window;
static int fail_nth;

/* --- Fault injection ------------------------------------------------------ */

static const char *const sources[] = {
	"failslab", "fail_page_alloc", "fail_usercopy"
};

static void set_source(const char *source, const char *file,
		       unsigned long value)
{
	char path[96], number[32];

	snprintf(path, sizeof(path), DEBUGFS "%s/%s", source, file);
	snprintf(number, sizeof(number), "%lu", value);
	vga_write_file(path, number);
}

/* Only what happens under functions at these addresses counts. */
static void count_under(unsigned long start, unsigned long end)
{
	size_t i;

	for (i = 0; i < 3; i++) {
		set_source(sources[i], "verbose", 0);
		set_source(sources[i], "min-order", 0);
		set_source(sources[i], "stacktrace-depth", 32);
		set_source(sources[i], "require-start", start);
		set_source(sources[i], "require-end", end);
	}
	vga_write_file(DEBUGFS "failslab/ignore-gfp-wait", "N");
	vga_write_file(DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N");
	vga_write_file(DEBUGFS "fail_page_alloc/ignore-gfp-highmem", "N");
}

/* Linux warns about its own error path in there, in a release function. */
static void spare_create_group(const char *line)
{
	unsigned long at;
	size_t i;

	if (!strstr(line, " vfio_create_group"))
		return;
	at = strtoul(line, NULL, 16);
	for (i = 0; i < 3; i++) {
		set_source(sources[i], "reject-start", at);
		set_source(sources[i], "reject-end", at + 0x600);
	}
}

/*
 * Only the driver's functions, which is loaded, or what the kernel calls a
 * module's init function from.
 */
static int count_under_functions(const char *which)
{
	unsigned long at, start = -1UL, end = 0;
	char line[512], type;
	FILE *file = fopen("/proc/kallsyms", "r");

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		spare_create_group(line);
		if (!strstr(line, which) ||
		    sscanf(line, "%lx %c", &at, &type) != 2 ||
		    (type != 't' && type != 'T'))
			continue;
		start = at < start ? at : start;
		end = at > end ? at : end;
	}
	fclose(file);
	if (!end)
		return -ENOENT;
	/* The last one's size is not told. */
	count_under(start, end + 0x400);
	return 0;
}

static void arm(unsigned int nth)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", nth);
	if (pwrite(fail_nth, number, strlen(number), 0) < 0)
		abort();
}

/* Did something fail since arm()? */
static bool disarm(void)
{
	char number[16] = "";
	/* Where copies count, this one is the first that was not made before. */
	bool failed = pread(fail_nth, number, sizeof(number) - 1, 0) > 0 &&
		      !atoi(number);

	while (pwrite(fail_nth, "0", 1, 0) < 0)
		;
	return failed;
}

/* --- What is done to the card: 0 or a negative errno ---------------------- */

static int load(void)
{
	int fd = open(MODULE, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd,
		      "ids=1234:fffe quirks=\"1234:fffe mirror bar=0 offset=0 size=256\"",
		      0);
	ret = ret ? -errno : 0;
	close(fd);
	return ret;
}

static void unload(void)
{
	syscall(SYS_delete_module, "vfio_pci_vga", 0);
}

static int put_word(const char *path, const char *word)
{
	return vga_write_file(path, word);
}

/* Else the card is bound while the driver is loaded. */
static void forget_override(const char *of)
{
	char path[96];

	vga_unbind(of);
	snprintf(path, sizeof(path),
		 "/sys/bus/pci/devices/%s/driver_override", of);
	vga_write_file(path, "\n");
}

static void forget_overrides(void)
{
	const char *other = getenv("VFIO_VGA_BDF2");

	forget_override(bdf);
	if (other)
		forget_override(other);
}

static int probe(void)
{
	return put_word("/sys/bus/pci/drivers/vfio-pci-vga/bind", bdf);
}

static void forget(void)
{
	vga_unbind(bdf);
}

/* The device alone: the container and the group stay. */
static int open_device(void)
{
	card.fd = ioctl(card.group, VFIO_GROUP_GET_DEVICE_FD, bdf);
	return card.fd < 0 ? -errno : 0;
}

static void close_device(void)
{
	close(card.fd);
	card.fd = -1;
}

static int info_of(uint32_t region)
{
	struct {
		struct vfio_region_info info;
		uint8_t caps[256];
	} raw = { .info = { .argsz = sizeof(raw), .index = region } };

	return ioctl(card.fd, VFIO_DEVICE_GET_REGION_INFO, &raw) ? -errno : 0;
}

static int region_info(void)
{
	return info_of(VFIO_PCI_VGA_REGION_INDEX);
}

static int bar_info(void)
{
	return info_of(0);
}

static int moved(ssize_t ret, size_t wanted)
{
	/* A short count's error shows when the rest is asked for. */
	return ret < 0 ? ret : (size_t)ret == wanted ? 0 : -EFAULT;
}

static int read_byte(void)
{
	uint8_t byte;

	return moved(vga_read(&card, VGA_MEM, &byte, 1), 1);
}

/* The card sleeps before, where it does not already. */
static int read_asleep(void)
{
	struct vfio_device_feature feature = {
		.argsz = sizeof(feature),
		.flags = VFIO_DEVICE_FEATURE_SET |
			 VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY,
	};

	ioctl(card.fd, VFIO_DEVICE_FEATURE, &feature);
	return read_byte();
}

static int read_much(void)
{
	static uint8_t bytes[10000];

	return moved(vga_read(&card, VGA_MEM, bytes, sizeof(bytes)),
		     sizeof(bytes));
}

static int write_much(void)
{
	static uint8_t bytes[10000];

	return moved(vga_write(&card, VGA_MEM, bytes, sizeof(bytes)),
		     sizeof(bytes));
}

static int read_covered(void)
{
	uint8_t bytes[16];

	return moved(vga_region_read(&card, 0, 0x100000, bytes, sizeof(bytes)),
		     sizeof(bytes));
}

static int write_covered(void)
{
	uint8_t bytes[16] = {};

	return moved(vga_region_write(&card, 0, 0x100000, bytes, sizeof(bytes)),
		     sizeof(bytes));
}

static int map_window(void)
{
	window = window_mmap(&card, VGA_MEM, WINDOW_SIZE,
			     PROT_READ | PROT_WRITE, MAP_SHARED);
	if (window == MAP_FAILED) {
		window = NULL;
		return -errno;
	}
	return 0;
}

static void unmap_window(void)
{
	munmap(window, WINDOW_SIZE);
	window = NULL;
}

static int map_bar(void)
{
	return vga_try_map(&card, 0, 0, WINDOW_PAGE);
}

static int touch_window(void)
{
	return window_store(window, 1) ? -EFAULT : 0;
}

/* Takes the pages away again. */
static int write_config(void)
{
	uint16_t command = PCI_COMMAND_IO | PCI_COMMAND_MEMORY;

	return moved(vga_region_write(&card, VFIO_PCI_CONFIG_REGION_INDEX,
				      PCI_COMMAND, &command, 2),
		     2);
}

static int reset(void)
{
	return ioctl(card.fd, VFIO_DEVICE_RESET) ? -errno : 0;
}

static int add_row(void)
{
	return vga_choose(bdf, "quirk_add",
			  "mirror bar=0 offset=0x100000 size=0x100");
}

/* --- One at a time -------------------------------------------------------- */

/**
 * struct action - what is done again and again
 * @name: for messages
 * @act: does it; leaves everything as it was where it fails
 * @undo: undoes it, or NULL
 * @memory: what the kernel itself calls it where memory is short, or 0
 */
struct action {
	const char *name;
	int (*act)(void);
	void (*undo)(void);
	int memory;
};

/* A driver whose directory in sysfs cannot be made. */
static const struct action loading = { "loading", load, unload, -EINVAL };
static const struct action binding = { "binding", probe, forget, 0 };
/* A BAR that cannot be reserved. */
static const struct action opening = { "opening", open_device, close_device,
				       -EBUSY };
static const struct action mapping = { "mapping", map_window, unmap_window, 0 };

static const struct action open_actions[] = {
	{ "region info", region_info, NULL, 0 },
	{ "a BAR's info", bar_info, NULL, 0 },
	{ "a read of a byte", read_byte, NULL, 0 },
	{ "a long read", read_much, NULL, 0 },
	{ "a long write", write_much, NULL, 0 },
	{ "a read of what a row covers", read_covered, NULL, 0 },
	{ "a write of it", write_covered, NULL, 0 },
	{ "a write to config space", write_config, NULL, 0 },
	{ "a reset", reset, NULL, 0 },
};

static bool is_right(const struct action *action, int error)
{
	return !error || error == -ENOMEM || error == -EFAULT ||
	       error == action->memory;
}

/*
 * Have the first thing fail, then the second, until there is none left. After
 * each the same must succeed. Returns how many times the error was wrong or
 * the next try failed, or -1 when there was no end.
 */
static int fail_each(const struct action *action, unsigned int *faults)
{
	unsigned int nth, refused = 0;
	bool failed = true;
	int wrong = 0, ret, again;

	for (nth = 1; failed && nth < MAX_FAULTS; nth++) {
		arm(nth);
		ret = action->act();
		failed = disarm();
		again = 0;
		if (ret) {
			again = action->act();
			refused++;
		}
		if (!is_right(action, ret) || again || (ret && !failed)) {
			printf("# %s, fault %u: error %d, then %d\n",
			       action->name, nth, -ret, -again);
			wrong++;
		}
		if (!again && action->undo)
			action->undo();
		if (wrong > 10)
			break;
	}
	*faults = nth - 2;
	printf("# %s: %u faults, %u errors\n", action->name, *faults, refused);
	fflush(stdout);
	return failed ? -1 : wrong;
}

/* --- The tests ------------------------------------------------------------ */

static void free_all(void)
{
	if (window)
		unmap_window();
	vga_close(&card);
}

FIXTURE(faults) {
};

FIXTURE_SETUP(faults)
{
	if (access(DEBUGFS "failslab", F_OK) || access(KMEMLEAK, W_OK))
		SKIP_TEST("this kernel has no fault injection, or no kmemleak");
	fail_nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	ASSERT_GE(fail_nth, 0);
	window_catch_signals();
	CLAIM_CARD(0, bdf);
	CHOOSE_WINDOW(bdf, "user");
	ASSERT_EQ(0, count_under_functions("[vfio_pci_vga]"));
}

FIXTURE_TEARDOWN(faults)
{
	free_all();
}

TEST_F_TIMEOUT(faults, binding_fails_with_an_error_and_works_again, 900)
{
	unsigned int faults;

	ASSERT_EQ(0, vga_unbind(bdf));
	EXPECT_EQ(0, fail_each(&binding, &faults));
	EXPECT_GE(faults, 20);
	EXPECT_EQ(0, vga_bind(bdf, vga_driver()));
}

static bool has_rows(void)
{
	char path[96], row[160];
	FILE *file;
	bool has;

	snprintf(path, sizeof(path),
		 "/sys/bus/pci/devices/%s/vfio_vga/quirks", bdf);
	file = fopen(path, "r");
	has = file && fgets(row, sizeof(row), file);
	if (file)
		fclose(file);
	return has;
}

/* Its rows are copied from the table. */
TEST_F_TIMEOUT(faults, so_does_binding_a_card_that_has_rows, 900)
{
	const char *with_rows = getenv("VFIO_VGA_BDF3") ?: getenv("CARD3");
	unsigned int faults;

	if (!with_rows)
		SKIP_TEST("VFIO_VGA_BDF3 names no card that has rows");
	snprintf(bdf, sizeof(bdf), "%s", with_rows);
	ASSERT_EQ(0, vga_unbind(bdf));
	ASSERT_EQ(0, vga_bind(bdf, vga_driver()));
	ASSERT_TRUE(has_rows());
	ASSERT_EQ(0, vga_unbind(bdf));
	EXPECT_EQ(0, fail_each(&binding, &faults));
	forget_override(bdf);
}

TEST_F_TIMEOUT(faults, opening_fails_with_an_error_and_works_again, 900)
{
	unsigned int faults;

	ASSERT_EQ(0, vga_choose(bdf, "leak_trace", "1"));
	ASSERT_EQ(0, vga_open(&card, bdf, VGA_OPEN_GROUP));
	close_device();
	EXPECT_EQ(0, fail_each(&opening, &faults));
	EXPECT_GE(faults, 10);
	ASSERT_EQ(0, open_device());
	EXPECT_EQ(0, read_byte());
	free_all();
	EXPECT_EQ(0, vga_choose(bdf, "leak_trace", "0"));
}

TEST_F_TIMEOUT(faults, whatever_an_open_card_is_asked_fails_alone, 900)
{
	unsigned int faults;
	size_t i;

	ASSERT_EQ(0, add_row());
	ASSERT_EQ(0, vga_open(&card, bdf, VGA_OPEN_GROUP));
	ASSERT_EQ(0, write_config());
	ASSERT_EQ(0, read_covered());
	for (i = 0; i < sizeof(open_actions) / sizeof(*open_actions); i++)
		EXPECT_EQ(0, fail_each(&open_actions[i], &faults));
	EXPECT_EQ(0, fail_each(&mapping, &faults));
	EXPECT_GE(faults, 3);
	ASSERT_EQ(0, map_window());
	ASSERT_EQ(0, touch_window());
	free_all();
	EXPECT_EQ(0, vga_unbind(bdf));
	EXPECT_EQ(0, vga_bind(bdf, vga_driver()));
}

TEST_F_TIMEOUT(faults, a_store_to_the_window_comes_after_a_failed_fault, 300)
{
	unsigned int nth, faults = 0;
	bool failed = true;

	ASSERT_EQ(0, vga_open(&card, bdf, VGA_OPEN_GROUP));
	ASSERT_EQ(0, write_config());
	ASSERT_EQ(0, map_window());
	for (nth = 1; failed && nth < 100; nth++) {
		/* Takes the pages away. */
		ASSERT_EQ(0, write_config());
		arm(nth);
		touch_window();
		failed = disarm();
		faults += failed;
		ASSERT_EQ(0, touch_window());
	}
	EXPECT_FALSE(failed);
	TH_LOG("%u faults", faults);
}

TEST_F_TIMEOUT(faults, a_row_is_added_whole_or_not_at_all, 300)
{
	unsigned int nth;
	int ret;

	for (nth = 1; nth < 20; nth++) {
		arm(nth);
		ret = add_row();
		if (!disarm())
			break;
		EXPECT_TRUE(!ret || ret == -ENOMEM || ret == -EFAULT);
	}
	EXPECT_GE(nth, 2);
	EXPECT_LT(nth, 20);
	EXPECT_EQ(0, ret);
	EXPECT_EQ(0, vga_unbind(bdf));
	EXPECT_EQ(0, vga_bind(bdf, vga_driver()));
}

TEST_F_TIMEOUT(faults, loading_fails_with_an_error_and_works_again, 900)
{
	unsigned int faults;

	ASSERT_EQ(0, vga_unbind(bdf));
	forget_overrides();
	unload();
	ASSERT_EQ(0, count_under_functions(" do_one_initcall\n"));
	EXPECT_EQ(0, fail_each(&loading, &faults));
	EXPECT_GE(faults, 20);
	EXPECT_EQ(0, load());
	EXPECT_EQ(0, vga_bind(bdf, vga_driver()));
}

/* --- Calls ---------------------------------------------------------------- */

/**
 * struct failing_call - a call of the driver into the kernel
 * @function: what is called
 * @value: what it returns instead of being run
 * @during: what the driver is asked meanwhile
 * @error: how that ends; 0 where the driver has another way
 * @skip: how many of its calls go through before
 */
struct failing_call {
	const char *function;
	long value;
	const struct action *during;
	int error, skip;
};

#define OPEN(n) (&open_actions[n])

static const struct action touching = { "touching", touch_window, NULL, 0 };
static const struct action waking = {
	"a read that wakes the card", read_asleep, NULL, 0
};

static const struct action mapping_bar = { "mapping a BAR", map_bar, NULL, 0 };

static const struct failing_call calls[] = {
	{ "bus_register_notifier", -ENOMEM, &loading, -ENOMEM, 0 },
	{ "__pci_register_driver", -EBUSY, &loading, -EBUSY, 0 },
	{ "pci_add_dynid", -ENOMEM, &loading, 0, 0 },
	{ "_vfio_alloc_device", -ENOMEM, &binding, -ENOMEM, 0 },
	{ "vfio_pci_core_init_dev", -ENOSPC, &binding, -ENOSPC, 0 },
	{ "vfio_pci_core_register_device", -EBUSY, &binding, -EBUSY, 0 },
	{ "vga_client_register", -ENODEV, &binding, -ENODEV, 0 },
	{ "aperture_remove_conflicting_pci_devices", -EBUSY, &opening, -EBUSY, 0 },
	{ "kthread_create_on_node", -ENOMEM, &opening, -ENOMEM, 0 },
	{ "vfio_pci_core_enable", -EIO, &opening, -EIO, 0 },
	{ "simple_pin_fs", -ENOMEM, &opening, -ENOMEM, 0 },
	{ "alloc_anon_inode", -ENFILE, &opening, -ENFILE, 0 },
	/* The look at a BAR after the reset: another one lives. */
	{ "ioremap", 0, &opening, 0, 0 },
	{ "ioremap", 0, &opening, -ENOMEM, 1 },
	{ "ioport_map", 0, &opening, -ENOMEM, 0 },
	{ "vfio_pci_core_setup_barmap", -EBUSY, &opening, -EBUSY, 0 },
	{ "vfio_info_add_capability", -ENOMEM, OPEN(0), -ENOMEM, 0 },
	{ "vfio_info_add_capability", -ENOMEM, OPEN(1), -ENOMEM, 0 },
	{ "vga_get", -ENODEV, OPEN(2), -ENODEV, 0 },
	/* A signal for another thread: the keeper does it. */
	{ "vga_get", -512, OPEN(2), 0, 0 },
	/* A reset is under way, and over. */
	{ "down_read_trylock", 0, OPEN(2), 0, 0 },
	{ "__pm_runtime_resume", -EIO, &waking, -EIO, 0 },
	{ "down_read_killable", -EINTR, OPEN(5), -EINTR, 0 },
	{ "vfio_pci_core_write", -EFAULT, OPEN(7), -EFAULT, 0 },
	{ "vfio_pci_core_ioctl", -EIO, OPEN(8), -EIO, 0 },
	{ "try_module_get", 0, &mapping, -ENODEV, 0 },
	{ "alloc_file_pseudo", -ENFILE, &mapping, -ENFILE, 0 },
	{ "vfio_pci_core_mmap", -EAGAIN, &mapping_bar, -EAGAIN, 0 },
	/* VM_FAULT_SIGBUS */
	{ "vmf_insert_mixed", 2, &touching, -EFAULT, 0 },
};

static int fail_call(const struct failing_call *call)
{
	char number[32];

	snprintf(number, sizeof(number), "%ld", call->value);
	vga_write_file(FAIL_CALL "value", number);
	snprintf(number, sizeof(number), "%d", call->skip);
	vga_write_file(FAIL_CALL "skip", number);
	return vga_write_file(FAIL_CALL "function", call->function);
}

/* Did it fail? */
static bool call_failed(void)
{
	char number[4] = "";
	int fd = open(FAIL_CALL "failed", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, number, sizeof(number) - 1) < 0)
		*number = '\0';
	close(fd);
	vga_write_file(FAIL_CALL "function", "\n");
	return *number == '1';
}

/* Bring the card to where the action can be done. */
static int prepare(const struct action *action)
{
	int ret;

	if (action == &loading) {
		ret = vga_unbind(bdf);
		forget_overrides();
		unload();
		return ret;
	}
	if (action == &binding)
		return vga_unbind(bdf);
	if (action == &opening)
		vga_choose(bdf, "leak_trace", "1");
	else if (action != &mapping_bar)
		add_row();
	ret = vga_open(&card, bdf, VGA_OPEN_GROUP);
	if (!ret && action == &opening)
		close_device();
	else if (!ret)
		ret = write_config();
	if (!ret && action == &touching)
		ret = map_window();
	return ret;
}

/* And back to where every action can be prepared. */
static int restore(void)
{
	int ret;

	free_all();
	ret = load();
	if (ret && ret != -EEXIST)
		return ret;
	ret = vga_unbind(bdf);
	if (!ret)
		ret = vga_bind(bdf, vga_driver());
	return ret ?: vga_choose(bdf, "vga_mmap", "user");
}

static int load_fail_call(void)
{
	struct utsname kernel;
	char path[256];
	int fd, ret;

	uname(&kernel);
	snprintf(path, sizeof(path),
		 "/lab/build/selftests/modules/%s/fail_call.ko",
		 kernel.release);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return ret;
}

TEST_F_TIMEOUT(faults, each_call_that_fails_is_told_and_made_good, 600)
{
	size_t i;

	ASSERT_EQ(0, load_fail_call());
	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		const struct failing_call *call = &calls[i];
		const struct action *action = call->during;
		int ret;

		ASSERT_EQ(0, restore());
		ASSERT_EQ(0, prepare(action));
		ASSERT_EQ(0, fail_call(call)) TH_LOG("%s", call->function);
		ret = action->act();
		EXPECT_TRUE(call_failed())
			TH_LOG("%s: no call of %s", action->name, call->function);
		EXPECT_EQ(call->error, ret)
			TH_LOG("%s: %s fails", action->name, call->function);
		if (ret) {
			ret = action->act();
			EXPECT_EQ(0, ret)
				TH_LOG("%s: after %s", action->name, call->function);
		}
		if (!ret && action == &opening)
			EXPECT_EQ(0, read_byte());
		if (!ret && action->undo)
			action->undo();
	}
	EXPECT_EQ(0, restore());
	syscall(SYS_delete_module, "fail_call", 0);
}

/* --- Nothing left --------------------------------------------------------- */

/* Younger objects than 5 seconds are not looked at. */
TEST_F_TIMEOUT(faults, nothing_is_left_behind, 300)
{
	char leaks[4096] = "";
	ssize_t len;
	int fd;

	ASSERT_EQ(0, vga_unbind(bdf));
	unload();
	EXPECT_NE(0, access("/sys/module/vfio_pci_vga", F_OK));
	ASSERT_EQ(0, vga_write_file(KMEMLEAK, "scan"));
	sleep(6);
	ASSERT_EQ(0, vga_write_file(KMEMLEAK, "scan"));
	fd = open(KMEMLEAK, O_RDONLY | O_CLOEXEC);
	ASSERT_GE(fd, 0);
	len = read(fd, leaks, sizeof(leaks) - 1);
	close(fd);
	EXPECT_EQ(0, len) TH_LOG("%s", leaks);
	EXPECT_EQ(0, load());
	EXPECT_EQ(0, vga_bind(bdf, vga_driver()));
}

TEST_HARNESS_MAIN
