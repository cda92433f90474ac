/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's test harness and this project's words for it.
 */
#ifndef VFIO_VGA_HARNESS_H
#define VFIO_VGA_HARNESS_H

#include "kselftest_harness.h"

#include "vfio_vga_test.h"

/*
 * Leave a test or its setup as skipped. Older harnesses run the test even when
 * its setup said SKIP, so leave the way a failed ASSERT does; no teardown
 * follows a setup left like this.
 */
#ifdef _SETJMP_H
#define SKIP_TEST(fmt, ...) \
	SKIP(longjmp(_metadata->env, 1), fmt, ##__VA_ARGS__)
#else
/* There the test is a process of its own, and a failed ASSERT ends that. */
static inline void leave_test(struct __test_metadata *test)
{
	if (test->teardown_fn)
		test->teardown_fn(false, test, test->self, test->variant);
	_exit(KSFT_SKIP);
}

#define SKIP_TEST(fmt, ...) \
	SKIP(leave_test(_metadata), fmt, ##__VA_ARGS__)
#endif

/*
 * The nth card for this test, bound to the driver under test. Nothing named
 * and nothing found is a skip; a card that was named and cannot be used is a
 * failure.
 */
#define CLAIM_CARD(nth, bdf) do {					\
	char _why[256];							\
	int _ret = vga_claim_card(nth, bdf, _why, sizeof(_why));	\
									\
	if (_ret > 0)							\
		SKIP_TEST("%s", _why);					\
	ASSERT_EQ(0, _ret) TH_LOG("%s", _why);				\
} while (0)

#define REQUIRE_OPEN(how) do {						\
	if (!vga_can_open(how))						\
		SKIP_TEST("this kernel cannot open a device by %s",	\
			  (how) == VGA_OPEN_CDEV ?			\
			  "cdev and iommufd" : "group and container");	\
} while (0)

/* Tests that look for bytes in BAR0 know where QEMU's cards keep them. */
#define REQUIRE_LAB_CARD(bdf) do {					\
	if (!vga_is_lab_card(bdf))					\
		SKIP_TEST("%s: not a card whose memory layout is known", \
			  bdf);						\
} while (0)

/* The harness calls a program passed when all of its tests were skipped. */
static void exit_skipped(void)
{
	if (ksft_cnt.ksft_xskip && ksft_cnt.ksft_xskip == ksft_plan) {
		fflush(stdout);
		_exit(KSFT_SKIP);
	}
}

static void __attribute__((constructor)) tell_skipped_at_exit(void)
{
	atexit(exit_skipped);
}

#endif /* VFIO_VGA_HARNESS_H */
