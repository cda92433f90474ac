/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the selftests share: finding and binding a card, opening it the two
 * ways VFIO has, reaching its regions, and looking at the VGA arbiter.
 *
 * Functions return 0 (or a count) or a negative errno and never print, so that
 * a test states its promise as a comparison.
 */
#ifndef VFIO_VGA_TEST_H
#define VFIO_VGA_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "vfio_uapi.h"

/* The legacy ranges as region 8 shows them: offset equals bus address. */
#define VGA_MEM			0xa0000
#define VGA_MEM_END		0xc0000
#define VGA_TEXT		0xb8000
#define VGA_MONO_PORTS		0x3b0
#define VGA_MONO_PORTS_END	0x3bc
#define VGA_PORTS		0x3c0
#define VGA_PORTS_END		0x3e0
#define VGA_REGION_SIZE		0xc0000

/* Ports of IBM's VGA in the colour arrangement. */
#define VGA_MISC_WRITE		0x3c2
#define VGA_SEQ_INDEX		0x3c4
#define VGA_SEQ_DATA		0x3c5
#define VGA_DAC_MASK		0x3c6
#define VGA_MISC_READ		0x3cc
#define VGA_GFX_INDEX		0x3ce
#define VGA_GFX_DATA		0x3cf

enum vga_open_how {
	VGA_OPEN_GROUP,		/* container and group, type 1 IOMMU */
	VGA_OPEN_CDEV,		/* device cdev and iommufd */
};

/**
 * struct vga_card - a card opened through VFIO
 * @bdf: address in sysfs form, 0000:01:00.0
 * @fd: the device file
 * @group: the group file, or -1
 * @iommu: the container or iommufd
 */
struct vga_card {
	char bdf[16];
	int fd;
	int group;
	int iommu;
};

/* Which card */
int vga_claim_card(unsigned int nth, char *bdf, char *why, size_t why_size);
const char *vga_driver(void);
int vga_slow(void);
bool vga_can_open(enum vga_open_how how);
long vga_sysfs_number(const char *bdf, const char *attribute);
int vga_write_file(const char *path, const char *text);
int vga_choose(const char *bdf, const char *file, const char *text);

/* Binding */
int vga_bound_driver(const char *bdf, char *driver, size_t size);
int vga_bind(const char *bdf, const char *driver);
int vga_unbind(const char *bdf);

/* Opening */
int vga_open(struct vga_card *card, const char *bdf, enum vga_open_how how);
int vga_open_cdev(struct vga_card *card, const char *bdf);
void vga_close(struct vga_card *card);

/* Regions */
int vga_region_info(const struct vga_card *card, uint32_t index,
		    struct vfio_region_info *info);
ssize_t vga_region_read(const struct vga_card *card, uint32_t index,
			uint64_t pos, void *buf, size_t count);
ssize_t vga_region_write(const struct vga_card *card, uint32_t index,
			 uint64_t pos, const void *buf, size_t count);
void *vga_map_bar(const struct vga_card *card, unsigned int bar, size_t size);
int vga_try_map(const struct vga_card *card, unsigned int bar, uint64_t pos,
		size_t size);

/* Region 8 */
ssize_t vga_read(const struct vga_card *card, uint64_t pos, void *buf,
		 size_t count);
ssize_t vga_write(const struct vga_card *card, uint64_t pos, const void *buf,
		  size_t count);
int vga_in(const struct vga_card *card, uint16_t port);
int vga_out(const struct vga_card *card, uint16_t port, uint8_t value);

/* The card behind it */
int vga_command_clear(const struct vga_card *card, uint16_t bits);
int vga_command_set(const struct vga_card *card, uint16_t bits);
int vga_find_capability(const struct vga_card *card, uint8_t id);
bool vga_is_lab_card(const char *bdf);
int vga_show_memory_linearly(const struct vga_card *card);
int vga_show_text(const struct vga_card *card);

/* The arbiter, seen as any other user of it sees it */
int vga_arbiter_is_free(const char *bdf, unsigned int patience_ms);

/* Time and other processes */
uint64_t vga_now_ns(void);
int vga_wait_for_exit(pid_t child, unsigned int patience_ms);
void vga_die_with_parent(void);

#endif /* VFIO_VGA_TEST_H */
