// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes that rows answer for: reads and writes, region info, mmap.
 *
 * An access is cut where rows begin and end. What no row covers goes the way it
 * always goes. What shows config space is a read or write of the config region,
 * by the core: the answer is what the user sees there, whatever the kernel.
 * Called from the device's entries in vfio_pci_vga.c.
 *
 * A window's address goes to the card, since the data register of all other
 * addresses is the card's, and is remembered; with window_lock held, so that no
 * data moves at an address that was not looked at. User memory is not touched
 * under that lock.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "vfio_pci_vga.h"
#include "vfio_pci_vga_trace.h"

/* The widest register, and what is moved at a time. */
#define WIDTH_MAX	4

#define CONFIG_POS(offset) \
	(VFIO_PCI_INDEX_TO_OFFSET(VFIO_PCI_CONFIG_REGION_INDEX) + (offset))

/* The BAR's address as its user has set it: what config space shows. */
static u64 virtual_bar(struct vfio_pci_core_device *core, unsigned int bar)
{
	const __le32 *vbar =
		(const __le32 *)&core->vconfig[PCI_BASE_ADDRESS_0] + bar;
	unsigned long flags = pci_resource_flags(core->pdev, bar);
	u64 address = le32_to_cpu(READ_ONCE(vbar[0]));

	if (flags & IORESOURCE_MEM_64)
		address |= (u64)le32_to_cpu(READ_ONCE(vbar[1])) << 32;
	/* The core clears these bits not before somebody reads them. */
	return address & ~(pci_resource_len(core->pdev, bar) - 1);
}

static ssize_t read_value(struct vfio_vga_device *vga,
			  const struct vga_target *target, char __user *buf)
{
	const struct vga_quirk_row *row = &target->quirk->row;
	__le32 card = 0;
	__le64 value;
	int ret;

	if (row->low) {
		ret = vfio_vga_card_rw(vga, row->bar, row->offset, (u8 *)&card,
				       sizeof(card), false);
		if (ret)
			return ret;
	}
	value = cpu_to_le64(vga_quirk_value(row,
					    virtual_bar(&vga->core, row->shows),
					    pci_resource_len(vga->core.pdev,
							     row->shows),
					    le32_to_cpu(card)));
	if (copy_to_user(buf, (u8 *)&value + target->offset, target->len))
		return -EFAULT;
	return target->len;
}

static ssize_t read_ones(char __user *buf, size_t count)
{
	u8 ones[WIDTH_MAX];

	memset(ones, 0xff, sizeof(ones));
	count = min(count, sizeof(ones));
	return copy_to_user(buf, ones, count) ? -EFAULT : count;
}

static ssize_t read_config(struct vfio_vga_device *vga,
			   const struct vga_target *target, char __user *buf)
{
	struct vfio_vga_quirks *quirks = &vga->quirks;
	loff_t pos = CONFIG_POS(target->offset);
	int size = vga->core.pdev->cfg_size;
	ssize_t done, i;

	/* A card may have more of it than the host can reach. */
	if (target->offset >= size)
		return read_ones(buf, target->len);
	done = vfio_pci_core_read(&vga->core.vdev, buf,
				  min_t(u64, target->len, size - target->offset),
				  &pos);
	for (i = 0; target->quirk->row.echo && i < done; i++)
		if (test_bit(target->offset + i, quirks->was_written) &&
		    put_user(READ_ONCE(quirks->written[target->offset + i]),
			     (u8 __user *)buf + i))
			return -EFAULT;
	return done;
}

/**
 * vfio_vga_quirk_wrote - remember what was written to config space
 * @vga: the open device
 * @offset: where
 * @buf: user buffer; who changes it meanwhile fools himself
 * @count: length in bytes
 *
 * For rows with echo=written.
 *
 * Context: process context, may sleep.
 */
void vfio_vga_quirk_wrote(struct vfio_vga_device *vga, u64 offset,
			  const char __user *buf, size_t count)
{
	struct vfio_vga_quirks *quirks = &vga->quirks;
	u8 byte;

	for (; count && offset < VGA_QUIRK_ECHO_MAX; count--, offset++, buf++) {
		if (get_user(byte, (u8 __user *)buf))
			return;
		WRITE_ONCE(quirks->written[offset], byte);
		set_bit(offset, quirks->was_written);
	}
}

/*
 * Writes to the MSI capability's id and next pointer, read-only bytes by
 * which NVIDIA's drivers acknowledge an interrupt.
 */
static int acknowledge_msi(struct vfio_vga_device *vga,
			   const struct vga_quirk_row *row, u32 offset,
			   const char __user *buf, size_t count)
{
	u32 first = vga->core.pdev->msi_cap, byte;
	u8 value;
	int ret;

	for (byte = offset; byte < offset + count; byte++, buf++) {
		if (!first || byte < first || byte >= first + PCI_MSI_FLAGS)
			continue;
		if (get_user(value, (u8 __user *)buf))
			return -EFAULT;
		ret = vfio_vga_card_rw(vga, row->bar,
				       row->offset + byte - row->config, &value,
				       1, true);
		if (ret)
			return ret;
	}
	return 0;
}

static ssize_t write_config(struct vfio_vga_device *vga,
			    const struct vga_target *target,
			    const char __user *buf)
{
	const struct vga_quirk_row *row = &target->quirk->row;
	loff_t pos = CONFIG_POS(target->offset);
	int size = vga->core.pdev->cfg_size;
	size_t count = min_t(u64, target->len, WIDTH_MAX);
	ssize_t done;
	int ret;

	if (row->writes == VGA_QUIRK_WRITES_DROP || target->offset >= size)
		return target->len;
	count = min_t(size_t, count, size - target->offset);
	done = vfio_vga_config_write(vga, buf, count, &pos);
	if (done <= 0 || row->writes != VGA_QUIRK_WRITES_ACK)
		return done;
	ret = acknowledge_msi(vga, row, target->offset, buf, done);
	return ret ?: done;
}

/* What is not the card's to answer. */
static ssize_t answer(struct vfio_vga_device *vga, unsigned int region, u64 pos,
		      const struct vga_target *target, char __user *buf,
		      bool iswrite)
{
	int decoded;

	atomic64_inc(&target->quirk->hits);
	trace_vfio_vga_quirk(vga->core.pdev, target->quirk->name, region, pos,
			     target->len, iswrite);

	decoded = vfio_vga_decoded(vga, region);
	if (decoded < 0)
		return decoded;
	/* As all else there: a BAR fails, nobody answers on a port. */
	if (!decoded) {
		if (region != VFIO_PCI_VGA_REGION_INDEX)
			return -EIO;
		return iswrite ? target->len : read_ones(buf, target->len);
	}
	if (iswrite && target->kind == VGA_TARGET_CONFIG)
		return write_config(vga, target, buf);
	if (iswrite)
		return target->len;
	switch (target->kind) {
	case VGA_TARGET_CONFIG:
		return read_config(vga, target, buf);
	case VGA_TARGET_VALUE:
		return read_value(vga, target, buf);
	default:
		return read_ones(buf, target->len);
	}
}

/*
 * The host, or whoever had the card before, may have left an address. Ports
 * cannot be asked: there the select register comes first, and starts at 0.
 */
static int load_window(struct vfio_vga_device *vga, struct vga_quirk *quirk)
{
	const struct vga_quirk_range *range;
	u8 bytes[WIDTH_MAX];
	int ret;

	if (quirk->row.bar == VGA_QUIRK_LEGACY)
		return 0;
	for (range = quirk->ranges; range < quirk->ranges + quirk->nr_ranges;
	     range++) {
		size_t width = range->end - range->start;

		if (range->role == VGA_ROLE_DATA)
			continue;
		ret = vfio_vga_card_rw(vga, quirk->row.bar, range->start, bytes,
				       width, false);
		if (ret)
			return ret;
		vga_window_note(quirk, range->role, 0, bytes, width);
	}
	return 0;
}

/* The part of an access to a window's register that has one answer. */
static int window_step(struct vfio_vga_device *vga,
		       const struct vga_quirk_piece *piece, u64 pos, u8 *bytes,
		       bool iswrite, struct vga_target *target)
{
	struct vga_quirk *quirk = piece->quirk;
	u32 at = pos - piece->range->start;
	enum vga_quirk_role role;
	int ret;

	if (!quirk->window->known) {
		ret = load_window(vga, quirk);
		if (ret)
			return ret;
		quirk->window->known = true;
	}
	role = vga_window_role(quirk, piece->range->role);
	if (role == VGA_ROLE_DATA)
		vga_window_target(&vga->quirks.open, quirk, at, piece->len,
				  target);
	if (target->kind != VGA_TARGET_CARD)
		return 0;
	ret = vfio_vga_card_rw(vga, quirk->row.bar, pos, bytes, target->len,
			       iswrite);
	if (ret || !iswrite)
		return ret;
	vga_window_note(quirk, role, at, bytes, target->len);
	/* Not every card takes parts of a register: ask what it has now. */
	if (quirk->row.bar != VGA_QUIRK_LEGACY &&
	    target->len < piece->range->end - piece->range->start)
		quirk->window->known = false;
	return 0;
}

static ssize_t window_rw(struct vfio_vga_device *vga,
			 const struct vga_quirk_piece *piece, unsigned int region,
			 u64 pos, char __user *buf, bool iswrite)
{
	struct vga_target target = { .kind = VGA_TARGET_CARD,
				     .len = piece->len };
	u8 bytes[WIDTH_MAX];
	int ret;

	if (iswrite && copy_from_user(bytes, buf, piece->len))
		return -EFAULT;
	ret = mutex_lock_killable(&vga->quirks.window_lock);
	if (ret)
		return ret;
	ret = window_step(vga, piece, pos, bytes, iswrite, &target);
	mutex_unlock(&vga->quirks.window_lock);
	if (ret)
		return ret;
	if (target.kind != VGA_TARGET_CARD)
		return answer(vga, region, pos, &target, buf, iswrite);
	if (!iswrite && copy_to_user(buf, bytes, target.len))
		return -EFAULT;
	if (vga->leaks.on)
		vfio_vga_leaks_saw(vga, region, pos, buf, target.len, iswrite);
	return target.len;
}

/* What no row covers. */
static ssize_t pass(struct vfio_vga_device *vga, unsigned int region, u64 pos,
		    char __user *buf, size_t count, bool iswrite)
{
	struct vfio_device *core_vdev = &vga->core.vdev;
	loff_t where = VFIO_PCI_INDEX_TO_OFFSET(region) + pos;
	ssize_t done;

	if (region == VFIO_PCI_VGA_REGION_INDEX)
		done = vfio_vga_region_rw(vga, buf, count, &where, iswrite);
	else if (iswrite)
		done = vfio_pci_core_write(core_vdev, buf, count, &where);
	else
		done = vfio_pci_core_read(core_vdev, buf, count, &where);
	if (done > 0 && vga->leaks.on)
		vfio_vga_leaks_saw(vga, region, pos, buf, done, iswrite);
	return done;
}

static ssize_t step(struct vfio_vga_device *vga, unsigned int region, u64 pos,
		    char __user *buf, size_t count, bool iswrite)
{
	struct vga_quirk_piece piece;
	struct vga_target target;

	vga_quirk_find(&vga->quirks.open, region, pos, count, &piece);
	if (!piece.quirk)
		return pass(vga, region, pos, buf, piece.len, iswrite);
	if (piece.quirk->row.kind == VGA_QUIRK_WINDOW)
		return window_rw(vga, &piece, region, pos, buf, iswrite);
	vga_quirk_target(piece.quirk, pos - piece.range->start, piece.len,
			 &target);
	return answer(vga, region, pos, &target, buf, iswrite);
}

/**
 * vfio_vga_quirk_rw - read or write a region in which rows are, or leaks sought
 * @vga: the open device
 * @buf: user buffer
 * @count: length in bytes
 * @ppos: position in the device file; advanced by what was moved
 * @iswrite: direction
 *
 * Specified in docs/quirks.md.
 *
 * Context: process context, may sleep; killable between pieces.
 * Return: bytes moved; -EFAULT, -EIO or -EINTR when none were; and as
 * vfio_pci_core_read(), vfio_pci_core_write() and vfio_vga_region_rw().
 */
ssize_t vfio_vga_quirk_rw(struct vfio_vga_device *vga, char __user *buf,
			  size_t count, loff_t *ppos, bool iswrite)
{
	unsigned int region = VFIO_PCI_OFFSET_TO_INDEX(*ppos);
	u64 pos = *ppos & VFIO_PCI_OFFSET_MASK;
	size_t done = 0;
	ssize_t ret = 0;

	while (done < count) {
		if (done && fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		ret = step(vga, region, pos + done, buf + done, count - done,
			   iswrite);
		if (ret <= 0)
			break;
		done += ret;
		cond_resched();
	}
	*ppos += done;
	return done ?: ret;
}

/**
 * vfio_vga_quirk_hides - does a row cover a page that is to be mapped?
 * @vga: the open device
 * @vma: a mapping of a BAR
 *
 * Return: true also while leaks are sought.
 */
bool vfio_vga_quirk_hides(struct vfio_vga_device *vga,
			  struct vm_area_struct *vma)
{
	unsigned int bar = vma->vm_pgoff >> (VFIO_PCI_OFFSET_SHIFT - PAGE_SHIFT);
	u64 first = ((u64)vma->vm_pgoff << PAGE_SHIFT) & VFIO_PCI_OFFSET_MASK;
	u64 last = first + vma->vm_end - vma->vm_start;
	u64 start, end = first;

	if (vga->leaks.on)
		return true;
	return !vga_quirk_next_area(&vga->quirks.open, bar, last, PAGE_SIZE,
				    &start, &end) ||
	       start != first || end < last;
}

static int add_areas(struct vfio_vga_device *vga, unsigned int bar,
		     struct vfio_region_info *info, struct vfio_info_cap *caps)
{
	struct vga_quirk_set *open = &vga->quirks.open;
	struct vfio_region_info_cap_sparse_mmap *sparse;
	u64 start, end = 0;
	size_t size;
	u32 nr = 0;
	int ret;

	while (!vga->leaks.on && vga_quirk_next_area(open, bar, info->size,
						     PAGE_SIZE, &start, &end))
		nr++;
	if (!nr)
		return 0;

	size = struct_size(sparse, areas, nr);
	sparse = kzalloc(size, GFP_KERNEL);
	if (!sparse)
		return -ENOMEM;
	sparse->header.id = VFIO_REGION_INFO_CAP_SPARSE_MMAP;
	sparse->header.version = 1;
	sparse->nr_areas = nr;
	for (nr = 0, end = 0; vga_quirk_next_area(open, bar, info->size,
						  PAGE_SIZE, &start, &end);
	     nr++) {
		sparse->areas[nr].offset = start;
		sparse->areas[nr].size = end - start;
	}
	info->flags |= VFIO_REGION_INFO_FLAG_MMAP;
	ret = vfio_info_add_capability(caps, &sparse->header, size);
	kfree(sparse);
	return ret;
}

/* What the core adds where the BAR has the MSI-X table. */
static int add_msix(struct vfio_info_cap *caps)
{
	struct vfio_info_cap_header header = {
		.id = VFIO_REGION_INFO_CAP_MSIX_MAPPABLE,
		.version = 1,
	};

	return vfio_info_add_capability(caps, &header, sizeof(header));
}

/**
 * vfio_vga_quirk_info - tell about a BAR in which rows are, or leaks sought
 * @vga: the open device
 * @info: index is set; filled
 * @caps: what can be mapped is added
 *
 * Specified in docs/quirks.md.
 *
 * Return: 0 or -ENOMEM.
 */
int vfio_vga_quirk_info(struct vfio_vga_device *vga,
			struct vfio_region_info *info,
			struct vfio_info_cap *caps)
{
	struct vfio_pci_core_device *core = &vga->core;
	unsigned int bar = info->index;
	int ret;

	info->offset = VFIO_PCI_INDEX_TO_OFFSET(bar);
	info->size = pci_resource_len(core->pdev, bar);
	info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	if (!core->bar_mmap_supported[bar])
		return 0;
	ret = add_areas(vga, bar, info, caps);
	if (ret || !(info->flags & VFIO_REGION_INFO_FLAG_MMAP) ||
	    bar != core->msix_bar)
		return ret;
	return add_msix(caps);
}
