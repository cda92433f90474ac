// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two cards or more, and per round one access to each at the same moment. The
 * next round begins when all are done, so a wake-up that the VGA arbiter loses
 * is not made good by the next access: whoever lost it stays asleep until
 * somebody else comes along.
 *
 *	vga_rounds SECONDS [BYTES@]BDF...
 *
 * BYTES is the length of an access, by default 1; stock vfio-pci and this driver
 * hold the ranges for all of up to 4096.
 *
 * When a round does not end within two seconds, prints "hung BDF PID" for each
 * process that is still in its access, and "recovered" if the round ends within
 * half a minute after all; either is the end. Else, after SECONDS, prints
 * "done". In any case a line per card follows:
 *
 *	BDF DRIVER rounds=N mean_us=N p99_us=N p999_us=N max_us=N
 *
 * Exits with 1 if a round hung.
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

#define CARDS_MAX	8
#define HUNG_NS		2000000000ULL
#define RECOVERY_NS	30000000000ULL
/* Moves the accesses against each other, to meet the arbiter's race. */
#define STAGGER_NS	30000
#define BYTES_MAX	4096
#define DECODE		(PCI_COMMAND_IO | PCI_COMMAND_MEMORY)

struct shared {
	atomic_ulong round;
	atomic_uint arrived;
	atomic_bool stop;
	struct {
		atomic_ulong finished;
		struct latency latency;
		int error;
	} card[CARDS_MAX];
};

/* An emulator that runs all CPUs in turn goes on with the next one here. */
static void relax(void)
{
#ifdef __x86_64__
	__builtin_ia32_pause();
#endif
}

static void stagger(unsigned int *seed)
{
	uint64_t until = vga_now_ns() + rand_r(seed) % STAGGER_NS;

	while (vga_now_ns() < until)
		relax();
}

/* A CPU for each, as far as there are: who spins is in nobody's way. */
static void settle(unsigned int nth)
{
	unsigned long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(nth % cpus, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/*
 * The last to finish a round begins the next one. The others spin: a wake-up
 * by the scheduler would keep them apart.
 */
static void play(struct shared *shared, const struct vga_card *card,
		 unsigned int cards, unsigned int nth, ssize_t length)
{
	unsigned long round = 0;
	unsigned int seed = nth;
	uint64_t before;
	uint8_t bytes[BYTES_MAX];

	vga_die_with_parent();
	settle(nth);
	while (!shared->stop) {
		stagger(&seed);
		before = vga_now_ns();
		if (vga_read(card, VGA_MEM, bytes, length) != length) {
			shared->card[nth].error = EIO;
			return;
		}
		latency_add(&shared->card[nth].latency, vga_now_ns() - before);
		shared->card[nth].finished = ++round;
		if (atomic_fetch_add(&shared->arrived, 1) + 1 == cards) {
			shared->arrived = 0;
			shared->round = round;
		}
		while (shared->round != round && !shared->stop)
			relax();
	}
}

static int wait_for_round(struct shared *shared, unsigned long round,
			  uint64_t patience_ns)
{
	uint64_t end = vga_now_ns() + patience_ns;

	while (shared->round == round) {
		if (vga_now_ns() > end)
			return -ETIMEDOUT;
		usleep(10000);
	}
	return 0;
}

/* Returns whether a round hung. */
static bool watch(struct shared *shared, char **bdf, const pid_t *child,
		  unsigned int cards, uint64_t end)
{
	unsigned long round;
	unsigned int i;

	while (vga_now_ns() < end) {
		round = shared->round;
		if (!wait_for_round(shared, round, HUNG_NS))
			continue;
		for (i = 0; i < cards; i++)
			if (shared->card[i].finished == round)
				printf("hung %s %d\n", bdf[i], child[i]);
		fflush(stdout);
		if (!wait_for_round(shared, round, RECOVERY_NS))
			printf("recovered\n");
		fflush(stdout);
		return true;
	}
	printf("done\n");
	return false;
}

int main(int argc, char **argv)
{
	struct vga_card card[CARDS_MAX];
	int cards = argc - 2, i, ret;
	ssize_t length[CARDS_MAX];
	pid_t child[CARDS_MAX];
	struct shared *shared;
	char driver[64];
	bool hung;

	if (cards < 2 || cards > CARDS_MAX) {
		fprintf(stderr, "usage: vga_rounds SECONDS [BYTES@]BDF...\n");
		return 2;
	}
	argv += 2;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 2;
	for (i = 0; i < cards; i++) {
		length[i] = 1;
		if (strchr(argv[i], '@')) {
			length[i] = strtol(argv[i], &argv[i], 0);
			argv[i]++;
		}
		if (length[i] < 1 || length[i] > BYTES_MAX)
			return 2;
		ret = vga_open(&card[i], argv[i], VGA_OPEN_GROUP);
		if (!ret)
			ret = vga_command_set(&card[i], DECODE);
		if (ret) {
			fprintf(stderr, "%s: %s\n", argv[i], strerror(-ret));
			return 2;
		}
	}
	for (i = 0; i < cards; i++) {
		child[i] = fork();
		if (!child[i]) {
			play(shared, &card[i], cards, i, length[i]);
			_exit(0);
		}
	}
	hung = watch(shared, argv, child, cards,
		     vga_now_ns() +
			     strtoull(argv[-1], NULL, 0) * 1000000000ULL);
	shared->stop = true;
	for (i = 0; i < cards; i++) {
		kill(child[i], SIGKILL);
		vga_wait_for_exit(child[i], 5000);
		if (vga_bound_driver(argv[i], driver, sizeof(driver)))
			strcpy(driver, "none");
		printf("%s %s rounds=%lu ", argv[i], driver,
		       shared->card[i].finished);
		latency_print(&shared->card[i].latency);
		printf("%s\n", shared->card[i].error ? " failed" : "");
		hung |= shared->card[i].error;
	}
	return hung;
}
