// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is offered the mapped window, and which cards' users get SIGBUS instead.
 *
 * VFIO_VGA_BDF_PM: a card with a power management capability; in the lab that
 * is VIRTIO. VFIO_VGA_BDF_SHARED, VFIO_VGA_BDF_SHARER: a card on a conventional
 * bus, and the other one there; in the lab those are TWIN1 and TWIN2.
 */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "lib/vfio_vga_harness.h"
#include "lib/vga_window.h"

#define PATIENCE_MS	5000
#define CHOICE		"vfio_vga/vga_mmap"

/* --- Who is offered it --------------------------------------------------- */

FIXTURE(choice) {
	char bdf[16];
	struct vga_card card;
	int log;
};

FIXTURE_SETUP(choice)
{
	CLAIM_CARD(0, self->bdf);
	REQUIRE_OPEN(VGA_OPEN_GROUP);
	CHOOSE_WINDOW(self->bdf, "off");
	self->card = window_none.card;
	self->log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->log);
	lseek(self->log, 0, SEEK_END);
}

FIXTURE_TEARDOWN(choice)
{
	vga_close(&self->card);
	vga_choose(self->bdf, "vga_mmap", "off");
	close(self->log);
}

/* Lines of the kernel log since the last look that name the file. */
static int lines(int log)
{
	char record[2048];
	int count = 0;
	ssize_t len;

	while ((len = read(log, record, sizeof(record) - 1)) > 0) {
		record[len] = '\0';
		count += !!strstr(record, CHOICE);
	}
	return count;
}

static const char *chosen(const char *bdf)
{
	static char word[16];
	char path[96];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/" CHOICE, bdf);
	file = fopen(path, "r");
	if (!file || !fgets(word, sizeof(word), file))
		strcpy(word, "?\n");
	if (file)
		fclose(file);
	word[strcspn(word, "\n")] = '\0';
	return word;
}

static bool cpu_has_vmx(void)
{
	FILE *file = fopen("/proc/cpuinfo", "r");
	static char line[8192];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = !strncmp(line, "flags", 5) && strstr(line, " vmx");
	if (file)
		fclose(file);
	return found;
}

TEST_F(choice, is_a_word_and_nonsense_gets_one_line)
{
	static const char *const bad[] = { "\n", "1", "on", "users", "KVM" };
	int i;

	EXPECT_EQ(0, vga_choose(self->bdf, "vga_mmap", "user\n"));
	EXPECT_STREQ("user", chosen(self->bdf));
	EXPECT_EQ(0, lines(self->log));
	for (i = 0; i < (int)(sizeof(bad) / sizeof(*bad)); i++) {
		EXPECT_EQ(-EINVAL, vga_choose(self->bdf, "vga_mmap", bad[i]))
			TH_LOG("\"%s\" was taken", bad[i]);
		EXPECT_EQ(1, lines(self->log)) TH_LOG("\"%s\"", bad[i]);
		EXPECT_STREQ("user", chosen(self->bdf));
	}
	EXPECT_EQ(0, vga_choose(self->bdf, "vga_mmap", "off"));
	EXPECT_STREQ("off", chosen(self->bdf));
}

TEST_F(choice, of_kvm_is_refused_where_the_cpu_has_vmx)
{
	if (!cpu_has_vmx())
		SKIP_TEST("a CPU without VMX");
	EXPECT_EQ(-EOPNOTSUPP, vga_choose(self->bdf, "vga_mmap", "kvm"));
	EXPECT_EQ(1, lines(self->log));
	EXPECT_STREQ("off", chosen(self->bdf));
}

TEST_F(choice, of_kvm_is_taken_where_the_cpu_has_no_vmx)
{
	if (cpu_has_vmx())
		SKIP_TEST("a CPU with VMX");
	EXPECT_EQ(0, vga_choose(self->bdf, "vga_mmap", "kvm"));
	EXPECT_EQ(0, lines(self->log));
	EXPECT_STREQ("kvm", chosen(self->bdf));
}

TEST_F(choice, is_for_root)
{
	struct stat stat_buf;
	char path[96];
	pid_t child;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/" CHOICE,
		 self->bdf);
	ASSERT_EQ(0, stat(path, &stat_buf));
	EXPECT_EQ(0, stat_buf.st_uid);
	EXPECT_EQ(S_IFREG | 0644, stat_buf.st_mode);
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(setresgid(65534, 65534, 65534) ||
		      setresuid(65534, 65534, 65534) ||
		      vga_choose(self->bdf, "vga_mmap", "user") != -EACCES);
	EXPECT_EQ(0, vga_wait_for_exit(child, PATIENCE_MS));
	EXPECT_STREQ("off", chosen(self->bdf));
}

/* Region info as a VMM reads it, with room for more than there is. */
struct offer {
	struct vfio_region_info info;
	uint8_t caps[4096 - sizeof(struct vfio_region_info)];
};

static int ask(const struct vga_card *card, struct offer *offer, uint32_t argsz)
{
	memset(offer, 0xa5, sizeof(*offer));
	offer->info = (struct vfio_region_info){
		.argsz = argsz, .index = VFIO_PCI_VGA_REGION_INDEX
	};
	return ioctl(card->fd, VFIO_DEVICE_GET_REGION_INFO, offer) ? -errno : 0;
}

#define PLAIN_FLAGS	(VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE)
#define WINDOW_FLAGS	(PLAIN_FLAGS | VFIO_REGION_INFO_FLAG_MMAP | \
			 VFIO_REGION_INFO_FLAG_CAPS)

static void expect_no_offer(struct __test_metadata *_metadata,
			    const struct vga_card *card)
{
	struct offer offer;

	ASSERT_EQ(0, ask(card, &offer, sizeof(offer)));
	EXPECT_EQ(PLAIN_FLAGS, offer.info.flags);
	EXPECT_EQ(0, offer.info.cap_offset);
	EXPECT_EQ(VGA_REGION_SIZE, offer.info.size);
	EXPECT_EQ(0, window_count_others(offer.caps, sizeof(offer.caps), 0xa5));
	EXPECT_EQ(MAP_FAILED, window_mmap(card, VGA_MEM, WINDOW_PAGE, PROT_READ,
					  MAP_SHARED));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(choice, off_offers_nothing)
{
	ASSERT_EQ(0, vga_open(&self->card, self->bdf, VGA_OPEN_GROUP));
	expect_no_offer(_metadata, &self->card);
}

TEST_F(choice, on_offers_one_sparse_area)
{
	struct vfio_region_info_cap_sparse_mmap *sparse;
	size_t needed, before, argsz;
	struct offer offer;

	ASSERT_EQ(0, vga_choose(self->bdf, "vga_mmap", "user"));
	ASSERT_EQ(0, vga_open(&self->card, self->bdf, VGA_OPEN_GROUP));
	ASSERT_EQ(0, ask(&self->card, &offer, sizeof(offer)));
	EXPECT_EQ(WINDOW_FLAGS, offer.info.flags);
	EXPECT_EQ(VGA_REGION_SIZE, offer.info.size);
	ASSERT_LE(sizeof(offer.info), offer.info.cap_offset);
	ASSERT_GT(256, offer.info.cap_offset);
	sparse = (void *)((char *)&offer + offer.info.cap_offset);
	EXPECT_EQ(VFIO_REGION_INFO_CAP_SPARSE_MMAP, sparse->header.id);
	EXPECT_EQ(1, sparse->header.version);
	EXPECT_EQ(0, sparse->header.next);
	ASSERT_EQ(1, sparse->nr_areas);
	EXPECT_EQ(VGA_MEM, sparse->areas[0].offset);
	EXPECT_EQ(VGA_MEM_END - VGA_MEM, sparse->areas[0].size);

	/* Too small for it: how much it takes, and nothing else. */
	needed = offer.info.cap_offset + sizeof(*sparse) +
		 sizeof(*sparse->areas);
	before = offsetof(struct vfio_region_info, offset) + sizeof(__u64);
	for (argsz = before; argsz < needed; argsz++) {
		ASSERT_EQ(0, ask(&self->card, &offer, argsz));
		ASSERT_EQ(WINDOW_FLAGS, offer.info.flags);
		ASSERT_EQ(needed, offer.info.argsz);
		ASSERT_EQ(0, offer.info.cap_offset);
		ASSERT_EQ(0, window_count_others(offer.caps,
						 sizeof(offer.caps), 0xa5));
	}
	ASSERT_EQ(0, ask(&self->card, &offer, needed));
	EXPECT_LT(0, offer.info.cap_offset);
	EXPECT_EQ(0xa5, offer.caps[needed - sizeof(offer.info)]);
	EXPECT_EQ(-EINVAL, ask(&self->card, &offer, before - 1));
}

TEST_F(choice, holds_from_open_to_close)
{
	struct vga_window window;

	ASSERT_EQ(0, vga_open(&self->card, self->bdf, VGA_OPEN_GROUP));
	ASSERT_EQ(0, vga_choose(self->bdf, "vga_mmap", "user"));
	expect_no_offer(_metadata, &self->card);
	vga_close(&self->card);
	ASSERT_EQ(0, window_open(&window, self->bdf));
	ASSERT_EQ(0, vga_choose(self->bdf, "vga_mmap", "off"));
	window_catch_signals();
	EXPECT_EQ(0, window_store(window.map, 0x42));
	EXPECT_EQ(0x42, window_load(window.map));
	munmap(window.map, WINDOW_SIZE);
	window.map = window_mmap(&window.card, VGA_MEM, WINDOW_SIZE, PROT_READ,
				 MAP_SHARED);
	EXPECT_NE(MAP_FAILED, window.map);
	EXPECT_EQ(0x42, window_load(window.map));
	window_close(&window);
	ASSERT_EQ(0, vga_open(&self->card, self->bdf, VGA_OPEN_GROUP));
	expect_no_offer(_metadata, &self->card);
}

/* --- A card that does not answer ------------------------------------------- */

FIXTURE(asleep) {
	const char *bdf;
	struct vga_window window;
	int pm;
};

FIXTURE_SETUP(asleep)
{
	self->bdf = getenv("VFIO_VGA_BDF_PM") ?: getenv("VIRTIO");
	if (!self->bdf || !*self->bdf)
		SKIP_TEST("needs a card with power management, VFIO_VGA_BDF_PM");
	REQUIRE_OPEN(VGA_OPEN_GROUP);
	ASSERT_EQ(0, vga_bind(self->bdf, vga_driver()));
	CHOOSE_WINDOW(self->bdf, "user");
	window_catch_signals();
	ASSERT_EQ(0, window_open(&self->window, self->bdf));
	self->pm = vga_find_capability(&self->window.card, PCI_CAP_ID_PM);
	ASSERT_LT(0, self->pm);
}

FIXTURE_TEARDOWN(asleep)
{
	window_close(&self->window);
	vga_choose(self->bdf, "vga_mmap", "off");
	EXPECT_EQ(0, vga_unbind(self->bdf));
}

static int set_power(const struct vga_card *card, int pm, uint16_t state)
{
	ssize_t ret = vga_region_write(card, VFIO_PCI_CONFIG_REGION_INDEX,
				       pm + PCI_PM_CTRL, &state, sizeof(state));

	return ret == sizeof(state) ? 0 : -EIO;
}

TEST_F(asleep, d3_is_sigbus_and_d0_works_again)
{
	uint8_t *map = self->window.map;
	int i;

	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, window_store(map, 0x42));
		EXPECT_EQ(0x42, window_load(map));
		ASSERT_EQ(0, set_power(&self->window.card, self->pm, 3));
		EXPECT_EQ(SIGBUS, window_store(map, 1));
		EXPECT_EQ(-SIGBUS, window_load(map));
		EXPECT_EQ(0, vga_arbiter_is_free(self->bdf, 1000));
		ASSERT_EQ(0, set_power(&self->window.card, self->pm, 0));
		/* The way from D3 to D0 is a reset, for cards that say so. */
		ASSERT_EQ(0,
			  vga_command_set(&self->window.card,
					  PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
		ASSERT_EQ(0, vga_show_memory_linearly(&self->window.card));
	}
	EXPECT_EQ(0, window_store(map, 0x24));
	EXPECT_EQ(0x24, window_load(map));
}

TEST_F(asleep, low_power_is_sigbus_and_its_end_works_again)
{
	struct vfio_device_feature feature = { .argsz = sizeof(feature) };
	uint8_t *map = self->window.map;
	int fd = self->window.card.fd;

	EXPECT_EQ(0, window_store(map, 0x42));
	feature.flags = VFIO_DEVICE_FEATURE_SET |
			VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY;
	if (ioctl(fd, VFIO_DEVICE_FEATURE, &feature))
		SKIP_TEST("no low power here: %s", strerror(errno));
	EXPECT_EQ(SIGBUS, window_store(map, 1));
	EXPECT_EQ(-SIGBUS, window_load(map));
	feature.flags = VFIO_DEVICE_FEATURE_SET |
			VFIO_DEVICE_FEATURE_LOW_POWER_EXIT;
	ASSERT_EQ(0, ioctl(fd, VFIO_DEVICE_FEATURE, &feature));
	ASSERT_EQ(0, vga_show_memory_linearly(&self->window.card));
	EXPECT_EQ(0, window_store(map, 0x24));
	EXPECT_EQ(0x24, window_load(map));
}

/* --- Refused by the arbitration --------------------------------------------- */

TEST(a_denied_card_is_sigbus)
{
	const char *bdf = getenv("VFIO_VGA_BDF_SHARED") ?: getenv("TWIN1");
	const char *sharer = getenv("VFIO_VGA_BDF_SHARER") ?: getenv("TWIN2");
	struct vga_window window, other;
	uint8_t *map;

	if (!bdf || !sharer || !*bdf || !*sharer)
		SKIP(return, "needs two cards on one conventional bus");
	REQUIRE_OPEN(VGA_OPEN_GROUP);
	window_catch_signals();
	ASSERT_EQ(0, vga_bind(bdf, vga_driver()));
	ASSERT_EQ(0, vga_bind(sharer, vga_driver()));
	CHOOSE_WINDOW(bdf, "user");
	ASSERT_EQ(0, vga_open(&window.card, bdf, VGA_OPEN_GROUP));
	ASSERT_EQ(0, vga_command_set(&window.card, PCI_COMMAND_MEMORY));
	/* They are in one group. */
	other.card = window.card;
	other.card.fd = ioctl(window.card.group, VFIO_GROUP_GET_DEVICE_FD,
			      sharer);
	ASSERT_LE(0, other.card.fd);
	map = window_mmap(&window.card, VGA_MEM, WINDOW_SIZE,
			  PROT_READ | PROT_WRITE, MAP_SHARED);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(SIGBUS, window_store(map, 1));
	EXPECT_EQ(-SIGBUS, window_load(map));
	close(other.card.fd);
	EXPECT_EQ(0, window_store(map, 1));
	munmap(map, WINDOW_SIZE);
	vga_close(&window.card);
	vga_choose(bdf, "vga_mmap", "off");
	EXPECT_EQ(0, vga_unbind(bdf));
	EXPECT_EQ(0, vga_unbind(sharer));
}

TEST_HARNESS_MAIN
