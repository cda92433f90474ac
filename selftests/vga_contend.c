// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several cards at once, each used as fast as one process can: how much each
 * moves and how long its accesses wait. A tool for tests, under any driver.
 *
 *	vga_contend SECONDS [MODE@]BDF...
 *
 * MODE is what the process does: read (1 byte of the text window, default),
 * write, port, or slow (a read every 5 ms). Prints a line per card:
 *
 *	BDF DRIVER MODE accesses=N mean_us=N p99_us=N p999_us=N max_us=N state=STATE
 *
 * STATE is done; hung for a process that did not come back from its last access
 * within ten seconds after the end; or failed:ERRNO. Exits with 1 unless all
 * are done.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/vfio_vga_test.h"

#define CARDS_MAX	16
#define PATIENCE_S	10
/* Latencies by powers of two and sixteenths: 6 % is the resolution. */
#define SUB		16
#define BUCKETS		(40 * SUB)

struct result {
	uint64_t accesses, sum_ns, max_ns;
	uint64_t bucket[BUCKETS];
	int error;
	int done;
};

static unsigned int bucket_of(uint64_t ns)
{
	unsigned int log;

	if (ns < SUB)
		return ns;
	log = 63 - __builtin_clzll(ns);
	log = (log - 3) * SUB + ((ns >> (log - 4)) & (SUB - 1));
	return log < BUCKETS ? log : BUCKETS - 1;
}

/* The upper edge of a bucket, in ns. */
static uint64_t edge_of(unsigned int bucket)
{
	unsigned int log = bucket / SUB + 3;

	if (bucket < SUB)
		return bucket + 1;
	return (uint64_t)(SUB + bucket % SUB + 1) << (log - 4);
}

static uint64_t percentile_ns(const struct result *result, double share)
{
	uint64_t left = result->accesses * (1 - share);
	unsigned int i;

	for (i = BUCKETS; i-- > 0;) {
		if (result->bucket[i] > left)
			return edge_of(i) < result->max_ns ? edge_of(i) :
							     result->max_ns;
		left -= result->bucket[i];
	}
	return 0;
}

static int access_once(const struct vga_card *card, const char *mode)
{
	uint8_t byte = 0x20;
	ssize_t ret;

	if (!strcmp(mode, "write"))
		ret = vga_write(card, VGA_TEXT, &byte, 1);
	else if (!strcmp(mode, "port"))
		ret = vga_read(card, VGA_MISC_READ, &byte, 1);
	else
		ret = vga_read(card, VGA_TEXT, &byte, 1);
	if (!strcmp(mode, "slow"))
		usleep(5000);
	return ret == 1 ? 0 : ret < 0 ? ret : -EIO;
}

static void use_card(const char *bdf, const char *mode, uint64_t begin,
		     uint64_t end, struct result *result)
{
	uint64_t before, after;
	struct vga_card card;

	vga_die_with_parent();
	result->error = vga_open(&card, bdf, VGA_OPEN_GROUP);
	if (result->error)
		return;
	while (vga_now_ns() < begin)
		usleep(1000);
	for (before = vga_now_ns(); before < end; before = vga_now_ns()) {
		result->error = access_once(&card, mode);
		if (result->error)
			break;
		after = vga_now_ns();
		if (!strcmp(mode, "slow"))
			after -= after - before > 5000000 ? 5000000 : 0;
		result->accesses++;
		result->sum_ns += after - before;
		result->bucket[bucket_of(after - before)]++;
		if (after - before > result->max_ns)
			result->max_ns = after - before;
	}
	vga_close(&card);
	result->done = 1;
}

int main(int argc, char **argv)
{
	static const char *mode[CARDS_MAX], *bdf[CARDS_MAX];
	struct result *results;
	pid_t child[CARDS_MAX];
	uint64_t begin, end;
	char driver[64];
	int cards = argc - 2, bad = 0, i;

	if (cards < 1 || cards > CARDS_MAX) {
		fprintf(stderr, "usage: vga_contend SECONDS [MODE@]BDF...\n");
		return 2;
	}
	results = mmap(NULL, cards * sizeof(*results), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		return 1;

	begin = vga_now_ns() + 1000000000ULL;
	end = begin + strtoull(argv[1], NULL, 0) * 1000000000ULL;
	for (i = 0; i < cards; i++) {
		char *at = strchr(argv[i + 2], '@');

		mode[i] = at ? argv[i + 2] : "read";
		bdf[i] = at ? at + 1 : argv[i + 2];
		if (at)
			*at = 0;
		child[i] = fork();
		if (!child[i]) {
			use_card(bdf[i], mode[i], begin, end, &results[i]);
			_exit(0);
		}
	}

	for (i = 0; i < cards; i++) {
		const struct result *r = &results[i];
		uint64_t now = vga_now_ns(), last = end + PATIENCE_S * 1000000000ULL;
		int ret = vga_wait_for_exit(child[i], now < last ?
					    (last - now) / 1000000 : 100);

		if (vga_bound_driver(bdf[i], driver, sizeof(driver)))
			strcpy(driver, "none");
		printf("%s %s %s accesses=%llu mean_us=%.1f p99_us=%.1f p999_us=%.1f max_us=%.1f state=",
		       bdf[i], driver, mode[i],
		       (unsigned long long)r->accesses,
		       r->accesses ? r->sum_ns / 1000.0 / r->accesses : 0,
		       percentile_ns(r, 0.99) / 1000.0,
		       percentile_ns(r, 0.999) / 1000.0, r->max_ns / 1000.0);
		if (ret < 0 && !r->done && !r->error)
			printf("hung\n");
		else if (r->error)
			printf("failed:%s\n", strerror(-r->error));
		else
			printf("done\n");
		bad |= !r->done || r->error;
	}
	fflush(stdout);
	for (i = 0; i < cards; i++)
		kill(child[i], SIGKILL);
	return bad;
}
