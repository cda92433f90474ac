// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moving bytes: reads and writes of the VGA region (vfio-pci's region 8).
 *
 * Called from the read, write, open and close entries in vfio_pci_vga.c.
 * Calls down into vga_lease.c for the right to touch the legacy ranges.
 */
#include <linux/io.h>
#include <linux/pm_runtime.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "vfio_pci_vga.h"

/* Requests up to this size need no allocation; a text line is 160 bytes. */
#define BOUNCE_SMALL	64
/* The most that is moved under one arbitration. */
#define BOUNCE_LARGE	4096

/**
 * struct vga_range - one of the legacy ranges
 * @start: first offset in region 8, equal to the bus address
 * @end: first offset behind the range
 * @command: the bit of the command register that lets the card decode it
 * @max_width: widest access in bytes that the range takes
 *
 * Source: PCI-to-PCI Bridge Architecture Specification, VGA Enable bit.
 */
struct vga_range {
	u32 start, end;
	u16 command;
	u8 max_width;
};

static const struct vga_range vga_ranges[] = {
	{ 0xa0000, 0xc0000, PCI_COMMAND_MEMORY, sizeof(unsigned long) },
	{ 0x3b0, 0x3bc, PCI_COMMAND_IO, sizeof(u32) },
	{ 0x3c0, 0x3e0, PCI_COMMAND_IO, sizeof(u32) },
};

static const struct vga_range *vga_range_at(u64 pos)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(vga_ranges); i++)
		if (pos >= vga_ranges[i].start && pos < vga_ranges[i].end)
			return &vga_ranges[i];
	return NULL;
}

/*
 * Does the card decode @range, as its user has set it up? Caller holds
 * memory_lock, under which the core updates the decode bits in vconfig.
 */
static bool vga_range_decoded(struct vfio_pci_core_device *core,
			      const struct vga_range *range)
{
	u16 cmd = le16_to_cpup((__le16 *)&core->vconfig[PCI_COMMAND]);

	return core->pdev->current_state != PCI_D3hot &&
	       core->pdev->current_state != PCI_D3cold &&
	       (cmd & range->command);
}

/* The widest naturally aligned access that starts at @pos within @count. */
static unsigned int access_width(u32 pos, size_t count, unsigned int max)
{
	unsigned int width = max;

	while (width > count || !IS_ALIGNED(pos, width))
		width /= 2;
	return width;
}

/*
 * One access of @width bytes. User space sees the bus's byte order, which is
 * little-endian; @buf may be unaligned.
 */
static void access_read(void __iomem *io, u8 *buf, unsigned int width)
{
	__le64 val64;
	__le32 val32;
	__le16 val16;

	switch (width) {
#ifdef CONFIG_64BIT
	case 8:
		val64 = cpu_to_le64(readq(io));
		memcpy(buf, &val64, sizeof(val64));
		break;
#endif
	case 4:
		val32 = cpu_to_le32(ioread32(io));
		memcpy(buf, &val32, sizeof(val32));
		break;
	case 2:
		val16 = cpu_to_le16(ioread16(io));
		memcpy(buf, &val16, sizeof(val16));
		break;
	default:
		*buf = ioread8(io);
	}
}

static void access_write(void __iomem *io, const u8 *buf, unsigned int width)
{
	__le64 val64;
	__le32 val32;
	__le16 val16;

	switch (width) {
#ifdef CONFIG_64BIT
	case 8:
		memcpy(&val64, buf, sizeof(val64));
		writeq(le64_to_cpu(val64), io);
		break;
#endif
	case 4:
		memcpy(&val32, buf, sizeof(val32));
		iowrite32(le32_to_cpu(val32), io);
		break;
	case 2:
		memcpy(&val16, buf, sizeof(val16));
		iowrite16(le16_to_cpu(val16), io);
		break;
	default:
		iowrite8(*buf, io);
	}
}

/*
 * Caller has the route and memory_lock, and the card decodes @range. Where a
 * read gives nothing but ones, the card may have gone since somebody looked.
 */
static int vga_transfer(struct vfio_vga_device *vga,
			const struct vga_range *range, u32 pos, u8 *buf,
			size_t count, bool iswrite)
{
	unsigned int width;
	void __iomem *io;
	size_t done;

	if (range->command == PCI_COMMAND_MEMORY)
		io = vga->window + (pos - range->start);
	else
		io = vga->ports + pos;

	for (done = 0; done < count; done += width) {
		width = access_width(pos + done, count - done,
				     range->max_width);
		if (iswrite)
			access_write(io + done, buf + done, width);
		else
			access_read(io + done, buf + done, width);
	}
	if (!iswrite && *buf == 0xff && !memchr_inv(buf, 0xff, count) &&
	    !vga_card_answers(vga->core.pdev))
		return -EIO;
	return 0;
}

/**
 * vfio_vga_window_decoded - does the card answer in the memory window?
 * @vga: the open device; the caller has an access begun
 *
 * Return: false while its user has switched memory decode off or has it sleep.
 */
bool vfio_vga_window_decoded(struct vfio_vga_device *vga)
{
	return !vga->core.pm_runtime_engaged &&
	       vga_range_decoded(&vga->core, &vga_ranges[0]);
}

/**
 * vfio_vga_answers - is the card still there?
 * @vga: the open device; the caller has an access begun, and the card is awake
 *
 * Without its link all reads would be ones, for ever. Looks once per jiffy: it
 * takes about as long as an access.
 *
 * Return: false if config space is all ones.
 */
bool vfio_vga_answers(struct vfio_vga_device *vga)
{
	if (time_before(jiffies, READ_ONCE(vga->answered) + 1))
		return true;
	if (!vga_card_answers(vga->core.pdev))
		return false;
	WRITE_ONCE(vga->answered, jiffies);
	return true;
}

/**
 * vfio_vga_access_try - begin an access if the card has a lease already
 * @vga: the open device
 * @access: as for vfio_vga_access_begin()
 *
 * Context: process context, does not wait.
 * Return: true if begun.
 */
bool vfio_vga_access_try(struct vfio_vga_device *vga, struct vga_access *access)
{
	if (!vga_lease_try(&vga->lease, access))
		return false;
	if (down_read_trylock(&vga->core.memory_lock))
		return true;
	vga_lease_release(&vga->lease, access);
	return false;
}

/**
 * vfio_vga_access_begin - take the route and keep the card as it is
 * @vga: the open device
 * @access: the caller's, until vfio_vga_access_end()
 *
 * Its decode bits and power state stay still. A reset holds memory_lock for
 * writing for as long as the card needs. The route is given back meanwhile:
 * others must not wait for this card's reset.
 *
 * Context: as vga_lease_acquire().
 * Return: as vga_lease_acquire().
 */
int vfio_vga_access_begin(struct vfio_vga_device *vga,
			  struct vga_access *access)
{
	struct rw_semaphore *memory_lock = &vga->core.memory_lock;
	int ret;

	for (;;) {
		ret = vga_lease_acquire(&vga->lease, access);
		if (ret)
			return ret;
		if (down_read_trylock(memory_lock))
			return 0;
		vga_lease_release(&vga->lease, access);

		ret = down_read_killable(memory_lock);
		if (ret)
			return ret;
		up_read(memory_lock);
	}
}

/**
 * vfio_vga_access_end - end an access
 * @vga: the open device
 * @access: as given to the function that began it
 */
void vfio_vga_access_end(struct vfio_vga_device *vga, struct vga_access *access)
{
	up_read(&vga->core.memory_lock);
	vga_lease_release(&vga->lease, access);
}

/**
 * struct vga_request - a read or write under way
 * @vga: the open device
 * @range: where it goes
 * @iswrite: direction
 * @awake: a reference keeps the card awake
 */
struct vga_request {
	struct vfio_vga_device *vga;
	const struct vga_range *range;
	bool iswrite;
	bool awake;
};

/*
 * An open card is awake unless its user had the core put it to sleep, which
 * takes memory_lock: what is found here holds until the access ends.
 */
static int vga_begin_awake(struct vga_request *request,
			   struct vga_access *access)
{
	struct vfio_pci_core_device *core = &request->vga->core;
	int ret;

	for (;;) {
		ret = vfio_vga_access_begin(request->vga, access);
		if (ret || request->awake || !core->pm_runtime_engaged)
			return ret;
		vfio_vga_access_end(request->vga, access);

		if (pm_runtime_resume_and_get(&core->pdev->dev)) {
			pci_info_ratelimited(core->pdev,
					     "VGA access failed: cannot wake it\n");
			return -EIO;
		}
		request->awake = true;
	}
}

/*
 * Move at most BOUNCE_LARGE bytes between @buf and the card. A range that the
 * card does not decode is not touched, since somebody else might answer: as
 * on a bus without a taker, reads are all ones and writes are lost.
 */
static int vga_move(struct vga_request *request, u32 pos, u8 *buf,
		    size_t count)
{
	struct vfio_vga_device *vga = request->vga;
	struct vga_access access = { .mapped = false };
	int ret;

	ret = vga_begin_awake(request, &access);
	if (ret)
		return ret;

	if (!vfio_vga_answers(vga))
		ret = -EIO;
	else if (vga_range_decoded(&vga->core, request->range))
		ret = vga_transfer(vga, request->range, pos, buf, count,
				   request->iswrite);
	else if (!request->iswrite)
		memset(buf, 0xff, count);

	vfio_vga_access_end(vga, &access);
	return ret;
}

/*
 * Most requests are one access: these are copied without the checks that a
 * buffer of any length on the stack asks for.
 */
static int copy_in(u8 *bounce, const char __user *buf, size_t count)
{
	switch (count) {
	case 1:
		return get_user(*bounce, (u8 __user *)buf);
	case 2:
		return get_user(*(u16 *)bounce, (u16 __user *)buf);
	case 4:
		return get_user(*(u32 *)bounce, (u32 __user *)buf);
	default:
		return copy_from_user(bounce, buf, count) ? -EFAULT : 0;
	}
}

static int copy_out(char __user *buf, const u8 *bounce, size_t count)
{
	switch (count) {
	case 1:
		return put_user(*bounce, (u8 __user *)buf);
	case 2:
		return put_user(*(u16 *)bounce, (u16 __user *)buf);
	case 4:
		return put_user(*(u32 *)bounce, (u32 __user *)buf);
	default:
		return copy_to_user(buf, bounce, count) ? -EFAULT : 0;
	}
}

static ssize_t vga_rw(struct vga_request *request, char __user *buf,
		      size_t count, u32 pos, u8 *bounce, size_t bounce_size)
{
	size_t done = 0, chunk;
	int ret = 0;

	/*
	 * User memory is touched only without the route: a fault there may
	 * need the very same route, or may never be served at all.
	 */
	for (; done < count; done += chunk) {
		chunk = min(count - done, bounce_size);

		if (done && fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		if (request->iswrite) {
			ret = copy_in(bounce, buf + done, chunk);
			if (ret)
				break;
		}
		ret = vga_move(request, pos + done, bounce, chunk);
		if (ret)
			break;
		if (!request->iswrite) {
			ret = copy_out(buf + done, bounce, chunk);
			if (ret)
				break;
		}
		cond_resched();
	}

	return done ?: ret;
}

/**
 * vfio_vga_region_rw - read or write the VGA region
 * @vga: the open device
 * @buf: user buffer
 * @count: length in bytes, not 0
 * @ppos: position in the device file; advanced by what was moved
 * @iswrite: direction
 *
 * Bytes move in naturally aligned accesses, as wide as alignment, the rest of
 * the request and the range allow. The region's contract is documented in
 * docs/ABI/vga-region.rst.
 *
 * Context: process context, may sleep; killable.
 * Return: bytes moved, cut at the end of the range; -EINVAL outside the three
 * ranges or when the device has no VGA region; -EFAULT when nothing could be
 * copied; -EIO when the card cannot be woken or its config space is all ones;
 * -ENODEV when it is gone;
 * -EBUSY when arbitration forbids it, with a line in the kernel log; -EINTR
 * when killed before the first byte.
 */
ssize_t vfio_vga_region_rw(struct vfio_vga_device *vga, char __user *buf,
			   size_t count, loff_t *ppos, bool iswrite)
{
	struct vga_request request = { .vga = vga, .iswrite = iswrite };
	u8 small[BOUNCE_SMALL] __aligned(8), *bounce = small;
	u64 pos = *ppos & VFIO_PCI_OFFSET_MASK;
	size_t bounce_size = sizeof(small);
	ssize_t done;

	if (!vga->has_vga)
		return -EINVAL;
	request.range = vga_range_at(pos);
	if (!request.range)
		return -EINVAL;
	count = min_t(size_t, count, request.range->end - pos);

	/* Without memory for the large buffer the small one does, slower. */
	if (count > sizeof(small)) {
		bounce = kmalloc(BOUNCE_LARGE, GFP_KERNEL | __GFP_NOWARN);
		if (bounce)
			bounce_size = BOUNCE_LARGE;
		else
			bounce = small;
	}

	done = vga_rw(&request, buf, count, pos, bounce, bounce_size);
	if (done > 0)
		*ppos += done;

	if (bounce != small)
		kfree(bounce);
	if (request.awake)
		pm_runtime_put(&vga->core.pdev->dev);
	return done;
}

/**
 * vfio_vga_decoded - does the card answer in this region?
 * @vga: the open device
 * @region: a BAR, or the VGA region's ports
 *
 * I/O BARs count as decoded: as in vfio-pci, nobody looks.
 *
 * Context: process context, may sleep; killable.
 * Return: 1 if it does, as its user has set it up, else 0; -EINTR when killed.
 */
int vfio_vga_decoded(struct vfio_vga_device *vga, unsigned int region)
{
	struct vfio_pci_core_device *core = &vga->core;
	/* Only their decode bits matter: memory's and the ports'. */
	const struct vga_range *range = &vga_ranges[0];
	int ret;

	if (region == VFIO_PCI_VGA_REGION_INDEX)
		range = &vga_ranges[1];
	else if (pci_resource_flags(core->pdev, region) & IORESOURCE_IO)
		return 1;
	ret = down_read_killable(&core->memory_lock);
	if (ret)
		return ret;
	ret = vga_range_decoded(core, range);
	up_read(&core->memory_lock);
	return ret;
}

static int bar_move(struct vfio_vga_device *vga, unsigned int bar, u32 pos,
		    u8 *buf, size_t count, bool iswrite)
{
	struct vfio_pci_core_device *core = &vga->core;
	void __iomem *io = core->barmap[bar] + pos;
	unsigned int width;
	int ret;

	ret = down_read_killable(&core->memory_lock);
	if (ret)
		return ret;
	if (!(pci_resource_flags(core->pdev, bar) & IORESOURCE_IO) &&
	    !vga_range_decoded(core, &vga_ranges[0]))
		ret = -EIO;
	for (; count && !ret;
	     count -= width, pos += width, io += width, buf += width) {
		width = access_width(pos, count, sizeof(u32));
		if (iswrite)
			access_write(io, buf, width);
		else
			access_read(io, buf, width);
	}
	up_read(&core->memory_lock);
	return ret;
}

/**
 * vfio_vga_card_rw - move bytes between kernel memory and the card itself
 * @vga: the open device
 * @region: a BAR that vfio_vga_quirks_open() mapped, or the VGA region
 * @pos: offset in it
 * @buf: the bytes
 * @count: how many, all in the BAR or in one legacy range
 * @iswrite: direction
 *
 * Context: process context, may sleep; killable.
 * Return: 0; -EIO when the card cannot be woken or does not decode memory;
 * -EINTR when killed; and as vfio_vga_region_rw() for the VGA region.
 */
int vfio_vga_card_rw(struct vfio_vga_device *vga, unsigned int region, u32 pos,
		     u8 *buf, size_t count, bool iswrite)
{
	struct device *dev = &vga->core.pdev->dev;
	struct vga_request request = {
		.vga = vga,
		.iswrite = iswrite,
		.awake = true,
	};
	int ret = -EINVAL;

	if (pm_runtime_resume_and_get(dev))
		return -EIO;
	if (region != VFIO_PCI_VGA_REGION_INDEX) {
		ret = bar_move(vga, region, pos, buf, count, iswrite);
	} else {
		request.range = vga_range_at(pos);
		if (request.range)
			ret = vga_move(&request, pos, buf, count);
	}
	pm_runtime_put(dev);
	return ret;
}

/**
 * vfio_vga_config_write - write to the virtual config space
 * @vga: the open device
 * @buf: user buffer
 * @count: length in bytes
 * @ppos: position in the device file; advanced by what was moved
 *
 * It may switch decoding off or send the card to sleep, which no mapping of
 * the window must see. What rows echo is remembered.
 *
 * Context: process context, may sleep.
 * Return: as vfio_pci_core_write().
 */
ssize_t vfio_vga_config_write(struct vfio_vga_device *vga,
			      const char __user *buf, size_t count,
			      loff_t *ppos)
{
	struct vfio_device *core_vdev = &vga->core.vdev;
	u64 offset = *ppos & VFIO_PCI_OFFSET_MASK;
	struct vga_suspension suspension;
	ssize_t ret;

	if (vga->inode)
		vga_lease_suspend(&vga->lease, &suspension, false);
	ret = vfio_pci_core_write(core_vdev, buf, count, ppos);
	if (vga->inode)
		vga_lease_resume(&vga->lease, &suspension);
	if (ret > 0 && vga->quirks.echoes)
		vfio_vga_quirk_wrote(vga, offset, buf, ret);
	return ret;
}

/**
 * vfio_vga_region_open - map the legacy ranges for an open device
 * @vga: the device, before its first access
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vfio_vga_region_open(struct vfio_vga_device *vga)
{
	int ret = -ENOMEM;

	vga->window = ioremap(VFIO_VGA_MEM_START, VFIO_VGA_MEM_SIZE);
	if (!vga->window)
		return ret;

	vga->ports = ioport_map(0, VFIO_VGA_PORT_END);
	if (!vga->ports)
		goto err_window;

	vga->answered = jiffies - 1;
	vga->has_vga = true;
	return 0;

err_window:
	iounmap(vga->window);
	return ret;
}

/**
 * vfio_vga_region_close - undo vfio_vga_region_open()
 * @vga: the device, after its last access
 *
 * Context: process context, may sleep.
 */
void vfio_vga_region_close(struct vfio_vga_device *vga)
{
	vga->has_vga = false;
	ioport_unmap(vga->ports);
	iounmap(vga->window);
}
