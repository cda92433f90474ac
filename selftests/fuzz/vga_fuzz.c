// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anything, from several threads, on several cards, at once: what never may
 * happen does not.
 *
 *   vga_fuzz [-s SEED] [-n OPERATIONS] [-t THREADS] BDF BDF...
 *
 * A process for each card; its threads read, write, map, reset, close and open
 * the card and turn its knobs as the seed says, and the process is killed and
 * the card bound anew meanwhile. The same seed makes the same sequences; how
 * they meet is the scheduler's.
 *
 * Every byte that a card's user writes has the card's number in its upper half,
 * and so has all of the card's memory. A byte with another number has come from
 * another card: isolation is broken. Counters never go back, no lease and no
 * wait is longer than the bounds below, errors are those that
 * docs/ABI/vga-region.rst lists, and every operation ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/vfio_vga_test.h"

#define CARDS_MAX	7
#define THREADS_MAX	8
/* What the window shows in all modes that are set here. */
#define MEMORY		0x40000
#define PAGE		0x1000
#define WINDOW_PAGES	32

/* Far more than a slow machine needs, far less than for ever. */
#define LEASE_BOUND_US	2000000
#define WAIT_BOUND_US	30000000
#define STUCK_S		60
#define STUCK_NS	(STUCK_S * 1000000000ULL)
/* Opens of cards that others may still be closing. */
#define OPEN_TRIES	500

enum operation {
	OP_READ_MEMORY,
	OP_WRITE_MEMORY,
	OP_READ_PORT,
	OP_WRITE_PORT,
	OP_OUTSIDE,
	OP_BAR,
	OP_CONFIG_READ,
	OP_CONFIG_WRITE,
	OP_MAP,
	OP_UNMAP,
	OP_LOAD,
	OP_STORE,
	OP_INFO,
	OP_FEATURE,
	OP_SYSFS_READ,
	OP_SYSFS_WRITE,
	OP_LINEAR,
	OP_RESET,
	OP_REOPEN,
	OPERATIONS,
};

/* How often, beside each other, and how many in a row at most. */
static const struct {
	const char *name;
	unsigned int weight, row;
} operations[OPERATIONS] = {
	[OP_READ_MEMORY] = { "read memory", 1500, 64 },
	[OP_WRITE_MEMORY] = { "write memory", 1500, 64 },
	[OP_READ_PORT] = { "read a port", 1200, 64 },
	[OP_WRITE_PORT] = { "write a port", 800, 64 },
	[OP_OUTSIDE] = { "outside the ranges", 500, 64 },
	[OP_BAR] = { "read BAR 0", 400, 4 },
	[OP_CONFIG_READ] = { "read config space", 600, 8 },
	[OP_CONFIG_WRITE] = { "write config space", 120, 1 },
	[OP_MAP] = { "map", 150, 1 },
	[OP_UNMAP] = { "unmap", 150, 1 },
	[OP_LOAD] = { "load", 1200, 256 },
	[OP_STORE] = { "store", 1200, 256 },
	[OP_INFO] = { "ask for info", 600, 32 },
	[OP_FEATURE] = { "features", 60, 1 },
	[OP_SYSFS_READ] = { "read sysfs", 120, 1 },
	[OP_SYSFS_WRITE] = { "write sysfs", 90, 1 },
	[OP_LINEAR] = { "set the mode", 40, 1 },
	[OP_RESET] = { "reset", 4, 1 },
	[OP_REOPEN] = { "close and open", 10, 1 },
};

static const char *const counters[] = {
	"leases", "accesses", "waits", "wait_max_us", "hold_max_us",
	"wakeups_repaired", "liars_seen"
};

#define COUNTERS	(sizeof(counters) / sizeof(*counters))
#define WAIT_MAX	3
#define HOLD_MAX	4

/* Between the processes. */
struct shared {
	unsigned long wanted;
	unsigned long done;
	unsigned long count[OPERATIONS];
	unsigned long kills, binds;
	bool broken;
	struct {
		/* Odd while it is not bound. */
		unsigned int binding;
		struct {
			unsigned int operation;
			uint64_t since;
		} thread[THREADS_MAX];
	} card[CARDS_MAX];
};

static struct shared *shared;

static char bdfs[CARDS_MAX][16];
static pid_t users[CARDS_MAX];
static unsigned int nr_cards, nr_threads = 2;
static uint64_t seed = 1;

static void broken(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	printf("# BROKEN: ");
	vprintf(format, arguments);
	printf("\n");
	fflush(stdout);
	va_end(arguments);
	__atomic_store_n(&shared->broken, true, __ATOMIC_RELAXED);
}

/* --- One card's user ------------------------------------------------------ */

static unsigned int number;
static struct vga_card card;
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
static enum vga_open_how how;

struct thread {
	uint64_t random;
	uint8_t *map;
	size_t map_pages;
	unsigned int index;
	pthread_t id;
};

static __thread sigjmp_buf jump;
static __thread volatile sig_atomic_t armed;

static uint64_t pick(struct thread *thread, uint64_t below)
{
	/* xorshift64* */
	thread->random ^= thread->random >> 12;
	thread->random ^= thread->random << 25;
	thread->random ^= thread->random >> 27;
	return (thread->random * 0x2545f4914f6cdd1dULL >> 16) % below;
}

static uint8_t tag(void)
{
	return (number + 1) << 4;
}

static void on_signal(int signal)
{
	if (armed) {
		armed = 0;
		siglongjmp(jump, 1);
	}
	_exit(128 + signal);
}

/*
 * All ones is what a card gives that does not decode. Zeros are in the latches
 * of one that was reset, from where a store may take them into its memory. No
 * card has the numbers 0 and 15.
 */
static void check_bytes(const uint8_t *bytes, size_t count, const char *where,
			uint64_t at)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if ((bytes[i] & 0xf0) == tag() || bytes[i] == 0xff ||
		    !bytes[i])
			continue;
		broken("card %u: %s at %#llx has %#x", number, where,
		       (unsigned long long)at + i, bytes[i]);
		return;
	}
}

/* Errors of region 8 that may come at any time. */
static void check_error(ssize_t ret, const char *what)
{
	switch (ret < 0 ? -ret : 0) {
	case 0:
	/* vfio_vga/participation was off at open, or the range's end */
	case EINVAL:
	case EBUSY:
	case EIO:
	/* closed by another thread */
	case EBADF:
	case ENODEV:
		return;
	default:
		broken("card %u: %s: error %zd", number, what, -ret);
	}
}

static void memory(struct thread *thread, bool write)
{
	static const size_t sizes[] = { 1, 1, 2, 4, 8, 16, 160, 4096, 9000 };
	uint64_t at = VGA_MEM + pick(thread, VGA_MEM_END - VGA_MEM);
	size_t size = sizes[pick(thread, 9)], i;
	uint8_t bytes[9000];
	ssize_t ret;

	/* The long ones take their time. */
	if (size > 16 && pick(thread, 8))
		size = 1;
	if (!write) {
		ret = vga_read(&card, at, bytes, size);
		if (ret > 0)
			check_bytes(bytes, ret, "window", at);
		check_error(ret, "a read");
		return;
	}
	for (i = 0; i < size; i++)
		bytes[i] = tag() | (i & 0xf);
	check_error(vga_write(&card, at, bytes, size), "a write");
}

static void read_port(struct thread *thread)
{
	uint8_t bytes[8];

	check_error(vga_read(&card, 0x3b0 + pick(thread, 0x30), bytes,
			     1 + pick(thread, 4)),
		    "a read of ports");
}

/* Not those that change what a store to the window leaves in memory. */
static void write_port(struct thread *thread)
{
	static const uint16_t ports[] = { 0x3c6, 0x3c7, 0x3c8, 0x3c9, 0x3d4 };
	uint8_t value = pick(thread, 256);

	check_error(vga_write(&card, ports[pick(thread, 5)], &value, 1),
		    "a write to a port");
}

static void leave_ranges(struct thread *thread)
{
	static const uint64_t places[] = {
		0, 0x3af, 0x3bc, 0x3bf, 0x3e0, 0x9ffff, 0xc0000, 1ULL << 32
	};
	uint64_t at = places[pick(thread, 8)];
	uint8_t byte = 0;
	ssize_t ret = pick(thread, 2) ? vga_read(&card, at, &byte, 1) :
					vga_write(&card, at, &byte, 1);

	if (ret != -EINVAL && ret != -EBADF)
		broken("card %u: outside at %#llx: %zd", number,
		       (unsigned long long)at, ret);
}

static void read_bar(struct thread *thread)
{
	uint64_t at = pick(thread, MEMORY - PAGE);
	uint8_t bytes[512];
	ssize_t ret = vga_region_read(&card, 0, at, bytes, sizeof(bytes));

	if (ret > 0)
		check_bytes(bytes, ret, "BAR 0", at);
}

static void read_config(struct thread *thread)
{
	uint32_t value;

	vga_region_read(&card, VFIO_PCI_CONFIG_REGION_INDEX,
			pick(thread, 64) * 4, &value, sizeof(value));
}

static void write_config(struct thread *thread)
{
	uint16_t command = PCI_COMMAND_IO | PCI_COMMAND_MEMORY;
	uint32_t bar = 0x50000000;

	switch (pick(thread, 8)) {
	case 0:
		command = pick(thread, 4);
		break;
	case 1:
		vga_region_write(&card, VFIO_PCI_CONFIG_REGION_INDEX,
				 PCI_BASE_ADDRESS_0, &bar, sizeof(bar));
		return;
	}
	vga_region_write(&card, VFIO_PCI_CONFIG_REGION_INDEX, PCI_COMMAND,
			 &command, sizeof(command));
}

static void unmap(struct thread *thread)
{
	if (thread->map)
		munmap(thread->map, thread->map_pages * PAGE);
	thread->map = NULL;
}

static void map(struct thread *thread)
{
	uint64_t first = pick(thread, WINDOW_PAGES);
	void *at;

	unmap(thread);
	thread->map_pages = 1 + pick(thread, WINDOW_PAGES - first);
	at = mmap(NULL, thread->map_pages * PAGE, PROT_READ | PROT_WRITE,
		  MAP_SHARED, card.fd,
		  ((uint64_t)VFIO_PCI_VGA_REGION_INDEX << 40) + VGA_MEM +
			  first * PAGE);
	if (at != MAP_FAILED)
		thread->map = at;
	else if (errno != EINVAL && errno != EBADF)
		broken("card %u: mmap: error %d", number, errno);
	/* Never: it would reach over the end. */
	at = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, card.fd,
		  ((uint64_t)VFIO_PCI_VGA_REGION_INDEX << 40) + VGA_MEM_END);
	if (at != MAP_FAILED)
		broken("card %u: a page behind the window was mapped", number);
}

static void load_or_store(struct thread *thread, bool store)
{
	volatile uint8_t *at;
	uint8_t byte;

	if (!thread->map)
		return;
	at = thread->map + pick(thread, thread->map_pages * PAGE);
	if (sigsetjmp(jump, 1))
		return;
	armed = 1;
	if (store) {
		*at = tag() | 5;
		armed = 0;
		return;
	}
	byte = *at;
	armed = 0;
	check_bytes(&byte, 1, "mapping", at - thread->map);
}

static void ask_for_info(struct thread *thread)
{
	struct {
		struct vfio_region_info info;
		uint8_t caps[256];
	} region = { .info.index = pick(thread, 12) };
	struct vfio_irq_info irq = {
		.argsz = pick(thread, 24), .index = pick(thread, 6)
	};
	struct vfio_device_info device = { .argsz = pick(thread, 40) };

	switch (pick(thread, 4)) {
	case 0:
		ioctl(card.fd, VFIO_DEVICE_GET_INFO, &device);
		break;
	case 1:
		ioctl(card.fd, VFIO_DEVICE_GET_IRQ_INFO, &irq);
		break;
	default:
		region.info.argsz = pick(thread, sizeof(region));
		ioctl(card.fd, VFIO_DEVICE_GET_REGION_INFO, &region);
	}
}

static void features(struct thread *thread)
{
	struct {
		struct vfio_device_feature feature;
		uint8_t data[64];
	} what = { .feature.argsz = sizeof(what) };

	/* Low power and all else, known or not. */
	what.feature.flags = pick(thread, 16) |
			     (1 + pick(thread, 7)) << 16;
	ioctl(card.fd, VFIO_DEVICE_FEATURE, &what);
}

static int sysfs_path(char *path, size_t size, const char *file)
{
	return snprintf(path, size, "/sys/bus/pci/devices/%s/vfio_vga/%s",
			bdfs[number], file);
}

static void read_sysfs(struct thread *thread)
{
	static const char *const files[] = {
		"lease_us", "participation", "liar_policy", "shared_bus",
		"vga_mmap", "quirks", "leaks", "leak_trace", "accesses"
	};
	char path[96], text[4096];
	int fd;

	sysfs_path(path, sizeof(path), files[pick(thread, 9)]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, text, sizeof(text)) < 0)
		broken("card %u: %s cannot be read", number, path);
	close(fd);
}

static void write_sysfs(struct thread *thread)
{
	static const struct {
		const char *file, *word;
	} words[] = {
		{ "lease_us", "0" },
		{ "lease_us", "100" },
		{ "lease_us", "2000" },
		{ "lease_us", "2000" },
		{ "lease_us", "100000" },
		{ "lease_us", "-1" },
		{ "participation", "auto" },
		{ "participation", "auto" },
		{ "participation", "on" },
		{ "participation", "off" },
		{ "participation", "maybe" },
		{ "liar_policy", "warn" },
		{ "liar_policy", "deny" },
		{ "liar_policy", "fence" },
		{ "shared_bus", "allow" },
		{ "shared_bus", "deny" },
		{ "vga_mmap", "user" },
		{ "vga_mmap", "user" },
		{ "vga_mmap", "off" },
		{ "quirk_add", "mirror bar=0 offset=0x100000 size=0x100" },
		{ "quirk_add", "mirror bar=9" },
		{ "quirk_disable", "added-1" },
		{ "quirk_enable", "added-1" },
		{ "leak_trace", "0" },
		{ "leak_trace", "0" },
		{ "leak_trace", "1" },
	};
	unsigned int i = pick(thread, sizeof(words) / sizeof(*words));

	vga_choose(bdfs[number], words[i].file, words[i].word);
}

static int open_card(void)
{
	int tries, ret;

	for (tries = 0; tries < OPEN_TRIES; tries++) {
		ret = vga_open(&card, bdfs[number], how);
		if (ret != -EBUSY)
			break;
		usleep(10000);
	}
	if (!ret)
		vga_command_set(&card, PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	return ret;
}

/* The device alone; who uses the other file goes on with it. */
static void reopen(void)
{
	int old, new;

	if (how == VGA_OPEN_CDEV)
		return;
	pthread_mutex_lock(&opening);
	old = card.fd;
	close(old);
	new = ioctl(card.group, VFIO_GROUP_GET_DEVICE_FD, bdfs[number]);
	if (new < 0)
		broken("card %u: cannot be opened again: %d", number, errno);
	card.fd = new;
	pthread_mutex_unlock(&opening);
	vga_command_set(&card, PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
}

static enum operation choose(struct thread *thread)
{
	unsigned int operation, weights = 0, among;

	for (operation = 0; operation < OPERATIONS; operation++)
		weights += operations[operation].weight;
	among = pick(thread, weights);
	for (operation = 0; among >= operations[operation].weight; operation++)
		among -= operations[operation].weight;
	return operation;
}

static void operate(struct thread *thread, enum operation operation)
{
	switch (operation) {
	case OP_READ_MEMORY:
		return memory(thread, false);
	case OP_WRITE_MEMORY:
		return memory(thread, true);
	case OP_READ_PORT:
		return read_port(thread);
	case OP_WRITE_PORT:
		return write_port(thread);
	case OP_OUTSIDE:
		return leave_ranges(thread);
	case OP_BAR:
		return read_bar(thread);
	case OP_CONFIG_READ:
		return read_config(thread);
	case OP_CONFIG_WRITE:
		return write_config(thread);
	case OP_MAP:
		return map(thread);
	case OP_UNMAP:
		return unmap(thread);
	case OP_LOAD:
		return load_or_store(thread, false);
	case OP_STORE:
		return load_or_store(thread, true);
	case OP_INFO:
		return ask_for_info(thread);
	case OP_FEATURE:
		return features(thread);
	case OP_SYSFS_READ:
		return read_sysfs(thread);
	case OP_SYSFS_WRITE:
		return write_sysfs(thread);
	case OP_LINEAR:
		vga_show_memory_linearly(&card);
		return;
	case OP_RESET:
		ioctl(card.fd, VFIO_DEVICE_RESET);
		return;
	case OP_REOPEN:
		return reopen();
	case OPERATIONS:
		break;
	}
}

static bool is_over(void)
{
	return __atomic_load_n(&shared->done, __ATOMIC_RELAXED) >=
		       shared->wanted ||
	       __atomic_load_n(&shared->broken, __ATOMIC_RELAXED);
}

static void *work(void *data)
{
	struct thread *thread = data;
	enum operation operation = OPERATIONS;
	unsigned int more = 0;

	while (!is_over()) {
		if (more) {
			more--;
		} else {
			operation = choose(thread);
			more = pick(thread, operations[operation].row);
		}
		shared->card[number].thread[thread->index].operation = operation;
		__atomic_store_n(&shared->card[number].thread[thread->index].since,
				 vga_now_ns(), __ATOMIC_RELAXED);
		operate(thread, operation);
		__atomic_store_n(&shared->card[number].thread[thread->index].since,
				 0, __ATOMIC_RELAXED);
		__atomic_add_fetch(&shared->count[operation], 1,
				   __ATOMIC_RELAXED);
		__atomic_add_fetch(&shared->done, 1, __ATOMIC_RELAXED);
	}
	unmap(thread);
	return NULL;
}

/* The whole memory has the card's number before anybody looks. */
static int fill(void)
{
	uint8_t bytes[PAGE];
	uint64_t at;
	ssize_t ret;

	memset(bytes, tag(), sizeof(bytes));
	for (at = 0; at < MEMORY; at += PAGE) {
		ret = vga_region_write(&card, 0, at, bytes, PAGE);
		if (ret != PAGE)
			return ret < 0 ? ret : -EIO;
	}
	return 0;
}

/* All of it, not a sample. */
static void check_memory(void)
{
	uint8_t bytes[PAGE];
	uint64_t at;

	vga_command_set(&card, PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	for (at = 0; at < MEMORY; at += PAGE)
		if (vga_region_read(&card, 0, at, bytes, PAGE) == PAGE)
			check_bytes(bytes, PAGE, "BAR 0", at);
}

static int use_card(unsigned int incarnation)
{
	struct thread threads[THREADS_MAX] = {};
	struct sigaction action = { .sa_handler = on_signal };
	unsigned int i;
	int ret;

	vga_die_with_parent();
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	how = incarnation % 2 && vga_can_open(VGA_OPEN_CDEV) ? VGA_OPEN_CDEV :
							       VGA_OPEN_GROUP;
	ret = open_card();
	if (!ret && !incarnation)
		ret = fill();
	if (ret) {
		broken("card %u: cannot be opened and filled: error %d",
		       number, -ret);
		return 1;
	}
	check_memory();
	vga_show_memory_linearly(&card);
	for (i = 0; i < nr_threads; i++) {
		threads[i].index = i;
		threads[i].random =
			(seed * 1000003 + number * 1009 + incarnation * 31 + i +
			 1) * 0x9e3779b97f4a7c15ULL |
			1;
		pthread_create(&threads[i].id, NULL, work, &threads[i]);
	}
	for (i = 0; i < nr_threads; i++)
		pthread_join(threads[i].id, NULL);
	check_memory();
	vga_close(&card);
	return 0;
}

/* --- Those who kill, bind and watch --------------------------------------- */

static unsigned int incarnations[CARDS_MAX];

static void start(unsigned int which)
{
	unsigned int i;

	for (i = 0; i < THREADS_MAX; i++)
		shared->card[which].thread[i].since = 0;
	fflush(stdout);
	users[which] = fork();
	if (users[which])
		return;
	number = which;
	_exit(use_card(incarnations[which]));
}

static void restart(unsigned int which)
{
	incarnations[which]++;
	start(which);
}

static void kill_user(unsigned int which)
{
	kill(users[which], SIGKILL);
	if (vga_wait_for_exit(users[which], STUCK_S * 1000) == -ETIMEDOUT)
		broken("card %u: its user cannot be killed", which);
	shared->kills++;
}

/* The driver is asked to let go while the card is in use. */
static void bind_again(unsigned int which)
{
	pid_t unbinder;

	__atomic_add_fetch(&shared->card[which].binding, 1, __ATOMIC_SEQ_CST);
	fflush(stdout);
	unbinder = fork();
	if (!unbinder) {
		vga_die_with_parent();
		_exit(vga_unbind(bdfs[which]) != 0);
	}
	usleep(20000);
	kill_user(which);
	if (vga_wait_for_exit(unbinder, STUCK_S * 1000))
		broken("card %u: cannot be unbound", which);
	else if (vga_bind(bdfs[which], vga_driver()))
		broken("card %u: cannot be bound again", which);
	vga_choose(bdfs[which], "vga_mmap", "user");
	__atomic_add_fetch(&shared->card[which].binding, 1, __ATOMIC_SEQ_CST);
	shared->binds++;
}

static void watch_threads(unsigned int which)
{
	uint64_t now = vga_now_ns(), since;
	unsigned int i, operation;

	for (i = 0; i < nr_threads; i++) {
		since = __atomic_load_n(&shared->card[which].thread[i].since,
					__ATOMIC_RELAXED);
		operation = shared->card[which].thread[i].operation;
		if (since && now > since && now - since > STUCK_NS)
			broken("card %u: \"%s\" does not end", which,
			       operations[operation].name);
	}
}

static unsigned int binding_of(unsigned int which)
{
	return __atomic_load_n(&shared->card[which].binding, __ATOMIC_SEQ_CST);
}

static void watch_counters(unsigned int which)
{
	static unsigned int seen_binding[CARDS_MAX];
	static long seen[CARDS_MAX][COUNTERS];
	unsigned int binding, i;
	char file[64];
	long now;

	for (i = 0; i < COUNTERS; i++) {
		binding = binding_of(which);
		snprintf(file, sizeof(file), "vfio_vga/%s", counters[i]);
		now = vga_sysfs_number(bdfs[which], file);
		/* They begin anew with every binding. */
		if (binding % 2 || binding != binding_of(which))
			return;
		if (seen_binding[which] != binding)
			memset(seen[which], 0, sizeof(seen[which]));
		seen_binding[which] = binding;
		if (now < seen[which][i])
			broken("card %u: %s went from %ld to %ld", which,
			       counters[i], seen[which][i], now);
		if ((i == WAIT_MAX && now > WAIT_BOUND_US) ||
		    (i == HOLD_MAX && now > LEASE_BOUND_US))
			broken("card %u: %s is %ld", which, counters[i], now);
		seen[which][i] = now;
	}
}

static void *watch(void *unused)
{
	unsigned int which;

	while (!is_over()) {
		for (which = 0; which < nr_cards; which++) {
			watch_threads(which);
			watch_counters(which);
		}
		usleep(100000);
	}
	return NULL;
}

/* Until all is done, disturb; @random is the seed's, too. */
static void disturb(struct thread *random)
{
	uint64_t next = vga_now_ns() + 2000000000;
	unsigned int which;
	int status;
	pid_t pid;

	while (!is_over()) {
		usleep(20000);
		pid = waitpid(-1, &status, WNOHANG);
		for (which = 0; pid > 0 && which < nr_cards; which++) {
			if (users[which] != pid || is_over())
				continue;
			broken("card %u: its user ended with status %#x", which,
			       status);
		}
		if (vga_now_ns() < next)
			continue;
		next = vga_now_ns() + (2000 + pick(random, 4000)) * 1000000;
		which = pick(random, nr_cards);
		if (pick(random, 4))
			kill_user(which);
		else
			bind_again(which);
		restart(which);
	}
}

static void show_usage(void)
{
	fprintf(stderr, "usage: vga_fuzz [-s SEED] [-n OPERATIONS] [-t THREADS] BDF BDF...\n");
	exit(2);
}

int main(int argc, char **argv)
{
	struct thread random = {};
	uint64_t begin = vga_now_ns();
	unsigned int which, i;
	pthread_t watcher;
	double seconds;
	int option;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	shared->wanted = 100000;
	while ((option = getopt(argc, argv, "s:n:t:")) >= 0) {
		if (option == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (option == 'n')
			shared->wanted = strtoul(optarg, NULL, 0);
		else if (option == 't')
			nr_threads = strtoul(optarg, NULL, 0);
		else
			show_usage();
	}
	nr_cards = argc - optind;
	if (!nr_cards || nr_cards > CARDS_MAX || !nr_threads ||
	    nr_threads > THREADS_MAX)
		show_usage();

	printf("TAP version 13\n1..1\n");
	for (which = 0; which < nr_cards; which++) {
		snprintf(bdfs[which], sizeof(bdfs[which]), "%s",
			 argv[optind + which]);
		if (vga_bind(bdfs[which], vga_driver()) ||
		    vga_choose(bdfs[which], "vga_mmap", "user")) {
			printf("# %s cannot be bound to %s\nnot ok 1 fuzz\n",
			       bdfs[which], vga_driver());
			return 1;
		}
	}
	random.random = seed * 0x9e3779b97f4a7c15ULL | 1;
	for (which = 0; which < nr_cards; which++)
		start(which);
	pthread_create(&watcher, NULL, watch, NULL);
	disturb(&random);
	pthread_join(watcher, NULL);
	for (which = 0; which < nr_cards; which++)
		if (vga_wait_for_exit(users[which], STUCK_S * 1000) == -ETIMEDOUT)
			broken("card %u: its user does not end", which);
	/* What a thread or the policies left must not be the next one's. */
	for (which = 0; which < nr_cards; which++)
		if (vga_unbind(bdfs[which]) ||
		    vga_bind(bdfs[which], vga_driver()))
			broken("card %u: cannot be bound at the end", which);

	for (i = 0; i < OPERATIONS; i++)
		printf("# %9lu %s\n", shared->count[i], operations[i].name);
	printf("# %9lu kills\n# %9lu bindings\n", shared->kills, shared->binds);
	seconds = (vga_now_ns() - begin) / 1e9;
	printf("# seed %llu: %lu operations on %u cards in %.0f s, %.0f/s\n",
	       (unsigned long long)seed, shared->done, nr_cards, seconds,
	       shared->done / seconds);
	printf("%sok 1 seed_%llu_breaks_nothing\n",
	       shared->broken ? "not " : "", (unsigned long long)seed);
	return shared->broken;
}
