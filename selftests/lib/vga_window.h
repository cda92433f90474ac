/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mapped window: a card opened for it, its first 64 KiB in this process, and
 * the same bytes through BAR 0. Loads and stores that may end in a signal.
 */
#ifndef VGA_WINDOW_H
#define VGA_WINDOW_H

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vfio_vga_test.h"

#define WINDOW_PAGE	4096
/* What a linear mode shows of the card's memory. */
#define WINDOW_SIZE	0x10000

struct vga_window {
	struct vga_card card;
	uint8_t *map;
	uint8_t *memory;
};

/* What window_close() takes as well. */
static const struct vga_window window_none = {
	.card = { .fd = -1, .group = -1, .iommu = -1 },
};

/* As for region 8's pread(); returns MAP_FAILED with errno. */
static inline void *window_mmap(const struct vga_card *card, uint64_t pos,
				size_t size, int prot, int flags)
{
	return mmap(NULL, size, prot, flags, card->fd,
		    ((uint64_t)VFIO_PCI_VGA_REGION_INDEX << 40) + pos);
}

static inline void window_close(struct vga_window *window)
{
	if (window->map)
		munmap(window->map, WINDOW_SIZE);
	if (window->memory)
		munmap(window->memory, WINDOW_SIZE);
	window->map = NULL;
	window->memory = NULL;
	vga_close(&window->card);
}

/*
 * Open a card in the mode that vga_mmap has, and show and map its memory. BAR 0
 * is mapped where its layout is known. Returns 0 or a negative errno; after
 * both window_close() is right.
 */
static inline int window_open(struct vga_window *window, const char *bdf)
{
	int ret, tries = 0;

	*window = window_none;
	/* A user that was killed may still be closing it. */
	while ((ret = vga_open(&window->card, bdf, VGA_OPEN_GROUP)) == -EBUSY &&
	       tries++ < 200)
		usleep(10000);
	if (!ret)
		ret = vga_command_set(&window->card,
				      PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	if (!ret)
		ret = vga_show_memory_linearly(&window->card);
	if (ret)
		return ret;
	window->map = window_mmap(&window->card, VGA_MEM, WINDOW_SIZE,
				  PROT_READ | PROT_WRITE, MAP_SHARED);
	if (window->map == MAP_FAILED) {
		window->map = NULL;
		return -errno;
	}
	if (!vga_is_lab_card(bdf))
		return 0;
	window->memory = vga_map_bar(&window->card, 0, WINDOW_SIZE);
	return window->memory ? 0 : -EIO;
}

static sigjmp_buf window_jump;
static volatile sig_atomic_t window_armed;

static inline void window_signal(int signal)
{
	if (window_armed) {
		window_armed = 0;
		siglongjmp(window_jump, signal);
	}
	/* An access that nobody expected to fail: die of it. */
	sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
}

static inline void window_catch_signals(void)
{
	struct sigaction action = { .sa_handler = window_signal };

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
}

/* Returns 0 or the signal that the store got. */
static inline int window_store(volatile uint8_t *at, uint8_t value)
{
	int signal = sigsetjmp(window_jump, 1);

	if (!signal) {
		window_armed = 1;
		*at = value;
		window_armed = 0;
	}
	return signal;
}

/* Returns the byte or the signal that the load got, negative. */
static inline int window_load(const volatile uint8_t *at)
{
	int signal = sigsetjmp(window_jump, 1);
	uint8_t value = 0;

	if (!signal) {
		window_armed = 1;
		value = *at;
		window_armed = 0;
	}
	return signal ? -signal : value;
}

/* How many bytes differ from @value. */
static inline size_t window_count_others(const volatile uint8_t *bytes,
					 size_t count, uint8_t value)
{
	size_t others = 0;

	for (; count; count--)
		others += *bytes++ != value;
	return others;
}

/*
 * For FIXTURE_SETUP: choose a mode for a claimed card. Skips where the driver
 * maps nothing, or not in this mode.
 */
#define CHOOSE_WINDOW(bdf, mode) do {					\
	int _ret = vga_choose(bdf, "vga_mmap", mode);		\
									\
	if (_ret == -ENOENT)						\
		SKIP_TEST("%s maps no window", vga_driver());		\
	if (_ret == -EOPNOTSUPP)					\
		SKIP_TEST("no window for %s on this CPU", mode);	\
	ASSERT_EQ(0, _ret);						\
} while (0)

#endif /* VGA_WINDOW_H */
