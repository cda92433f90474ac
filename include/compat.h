/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels this driver is built for.
 *
 * The only file that looks at LINUX_VERSION_CODE: one helper per difference,
 * deleted when the oldest supported kernel has the new form.
 */
#ifndef VFIO_PCI_VGA_COMPAT_H
#define VFIO_PCI_VGA_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "vfio-pci-vga supports Linux 6.1 and newer"
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 3, 0) && !defined(VFIO_VGA_UNTESTED_KERNEL)
#error "vfio-pci-vga was tested up to Linux 7.2; UNTESTED_KERNEL=y builds it for a newer one"
#endif

#if !IS_ENABLED(CONFIG_VGA_ARB)
#error "vfio-pci-vga needs a kernel with CONFIG_VGA_ARB"
#endif

#if !IS_ENABLED(CONFIG_VFIO_PCI_CORE)
#error "vfio-pci-vga needs a kernel with CONFIG_VFIO_PCI_CORE"
#endif

/*
 * struct vfio_device_ops got its iommufd members in 6.2, detach_ioas in 6.6, those
 * for PASIDs in 6.15.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define VFIO_VGA_IOMMUFD_OPS						\
	.bind_iommufd	= vfio_iommufd_physical_bind,			\
	.unbind_iommufd	= vfio_iommufd_physical_unbind,			\
	.attach_ioas	= vfio_iommufd_physical_attach_ioas,		\
	.detach_ioas	= vfio_iommufd_physical_detach_ioas,		\
	VFIO_VGA_PASID_OPS
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define VFIO_VGA_IOMMUFD_OPS						\
	.bind_iommufd	= vfio_iommufd_physical_bind,			\
	.unbind_iommufd	= vfio_iommufd_physical_unbind,			\
	.attach_ioas	= vfio_iommufd_physical_attach_ioas,
#else
#define VFIO_VGA_IOMMUFD_OPS
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define VFIO_VGA_PASID_OPS						\
	.pasid_attach_ioas = vfio_iommufd_physical_pasid_attach_ioas,	\
	.pasid_detach_ioas = vfio_iommufd_physical_pasid_detach_ioas,
#else
#define VFIO_VGA_PASID_OPS
#endif

/* vfio_pci_core_match() asks an op of its driver since 6.17. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define VFIO_VGA_MATCH_OPS						\
	.match		= vfio_pci_core_match,				\
	.match_token_uuid = vfio_pci_core_match_token_uuid,
#else
#define VFIO_VGA_MATCH_OPS						\
	.match		= vfio_pci_core_match,
#endif

/*
 * Since 6.19 VFIO moves region info between user and kernel itself, through an
 * op. Before, GET_REGION_INFO is one of the driver's ioctls.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
#define VFIO_VGA_REGION_INFO_OPS					\
	.get_region_info_caps	= vfio_vga_get_region_info_caps,
#else
#define VFIO_VGA_REGION_INFO_OPS
#define VFIO_VGA_REGION_INFO_IOCTL
#endif

/* BARs as dma-bufs came in 6.19. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
#define VFIO_VGA_DMA_BUF
#endif

/* hrtimer_setup() replaced hrtimer_init() and the bare assignment in 6.13. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define vga_hrtimer_setup hrtimer_setup
#else
#define vga_hrtimer_setup(timer, fn, clock, mode)			\
	do {								\
		hrtimer_init(timer, clock, mode);			\
		(timer)->function = (fn);				\
	} while (0)
#endif

/* __assign_str() lost its second argument in 6.10. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define vga_assign_str(dst, src) __assign_str(dst)
#else
#define vga_assign_str(dst, src) __assign_str(dst, src)
#endif

/* vm_flags became read-only, changed through functions, in 6.3. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define vga_vm_flags_set vm_flags_set
#define vga_vm_flags_clear vm_flags_clear
#else
#define vga_vm_flags_set(vma, flags) ((vma)->vm_flags |= (flags))
#define vga_vm_flags_clear(vma, flags) ((vma)->vm_flags &= ~(flags))
#endif

/* Faults under a lock of their own mapping came in 6.4. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define vga_release_fault_lock release_fault_lock
#else
#define vga_release_fault_lock(vmf) mmap_read_unlock((vmf)->vma->vm_mm)
#endif

/* pfn_t went in 6.17. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define vga_insert_mixed vmf_insert_mixed
#else
#include <linux/pfn_t.h>
#define vga_insert_mixed(vma, addr, pfn) \
	vmf_insert_mixed(vma, addr, __pfn_to_pfn_t(pfn, PFN_DEV))
#endif

/*
 * vfio_pci_core_setup_barmap() is there since 6.8; before, the core had it inside.
 * Since 7.2 the core maps all BARs when it enables the card.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0)
#define vga_setup_barmap(core, bar) \
	PTR_ERR_OR_ZERO(vfio_pci_core_get_iomap(core, bar))
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define vga_setup_barmap vfio_pci_core_setup_barmap
#else
#include <linux/vfio_pci_core.h>
static inline int vga_setup_barmap(struct vfio_pci_core_device *core, int bar)
{
	int ret;

	if (core->barmap[bar])
		return 0;
	ret = pci_request_selected_regions(core->pdev, 1 << bar, "vfio");
	if (ret)
		return ret;
	core->barmap[bar] = pci_iomap(core->pdev, bar, 0);
	if (core->barmap[bar])
		return 0;
	pci_release_selected_regions(core->pdev, 1 << bar);
	return -ENOMEM;
}
#endif

/* Since 7.0 the IOMMU is told of resets, as ATS must be off meanwhile. */
#include <linux/iommu.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
#define vga_iommu_reset_prepare pci_dev_reset_iommu_prepare
#define vga_iommu_reset_done pci_dev_reset_iommu_done
#else
static inline int vga_iommu_reset_prepare(struct pci_dev *pdev)
{
	return 0;
}

static inline void vga_iommu_reset_done(struct pci_dev *pdev)
{
}
#endif

/*
 * Places in the PCI core's table of reset methods, which struct pci_dev has
 * since 5.15 and has no names for; unchanged up to 7.x.
 */
#define VGA_PCI_RESET_SPECIFIC	1
#define VGA_PCI_RESET_ACPI	2
#define VGA_PCI_RESET_BUS	6

#endif /* VFIO_PCI_VGA_COMPAT_H */
