// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other end of a transfer: user memory that is missing, read-only, slow,
 * or itself a piece of a card. Whatever it is, the legacy ranges are never held
 * while it is touched, so nobody else waits for it.
 */
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "lib/vfio_vga_harness.h"

#define PAGE		4096
#define PATIENCE_MS	2000

static bool all_are(const volatile uint8_t *bytes, size_t count, uint8_t value)
{
	for (; count; count--)
		if (*bytes++ != value)
			return false;
	return true;
}

FIXTURE(user_memory) {
	struct vga_card card;
	struct vga_card other;
	uint8_t *memory;
	uint8_t *pages;
};

FIXTURE_SETUP(user_memory)
{
	char bdf[16], other[16], why[256];

	CLAIM_CARD(0, bdf);
	REQUIRE_OPEN(VGA_OPEN_GROUP);
	REQUIRE_LAB_CARD(bdf);
	self->pages = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->pages);
	ASSERT_EQ(0, vga_open(&self->card, bdf, VGA_OPEN_GROUP));
	ASSERT_EQ(0, vga_command_set(&self->card,
				     PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	ASSERT_EQ(0, vga_show_memory_linearly(&self->card));
	self->memory = vga_map_bar(&self->card, 0, 16 * PAGE);
	ASSERT_NE(NULL, self->memory);

	/* Some tests use a second card where there is one. */
	self->other.fd = -1;
	if (!vga_claim_card(1, other, why, sizeof(why))) {
		ASSERT_EQ(0, vga_open(&self->other, other, VGA_OPEN_GROUP));
		ASSERT_EQ(0,
			  vga_command_set(&self->other,
					  PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	}
}

FIXTURE_TEARDOWN(user_memory)
{
	munmap(self->memory, 16 * PAGE);
	vga_close(&self->card);
	if (self->other.fd >= 0)
		vga_close(&self->other);
	munmap(self->pages, 4 * PAGE);
}

TEST_F(user_memory, unmapped_is_a_fault_and_frees_the_arbiter)
{
	EXPECT_EQ(-EFAULT, vga_read(&self->card, VGA_MEM, (void *)16, 8));
	EXPECT_EQ(0, vga_arbiter_is_free(self->card.bdf, PATIENCE_MS));
	EXPECT_EQ(-EFAULT, vga_write(&self->card, VGA_MEM, (void *)16, 8));
	EXPECT_EQ(0, vga_arbiter_is_free(self->card.bdf, PATIENCE_MS));
	EXPECT_EQ(-EFAULT, vga_read(&self->card, VGA_PORTS, (void *)16, 8));
	EXPECT_EQ(0, vga_arbiter_is_free(self->card.bdf, PATIENCE_MS));
	EXPECT_EQ(-EFAULT, vga_write(&self->card, VGA_PORTS, (void *)16, 8));
	EXPECT_EQ(0, vga_arbiter_is_free(self->card.bdf, PATIENCE_MS));
}

TEST_F(user_memory, read_only_cannot_be_read_into)
{
	ASSERT_EQ(0, mprotect(self->pages, PAGE, PROT_READ));
	EXPECT_EQ(-EFAULT, vga_read(&self->card, VGA_MEM, self->pages, 8));
	EXPECT_EQ(8, vga_write(&self->card, VGA_MEM, self->pages, 8));
}

TEST_F(user_memory, failed_write_leaves_the_card_alone)
{
	memset(self->memory, 0x42, 64);
	EXPECT_EQ(-EFAULT, vga_write(&self->card, VGA_MEM, (void *)16, 32));
	EXPECT_EQ(0x42, self->memory[0]);
	EXPECT_EQ(0x42, self->memory[31]);
}

/* A page that is there, followed by one that is not. */
TEST_F(user_memory, read_into_half_of_it_is_cut_short)
{
	memset(self->memory, 0x42, 4 * PAGE);
	memset(self->pages, 0, 4 * PAGE);
	ASSERT_EQ(0, mprotect(self->pages + PAGE, PAGE, PROT_NONE));
	ASSERT_EQ(PAGE, vga_read(&self->card, VGA_MEM, self->pages, 2 * PAGE));
	EXPECT_TRUE(all_are(self->pages, PAGE, 0x42));
}

TEST_F(user_memory, write_from_half_of_it_is_cut_short)
{
	memset(self->memory, 0, 4 * PAGE);
	memset(self->pages, 0x42, 4 * PAGE);
	ASSERT_EQ(0, mprotect(self->pages + PAGE, PAGE, PROT_NONE));
	ASSERT_EQ(PAGE, vga_write(&self->card, VGA_MEM, self->pages, 2 * PAGE));
	EXPECT_TRUE(all_are(self->memory, PAGE, 0x42));
	EXPECT_TRUE(all_are(self->memory + PAGE, PAGE, 0));
}

/* What a count covers is on the card, and what it does not cover is not. */
TEST_F(user_memory, count_of_a_torn_write_is_the_truth)
{
	size_t there;
	ssize_t ret;

	for (there = 1; there < 600; there += 37) {
		memset(self->memory, 0, PAGE);
		memset(self->pages, 0x42, PAGE);
		ASSERT_EQ(0, mprotect(self->pages + PAGE, PAGE, PROT_NONE));
		ret = vga_write(&self->card, VGA_MEM,
				self->pages + PAGE - there, there + 100);
		if (ret != -EFAULT) {
			ASSERT_LT(0, ret);
			ASSERT_GE((ssize_t)there, ret);
		} else {
			ret = 0;
		}
		ASSERT_TRUE(all_are(self->memory, ret, 0x42) &&
			    all_are(self->memory + ret, PAGE - ret, 0))
			TH_LOG("%zu bytes there, %zd told", there, ret);
	}
}

TEST_F(user_memory, touched_for_the_first_time_works)
{
	uint8_t *fresh;

	fresh = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, fresh);
	memset(self->memory, 0x42, 16 * PAGE);
	ASSERT_EQ(16 * PAGE, vga_read(&self->card, VGA_MEM, fresh, 16 * PAGE));
	EXPECT_EQ(0x42, fresh[0]);
	EXPECT_EQ(0x42, fresh[16 * PAGE - 1]);
	munmap(fresh, 16 * PAGE);
}

TEST_F(user_memory, in_the_cards_own_bar_works)
{
	memset(self->memory, 0, 16 * PAGE);
	memset(self->memory, 0x42, 512);
	/* From the window into memory further up, and back down. */
	ASSERT_EQ(512, vga_read(&self->card, VGA_MEM, self->memory + 8 * PAGE,
				512));
	EXPECT_EQ(0x42, self->memory[8 * PAGE]);
	EXPECT_EQ(0x42, self->memory[8 * PAGE + 511]);
	EXPECT_EQ(0, self->memory[8 * PAGE + 512]);
	memset(self->memory + 12 * PAGE, 0x24, 512);
	ASSERT_EQ(512, vga_write(&self->card, VGA_MEM,
				 self->memory + 12 * PAGE, 512));
	EXPECT_EQ(0x24, self->memory[0]);
	EXPECT_EQ(0x24, self->memory[511]);
}

/* The mapping has no pages yet: the fault comes in the middle of the call. */
TEST_F(user_memory, in_an_untouched_bar_mapping_works)
{
	uint8_t *fresh;

	memset(self->memory, 0x42, 512);
	fresh = vga_map_bar(&self->card, 0, 16 * PAGE);
	ASSERT_NE(NULL, fresh);
	EXPECT_EQ(512, vga_read(&self->card, VGA_MEM, fresh + 4 * PAGE, 512));
	EXPECT_EQ(0x42, self->memory[4 * PAGE + 511]);
	munmap(fresh, 16 * PAGE);
	fresh = vga_map_bar(&self->card, 0, 16 * PAGE);
	ASSERT_NE(NULL, fresh);
	EXPECT_EQ(512, vga_write(&self->card, VGA_MEM + PAGE, fresh, 512));
	EXPECT_EQ(0x42, self->memory[PAGE + 511]);
	munmap(fresh, 16 * PAGE);
}

TEST_F(user_memory, in_a_bar_that_is_switched_off_is_a_fault)
{
	ASSERT_EQ(0, vga_command_clear(&self->card, PCI_COMMAND_MEMORY));
	EXPECT_EQ(-EFAULT, vga_read(&self->card, VGA_MEM,
				    self->memory + 8 * PAGE, 8));
	EXPECT_EQ(-EFAULT, vga_write(&self->card, VGA_MEM,
				     self->memory + 8 * PAGE, 8));
	EXPECT_EQ(0, vga_arbiter_is_free(self->card.bdf, PATIENCE_MS));
}

TEST_F(user_memory, in_another_cards_bar_works)
{
	uint8_t *far;

	if (self->other.fd < 0)
		SKIP_TEST("needs a second card, VFIO_VGA_BDF2");
	far = vga_map_bar(&self->other, 0, PAGE);
	ASSERT_NE(NULL, far);
	memset(far, 0x42, 64);
	ASSERT_EQ(64, vga_write(&self->card, VGA_MEM, far, 64));
	EXPECT_EQ(0x42, self->memory[63]);
	memset(self->memory, 0x24, 64);
	ASSERT_EQ(64, vga_read(&self->card, VGA_MEM, far, 64));
	EXPECT_EQ(0x24, far[63]);
	munmap(far, PAGE);
}

struct transfer {
	const struct vga_card *card;
	uint8_t *buf;
	bool write;
	ssize_t ret;
};

static void *transfer(void *arg)
{
	struct transfer *t = arg;

	t->ret = t->write ? vga_write(t->card, VGA_MEM, t->buf, 64) :
			    vga_read(t->card, VGA_MEM, t->buf, 64);
	return NULL;
}

/* Make the first access to a page wait until user space serves it. */
static int delay_page(uint8_t *page)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range = { .start = (uintptr_t)page, .len = PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &range)) {
		close(fd);
		return -errno;
	}
	return fd;
}

static int serve_page(int fd, uint8_t *page, uint8_t *contents)
{
	struct uffdio_copy copy = {
		.dst = (uintptr_t)page, .src = (uintptr_t)contents, .len = PAGE
	};

	return ioctl(fd, UFFDIO_COPY, &copy) ? -errno : 0;
}

/* One access to the other card, in a child, so that a hang can be told. */
static int other_card_answers(const struct vga_card *other)
{
	pid_t child = fork();

	if (!child) {
		uint8_t byte;

		vga_die_with_parent();
		_exit(vga_read(other, VGA_MEM, &byte, 1) != 1);
	}
	return vga_wait_for_exit(child, PATIENCE_MS);
}

static void stall_and_look(struct __test_metadata *_metadata,
			   const struct vga_card *card,
			   const struct vga_card *other, uint8_t *pages,
			   bool write)
{
	struct transfer t = {
		.card = card, .buf = pages + PAGE, .write = write, .ret = -1
	};
	struct pollfd wait = { .events = POLLIN };
	pthread_t thread;

	memset(pages, 0x42, PAGE);
	wait.fd = delay_page(pages + PAGE);
	if (wait.fd < 0)
		SKIP_TEST("userfaultfd: %s", strerror(-wait.fd));
	ASSERT_EQ(0, pthread_create(&thread, NULL, transfer, &t));
	ASSERT_EQ(1, poll(&wait, 1, 5000))
		TH_LOG("the transfer did not touch the page");

	EXPECT_EQ(0, vga_arbiter_is_free(card->bdf, PATIENCE_MS));
	EXPECT_EQ(0, other->fd < 0 ? 0 : other_card_answers(other));

	ASSERT_EQ(0, serve_page(wait.fd, pages + PAGE, pages));
	pthread_join(thread, NULL);
	EXPECT_EQ(64, t.ret);
	close(wait.fd);
}

TEST_F(user_memory, slow_to_come_delays_nobody_else_in_a_read)
{
	memset(self->memory, 0x24, 64);
	stall_and_look(_metadata, &self->card, &self->other, self->pages,
		       false);
	EXPECT_EQ(0x24, self->pages[PAGE]);
	EXPECT_EQ(0x24, self->pages[PAGE + 63]);
	EXPECT_EQ(0x42, self->pages[PAGE + 64]);
}

TEST_F(user_memory, slow_to_come_delays_nobody_else_in_a_write)
{
	memset(self->memory, 0x24, 128);
	stall_and_look(_metadata, &self->card, &self->other, self->pages, true);
	EXPECT_EQ(0x42, self->memory[0]);
	EXPECT_EQ(0x42, self->memory[63]);
	EXPECT_EQ(0x24, self->memory[64]);
}

TEST_F(user_memory, that_never_comes_does_not_outlive_a_kill)
{
	struct pollfd wait = { .events = POLLIN };
	uint8_t *page = self->pages + PAGE;
	int ready[2], status;
	pid_t child;

	/* The child delays a page of its own: a fork does not inherit that. */
	ASSERT_EQ(0, pipe(ready));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		struct transfer t = { .card = &self->card, .buf = page };
		pthread_t thread;

		vga_die_with_parent();
		wait.fd = delay_page(page);
		if (wait.fd < 0 ||
		    pthread_create(&thread, NULL, transfer, &t) ||
		    poll(&wait, 1, 5000) != 1)
			_exit(1);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	wait.fd = ready[0];
	ASSERT_EQ(1, poll(&wait, 1, 5000));
	if (!(wait.revents & POLLIN))
		SKIP_TEST("no page can be delayed here");
	kill(child, SIGKILL);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, vga_arbiter_is_free(self->card.bdf, PATIENCE_MS));
	EXPECT_EQ(0, vga_out(&self->card, VGA_GFX_INDEX, 8));
}

TEST_HARNESS_MAIN
