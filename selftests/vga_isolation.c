// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several cards at once, each written as fast as one process can: does a byte
 * of one ever land on another? A tool for tests, under any driver.
 *
 *	vga_isolation SECONDS HOW@BDF...
 *
 * HOW says what the card is used through: vfio, or pciaccess for libpciaccess's
 * arbiter client, as an X server is one; one of those at most. watch only looks
 * at the card of the host's text console.
 *
 * Each card shows its memory byte by byte in the whole window of 128 KiB, which
 * is divided into blocks of 4 KiB. User n writes and reads back the blocks n,
 * n + 8, n + 16 and n + 24, with bytes that nobody else has; the rest is zero
 * from the start and stays so, unless somebody else's bytes land there. It also
 * keeps a byte of its own in the DAC's index and in the CRTC's cursor registers,
 * which vgacon writes. Prints "begin" when all start, and in the end a line per
 * card:
 *
 *	BDF DRIVER HOW accesses=N foreign=N lost=N misread=N ports=N state=STATE
 *
 * accesses counts what a card sees on its bus: pieces of 8 bytes at most, which
 * is how this driver and libpciaccess's user move blocks, and of 4 under stock
 * vfio-pci. Through BAR0, which needs no route, are counted: foreign, bytes
 * that somebody else wrote; lost, own ones that are not there. misread counts
 * wrong bytes read through the window, ports wrong ones read from ports. For a
 * watched card, foreign counts a byte each time that it appears, since the
 * console overwrites it. Exits with 1 unless every user came to its end.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <pciaccess.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/vfio_vga_test.h"

#define USERS_MAX	8
#define PATIENCE_S	10
#define WINDOW_SIZE	(VGA_MEM_END - VGA_MEM)
#define BLOCK_SIZE	4096
#define BLOCKS		(WINDOW_SIZE / BLOCK_SIZE)
#define DAC_INDEX	0x3c8
#define CRTC_INDEX	0x3d4
#define CURSOR_HIGH	0x0e
#define CURSOR_LOW	0x0f

/* Text mode: a cell is four bytes in BAR0, character and attribute first. */
#define TEXT_SIZE	0x10000
#define TEXT_PLANES	0x8080
/* QEMU's standard VGA: ports 3c0 to 3df in BAR2. */
#define PORTS_IN_BAR2	0x400

struct result {
	uint64_t accesses, foreign, lost, misread, ports;
	int error;
	int done;
};

struct user {
	const char *how, *bdf;
	unsigned int n;
	struct vga_card card;
	struct pci_device *pci;
	struct pci_io_handle *ports;
	volatile uint8_t *window;
	volatile uint8_t *bar0, *bar2;
	pid_t child;
	struct result *result;
};

/* When all begin, 0 until that is known, and when they end. */
struct times {
	atomic_ulong begin;
	uint64_t end;
};

static unsigned int access_size;

static uint8_t own_byte(const struct user *user, unsigned int generation)
{
	return 0x80 | user->n << 4 | (generation & 0xf);
}

static uint8_t port_byte(const struct user *user)
{
	return 0x40 | user->n;
}

static bool is(const struct user *user, const char *how)
{
	return !strcmp(user->how, how);
}

/* --- libpciaccess -------------------------------------------------------- */

/* Eight bytes at a time, and no slower than a kernel does that. */
static __attribute__((optimize("O2"))) void
copy(volatile uint64_t *to, const volatile uint64_t *from)
{
	unsigned int i;

	for (i = 0; i < BLOCK_SIZE / sizeof(*to); i++)
		to[i] = from[i];
}

static int pciaccess_move(const struct user *user, uint32_t block,
			  uint64_t *buf, bool write)
{
	volatile uint64_t *window = (void *)(user->window + block * BLOCK_SIZE);

	if (pci_device_vgaarb_lock())
		return -EIO;
	if (write)
		copy(window, buf);
	else
		copy(buf, window);
	return pci_device_vgaarb_unlock() ? -EIO : 0;
}

static int pciaccess_port(const struct user *user, uint16_t port, int value)
{
	int ret = 0;

	if (pci_device_vgaarb_lock())
		return -EIO;
	if (value < 0)
		ret = pci_io_read8(user->ports, port);
	else
		pci_io_write8(user->ports, port, value);
	return pci_device_vgaarb_unlock() ? -EIO : ret;
}

static int pciaccess_open(struct user *user)
{
	unsigned int domain, bus, slot, function;
	void *map;

	if (sscanf(user->bdf, "%x:%x:%x.%x", &domain, &bus, &slot,
		   &function) != 4)
		return -EINVAL;
	if (pci_system_init() || pci_device_vgaarb_init())
		return -EIO;
	user->pci = pci_device_find_by_slot(domain, bus, slot, function);
	if (!user->pci || pci_device_probe(user->pci))
		return -ENODEV;
	pci_device_enable(user->pci);
	if (pci_device_vgaarb_set_target(user->pci) ||
	    pci_device_map_legacy(user->pci, VGA_MEM, WINDOW_SIZE,
				  PCI_DEV_MAP_FLAG_WRITABLE, &map))
		return -EIO;
	user->window = map;
	if (pci_device_map_range(user->pci, user->pci->regions[0].base_addr,
				 WINDOW_SIZE, PCI_DEV_MAP_FLAG_WRITABLE, &map))
		return -EIO;
	user->bar0 = map;
	user->ports = pci_legacy_open_io(user->pci, 0, VGA_PORTS_END);
	return user->ports ? 0 : -EIO;
}

/* --- Either way ---------------------------------------------------------- */

static int move(const struct user *user, uint32_t block, uint64_t *buf,
		bool write)
{
	uint32_t pos = VGA_MEM + block * BLOCK_SIZE;
	ssize_t ret;

	if (is(user, "pciaccess"))
		return pciaccess_move(user, block, buf, write);
	ret = write ? vga_write(&user->card, pos, buf, BLOCK_SIZE) :
		      vga_read(&user->card, pos, buf, BLOCK_SIZE);
	if (ret != BLOCK_SIZE)
		return ret < 0 ? ret : -EIO;
	return 0;
}

static int out(const struct user *user, uint16_t port, uint8_t value)
{
	if (is(user, "pciaccess"))
		return pciaccess_port(user, port, value);
	return vga_out(&user->card, port, value);
}

static int in(const struct user *user, uint16_t port)
{
	if (is(user, "pciaccess"))
		return pciaccess_port(user, port, -1);
	return vga_in(&user->card, port);
}

static int set(const struct user *user, uint16_t index_port, uint8_t index,
	       uint8_t value)
{
	int ret = out(user, index_port, index);

	return ret ?: out(user, index_port + 1, value);
}

static int show_memory(const struct user *user)
{
	static const struct {
		uint16_t index_port;
		uint8_t index, value;
	} linear[] = {
		{ VGA_SEQ_INDEX, 0, 0x03 },	/* run */
		{ VGA_SEQ_INDEX, 2, 0x0f },	/* write all planes */
		{ VGA_SEQ_INDEX, 4, 0x0e },	/* chain 4, 256 KiB */
		{ VGA_GFX_INDEX, 0, 0x00 },
		{ VGA_GFX_INDEX, 1, 0x00 },	/* no set/reset */
		{ VGA_GFX_INDEX, 3, 0x00 },	/* no rotation, replace */
		{ VGA_GFX_INDEX, 4, 0x00 },
		{ VGA_GFX_INDEX, 5, 0x40 },	/* 256 colours, write mode 0 */
		{ VGA_GFX_INDEX, 6, 0x01 },	/* graphics, all 128 KiB */
		{ VGA_GFX_INDEX, 8, 0xff },	/* all bits from the CPU */
		{ CRTC_INDEX, 0x11, 0x00 },	/* no write protection */
	};
	unsigned int i;
	int ret = out(user, VGA_MISC_WRITE, 0x63);

	for (i = 0; i < sizeof(linear) / sizeof(*linear) && !ret; i++)
		ret = set(user, linear[i].index_port, linear[i].index,
			  linear[i].value);
	return ret;
}

static int prepare(struct user *user)
{
	unsigned int i;
	int ret;

	if (is(user, "pciaccess")) {
		ret = pciaccess_open(user);
	} else {
		ret = vga_open(&user->card, user->bdf, VGA_OPEN_GROUP);
		if (!ret)
			ret = vga_command_set(&user->card,
					      PCI_COMMAND_IO |
						      PCI_COMMAND_MEMORY);
		if (!ret) {
			user->bar0 = vga_map_bar(&user->card, 0, WINDOW_SIZE);
			ret = user->bar0 ? 0 : -EIO;
		}
	}
	if (!ret)
		ret = show_memory(user);
	if (ret)
		return ret;
	for (i = 0; i < WINDOW_SIZE; i++)
		user->bar0[i] = 0;

	ret = set(user, CRTC_INDEX, CURSOR_HIGH, port_byte(user));
	if (!ret)
		ret = set(user, CRTC_INDEX, CURSOR_LOW, port_byte(user));
	return ret;
}

static int use_block(const struct user *user, uint32_t block, uint8_t byte)
{
	uint64_t buf[BLOCK_SIZE / sizeof(uint64_t)];
	const uint8_t *bytes = (const uint8_t *)buf;
	struct result *result = user->result;
	unsigned int i;
	int ret;

	memset(buf, byte, sizeof(buf));
	ret = move(user, block, buf, true);
	if (!ret) {
		memset(buf, 0, sizeof(buf));
		ret = move(user, block, buf, false);
	}
	if (ret)
		return ret;
	/* All of them alike, as nearly always? */
	if (*bytes != byte || memcmp(bytes, bytes + 1, sizeof(buf) - 1))
		for (i = 0; i < sizeof(buf); i++)
			result->misread += bytes[i] != byte;
	result->accesses += 2 * sizeof(buf) / access_size;
	return 0;
}

static int use_blocks(const struct user *user, uint8_t byte)
{
	uint32_t block;
	int ret;

	for (block = user->n; block < BLOCKS; block += USERS_MAX) {
		ret = use_block(user, block, byte);
		if (ret)
			return ret;
	}
	ret = out(user, DAC_INDEX, port_byte(user));
	if (!ret)
		ret = in(user, DAC_INDEX);
	if (ret < 0)
		return ret;
	user->result->ports += ret != port_byte(user);
	user->result->accesses += 2;
	return 0;
}

static int check_cursor(const struct user *user)
{
	uint8_t index;
	int ret;

	for (index = CURSOR_HIGH; index <= CURSOR_LOW; index++) {
		ret = out(user, CRTC_INDEX, index);
		if (!ret)
			ret = in(user, CRTC_INDEX + 1);
		if (ret < 0)
			return ret;
		user->result->ports += ret != port_byte(user);
	}
	return 0;
}

/* To the end, and then once more so that the last bytes are known. */
static void use_card(const struct user *user, uint64_t end)
{
	struct result *result = user->result;
	unsigned int generation = 0;

	while (vga_now_ns() < end && !result->error)
		result->error = use_blocks(user, own_byte(user, ++generation));
	if (!result->error)
		result->error = use_blocks(user, own_byte(user, 0));
	if (!result->error)
		result->error = check_cursor(user);
}

static void check_memory(const struct user *user)
{
	struct result *result = user->result;
	unsigned int i;
	uint8_t byte;

	for (i = 0; i < WINDOW_SIZE; i++) {
		byte = user->bar0[i];
		if (i / BLOCK_SIZE % USERS_MAX != user->n)
			result->foreign += byte != 0;
		else if (byte && (byte & 0xf0) != (own_byte(user, 0) & 0xf0))
			result->foreign++;
		else
			result->lost += byte != own_byte(user, 0);
	}
}

/* --- The console's card -------------------------------------------------- */

static volatile uint8_t *map_resource(const char *bdf, int bar, size_t size)
{
	char path[PATH_MAX];
	void *map;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource%d", bdf,
		 bar);
	fd = open(path, O_RDWR | O_SYNC | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return map == MAP_FAILED ? NULL : map;
}

static int prepare_watch(struct user *user)
{
	user->bar0 = map_resource(user->bdf, 0, TEXT_SIZE);
	user->bar2 = map_resource(user->bdf, 2, BLOCK_SIZE);
	return user->bar0 && user->bar2 ? 0 : -EIO;
}

/* A console in English and without blinking has no byte with this bit. */
static void watch_card(const struct user *user, uint64_t end)
{
	volatile uint32_t *cells = (volatile uint32_t *)user->bar0;
	volatile uint8_t *dac_index =
		user->bar2 + PORTS_IN_BAR2 + DAC_INDEX - VGA_PORTS;
	static uint16_t seen[TEXT_SIZE / sizeof(*cells)];
	struct result *result = user->result;
	uint8_t before = *dac_index;
	bool first = true, ends;
	unsigned int i;
	uint16_t high;

	do {
		ends = vga_now_ns() >= end;
		for (i = 0; i < TEXT_SIZE / sizeof(*cells); i++) {
			high = cells[i] & TEXT_PLANES;
			if (!first)
				result->foreign += __builtin_popcount(high &
								      ~seen[i]);
			seen[i] = high;
		}
		first = false;
		result->ports += *dac_index != before;
		usleep(1000);
	} while (!ends);
}

/* --- All of them --------------------------------------------------------- */

static void wait_for_begin(const struct user *user, const struct times *times)
{
	while (!times->begin || vga_now_ns() < times->begin) {
		/*
		 * Nobody knows how long others take to prepare, and an idle
		 * card lets vgacon go.
		 */
		if (is(user, "vfio") && in(user, DAC_INDEX) < 0)
			break;
		usleep(1000);
	}
}

static void run(const struct user *user, const struct times *times)
{
	vga_die_with_parent();
	wait_for_begin(user, times);
	if (is(user, "watch"))
		watch_card(user, times->end);
	else
		use_card(user, times->end);
	user->result->done = 1;
}

static void report(const struct user *user)
{
	const struct result *result = user->result;
	char driver[64], state[64] = "done";

	if (vga_bound_driver(user->bdf, driver, sizeof(driver)) || !*driver)
		strcpy(driver, "none");
	if (result->error)
		snprintf(state, sizeof(state), "failed:%s",
			 strerrorname_np(-result->error));
	else if (!result->done)
		strcpy(state, "hung");
	printf("%s %s %s accesses=%llu foreign=%llu lost=%llu misread=%llu ports=%llu state=%s\n",
	       user->bdf, driver, user->how,
	       (unsigned long long)result->accesses,
	       (unsigned long long)result->foreign,
	       (unsigned long long)result->lost,
	       (unsigned long long)result->misread,
	       (unsigned long long)result->ports, state);
}

static unsigned int bytes_per_access(const struct user *user)
{
	char driver[64];

	if (is(user, "vfio") &&
	    !vga_bound_driver(user->bdf, driver, sizeof(driver)) &&
	    !strcmp(driver, "vfio-pci"))
		return 4;
	return 8;
}

static int parse(struct user *user, char *word)
{
	char *at = strchr(word, '@');

	if (!at)
		return -EINVAL;
	*at = '\0';
	user->how = word;
	user->bdf = at + 1;
	if (!is(user, "vfio") && !is(user, "pciaccess") && !is(user, "watch"))
		return -EINVAL;
	return 0;
}

int main(int argc, char **argv)
{
	struct user users[USERS_MAX] = { 0 };
	int count = argc - 2, bad = 0, i;
	struct result *results;
	struct times *times;
	uint64_t begin;

	if (count < 1 || count > USERS_MAX) {
		fprintf(stderr, "usage: vga_isolation SECONDS HOW@BDF...\n");
		return 2;
	}
	times = mmap(NULL, sizeof(*times) + count * sizeof(*results),
		     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (times == MAP_FAILED)
		return 1;
	results = (struct result *)(times + 1);
	for (i = 0; i < count; i++) {
		users[i].n = i;
		users[i].result = &results[i];
		results[i].error = parse(&users[i], argv[i + 2]);
		if (results[i].error) {
			fprintf(stderr, "%s: not vfio, pciaccess or watch @ address\n",
				argv[i + 2]);
			return 2;
		}
		if (is(&users[i], "watch"))
			results[i].error = prepare_watch(&users[i]);
		else
			results[i].error = prepare(&users[i]);

		access_size = bytes_per_access(&users[i]);
		users[i].child = results[i].error ? 0 : fork();
		if (!users[i].child && !results[i].error) {
			run(&users[i], times);
			_exit(0);
		}
	}

	begin = vga_now_ns() + 100000000;
	times->end = begin + strtoull(argv[1], NULL, 0) * 1000000000ULL;
	times->begin = begin;
	printf("begin\n");
	fflush(stdout);

	for (i = 0; i < count; i++)
		if (users[i].child > 0)
			vga_wait_for_exit(users[i].child,
					  (times->end - begin) / 1000000 +
						  PATIENCE_S * 1000);
	for (i = 0; i < count; i++) {
		if (results[i].done && !is(&users[i], "watch"))
			check_memory(&users[i]);
		report(&users[i]);
		bad |= !results[i].done || results[i].error;
	}
	return bad;
}
