// SPDX-License-Identifier: GPL-2.0-only
/*
 * Participation: when a card counts in the kernel's VGA arbiter, as seen by any
 * other user of /dev/vga_arbiter.
 */
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "lib/vfio_vga_harness.h"

/* "changed VGA decodes:" until 6.2, "VGA decodes changed:" since. */
#define DECODES_CHANGED	"VGA decodes"
/* Longer than any courtesy after a close. */
#define SETTLE_MS	200

struct view {
	int count;
	char decodes[8];
};

FIXTURE(participation) {
	char bdf[16];
	struct vga_card card;
	int notices;
	int kmsg;
};

static int see(const char *bdf, struct view *view)
{
	char text[256];
	ssize_t len;
	int fd;

	fd = open("/dev/vga_arbiter", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = snprintf(text, sizeof(text), "target PCI:%s", bdf);
	len = write(fd, text, len);
	if (len > 0)
		len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return -EIO;
	text[len] = '\0';
	if (sscanf(text, "count:%d,PCI:%*[^,],decodes=%7[^,]", &view->count,
		   view->decodes) != 2)
		return -EIO;
	return 0;
}

/*
 * The arbiter wakes those who poll it whenever a lock changes or a card comes
 * or goes. Its file is always readable, so only an edge tells.
 */
static int listen_to_arbiter(void)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int arbiter, epoll;

	arbiter = open("/dev/vga_arbiter", O_RDWR | O_CLOEXEC);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (arbiter < 0 || epoll < 0 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, arbiter, &event))
		return -1;
	epoll_wait(epoll, &event, 1, 0);
	return epoll;
}

static int notified(int epoll, int ms)
{
	struct epoll_event event;

	return epoll_wait(epoll, &event, 1, ms);
}

/* Lines about decodes in the kernel's log since the last call. */
static int decode_lines(int kmsg)
{
	char record[1024];
	int lines = 0;
	ssize_t len;

	while ((len = read(kmsg, record, sizeof(record) - 1)) > 0 ||
	       errno == EPIPE) {
		if (len <= 0)
			continue;
		record[len] = '\0';
		lines += !!strstr(record, DECODES_CHANGED);
	}
	return lines;
}

static int touch(const struct vga_card *card)
{
	uint8_t byte;

	return vga_read(card, VGA_TEXT, &byte, 1);
}

FIXTURE_SETUP(participation)
{
	CLAIM_CARD(0, self->bdf);
	REQUIRE_OPEN(VGA_OPEN_GROUP);
	self->card.fd = -1;
	self->card.group = -1;
	self->card.iommu = -1;
	if (vga_choose(self->bdf, "participation", "auto") == -ENOENT)
		SKIP_TEST("%s has no choice of participation", vga_driver());
	/* Arbitration may never have been used: its first use notifies. */
	ASSERT_EQ(0, vga_open(&self->card, self->bdf, VGA_OPEN_GROUP));
	ASSERT_EQ(1, touch(&self->card));
	vga_close(&self->card);
	usleep(SETTLE_MS * 1000);

	self->kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->kmsg);
	lseek(self->kmsg, 0, SEEK_END);
	self->notices = listen_to_arbiter();
	ASSERT_LE(0, self->notices);
}

FIXTURE_TEARDOWN(participation)
{
	vga_close(&self->card);
	EXPECT_EQ(0, vga_bind(self->bdf, vga_driver()));
	EXPECT_EQ(0, vga_choose(self->bdf, "participation", "auto"));
	close(self->notices);
	close(self->kmsg);
}

TEST_F(participation, card_counts_from_first_access_to_close)
{
	struct view unbound, bound, opened, accessed, closed;

	ASSERT_EQ(0, vga_unbind(self->bdf));
	ASSERT_EQ(0, see(self->bdf, &unbound));
	ASSERT_EQ(0, vga_bind(self->bdf, vga_driver()));
	ASSERT_EQ(0, see(self->bdf, &bound));
	ASSERT_EQ(0, vga_open(&self->card, self->bdf, VGA_OPEN_GROUP));
	ASSERT_EQ(0, see(self->bdf, &opened));
	ASSERT_EQ(1, touch(&self->card));
	ASSERT_EQ(0, see(self->bdf, &accessed));
	vga_close(&self->card);
	ASSERT_EQ(0, see(self->bdf, &closed));

	TH_LOG("count: unbound %d, bound %d, opened %d, accessed %d, closed %d",
	       unbound.count, bound.count, opened.count, accessed.count,
	       closed.count);
	EXPECT_STREQ("io+mem", unbound.decodes);
	EXPECT_STREQ("none", bound.decodes);
	EXPECT_EQ(unbound.count - 1, bound.count);
	EXPECT_STREQ("none", opened.decodes);
	EXPECT_EQ(bound.count, opened.count);
	EXPECT_STREQ("io+mem", accessed.decodes);
	EXPECT_EQ(bound.count + 1, accessed.count);
	EXPECT_STREQ("none", closed.decodes);
	EXPECT_EQ(bound.count, closed.count);
}

TEST_F(participation, unbound_card_counts_again)
{
	struct view bound, unbound;

	ASSERT_EQ(0, see(self->bdf, &bound));
	ASSERT_EQ(0, vga_unbind(self->bdf));
	ASSERT_EQ(0, see(self->bdf, &unbound));
	EXPECT_EQ(bound.count + 1, unbound.count);
	EXPECT_STREQ("io+mem", unbound.decodes);
}

/* Everything a UEFI guest does: all but the legacy ranges. */
TEST_F(participation, user_without_legacy_access_changes_nothing)
{
	struct view before, during, after;
	struct vfio_region_info info;
	uint32_t dword = 0x55aa55aa;
	volatile uint32_t *bar0;

	ASSERT_EQ(0, see(self->bdf, &before));
	decode_lines(self->kmsg);

	ASSERT_EQ(0, vga_open(&self->card, self->bdf, VGA_OPEN_GROUP));
	ASSERT_EQ(0, vga_command_set(&self->card,
				     PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	ASSERT_EQ(0, vga_region_info(&self->card, VFIO_PCI_VGA_REGION_INDEX,
				     &info));
	ASSERT_EQ(4, vga_region_write(&self->card, VFIO_PCI_BAR0_REGION_INDEX,
				      0, &dword, sizeof(dword)));
	bar0 = vga_map_bar(&self->card, 0, 4096);
	ASSERT_NE(NULL, bar0);
	EXPECT_EQ(dword, bar0[0]);
	munmap((void *)bar0, 4096);
	ASSERT_EQ(0, ioctl(self->card.fd, VFIO_DEVICE_RESET));
	ASSERT_EQ(0, see(self->bdf, &during));
	vga_close(&self->card);
	EXPECT_EQ(0, notified(self->notices, SETTLE_MS));
	EXPECT_EQ(0, decode_lines(self->kmsg));
	ASSERT_EQ(0, see(self->bdf, &after));

	EXPECT_EQ(before.count, during.count);
	EXPECT_STREQ(before.decodes, during.decodes);
	EXPECT_EQ(before.count, after.count);
	EXPECT_STREQ(before.decodes, after.decodes);
}

/* The instruments of the test above do see what it says is not there. */
TEST_F(participation, legacy_access_is_noticed)
{
	decode_lines(self->kmsg);
	ASSERT_EQ(0, vga_open(&self->card, self->bdf, VGA_OPEN_GROUP));
	ASSERT_EQ(1, touch(&self->card));
	EXPECT_EQ(1, notified(self->notices, SETTLE_MS));
	EXPECT_EQ(1, decode_lines(self->kmsg));
	vga_close(&self->card);
	EXPECT_EQ(1, decode_lines(self->kmsg));
}

TEST_F(participation, off_takes_the_region_away)
{
	struct view before, after;
	struct vfio_region_info info;

	ASSERT_EQ(0, vga_choose(self->bdf, "participation", "off"));
	ASSERT_EQ(0, see(self->bdf, &before));
	ASSERT_EQ(0, vga_open(&self->card, self->bdf, VGA_OPEN_GROUP));
	EXPECT_EQ(-EINVAL, vga_region_info(&self->card,
					   VFIO_PCI_VGA_REGION_INDEX, &info));
	EXPECT_EQ(-EINVAL, touch(&self->card));
	ASSERT_EQ(0, see(self->bdf, &after));
	EXPECT_STREQ("none", after.decodes);
	EXPECT_EQ(before.count, after.count);
}

TEST_F(participation, on_counts_while_bound)
{
	struct view before, chosen, closed, back;

	ASSERT_EQ(0, see(self->bdf, &before));
	ASSERT_EQ(0, vga_choose(self->bdf, "participation", "on"));
	ASSERT_EQ(0, see(self->bdf, &chosen));
	EXPECT_STREQ("io+mem", chosen.decodes);
	EXPECT_EQ(before.count + 1, chosen.count);
	ASSERT_EQ(0, vga_open(&self->card, self->bdf, VGA_OPEN_GROUP));
	ASSERT_EQ(1, touch(&self->card));
	vga_close(&self->card);
	ASSERT_EQ(0, see(self->bdf, &closed));
	EXPECT_STREQ("io+mem", closed.decodes);
	EXPECT_EQ(chosen.count, closed.count);
	ASSERT_EQ(0, vga_choose(self->bdf, "participation", "auto"));
	ASSERT_EQ(0, see(self->bdf, &back));
	EXPECT_STREQ("none", back.decodes);
	EXPECT_EQ(before.count, back.count);
}

TEST_F(participation, nonsense_is_refused)
{
	struct view before, after;

	ASSERT_EQ(0, see(self->bdf, &before));
	EXPECT_EQ(-EINVAL, vga_choose(self->bdf, "participation", "perhaps"));
	ASSERT_EQ(0, see(self->bdf, &after));
	EXPECT_EQ(before.count, after.count);
}

TEST_HARNESS_MAIN
