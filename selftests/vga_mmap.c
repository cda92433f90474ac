// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mapped window: it is the card's memory whatever its user does with the
 * mapping, and whoever else touches it.
 */
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "lib/vfio_vga_harness.h"
#include "lib/vga_window.h"

#define PATIENCE_MS	5000

/* --- The mapping ---------------------------------------------------------- */

FIXTURE(window) {
	char bdf[16], other_bdf[16];
	struct vga_window window, other;
	uint8_t *map, *memory;
};

FIXTURE_VARIANT(window) {
	const char *mode;
};

FIXTURE_VARIANT_ADD(window, user) { .mode = "user" };
FIXTURE_VARIANT_ADD(window, kvm) { .mode = "kvm" };

FIXTURE_SETUP(window)
{
	CLAIM_CARD(0, self->bdf);
	REQUIRE_OPEN(VGA_OPEN_GROUP);
	REQUIRE_LAB_CARD(self->bdf);
	CHOOSE_WINDOW(self->bdf, variant->mode);
	/* A test that was killed did not put it back. */
	ASSERT_EQ(0, vga_choose(self->bdf, "lease_us", "2000"));
	window_catch_signals();
	ASSERT_EQ(0, window_open(&self->window, self->bdf));
	self->map = self->window.map;
	self->memory = self->window.memory;
	memset(self->memory, 0, WINDOW_SIZE);
	self->other = window_none;
	self->other_bdf[0] = '\0';
}

FIXTURE_TEARDOWN(window)
{
	window_close(&self->other);
	if (*self->other_bdf)
		vga_choose(self->other_bdf, "vga_mmap", "off");
	window_close(&self->window);
	vga_choose(self->bdf, "vga_mmap", "off");
	/* Whatever the test did, the card is closed and works. */
	EXPECT_EQ(0, vga_arbiter_is_free(self->bdf, 1000));
	EXPECT_EQ(0, vga_open(&self->window.card, self->bdf, VGA_OPEN_GROUP));
	EXPECT_LE(0, vga_in(&self->window.card, VGA_GFX_INDEX));
	vga_close(&self->window.card);
}

/* For tests that need a second card. */
#define OPEN_OTHER() do {						\
	CLAIM_CARD(1, self->other_bdf);					\
	REQUIRE_LAB_CARD(self->other_bdf);				\
	CHOOSE_WINDOW(self->other_bdf, variant->mode);			\
	ASSERT_EQ(0, window_open(&self->other, self->other_bdf));	\
	memset(self->other.memory, 0, WINDOW_SIZE);			\
} while (0)

/* Have another card take the route, so that the mapping has no pages. */
#define TAKE_AWAY() \
	ASSERT_LE(0, vga_in(&self->other.card, VGA_GFX_INDEX))

TEST_F(window, is_refused_outside_the_memory_range)
{
	static const struct {
		uint64_t pos;
		size_t size;
	} outside[] = {
		{ 0, WINDOW_PAGE },
		{ 0, VGA_REGION_SIZE },
		{ VGA_MEM - WINDOW_PAGE, WINDOW_PAGE },
		{ VGA_MEM - WINDOW_PAGE, 2 * WINDOW_PAGE },
		{ VGA_MEM, VGA_MEM_END - VGA_MEM + WINDOW_PAGE },
		{ VGA_MEM_END - WINDOW_PAGE, 2 * WINDOW_PAGE },
		{ VGA_MEM_END, WINDOW_PAGE },
		{ 1UL << 32, WINDOW_PAGE },
		{ (1UL << 40) - WINDOW_PAGE, WINDOW_PAGE },
		{ (1UL << 40) - WINDOW_PAGE, 2 * WINDOW_PAGE },
	};
	int i;

	for (i = 0; i < (int)(sizeof(outside) / sizeof(*outside)); i++) {
		EXPECT_EQ(MAP_FAILED,
			  window_mmap(&self->window.card, outside[i].pos,
				      outside[i].size, PROT_READ, MAP_SHARED))
			TH_LOG("%lx+%lx", outside[i].pos, outside[i].size);
		EXPECT_EQ(EINVAL, errno);
	}
}

TEST_F(window, is_neither_private_nor_executable)
{
	EXPECT_EQ(MAP_FAILED, window_mmap(&self->window.card, VGA_MEM,
					  WINDOW_PAGE, PROT_READ | PROT_WRITE,
					  MAP_PRIVATE));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, window_mmap(&self->window.card, VGA_MEM,
					  WINDOW_PAGE, PROT_READ | PROT_EXEC,
					  MAP_SHARED));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(-1, mprotect(self->map, WINDOW_PAGE, PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(0, window_store(self->map, 1));
}

TEST_F(window, is_the_cards_memory)
{
	uint64_t i;

	for (i = 0; i < WINDOW_SIZE; i += 251) {
		ASSERT_EQ(0, window_store(self->map + i, i * 7));
		ASSERT_EQ((uint8_t)(i * 7), self->memory[i]);
		self->memory[i] ^= 0xff;
		ASSERT_EQ((uint8_t)(i * 7) ^ 0xff, window_load(self->map + i));
	}
	/* Wider ones, and those that are not aligned. */
	*(volatile uint16_t *)(self->map + 0x102) = 0x1122;
	*(volatile uint32_t *)(self->map + 0x204) = 0x33445566;
	*(volatile uint64_t *)(self->map + 0x308) = 0x0102030405060708;
	*(volatile uint32_t *)(self->map + WINDOW_PAGE - 1) = 0x778899aa;
	EXPECT_EQ(0, memcmp(self->memory + 0x102, "\x22\x11", 2));
	EXPECT_EQ(0, memcmp(self->memory + 0x204, "\x66\x55\x44\x33", 4));
	EXPECT_EQ(0, memcmp(self->memory + 0x308,
			    "\x08\x07\x06\x05\x04\x03\x02\x01", 8));
	EXPECT_EQ(0, memcmp(self->memory + WINDOW_PAGE - 1, "\xaa\x99\x88\x77",
			    4));
	EXPECT_EQ(0x33445566, *(volatile uint32_t *)(self->map + 0x204));
	EXPECT_EQ(0x0102030405060708, *(volatile uint64_t *)(self->map + 0x308));
}

TEST_F(window, shows_text_as_well)
{
	uint8_t *text, cells[4];

	text = window_mmap(&self->window.card, VGA_TEXT, WINDOW_PAGE,
			   PROT_READ | PROT_WRITE, MAP_SHARED);
	ASSERT_NE(MAP_FAILED, text);
	ASSERT_EQ(0, vga_show_text(&self->window.card));
	memcpy(text + 160, "H\x07i\x1f", 4);
	ASSERT_EQ(4, vga_read(&self->window.card, VGA_TEXT + 160, cells, 4));
	EXPECT_EQ(0, memcmp(cells, "H\x07i\x1f", 4));
	EXPECT_EQ('i', window_load(text + 162));
	munmap(text, WINDOW_PAGE);
}

TEST_F(window, of_a_part_shows_that_part)
{
	uint8_t *part, *last;

	part = window_mmap(&self->window.card, VGA_MEM + 3 * WINDOW_PAGE,
			   2 * WINDOW_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	ASSERT_NE(MAP_FAILED, part);
	last = window_mmap(&self->window.card, VGA_MEM_END - WINDOW_PAGE,
			   WINDOW_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	ASSERT_NE(MAP_FAILED, last);
	EXPECT_EQ(0, window_store(part, 0x31));
	EXPECT_EQ(0, window_store(part + 2 * WINDOW_PAGE - 1, 0x32));
	EXPECT_EQ(0x31, self->memory[3 * WINDOW_PAGE]);
	EXPECT_EQ(0x32, self->memory[5 * WINDOW_PAGE - 1]);
	EXPECT_EQ(0x31, window_load(self->map + 3 * WINDOW_PAGE));
	/* Nothing decodes there in this mode, but it is the card's to say. */
	EXPECT_LE(0, window_load(last + WINDOW_PAGE - 1));
	EXPECT_EQ(0, munmap(part, 2 * WINDOW_PAGE));
	EXPECT_EQ(0, munmap(last, WINDOW_PAGE));
}

/* A child stores a value everywhere in its part, again and again. */
static pid_t start_storing(volatile uint8_t *part, size_t size, uint8_t value,
			   int times)
{
	pid_t child = fork();
	size_t i;

	if (child)
		return child;
	vga_die_with_parent();
	while (times--) {
		for (i = 0; i < size; i++)
			part[i] = value;
		for (i = 0; i < size; i += 61)
			if (part[i] != value)
				_exit(1);
	}
	_exit(0);
}

TEST_F(window, is_shared_by_two_processes)
{
	pid_t child[2];
	uint8_t *own;
	int i;

	/* The one uses what it inherited, the other a mapping of its own. */
	own = window_mmap(&self->window.card, VGA_MEM, WINDOW_SIZE,
			  PROT_READ | PROT_WRITE, MAP_SHARED);
	ASSERT_NE(MAP_FAILED, own);
	child[0] = start_storing(self->map, WINDOW_SIZE / 2, 'x', 4);
	munmap(self->map, WINDOW_SIZE);
	child[1] = start_storing(own + WINDOW_SIZE / 2, WINDOW_SIZE / 2, 'y',
				 4);
	self->window.map = own;
	for (i = 0; i < 2; i++)
		EXPECT_EQ(0, vga_wait_for_exit(child[i], 20000));
	EXPECT_EQ(0, window_count_others(self->memory, WINDOW_SIZE / 2, 'x'));
	EXPECT_EQ(0, window_count_others(self->memory + WINDOW_SIZE / 2,
					 WINDOW_SIZE / 2, 'y'));
}

TEST_F(window, survives_fork)
{
	pid_t child;

	/* Pages present at fork, then absent. */
	EXPECT_EQ(0, window_store(self->map, 1));
	child = start_storing(self->map + 1, 1, 2, 1);
	EXPECT_EQ(0, window_store(self->map + 2, 3));
	EXPECT_EQ(0, vga_wait_for_exit(child, PATIENCE_MS));
	usleep(20000);
	child = start_storing(self->map + 3, 1, 4, 1);
	EXPECT_EQ(0, vga_wait_for_exit(child, PATIENCE_MS));
	EXPECT_EQ(0, window_store(self->map + 4, 5));
	EXPECT_EQ(0, memcmp(self->memory, "\1\2\3\4\5", 5));
}

TEST_F(window, obeys_mprotect)
{
	int i;

	for (i = 0; i < 10; i++) {
		EXPECT_EQ(0, window_store(self->map, 1));
		ASSERT_EQ(0, mprotect(self->map, WINDOW_SIZE, PROT_READ));
		EXPECT_EQ(SIGSEGV, window_store(self->map, 2));
		EXPECT_EQ(1, window_load(self->map));
		usleep(i * 1000);
		EXPECT_EQ(SIGSEGV, window_store(self->map, 2));
		EXPECT_EQ(1, self->memory[0]);
		ASSERT_EQ(0, mprotect(self->map, WINDOW_SIZE, PROT_NONE));
		EXPECT_EQ(-SIGSEGV, window_load(self->map));
		ASSERT_EQ(0, mprotect(self->map, WINDOW_SIZE,
				      PROT_READ | PROT_WRITE));
		EXPECT_EQ(0, window_store(self->map, 3));
		EXPECT_EQ(3, self->memory[0]);
	}
}

TEST_F(window, opened_for_reading_takes_no_stores)
{
	uint8_t *map;

	map = window_mmap(&self->window.card, VGA_MEM, WINDOW_PAGE, PROT_READ,
			  MAP_SHARED);
	ASSERT_NE(MAP_FAILED, map);
	self->memory[7] = 0x42;
	EXPECT_EQ(0x42, window_load(map + 7));
	EXPECT_EQ(SIGSEGV, window_store(map + 7, 1));
	EXPECT_EQ(0x42, self->memory[7]);
	munmap(map, WINDOW_PAGE);
}

TEST_F(window, can_be_moved_and_shrunk_but_not_grown)
{
	uint8_t *moved;

	ASSERT_EQ(0, window_store(self->map + 5 * WINDOW_PAGE, 1));
	moved = mmap(NULL, WINDOW_SIZE, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, moved);
	ASSERT_EQ(moved, mremap(self->map, WINDOW_SIZE, WINDOW_SIZE,
				MREMAP_MAYMOVE | MREMAP_FIXED, moved));
	EXPECT_EQ(-SIGSEGV, window_load(self->map));
	EXPECT_EQ(1, window_load(moved + 5 * WINDOW_PAGE));
	EXPECT_EQ(0, window_store(moved + 6 * WINDOW_PAGE, 2));
	EXPECT_EQ(2, self->memory[6 * WINDOW_PAGE]);

	ASSERT_EQ(moved, mremap(moved, WINDOW_SIZE, 2 * WINDOW_PAGE, 0));
	EXPECT_EQ(-SIGSEGV, window_load(moved + 2 * WINDOW_PAGE));
	EXPECT_EQ(0, window_store(moved + 2 * WINDOW_PAGE - 1, 3));
	EXPECT_EQ(3, self->memory[2 * WINDOW_PAGE - 1]);

	/* Neither back nor beyond, neither in place nor elsewhere nor again. */
	EXPECT_EQ(MAP_FAILED, mremap(moved, 2 * WINDOW_PAGE, WINDOW_SIZE, 0));
	EXPECT_EQ(MAP_FAILED, mremap(moved, 2 * WINDOW_PAGE, WINDOW_SIZE * 4,
				     MREMAP_MAYMOVE));
	EXPECT_EQ(MAP_FAILED, mremap(moved, 0, WINDOW_SIZE * 4,
				     MREMAP_MAYMOVE));
	EXPECT_EQ(0, window_store(moved, 4));
	EXPECT_EQ(4, self->memory[0]);
	munmap(moved, 2 * WINDOW_PAGE);
	self->window.map = NULL;
}

TEST_F(window, can_be_unmapped_in_parts)
{
	ASSERT_EQ(0, window_store(self->map, 1));
	ASSERT_EQ(0, munmap(self->map + 4 * WINDOW_PAGE, WINDOW_PAGE));
	EXPECT_EQ(SIGSEGV, window_store(self->map + 4 * WINDOW_PAGE, 1));
	EXPECT_EQ(0, window_store(self->map + 4 * WINDOW_PAGE - 1, 2));
	EXPECT_EQ(0, window_store(self->map + 5 * WINDOW_PAGE, 3));
	EXPECT_EQ(2, self->memory[4 * WINDOW_PAGE - 1]);
	EXPECT_EQ(3, self->memory[5 * WINDOW_PAGE]);
	ASSERT_EQ(0, munmap(self->map, 4 * WINDOW_PAGE));
	usleep(20000);
	EXPECT_EQ(0, window_store(self->map + 6 * WINDOW_PAGE, 4));
	EXPECT_EQ(4, self->memory[6 * WINDOW_PAGE]);
}

TEST_F(window, keeps_the_card_open_without_its_file)
{
	struct vga_card again;
	int ms;

	munmap(self->memory, WINDOW_SIZE);
	self->window.memory = NULL;
	EXPECT_EQ(0, window_store(self->map, 1));
	vga_close(&self->window.card);
	EXPECT_EQ(0, window_store(self->map + 1, 2));
	usleep(20000);
	EXPECT_EQ(1, window_load(self->map));
	EXPECT_EQ(2, window_load(self->map + 1));
	EXPECT_GT(0, vga_open(&again, self->bdf, VGA_OPEN_GROUP));
	munmap(self->map, WINDOW_SIZE / 2);
	EXPECT_EQ(0, window_store(self->map + WINDOW_SIZE / 2, 3));
	EXPECT_EQ(3, window_load(self->map + WINDOW_SIZE / 2));
	EXPECT_GT(0, vga_open(&again, self->bdf, VGA_OPEN_GROUP));
	munmap(self->map, WINDOW_SIZE);
	self->window.map = NULL;
	for (ms = 0; vga_open(&again, self->bdf, VGA_OPEN_GROUP); ms += 10) {
		ASSERT_GT(PATIENCE_MS, ms) TH_LOG("still open");
		usleep(10000);
	}
	vga_close(&again);
}

/* --- A card that does not answer ------------------------------------------- */

TEST_F(window, of_a_card_that_does_not_decode_is_sigbus)
{
	int i;

	for (i = 0; i < 5; i++) {
		EXPECT_EQ(0, window_store(self->map, 1));
		ASSERT_EQ(0, vga_command_clear(&self->window.card,
					       PCI_COMMAND_MEMORY));
		EXPECT_EQ(SIGBUS, window_store(self->map, 2));
		EXPECT_EQ(-SIGBUS, window_load(self->map));
		EXPECT_EQ(0, vga_arbiter_is_free(self->bdf, 1000));
		ASSERT_EQ(0, vga_command_set(&self->window.card,
					     PCI_COMMAND_MEMORY));
		EXPECT_EQ(1, window_load(self->map));
		EXPECT_EQ(0, window_store(self->map, 3));
		EXPECT_EQ(3, self->memory[0]);
	}
}

/* A system call that meets the SIGBUS says EFAULT. */
TEST_F(window, of_a_card_that_does_not_decode_is_efault_in_calls)
{
	int pipes[2];

	ASSERT_EQ(0, pipe(pipes));
	ASSERT_EQ(4, write(pipes[1], "abcd", 4));
	ASSERT_EQ(0, vga_command_clear(&self->window.card, PCI_COMMAND_MEMORY));
	EXPECT_EQ(-1, read(pipes[0], self->map, 4));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, write(pipes[1], self->map, 4));
	EXPECT_EQ(EFAULT, errno);
	close(pipes[0]);
	close(pipes[1]);
}

/* --- Others who touch it ----------------------------------------------------- */

/* A child that holds still for a debugger and then stores a last byte. */
static pid_t start_debuggee(uint8_t *map)
{
	pid_t child = fork();

	if (child)
		return child;
	vga_die_with_parent();
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	if (window_store(map, 'd'))
		_exit(1);
	raise(SIGSTOP);
	_exit(window_store(map + 64, 'e') || window_load(map) < 0);
}

TEST_F(window, is_an_error_or_the_truth_for_a_debugger)
{
	uint8_t bytes[8] = { 0 };
	struct iovec local = { bytes, sizeof(bytes) };
	struct iovec remote = { self->map, sizeof(bytes) };
	char path[64];
	ssize_t ret;
	int mem, status, round;
	pid_t child;
	long word;

	memset(self->memory, 'm', 64);
	child = start_debuggee(self->map);
	ASSERT_LE(0, child);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_TRUE(WIFSTOPPED(status));
	snprintf(path, sizeof(path), "/proc/%d/mem", child);
	mem = open(path, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, mem);
	/* With and without pages present. */
	for (round = 0; round < 2; round++, usleep(20000)) {
		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, child, self->map, 0);
		if (!errno)
			EXPECT_EQ(0, memcmp(&word, self->memory, sizeof(word)));
		ret = process_vm_readv(child, &local, 1, &remote, 1, 0);
		if (ret > 0)
			EXPECT_EQ(0, memcmp(bytes, self->memory, ret));
		ret = pread(mem, bytes, sizeof(bytes), (uintptr_t)self->map);
		if (ret > 0)
			EXPECT_EQ(0, memcmp(bytes, self->memory, ret));
		memset(bytes, 'w', sizeof(bytes));
		if (!ptrace(PTRACE_POKEDATA, child, self->map + 8,
			    0x7777777777777777))
			EXPECT_EQ(0, memcmp(bytes, self->memory + 8, 8));
		remote.iov_base = self->map + 16;
		ret = process_vm_writev(child, &local, 1, &remote, 1, 0);
		if (ret > 0)
			EXPECT_EQ(0, memcmp(bytes, self->memory + 16, ret));
		ret = pwrite(mem, bytes, 8, (uintptr_t)self->map + 24);
		if (ret > 0)
			EXPECT_EQ(0, memcmp(bytes, self->memory + 24, ret));
		remote.iov_base = self->map;
		EXPECT_EQ('d', self->memory[0]);
	}
	close(mem);
	ASSERT_EQ(0, ptrace(PTRACE_CONT, child, 0, 0));
	EXPECT_EQ(0, vga_wait_for_exit(child, PATIENCE_MS));
	EXPECT_EQ('e', self->memory[64]);
}

/*
 * The copy to user memory faults for this card's lease: whoever held the other
 * card's meanwhile would wait for itself.
 */
TEST_F_TIMEOUT(window, takes_another_cards_window, 60)
{
	int i;

	OPEN_OTHER();
	for (i = 0; i < 30; i++) {
		memset(self->memory, 0, WINDOW_SIZE);
		memset(self->other.memory, 'o' + i, WINDOW_SIZE);
		ASSERT_EQ(WINDOW_SIZE, vga_read(&self->other.card, VGA_MEM,
						self->map, WINDOW_SIZE));
		ASSERT_EQ(0, window_count_others(self->memory, WINDOW_SIZE,
						 'o' + i));
		memset(self->memory, i, WINDOW_SIZE);
		ASSERT_EQ(WINDOW_SIZE, vga_write(&self->other.card, VGA_MEM,
						 self->map, WINDOW_SIZE));
		ASSERT_EQ(0, window_count_others(self->other.memory,
						 WINDOW_SIZE, i));
	}
}

TEST_F(window, takes_its_own_cards_regions)
{
	struct vga_card *card = &self->window.card;

	OPEN_OTHER();
	memset(self->memory, 0x11, WINDOW_PAGE);
	memset(self->memory + WINDOW_PAGE, 0x22, WINDOW_PAGE);
	TAKE_AWAY();
	ASSERT_EQ(WINDOW_PAGE, vga_read(card, VGA_MEM, self->map + WINDOW_PAGE,
					WINDOW_PAGE));
	EXPECT_EQ(0, window_count_others(self->memory, 2 * WINDOW_PAGE, 0x11));
	memset(self->memory, 0x33, WINDOW_PAGE);
	TAKE_AWAY();
	ASSERT_EQ(WINDOW_PAGE, vga_write(card, VGA_MEM + WINDOW_PAGE, self->map,
					 WINDOW_PAGE));
	EXPECT_EQ(0, window_count_others(self->memory, 2 * WINDOW_PAGE, 0x33));
	/* BAR 0 and config space, whose copies are made in the core. */
	memset(self->memory, 0x44, WINDOW_PAGE);
	TAKE_AWAY();
	ASSERT_EQ(WINDOW_PAGE, vga_region_read(card, VFIO_PCI_BAR0_REGION_INDEX,
					       0, self->map + WINDOW_PAGE,
					       WINDOW_PAGE));
	EXPECT_EQ(0, window_count_others(self->memory, 2 * WINDOW_PAGE, 0x44));
	memset(self->memory, 0x55, WINDOW_PAGE);
	TAKE_AWAY();
	ASSERT_EQ(WINDOW_PAGE, vga_region_write(card,
						VFIO_PCI_BAR0_REGION_INDEX,
						WINDOW_PAGE, self->map,
						WINDOW_PAGE));
	EXPECT_EQ(0, window_count_others(self->memory, 2 * WINDOW_PAGE, 0x55));
	TAKE_AWAY();
	ASSERT_EQ(64, vga_region_read(card, VFIO_PCI_CONFIG_REGION_INDEX, 0,
				      self->map, 64));
	EXPECT_EQ(vga_sysfs_number(self->bdf, "vendor"),
		  self->memory[0] | self->memory[1] << 8);
}

TEST_F(window, can_be_read_into_and_written_from)
{
	uint8_t block[4 * WINDOW_PAGE];
	int i, file;

	OPEN_OTHER();
	file = memfd_create("window", MFD_CLOEXEC);
	ASSERT_LE(0, file);
	memset(block, 'f', sizeof(block));
	ASSERT_EQ(sizeof(block), pwrite(file, block, sizeof(block), 0));
	for (i = 0; i < 10; i++) {
		memset(self->memory, 0, sizeof(block));
		TAKE_AWAY();
		ASSERT_EQ(sizeof(block), pread(file, self->map, sizeof(block),
					       0));
		ASSERT_EQ(0, window_count_others(self->memory, sizeof(block),
						 'f'));
		memset(self->memory, i, sizeof(block));
		TAKE_AWAY();
		ASSERT_EQ(sizeof(block), pwrite(file, self->map, sizeof(block),
						sizeof(block)));
		ASSERT_EQ(sizeof(block), pread(file, block, sizeof(block),
					       sizeof(block)));
		ASSERT_EQ(0, window_count_others(block, sizeof(block), i));
	}
	close(file);
}

/* Whether these are taken is the kernel's to say; the window stays right. */
TEST_F(window, stays_right_under_advice_and_locks)
{
	static const int flags[] = { MAP_LOCKED, MAP_POPULATE };
	uint8_t *map;
	int i;

	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, window_store(self->map, 1 + i));
		madvise(self->map, WINDOW_SIZE, MADV_DONTNEED);
		EXPECT_EQ(1 + i, window_load(self->map));
		madvise(self->map, WINDOW_SIZE, MADV_WILLNEED);
		madvise(self->map, WINDOW_SIZE, 22 /* MADV_POPULATE_READ */);
		madvise(self->map, WINDOW_SIZE, 23 /* MADV_POPULATE_WRITE */);
		EXPECT_EQ(0, window_store(self->map + 1, 2));
		EXPECT_EQ(2, self->memory[1]);
	}
	mlock(self->map, WINDOW_SIZE);
	EXPECT_EQ(0, window_store(self->map, 0x51));
	EXPECT_EQ(0x51, self->memory[0]);
	munlock(self->map, WINDOW_SIZE);
	for (i = 0; i < 2; i++) {
		map = window_mmap(&self->window.card, VGA_MEM, WINDOW_SIZE,
				  PROT_READ | PROT_WRITE, MAP_SHARED | flags[i]);
		if (map == MAP_FAILED)
			continue;
		EXPECT_EQ(0, window_store(map, 0x61 + i));
		EXPECT_EQ(0x61 + i, self->memory[0]);
		munmap(map, WINDOW_SIZE);
	}
}

/* A lease for one access would be over before a store that faulted is repeated. */
TEST_F_TIMEOUT(window, with_a_lease_of_zero_still_moves, 10)
{
	int i;

	OPEN_OTHER();
	ASSERT_EQ(0, vga_choose(self->bdf, "lease_us", "0"));
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, window_store(self->map + i, 'z'));
		TAKE_AWAY();
	}
	ASSERT_EQ(0, vga_choose(self->bdf, "lease_us", "2000"));
	EXPECT_EQ(0, window_count_others(self->memory, 100, 'z'));
	EXPECT_EQ(0, window_count_others(self->other.memory, 100, 0));
}

/*
 * Config space is written, and the like, with the lease away: the argument must
 * not need it. An error or the right value, and no hang.
 */
TEST_F_TIMEOUT(window, holds_the_value_of_a_config_write, 10)
{
	uint16_t command = PCI_COMMAND_IO | PCI_COMMAND_MEMORY;
	ssize_t ret;

	OPEN_OTHER();
	memcpy(self->memory, &command, 2);
	TAKE_AWAY();
	ret = vga_region_write(&self->window.card, VFIO_PCI_CONFIG_REGION_INDEX,
			       PCI_COMMAND, self->map, 2);
	if (ret != -EFAULT)
		EXPECT_EQ(2, ret);
	EXPECT_EQ(0, window_store(self->map, 1));
	EXPECT_EQ(1, self->memory[0]);
}

TEST_F_TIMEOUT(window, holds_the_argument_of_an_ioctl, 10)
{
	struct vfio_device_feature feature = {
		.argsz = sizeof(feature) + 8,
		.flags = VFIO_DEVICE_FEATURE_SET |
			 VFIO_DEVICE_FEATURE_PCI_VF_TOKEN,
	};
	struct vfio_pci_hot_reset reset = { .argsz = sizeof(reset) };
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_VGA_REGION_INDEX,
	};
	int fd = self->window.card.fd;

	OPEN_OTHER();
	memcpy(self->memory, &info, sizeof(info));
	TAKE_AWAY();
	if (ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, self->map))
		EXPECT_EQ(EFAULT, errno);
	/* Neither is complete: refused after a look at it. */
	memcpy(self->memory, &feature, sizeof(feature));
	TAKE_AWAY();
	EXPECT_EQ(-1, ioctl(fd, VFIO_DEVICE_FEATURE, self->map));
	memcpy(self->memory, &reset, sizeof(reset));
	TAKE_AWAY();
	EXPECT_EQ(-1, ioctl(fd, VFIO_DEVICE_PCI_HOT_RESET, self->map));
	EXPECT_EQ(0, window_store(self->map, 1));
	EXPECT_EQ(1, self->memory[0]);
}

TEST_HARNESS_MAIN
