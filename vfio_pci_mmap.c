// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mapped window: the legacy memory range in a user's page tables, for as
 * long as the card has a lease.
 *
 * A load or store faults, the fault waits for a lease and inserts the pages,
 * and the keeper zaps them before it gives the route back. Called from the open,
 * close, mmap and region info entries in vfio_pci_vga.c and, for the zap, by the
 * keeper; calls down into vfio_pci_rdwr.c and vga_lease.c.
 *
 * The zap must find every mapping of this card and no other's, so mappings get
 * an inode of their own. Each keeps the device file, and so the device, open.
 *
 * Lock order: mmap lock, memory_lock, page table lock. The zap goes through the
 * inode's i_mmap only. What faults counts as an access in flight while it
 * inserts, and the keeper waits for those before it zaps.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>
#include <linux/slab.h>

#include "compat.h"
#include "vfio_pci_vga.h"

#define WINDOW_PAGES	(VFIO_VGA_MEM_SIZE >> PAGE_SHIFT)
#define WINDOW_PFN	(VFIO_VGA_MEM_START >> PAGE_SHIFT)
#define WINDOW_FS_MAGIC	0x56474157

static struct vfsmount *window_mount;
static int window_mount_users;

static int window_fs_init(struct fs_context *fc)
{
	return init_pseudo(fc, WINDOW_FS_MAGIC) ? 0 : -ENOMEM;
}

static struct file_system_type window_fs = {
	.name = "vfio-pci-vga",
	.owner = THIS_MODULE,
	.init_fs_context = window_fs_init,
	.kill_sb = kill_anon_super,
};

/* Insert all that the mapping covers: the lease is for more than one store. */
static vm_fault_t window_insert(struct vfio_vga_device *vga,
				struct vm_area_struct *vma)
{
	unsigned long pfn = WINDOW_PFN + vma->vm_pgoff;
	unsigned long addr;
	vm_fault_t ret;

	if (!vfio_vga_window_decoded(vga) || !vfio_vga_answers(vga))
		return VM_FAULT_SIGBUS;
	for (addr = vma->vm_start; addr < vma->vm_end; addr += PAGE_SIZE) {
		if (vga->mmap_mode == VFIO_VGA_MMAP_KVM)
			ret = vmf_insert_pfn(vma, addr, pfn++);
		else
			ret = vga_insert_mixed(vma, addr, pfn++);
		if (ret & VM_FAULT_ERROR)
			return ret;
	}
	return VM_FAULT_NOPAGE;
}

/*
 * Without the mmap lock, wait until there is a lease, and fault again. How that
 * ended can only be told to the second fault.
 */
static vm_fault_t window_wait(struct vm_fault *vmf)
{
	struct vfio_vga_device *vga = vmf->vma->vm_private_data;
	struct vga_access access = { .mapped = true, .waits = true };
	struct file *file;
	int ret;

	if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT)
		return VM_FAULT_RETRY;
	if (vmf->flags & FAULT_FLAG_TRIED && xchg(&vga->fault_error, 0))
		return VM_FAULT_SIGBUS;

	/* The mapping may be gone before the wait ends, and the device with it. */
	file = get_file(vmf->vma->vm_file);
	vga_release_fault_lock(vmf);
	ret = vfio_vga_access_begin(vga, &access);
	if (!ret)
		vfio_vga_access_end(vga, &access);
	else if (ret != -EINTR)
		WRITE_ONCE(vga->fault_error, ret);
	fput(file);
	return VM_FAULT_RETRY;
}

static vm_fault_t window_fault(struct vm_fault *vmf)
{
	struct vfio_vga_device *vga = vmf->vma->vm_private_data;
	struct vga_access access = { .mapped = true };
	vm_fault_t ret;

	if (!vfio_vga_access_try(vga, &access)) {
		/* The argument of a reset: it might wait for its own end. */
		if (vga_lease_suspended_by_me())
			return VM_FAULT_SIGBUS;
		if (vmf->flags & FAULT_FLAG_ALLOW_RETRY)
			return window_wait(vmf);
		if (vfio_vga_access_begin(vga, &access))
			return VM_FAULT_SIGBUS;
	}
	ret = window_insert(vga, vmf->vma);
	vfio_vga_access_end(vga, &access);
	return ret;
}

static const struct vm_operations_struct window_vm_ops = {
	.fault = window_fault,
};

/* The last mapping is gone. */
static int window_release(struct inode *inode, struct file *file)
{
	fput(file->private_data);
	return 0;
}

static const struct file_operations window_fops = {
	.owner = THIS_MODULE,
	.release = window_release,
};

/**
 * vfio_vga_mmap - map a part of the VGA region
 * @vga: the open device
 * @vma: a shared mapping of the device file at region 8's offset
 *
 * Context: the mmap lock is held for writing.
 * Return: 0; -EINVAL outside the memory window, for a private mapping or where
 * the device was not opened for mapping; -EPERM for an executable mapping;
 * -ENOMEM.
 */
int vfio_vga_mmap(struct vfio_vga_device *vga, struct vm_area_struct *vma)
{
	u64 first = vma->vm_pgoff &
		    ((1ULL << (VFIO_PCI_OFFSET_SHIFT - PAGE_SHIFT)) - 1);
	struct file *file;

	if (!vga->inode || !(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (first < WINDOW_PFN ||
	    first - WINDOW_PFN + vma_pages(vma) > WINDOW_PAGES)
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;

	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	ihold(vga->inode);
	file = alloc_file_pseudo(vga->inode, window_mount, "[vfio-pci-vga]",
				 O_RDWR, &window_fops);
	if (IS_ERR(file)) {
		iput(vga->inode);
		module_put(THIS_MODULE);
		return PTR_ERR(file);
	}
	file->private_data = get_file(vma->vm_file);
	vma_set_file(vma, file);
	fput(file);

	/*
	 * KVM and the IOMMU take a VM_PFNMAP mapping for memory that they may
	 * use by its physical address. Without it nothing outlives the zap.
	 */
	vga_vm_flags_clear(vma, VM_MAYEXEC);
	vga_vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	if (vga->mmap_mode == VFIO_VGA_MMAP_KVM)
		vga_vm_flags_set(vma, VM_IO | VM_PFNMAP);
	else
		vga_vm_flags_set(vma, VM_MIXEDMAP);
	vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
	vma->vm_pgoff = first - WINDOW_PFN;
	vma->vm_private_data = vga;
	vma->vm_ops = &window_vm_ops;
	return 0;
}

/**
 * vfio_vga_mmap_info - tell which part of the VGA region can be mapped
 * @info: region info of an open device that can be; flags are set
 * @caps: the capability is added
 *
 * Return: 0 or -ENOMEM.
 */
int vfio_vga_mmap_info(struct vfio_region_info *info,
		       struct vfio_info_cap *caps)
{
	struct vfio_region_info_cap_sparse_mmap *sparse;
	size_t size = struct_size(sparse, areas, 1);
	int ret;

	sparse = kzalloc(size, GFP_KERNEL);
	if (!sparse)
		return -ENOMEM;
	sparse->header.id = VFIO_REGION_INFO_CAP_SPARSE_MMAP;
	sparse->header.version = 1;
	sparse->nr_areas = 1;
	sparse->areas[0].offset = VFIO_VGA_MEM_START;
	sparse->areas[0].size = VFIO_VGA_MEM_SIZE;
	info->flags |= VFIO_REGION_INFO_FLAG_MMAP;
	ret = vfio_info_add_capability(caps, &sparse->header, size);
	kfree(sparse);
	return ret;
}

/**
 * vfio_vga_mmap_zap - take the window out of all page tables
 * @vga: the device, with no access in flight
 *
 * Context: process context, may sleep; takes no mmap lock.
 */
void vfio_vga_mmap_zap(struct vfio_vga_device *vga)
{
	unmap_mapping_range(vga->inode->i_mapping, 0, VFIO_VGA_MEM_SIZE, 1);
}

/**
 * vfio_vga_mmap_open - prepare an open device for mappings
 * @vga: the device, before its first access
 *
 * What the administrator chose holds from here until close.
 *
 * Return: 0 or -ENOMEM.
 */
int vfio_vga_mmap_open(struct vfio_vga_device *vga)
{
	struct inode *inode;
	int ret;

	vga->mmap_mode = READ_ONCE(vga->mmap_choice);
	if (vga->mmap_mode == VFIO_VGA_MMAP_OFF)
		return 0;

	/* Not at module load: a pinned file system keeps its module. */
	ret = simple_pin_fs(&window_fs, &window_mount, &window_mount_users);
	if (ret)
		return ret;
	inode = alloc_anon_inode(window_mount->mnt_sb);
	if (IS_ERR(inode)) {
		simple_release_fs(&window_mount, &window_mount_users);
		return PTR_ERR(inode);
	}
	vga->inode = inode;
	vga->fault_error = 0;
	return 0;
}

/**
 * vfio_vga_mmap_close - undo vfio_vga_mmap_open()
 * @vga: the device; no mapping is left, since each keeps it open
 */
void vfio_vga_mmap_close(struct vfio_vga_device *vga)
{
	if (!vga->inode)
		return;
	iput(vga->inode);
	vga->inode = NULL;
	simple_release_fs(&window_mount, &window_mount_users);
}
