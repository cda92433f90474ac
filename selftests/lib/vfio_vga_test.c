// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the selftests share; see vfio_vga_test.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vfio_vga_test.h"

#define SYSFS_DEVICES	"/sys/bus/pci/devices"
#define SYSFS_DRIVERS	"/sys/bus/pci/drivers"
#define CLASS_VGA	0x0300

/* As VFIO_PCI_INDEX_TO_OFFSET() in the kernel: ABI in practice, see QEMU. */
#define REGION_SHIFT	40

/**
 * vga_write_file - write a word to a file, as to those in sysfs
 * @path: the file, which exists
 * @text: the word
 *
 * Return: 0 or a negative errno.
 */
int vga_write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/**
 * vga_choose - write to a file in a card's vfio_vga/
 * @bdf: the card
 * @file: the file, as in "lease_us"
 * @text: the choice
 *
 * Return: 0 or a negative errno.
 */
int vga_choose(const char *bdf, const char *file, const char *text)
{
	char path[96];

	snprintf(path, sizeof(path), SYSFS_DEVICES "/%s/vfio_vga/%s", bdf,
		 file);
	return vga_write_file(path, text);
}

/**
 * vga_sysfs_number - read a number from a device's directory in sysfs
 * @bdf: the device
 * @attribute: the file, as in "vendor"
 *
 * Return: the number, decimal or 0x hexadecimal, or a negative errno.
 */
long vga_sysfs_number(const char *bdf, const char *attribute)
{
	char path[PATH_MAX], text[32];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), SYSFS_DEVICES "/%s/%s", bdf, attribute);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, text, sizeof(text) - 1);
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return len;
	text[len] = '\0';
	return strtol(text, NULL, 0);
}

static bool is_vga_class(const char *bdf)
{
	long class = vga_sysfs_number(bdf, "class");

	return class >= 0 && class >> 8 == CLASS_VGA;
}

/* The name a symbolic link in the device's directory ends with. */
static int sysfs_link(const char *bdf, const char *link, char *name,
		      size_t size)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t len;

	snprintf(path, sizeof(path), SYSFS_DEVICES "/%s/%s", bdf, link);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = '\0';
	snprintf(name, size, "%s", basename(target));
	return 0;
}

/**
 * vga_bound_driver - which driver has a device
 * @bdf: the device
 * @driver: filled with the driver's name, empty when there is none
 * @size: size of @driver
 *
 * Return: 0 or a negative errno.
 */
int vga_bound_driver(const char *bdf, char *driver, size_t size)
{
	int ret = sysfs_link(bdf, "driver", driver, size);

	if (ret == -ENOENT && vga_sysfs_number(bdf, "vendor") >= 0) {
		*driver = '\0';
		return 0;
	}
	return ret;
}

/**
 * vga_unbind - take a device from its driver
 * @bdf: the device
 *
 * Waits until the driver lets go, which for an open VFIO device is until its
 * user closes it.
 *
 * Return: 0, also when it had no driver, or a negative errno.
 */
int vga_unbind(const char *bdf)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), SYSFS_DEVICES "/%s/driver/unbind", bdf);
	ret = vga_write_file(path, bdf);
	return ret == -ENOENT ? 0 : ret;
}

/**
 * vga_bind - give a device to a driver through driver_override
 * @bdf: the device
 * @driver: the driver's name; its module must be loaded
 *
 * Return: 0, also when it had the driver before, or a negative errno.
 */
int vga_bind(const char *bdf, const char *driver)
{
	char path[PATH_MAX], now[64];
	int ret;

	ret = vga_bound_driver(bdf, now, sizeof(now));
	if (ret || !strcmp(now, driver))
		return ret;
	ret = vga_unbind(bdf);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), SYSFS_DEVICES "/%s/driver_override", bdf);
	ret = vga_write_file(path, driver);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), SYSFS_DRIVERS "/%s/bind", driver);
	return vga_write_file(path, bdf);
}

/**
 * vga_driver - the driver under test
 *
 * Return: VFIO_VGA_DRIVER from the environment, or vfio-pci-vga.
 */
const char *vga_driver(void)
{
	return getenv("VFIO_VGA_DRIVER") ?: "vfio-pci-vga";
}

/**
 * vga_slow - how slow is this kernel
 *
 * Return: how many times as long as on a kernel without checkers things may
 * take, VFIO_VGA_SLOW from the environment, or 1.
 */
int vga_slow(void)
{
	const char *slow = getenv("VFIO_VGA_SLOW");

	return slow ? atoi(slow) : 1;
}

static int find_bound_card(unsigned int nth, char *bdf)
{
	struct dirent **names;
	char driver[64];
	int i, n, ret = -ENODEV;

	n = scandir(SYSFS_DEVICES, &names, NULL, alphasort);
	for (i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		if (ret && is_vga_class(name) &&
		    !vga_bound_driver(name, driver, sizeof(driver)) &&
		    !strcmp(driver, vga_driver()) && !nth--) {
			snprintf(bdf, 16, "%.15s", name);
			ret = 0;
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return ret;
}

/**
 * vga_claim_card - find a card for a test
 * @nth: 0 for the card under test, 1 for a second one
 * @bdf: filled with its address; 16 bytes
 * @why: filled with the reason when there is none
 * @why_size: size of @why
 *
 * A card named by VFIO_VGA_BDF (VFIO_VGA_BDF2) is bound to the driver under
 * test if need be. Without the variable only cards count that somebody has
 * bound to it already: a test never takes a card unasked.
 *
 * Return: 0, 1 when nothing was named and nothing is there, or a negative
 * errno when the card that was named cannot be used.
 */
int vga_claim_card(unsigned int nth, char *bdf, char *why, size_t why_size)
{
	const char *variable = nth ? "VFIO_VGA_BDF2" : "VFIO_VGA_BDF";
	const char *named = getenv(variable);
	int ret;

	if (!named || !*named) {
		if (!find_bound_card(nth, bdf))
			return 0;
		snprintf(why, why_size,
			 "no %sVGA card is bound to %s; bind one or set %s",
			 nth ? "second " : "", vga_driver(), variable);
		return 1;
	}
	snprintf(bdf, 16, "%s", named);
	ret = vga_bind(bdf, vga_driver());
	if (ret)
		snprintf(why, why_size, "%s=%s cannot be bound to %s: %s",
			 variable, named, vga_driver(), strerror(-ret));
	return ret;
}

/**
 * vga_can_open - does this kernel have this way of opening a device
 * @how: group or cdev
 *
 * Return: whether the entry points exist; says nothing about a device.
 */
bool vga_can_open(enum vga_open_how how)
{
	if (how == VGA_OPEN_CDEV)
		return !access("/dev/iommu", F_OK) &&
		       !access("/dev/vfio/devices", F_OK);
	return !access("/dev/vfio/vfio", F_OK);
}

static int open_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int open_by_group(struct vga_card *card)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	char group[32], path[64];
	int ret;

	ret = sysfs_link(card->bdf, "iommu_group", group, sizeof(group));
	if (ret)
		return ret;
	card->iommu = open_file("/dev/vfio/vfio");
	if (card->iommu < 0)
		return card->iommu;
	snprintf(path, sizeof(path), "/dev/vfio/%s", group);
	card->group = open_file(path);
	if (card->group < 0)
		return card->group;
	if (ioctl(card->group, VFIO_GROUP_GET_STATUS, &status))
		return -errno;
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		return -EPERM;
	if (ioctl(card->group, VFIO_GROUP_SET_CONTAINER, &card->iommu) ||
	    ioctl(card->iommu, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return -errno;
	card->fd = ioctl(card->group, VFIO_GROUP_GET_DEVICE_FD, card->bdf);
	return card->fd < 0 ? -errno : 0;
}

/* The character device of a VFIO device, by the name sysfs gives it. */
static int open_cdev(const char *bdf)
{
	char path[PATH_MAX], dev[PATH_MAX];
	struct dirent *entry;
	int fd = -ENODEV;
	DIR *dir;

	snprintf(path, sizeof(path), SYSFS_DEVICES "/%s/vfio-dev", bdf);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, "vfio", 4))
			continue;
		snprintf(dev, sizeof(dev), "/dev/vfio/devices/%s",
			 entry->d_name);
		fd = open_file(dev);
		break;
	}
	closedir(dir);
	return fd;
}

static int open_by_cdev(struct vga_card *card)
{
	struct vfio_device_bind_iommufd bind = { .argsz = sizeof(bind) };
	struct vfio_device_attach_iommufd_pt attach = {
		.argsz = sizeof(attach)
	};
	struct vfio_vga_ioas_alloc alloc = { .size = sizeof(alloc) };

	card->fd = open_cdev(card->bdf);
	if (card->fd < 0)
		return card->fd;
	card->iommu = open_file("/dev/iommu");
	if (card->iommu < 0)
		return card->iommu;
	bind.iommufd = card->iommu;
	if (ioctl(card->fd, VFIO_DEVICE_BIND_IOMMUFD, &bind) ||
	    ioctl(card->iommu, VFIO_VGA_IOMMU_IOAS_ALLOC, &alloc))
		return -errno;
	attach.pt_id = alloc.out_ioas_id;
	if (ioctl(card->fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach))
		return -errno;
	return 0;
}

/**
 * vga_open_cdev - open the character device and do not bind it
 * @card: filled; has no access to the device yet
 * @bdf: a device that is bound to a VFIO driver
 *
 * Return: 0 or a negative errno.
 */
int vga_open_cdev(struct vga_card *card, const char *bdf)
{
	*card = (struct vga_card){ .group = -1, .iommu = -1 };
	snprintf(card->bdf, sizeof(card->bdf), "%s", bdf);
	card->fd = open_cdev(bdf);
	return card->fd < 0 ? card->fd : 0;
}

/**
 * vga_open - open a card for user space, as a VMM does
 * @card: filled; usable with vga_close() also after a failure
 * @bdf: a device that is bound to a VFIO driver
 * @how: group or cdev
 *
 * Return: 0 or a negative errno.
 */
int vga_open(struct vga_card *card, const char *bdf, enum vga_open_how how)
{
	int ret;

	*card = (struct vga_card){ .fd = -1, .group = -1, .iommu = -1 };
	snprintf(card->bdf, sizeof(card->bdf), "%s", bdf);
	ret = how == VGA_OPEN_CDEV ? open_by_cdev(card) : open_by_group(card);
	if (ret)
		vga_close(card);
	return ret;
}

/**
 * vga_close - close a card
 * @card: from vga_open(); closing twice is harmless
 */
void vga_close(struct vga_card *card)
{
	if (card->fd >= 0)
		close(card->fd);
	if (card->group >= 0)
		close(card->group);
	if (card->iommu >= 0)
		close(card->iommu);
	card->fd = -1;
	card->group = -1;
	card->iommu = -1;
}

/**
 * vga_region_info - VFIO_DEVICE_GET_REGION_INFO without capabilities
 * @card: an open card
 * @index: the region
 * @info: filled
 *
 * Return: 0 or a negative errno.
 */
int vga_region_info(const struct vga_card *card, uint32_t index,
		    struct vfio_region_info *info)
{
	*info = (struct vfio_region_info){
		.argsz = sizeof(*info), .index = index
	};
	return ioctl(card->fd, VFIO_DEVICE_GET_REGION_INFO, info) ? -errno : 0;
}

/**
 * vga_region_read - pread() from a region
 * @card: an open card
 * @index: the region
 * @pos: offset in the region
 * @buf: destination
 * @count: bytes
 *
 * Return: the number of bytes or a negative errno.
 */
ssize_t vga_region_read(const struct vga_card *card, uint32_t index,
			uint64_t pos, void *buf, size_t count)
{
	ssize_t ret = pread(card->fd, buf, count,
			    ((uint64_t)index << REGION_SHIFT) + pos);

	return ret < 0 ? -errno : ret;
}

/**
 * vga_region_write - pwrite() to a region
 * @card: an open card
 * @index: the region
 * @pos: offset in the region
 * @buf: source
 * @count: bytes
 *
 * Return: the number of bytes or a negative errno.
 */
ssize_t vga_region_write(const struct vga_card *card, uint32_t index,
			 uint64_t pos, const void *buf, size_t count)
{
	ssize_t ret = pwrite(card->fd, buf, count,
			     ((uint64_t)index << REGION_SHIFT) + pos);

	return ret < 0 ? -errno : ret;
}

/**
 * vga_map_bar - mmap the start of a BAR
 * @card: an open card
 * @bar: number of the BAR
 * @size: bytes
 *
 * Return: the mapping or NULL.
 */
void *vga_map_bar(const struct vga_card *card, unsigned int bar, size_t size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 card->fd, (uint64_t)bar << REGION_SHIFT);

	return map == MAP_FAILED ? NULL : map;
}

/**
 * vga_try_map - can a part of a BAR be mapped?
 * @card: an open card
 * @bar: number of the BAR
 * @pos: offset in it
 * @size: bytes
 *
 * Return: 0, or a negative errno of mmap().
 */
int vga_try_map(const struct vga_card *card, unsigned int bar, uint64_t pos,
		size_t size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 card->fd, ((uint64_t)bar << REGION_SHIFT) + pos);

	if (map == MAP_FAILED)
		return -errno;
	munmap(map, size);
	return 0;
}

ssize_t vga_read(const struct vga_card *card, uint64_t pos, void *buf,
		 size_t count)
{
	return vga_region_read(card, VFIO_PCI_VGA_REGION_INDEX, pos, buf,
			       count);
}

ssize_t vga_write(const struct vga_card *card, uint64_t pos, const void *buf,
		  size_t count)
{
	return vga_region_write(card, VFIO_PCI_VGA_REGION_INDEX, pos, buf,
				count);
}

/**
 * vga_in - read one legacy port
 * @card: an open card
 * @port: port address
 *
 * Return: the byte or a negative errno.
 */
int vga_in(const struct vga_card *card, uint16_t port)
{
	uint8_t value;
	ssize_t ret = vga_read(card, port, &value, 1);

	return ret < 0 ? ret : value;
}

/**
 * vga_out - write one legacy port
 * @card: an open card
 * @port: port address
 * @value: the byte
 *
 * Return: 0 or a negative errno.
 */
int vga_out(const struct vga_card *card, uint16_t port, uint8_t value)
{
	ssize_t ret = vga_write(card, port, &value, 1);

	return ret < 0 ? ret : 0;
}

static int command_update(const struct vga_card *card, uint16_t clear,
			  uint16_t set)
{
	uint16_t cmd;
	ssize_t ret;

	ret = vga_region_read(card, VFIO_PCI_CONFIG_REGION_INDEX, PCI_COMMAND,
			      &cmd, sizeof(cmd));
	if (ret < 0)
		return ret;
	cmd = (cmd & ~clear) | set;
	ret = vga_region_write(card, VFIO_PCI_CONFIG_REGION_INDEX, PCI_COMMAND,
			       &cmd, sizeof(cmd));
	return ret < 0 ? ret : 0;
}

/**
 * vga_command_clear - clear bits of the command register, as a guest would
 * @card: an open card
 * @bits: PCI_COMMAND_* bits
 *
 * Return: 0 or a negative errno.
 */
int vga_command_clear(const struct vga_card *card, uint16_t bits)
{
	return command_update(card, bits, 0);
}

/**
 * vga_command_set - set bits of the command register, as a guest would
 * @card: an open card
 * @bits: PCI_COMMAND_* bits
 *
 * Return: 0 or a negative errno.
 */
int vga_command_set(const struct vga_card *card, uint16_t bits)
{
	return command_update(card, 0, bits);
}

/**
 * vga_find_capability - find a capability in a card's config space
 * @card: an open card
 * @id: PCI_CAP_ID_*
 *
 * Return: its offset, 0 when there is none, or a negative errno.
 */
int vga_find_capability(const struct vga_card *card, uint8_t id)
{
	uint8_t pos, entry[2];
	int hops;
	ssize_t ret;

	ret = vga_region_read(card, VFIO_PCI_CONFIG_REGION_INDEX,
			      PCI_CAPABILITY_LIST, &pos, 1);
	for (hops = 0; ret >= 0 && pos && hops < 48; hops++) {
		ret = vga_region_read(card, VFIO_PCI_CONFIG_REGION_INDEX, pos,
				      entry, sizeof(entry));
		if (ret >= 0 && entry[0] == id)
			return pos;
		pos = entry[1] & ~3;
	}
	return ret < 0 ? ret : 0;
}

/**
 * vga_is_lab_card - is this a card whose BAR0 is the VGA's memory
 * @bdf: the device
 *
 * True for QEMU's std VGA, Cirrus and ATI models: in a packed (chain-4) mode
 * byte n of the window at 0xa0000 is byte n of BAR0.
 *
 * Return: whether it is.
 */
bool vga_is_lab_card(const char *bdf)
{
	long vendor = vga_sysfs_number(bdf, "vendor");
	long device = vga_sysfs_number(bdf, "device");

	return (vendor == 0x1234 && device == 0x1111) ||
	       (vendor == 0x1002 && (device == 0x5046 || device == 0x5159));
}

struct vga_register {
	uint16_t index_port;
	uint8_t index, value;
};

static int program(const struct vga_card *card, uint8_t misc,
		   const struct vga_register *regs, size_t count)
{
	int ret = vga_out(card, VGA_MISC_WRITE, misc);

	for (; count && !ret; count--, regs++) {
		ret = vga_out(card, regs->index_port, regs->index);
		if (!ret)
			ret = vga_out(card, regs->index_port + 1, regs->value);
	}
	return ret;
}

/**
 * vga_show_memory_linearly - make the window show memory byte by byte
 * @card: an open card
 *
 * Packed pixels (chain 4), all planes, no logic operation, the 64 KiB at
 * 0xa0000 and nothing above: console output of the host, which goes to
 * 0xb8000 unasked, does not disturb.
 *
 * Return: 0 or a negative errno.
 */
int vga_show_memory_linearly(const struct vga_card *card)
{
	static const struct vga_register linear[] = {
		{ VGA_SEQ_INDEX, 0, 0x03 },	/* run */
		{ VGA_SEQ_INDEX, 2, 0x0f },	/* write all planes */
		{ VGA_SEQ_INDEX, 4, 0x0e },	/* chain 4, 256 KiB */
		{ VGA_GFX_INDEX, 0, 0x00 },
		{ VGA_GFX_INDEX, 1, 0x00 },	/* no set/reset */
		{ VGA_GFX_INDEX, 3, 0x00 },	/* no rotation, replace */
		{ VGA_GFX_INDEX, 4, 0x00 },
		{ VGA_GFX_INDEX, 5, 0x40 },	/* 256 colours, write mode 0 */
		{ VGA_GFX_INDEX, 6, 0x05 },	/* graphics, 64 KiB at a0000 */
		{ VGA_GFX_INDEX, 8, 0xff },	/* all bits from the CPU */
	};

	return program(card, 0x63, linear, sizeof(linear) / sizeof(*linear));
}

/**
 * vga_show_text - make the window show text at 0xb8000
 * @card: an open card
 *
 * Characters in plane 0, attributes in plane 1, as a BIOS sets text modes.
 *
 * Return: 0 or a negative errno.
 */
int vga_show_text(const struct vga_card *card)
{
	static const struct vga_register text[] = {
		{ VGA_SEQ_INDEX, 0, 0x03 },
		{ VGA_SEQ_INDEX, 2, 0x03 },	/* characters, attributes */
		{ VGA_SEQ_INDEX, 4, 0x02 },	/* odd/even */
		{ VGA_GFX_INDEX, 0, 0x00 },
		{ VGA_GFX_INDEX, 1, 0x00 },
		{ VGA_GFX_INDEX, 3, 0x00 },
		{ VGA_GFX_INDEX, 4, 0x00 },
		{ VGA_GFX_INDEX, 5, 0x10 },	/* odd/even */
		{ VGA_GFX_INDEX, 6, 0x0e },	/* text, 32 KiB at b8000 */
		{ VGA_GFX_INDEX, 8, 0xff },
	};

	return program(card, 0x67, text, sizeof(text) / sizeof(*text));
}

/* The line /dev/vga_arbiter has about a card. */
static int arbiter_line(const char *bdf, char *line, size_t size)
{
	char target[32];
	ssize_t len;
	int fd;

	fd = open_file("/dev/vga_arbiter");
	if (fd < 0)
		return fd;
	snprintf(target, sizeof(target), "target PCI:%s", bdf);
	len = write(fd, target, strlen(target));
	if (len >= 0)
		len = read(fd, line, size - 1);
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return len;
	line[len] = '\0';
	return 0;
}

/**
 * vga_arbiter_is_free - does a card hold the legacy ranges no more
 * @bdf: the card
 * @patience_ms: how long it may take to let go
 *
 * Looks and does not try: "trylock" of /dev/vga_arbiter says busy when it
 * succeeds and keeps what it got (Linux 6.1 to 6.12), "lock" cannot be killed.
 *
 * Return: 0, -EBUSY when the card held them all the time, or another negative
 * errno.
 */
int vga_arbiter_is_free(const char *bdf, unsigned int patience_ms)
{
	uint64_t end = vga_now_ns() + patience_ms * 1000000ULL;
	char line[256];
	int ret;

	for (;;) {
		ret = arbiter_line(bdf, line, sizeof(line));
		if (ret)
			return ret;
		if (strstr(line, "locks=none"))
			return 0;
		if (vga_now_ns() > end)
			return -EBUSY;
		usleep(1000);
	}
}

uint64_t vga_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/**
 * vga_wait_for_exit - wait for a child with a limit
 * @child: its process id
 * @patience_ms: the limit
 *
 * A child that is still there at the limit is killed and, unless it cannot
 * even die, reaped.
 *
 * Return: its exit status, -ETIMEDOUT, or -EINTR when it died by a signal.
 */
int vga_wait_for_exit(pid_t child, unsigned int patience_ms)
{
	uint64_t end = vga_now_ns() + patience_ms * 1000000ULL;
	bool killed = false;
	int status;
	pid_t pid;

	for (;;) {
		pid = waitpid(child, &status, WNOHANG);
		if (pid < 0)
			return -errno;
		if (pid == child) {
			if (killed)
				return -ETIMEDOUT;
			return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
		}
		if (vga_now_ns() > end) {
			if (killed)
				return -ETIMEDOUT;
			kill(child, SIGKILL);
			killed = true;
			end = vga_now_ns() + 2000000000ULL;
		}
		usleep(1000);
	}
}

/**
 * vga_die_with_parent - for a child: do not outlive a test that was killed
 */
void vga_die_with_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}
