// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one access costs: 1-byte reads through the VGA region beside a 1-byte
 * read of BAR0 of the same card, which is the floor any VFIO access has.
 *
 *	vga_latency		judge the card under test, as TAP
 *	vga_latency --measure	print the medians only, for any driver
 */
#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>

#include "kselftest.h"
#include "lib/vfio_vga_test.h"

#define ROUNDS		101
#define CALLS		50
#define LIMIT		1.5

enum kind { BAR0, TEXT, LINEAR, PORT, KINDS };

static const struct {
	const char *name;
	uint32_t region;
	uint64_t pos;
	int (*prepare)(const struct vga_card *card);
} reads[KINDS] = {
	[BAR0] = { "BAR0", VFIO_PCI_BAR0_REGION_INDEX, 0, NULL },
	[TEXT] = { "0xb8000 in text mode", VFIO_PCI_VGA_REGION_INDEX, VGA_TEXT,
		   vga_show_text },
	[LINEAR] = { "0xa0000 in chain-4 mode", VFIO_PCI_VGA_REGION_INDEX,
		     VGA_MEM, vga_show_memory_linearly },
	[PORT] = { "port 0x3cc", VFIO_PCI_VGA_REGION_INDEX, VGA_MISC_READ,
		   NULL },
};

static double samples[KINDS][ROUNDS];

static int compare(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof(*values), compare);
	return values[ROUNDS / 2];
}

/*
 * Microseconds per read, over a few calls so that the clock does not count, and
 * after a few that follow a change of mode: what they cost is the machine's.
 */
static int sample(const struct vga_card *card, enum kind what, double *us)
{
	uint64_t begin = 0;
	uint8_t byte;
	int i;

	for (i = -CALLS; i < CALLS; i++) {
		if (i == 0)
			begin = vga_now_ns();
		if (vga_region_read(card, reads[what].region, reads[what].pos,
				    &byte, 1) != 1)
			return -EIO;
	}
	*us = (vga_now_ns() - begin) / 1000.0 / CALLS;
	return 0;
}

/* Rounds alternate, so that what disturbs the machine disturbs all alike. */
static int measure(const struct vga_card *card, double *medians)
{
	int round, what, ret;

	for (round = -5; round < ROUNDS; round++) {
		for (what = 0; what < KINDS; what++) {
			double us;

			ret = reads[what].prepare ? reads[what].prepare(card) :
						    0;
			if (!ret)
				ret = sample(card, what, &us);
			if (ret)
				return ret;
			if (round >= 0)
				samples[what][round] = us;
		}
	}
	for (what = 0; what < KINDS; what++)
		medians[what] = median(samples[what]);
	return 0;
}

static void tell(const double *medians)
{
	int what;

	for (what = 0; what < KINDS; what++)
		ksft_print_msg("%s: 1-byte read of %s: %.2f us, %.2f x BAR0\n",
			       vga_driver(), reads[what].name, medians[what],
			       medians[what] / medians[BAR0]);
}

int main(int argc, char **argv)
{
	bool judge = argc < 2 || strcmp(argv[1], "--measure");
	struct vga_card card;
	double medians[KINDS];
	char bdf[16], why[256];
	int ret, what;

	if (judge) {
		ksft_print_header();
		ksft_set_plan(KINDS - 1);
	}
	ret = vga_claim_card(0, bdf, why, sizeof(why));
	if (ret > 0) {
		if (!judge)
			return KSFT_SKIP;
		for (what = BAR0 + 1; what < KINDS; what++)
			ksft_test_result_skip("%s\n", why);
		ksft_print_cnts();
		return KSFT_SKIP;
	}
	if (ret)
		ksft_exit_fail_msg("%s\n", why);
	ret = vga_open(&card, bdf, VGA_OPEN_GROUP);
	if (ret)
		ksft_exit_fail_msg("cannot open %s: %s\n", bdf, strerror(-ret));
	ret = vga_command_set(&card, PCI_COMMAND_IO | PCI_COMMAND_MEMORY) ?:
		      measure(&card, medians);
	vga_close(&card);
	if (ret)
		ksft_exit_fail_msg("cannot read: %s\n", strerror(-ret));
	tell(medians);
	if (!judge)
		return KSFT_PASS;
	for (what = BAR0 + 1; what < KINDS; what++) {
		bool cheap = medians[what] <= LIMIT * medians[BAR0];

		ksft_test_result(cheap, "%s costs at most %.1f x BAR0\n",
				 reads[what].name, LIMIT);
	}
	ksft_finished();
}
