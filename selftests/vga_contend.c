// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several cards at once, each used as fast as one process can: how much each
 * moves and how long its accesses wait. A tool for tests, under any driver.
 *
 *	vga_contend SECONDS [MODE@]BDF...
 *
 * MODE is what the process does: read (1 byte of the window, default), write,
 * port (of the miscellaneous output register), slow (a read every 5 ms), or
 * mapped (a read through a mapping). What is read back must be what was last
 * written there: each card has a byte of its own in the window. Prints "begin"
 * when all start, and at the end a line per card:
 *
 *	BDF DRIVER MODE accesses=N mean_us=N p99_us=N p999_us=N max_us=N
 *		waits=N wait_p999_us=N state=STATE
 *
 * in one line. A wait is an access that took longer than half a millisecond,
 * which none does that finds the ranges at hand. Then comes a line "machine
 * waits=N wait_p999_us=N stalled_us=N": all cards' waits together, and how late
 * the machine was at worst to wake a real-time process, which nothing here can
 * better.
 *
 * STATE is done; hung for a process that did not come back from its last access
 * within ten seconds after the end; foreign for one that read another byte,
 * such as another card's; or failed:ERRNO, EFAULT for a SIGBUS. Exits with 1 unless all are done.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/latency.h"
#include "lib/vfio_vga_test.h"
#include "lib/vga_window.h"

#define CARDS_MAX	16
#define PATIENCE_S	10
#define SLOW_US		5000
#define STALL_LOOK_US	5000
#define WAIT_NS		500000

struct user {
	struct vga_card card;
	const char *bdf, *mode;
	uint8_t byte;
	int misc;
	const volatile uint8_t *map;
	pid_t child;
	struct result {
		struct latency latency, waits;
		int error;
		int done;
	} * result;
};

static struct result *mine;

static void no_page(int signal)
{
	(void)signal;
	mine->error = -EFAULT;
	mine->done = 1;
	_exit(0);
}

static int open_card(struct user *user)
{
	int ret;

	ret = vga_open(&user->card, user->bdf, VGA_OPEN_GROUP);
	if (!ret)
		ret = vga_command_set(&user->card,
				      PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	if (!ret)
		ret = vga_show_memory_linearly(&user->card);
	if (!ret && vga_write(&user->card, VGA_MEM, &user->byte, 1) != 1)
		ret = -EIO;
	if (ret)
		return ret;
	user->misc = vga_in(&user->card, VGA_MISC_READ);
	return user->misc < 0 ? user->misc : 0;
}

static int access_once(const struct user *user)
{
	uint8_t byte = user->byte;
	ssize_t ret;
	int misc;

	if (user->map)
		return *user->map == byte ? 0 : -EILSEQ;
	if (!strcmp(user->mode, "port")) {
		misc = vga_in(&user->card, VGA_MISC_READ);
		if (misc < 0)
			return misc;
		return misc == user->misc ? 0 : -EILSEQ;
	}
	if (!strcmp(user->mode, "write"))
		ret = vga_write(&user->card, VGA_MEM, &byte, 1);
	else
		ret = vga_read(&user->card, VGA_MEM, &byte, 1);
	if (ret != 1)
		return ret < 0 ? ret : -EIO;
	return byte == user->byte ? 0 : -EILSEQ;
}

static void use_card(struct user *user, uint64_t begin, uint64_t end)
{
	bool slow = !strcmp(user->mode, "slow");
	struct result *result = user->result;
	uint64_t before, took;

	vga_die_with_parent();
	mine = result;
	if (!strcmp(user->mode, "mapped")) {
		user->map = window_mmap(&user->card, VGA_MEM, WINDOW_PAGE,
					PROT_READ, MAP_SHARED);
		if (user->map == MAP_FAILED) {
			result->error = -errno;
			result->done = 1;
			return;
		}
		signal(SIGBUS, no_page);
	}
	while (vga_now_ns() < begin)
		usleep(1000);
	for (;;) {
		before = vga_now_ns();
		if (before >= end)
			break;
		result->error = access_once(user);
		if (result->error)
			break;
		took = vga_now_ns() - before;
		latency_add(&result->latency, took);
		if (took > WAIT_NS)
			latency_add(&result->waits, took);
		if (slow)
			usleep(SLOW_US);
	}
	result->done = 1;
}

/* How late the machine wakes somebody of the highest priority. */
static void watch_machine(atomic_ulong *stalled_us)
{
	const struct sched_param highest = { .sched_priority = 99 };
	uint64_t due, late;

	vga_die_with_parent();
	sched_setscheduler(0, SCHED_FIFO, &highest);
	for (;;) {
		due = vga_now_ns() + STALL_LOOK_US * 1000;
		usleep(STALL_LOOK_US);
		late = (vga_now_ns() - due) / 1000;
		if (late > *stalled_us)
			*stalled_us = late;
	}
}

static const char *state_of(const struct user *user, int exit_status)
{
	static char failed[64];
	int error = user->result->error;

	if (error == -EILSEQ)
		return "foreign";
	if (error) {
		snprintf(failed, sizeof(failed), "failed:%s",
			 strerrorname_np(-error));
		return failed;
	}
	if (user->result->done)
		return "done";
	return exit_status == -ETIMEDOUT ? "hung" : "failed:died";
}

int main(int argc, char **argv)
{
	struct user users[CARDS_MAX] = { 0 };
	struct latency waits = { 0 };
	struct result *results;
	uint64_t begin, end, now, last, left_ms;
	int cards = argc - 2, bad = 0, i, ret;
	atomic_ulong *stalled_us;
	pid_t watcher;
	char driver[64];
	char *at;

	if (cards < 1 || cards > CARDS_MAX) {
		fprintf(stderr, "usage: vga_contend SECONDS [MODE@]BDF...\n");
		return 2;
	}
	results = mmap(NULL, cards * sizeof(*results) + sizeof(*stalled_us),
		       PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		       0);
	if (results == MAP_FAILED)
		return 1;
	stalled_us = (atomic_ulong *)(results + cards);

	/* One after the other: where cards compete, a driver may hang here. */
	for (i = 0; i < cards; i++) {
		at = strchr(argv[i + 2], '@');
		if (at)
			*at = 0;
		users[i].mode = at ? argv[i + 2] : "read";
		users[i].bdf = at ? at + 1 : argv[i + 2];
		users[i].byte = 'A' + i;
		users[i].result = &results[i];
		results[i].error = open_card(&users[i]);
	}

	begin = vga_now_ns() + 100000000;
	end = begin + strtoull(argv[1], NULL, 0) * 1000000000ULL;
	for (i = 0; i < cards; i++) {
		users[i].child = results[i].error ? 0 : fork();
		if (!users[i].child && !results[i].error) {
			use_card(&users[i], begin, end);
			_exit(0);
		}
	}
	watcher = fork();
	if (!watcher)
		watch_machine(stalled_us);
	printf("begin\n");
	fflush(stdout);

	last = end + PATIENCE_S * 1000000000ULL;
	for (i = 0; i < cards; i++) {
		now = vga_now_ns();
		left_ms = now < last ? (last - now) / 1000000 : 100;
		ret = 0;
		if (users[i].child)
			ret = vga_wait_for_exit(users[i].child, left_ms);
		if (vga_bound_driver(users[i].bdf, driver, sizeof(driver)) ||
		    !*driver)
			strcpy(driver, "none");
		printf("%s %s %s accesses=%llu ", users[i].bdf, driver,
		       users[i].mode,
		       (unsigned long long)results[i].latency.count);
		latency_print(&results[i].latency);
		printf(" waits=%llu wait_p999_us=%.1f state=%s\n",
		       (unsigned long long)results[i].waits.count,
		       latency_percentile_ns(&results[i].waits, 0.999) / 1000.0,
		       state_of(&users[i], ret));
		bad |= !results[i].done || results[i].error;
		latency_merge(&waits, &results[i].waits);
	}
	kill(watcher, SIGKILL);
	waitpid(watcher, NULL, 0);
	printf("machine waits=%llu wait_p999_us=%.1f stalled_us=%lu\n",
	       (unsigned long long)waits.count,
	       latency_percentile_ns(&waits, 0.999) / 1000.0, *stalled_us);
	return bad;
}
