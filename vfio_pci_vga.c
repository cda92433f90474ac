// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio-pci-vga: a vfio-pci variant driver for display controllers.
 *
 * Adds the VGA region (region 8) to a card on every kernel, arbitrated by the
 * kernel's VGA arbiter. All else is delegated to vfio-pci-core, so that a VMM
 * that works with vfio-pci works here unmodified.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/aperture.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "vfio_pci_vga.h"

static char ids[1024] __initdata;
module_param_string(ids, ids, sizeof(ids), 0);
MODULE_PARM_DESC(ids,
		 "Cards to bind without driver_override, comma separated;"
		 " vendor:device[:subvendor[:subdevice[:class[:class_mask]]]]");

static bool nointxmask;
module_param(nointxmask, bool, 0644);
MODULE_PARM_DESC(nointxmask,
		 "Disable PCI 2.3 style INTx masking for devices opened later");

static bool disable_vga;
module_param(disable_vga, bool, 0444);
MODULE_PARM_DESC(disable_vga, "Do not offer the VGA region");

static bool disable_idle_d3;
module_param(disable_idle_d3, bool, 0644);
MODULE_PARM_DESC(disable_idle_d3,
		 "Disable the D3 power state for idle devices bound later");

#ifdef CONFIG_PCI_IOV
static bool enable_sriov;
module_param(enable_sriov, bool, 0644);
MODULE_PARM_DESC(enable_sriov,
		 "Enable SR-IOV configuration through sriov_numvfs");
#endif

/* For the keeper, which knows the lease only. */
static void vfio_vga_zap(struct vga_lease *lease)
{
	vfio_vga_mmap_zap(container_of(lease, struct vfio_vga_device, lease));
}

#ifdef VFIO_VGA_DMA_BUF
static const struct vfio_pci_device_ops vfio_vga_pci_ops = {
	.get_dmabuf_phys = vfio_pci_core_get_dmabuf_phys,
};
#endif

static int vfio_vga_init_dev(struct vfio_device *core_vdev)
{
	struct vfio_vga_device *vga = to_vfio_vga(core_vdev);
	int ret;

	ret = vfio_pci_core_init_dev(core_vdev);
	if (ret)
		return ret;

	/* The core's default is vfio-pci's parameter; this device has ours. */
	vga->core.disable_idle_d3 = disable_idle_d3;
#ifdef VFIO_VGA_DMA_BUF
	vga->core.pci_ops = &vfio_vga_pci_ops;
#endif
	vga_lease_init(&vga->lease, vga->core.pdev, vfio_vga_zap);
	vfio_vga_reset_init(vga);
	ret = vfio_vga_quirks_init(vga);
	if (ret) {
		vfio_vga_reset_free(vga);
		vfio_pci_core_release_dev(core_vdev);
	}
	return ret;
}

static void vfio_vga_release_dev(struct vfio_device *core_vdev)
{
	vfio_vga_quirks_free(to_vfio_vga(core_vdev));
	vfio_vga_reset_free(to_vfio_vga(core_vdev));
	vfio_pci_core_release_dev(core_vdev);
}

/* Who has claimed a part of this resource? */
static const struct resource *find_holder(const struct resource *res)
{
	const struct resource *child, *holder;

	for (child = res->child; child; child = child->sibling) {
		holder = child->flags & IORESOURCE_BUSY ? child :
							  find_holder(child);
		if (holder)
			return holder;
	}
	return NULL;
}

/*
 * A framebuffer may have come back since the driver was bound, and the core
 * evicts them for class 0300 only. One that did not register its aperture
 * cannot be evicted: every use of the BAR would fail, so tell who it is now.
 * As where the kernel itself reports conflicts, the holder may go meanwhile.
 */
static int vfio_vga_evict_framebuffers(struct pci_dev *pdev)
{
	const struct resource *holder;
	int bar, ret;

	ret = aperture_remove_conflicting_pci_devices(pdev, KBUILD_MODNAME);
	if (ret) {
		pci_err(pdev,
			"cannot take this card from the host's text console (%d); let another driver take the console over first\n",
			ret);
		return ret;
	}

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++) {
		holder = find_holder(&pdev->resource[bar]);
		if (!holder)
			continue;
		pci_err(pdev,
			"BAR %d is held by \"%s\" (%pR); unload or unbind that first\n",
			bar, holder->name, holder);
		return -EBUSY;
	}
	return 0;
}

static int vfio_vga_open_device(struct vfio_device *core_vdev)
{
	struct vfio_vga_device *vga = to_vfio_vga(core_vdev);
	struct vfio_pci_core_device *core = &vga->core;
	struct pci_dev *pdev = core->pdev;
	bool has_vga;
	int ret;

	ret = vfio_vga_evict_framebuffers(pdev);
	if (ret)
		return ret;

	has_vga = vfio_vga_is_vga(pdev) && !disable_vga &&
		  READ_ONCE(vga->lease.participation) != VGA_PARTICIPATION_OFF;
	if (has_vga) {
		ret = vga_lease_open(&vga->lease);
		if (ret)
			return ret;
	}

	ret = vfio_vga_reset_enable(vga);
	if (ret)
		goto err_lease;

	/* As above: replace what the core derived from vfio-pci's parameter. */
	if (!core->nointx)
		core->pci_2_3 = !nointxmask && pci_intx_mask_supported(pdev);

	if (has_vga) {
		ret = vfio_vga_mmap_open(vga);
		if (ret)
			goto err_disable;
		ret = vfio_vga_region_open(vga);
		if (ret)
			goto err_mmap;
	}

	ret = vfio_vga_quirks_open(vga);
	if (ret)
		goto err_region;

	/* Its own answer depends on the kernel's configuration. */
	core->has_vga = has_vga;
	vga->own_info = vga->quirks.regions & ~BIT(VFIO_PCI_VGA_REGION_INDEX);
	if (vga->inode)
		vga->own_info |= BIT(VFIO_PCI_VGA_REGION_INDEX);

	vfio_pci_core_finish_enable(core);
	return 0;

err_region:
	if (has_vga)
		vfio_vga_region_close(vga);
err_mmap:
	if (has_vga)
		vfio_vga_mmap_close(vga);
err_disable:
	vfio_vga_reset_disable(vga);
err_lease:
	if (has_vga)
		vga_lease_close(&vga->lease);
	return ret;
}

static void vfio_vga_close_device(struct vfio_device *core_vdev)
{
	struct vfio_vga_device *vga = to_vfio_vga(core_vdev);

	/* No more DMA, whatever state its user left the card in. */
	pci_clear_master(vga->core.pdev);
	vfio_vga_quirks_close(vga);
	/* Before the core's reset, which finds the route elsewhere. */
	if (vga->has_vga) {
		vfio_vga_region_close(vga);
		vga_lease_close(&vga->lease);
		vfio_vga_mmap_close(vga);
	}
	vfio_vga_reset_close(vga);
}

static ssize_t vfio_vga_read(struct vfio_device *core_vdev, char __user *buf,
			     size_t count, loff_t *ppos)
{
	struct vfio_vga_device *vga = to_vfio_vga(core_vdev);
	unsigned int region = VFIO_PCI_OFFSET_TO_INDEX(*ppos);

	/* Config space shows nothing that changes by being read. */
	if (region != VFIO_PCI_CONFIG_REGION_INDEX)
		vfio_vga_used(vga);
	if (vfio_vga_quirked(vga, region))
		return vfio_vga_quirk_rw(vga, buf, count, ppos, false);
	if (count && region == VFIO_PCI_VGA_REGION_INDEX)
		return vfio_vga_region_rw(vga, buf, count, ppos, false);
	return vfio_pci_core_read(core_vdev, buf, count, ppos);
}

static ssize_t vfio_vga_write(struct vfio_device *core_vdev,
			      const char __user *buf, size_t count,
			      loff_t *ppos)
{
	struct vfio_vga_device *vga = to_vfio_vga(core_vdev);
	unsigned int region = VFIO_PCI_OFFSET_TO_INDEX(*ppos);

	vfio_vga_used(vga);
	if (vfio_vga_quirked(vga, region))
		return vfio_vga_quirk_rw(vga, (char __user *)buf, count, ppos,
					 true);
	if (count && region == VFIO_PCI_VGA_REGION_INDEX)
		return vfio_vga_region_rw(vga, (char __user *)buf, count, ppos,
					  true);
	if (region == VFIO_PCI_CONFIG_REGION_INDEX &&
	    (vga->inode || vga->quirks.echoes))
		return vfio_vga_config_write(vga, buf, count, ppos);
	return vfio_pci_core_write(core_vdev, buf, count, ppos);
}

static int vfio_vga_mmap_entry(struct vfio_device *core_vdev,
			       struct vm_area_struct *vma)
{
	struct vfio_vga_device *vga = to_vfio_vga(core_vdev);
	unsigned int region =
		vma->vm_pgoff >> (VFIO_PCI_OFFSET_SHIFT - PAGE_SHIFT);

	vfio_vga_used(vga);
	if (region == VFIO_PCI_VGA_REGION_INDEX)
		return vfio_vga_mmap(vga, vma);
	if (vfio_vga_quirked(vga, region) && vfio_vga_quirk_hides(vga, vma))
		return -EINVAL;
	return vfio_pci_core_mmap(core_vdev, vma);
}

/* Low power is one of them: no mapping may reach a card that sleeps. */
static int vfio_vga_ioctl_feature(struct vfio_device *core_vdev, u32 flags,
				  void __user *arg, size_t argsz)
{
	struct vfio_vga_device *vga = to_vfio_vga(core_vdev);
	struct vga_suspension suspension;
	int ret;

	if (!(flags & VFIO_DEVICE_FEATURE_PROBE))
		vfio_vga_used(vga);
#ifdef VFIO_VGA_DMA_BUF
	/* Other devices would reach the pages that mmap refuses. */
	if ((flags & VFIO_DEVICE_FEATURE_MASK) == VFIO_DEVICE_FEATURE_DMA_BUF &&
	    vga->quirks.regions)
		return -ENOTTY;
#endif
	if (!vga->inode || !(flags & VFIO_DEVICE_FEATURE_SET))
		return vfio_pci_core_ioctl_feature(core_vdev, flags, arg,
						   argsz);
	vga_lease_suspend(&vga->lease, &suspension, false);
	ret = vfio_pci_core_ioctl_feature(core_vdev, flags, arg, argsz);
	vga_lease_resume(&vga->lease, &suspension);
	return ret;
}

/* Does this driver tell about the region, or the core? */
static bool vfio_vga_has_info(struct vfio_vga_device *vga, u32 index)
{
	return index <= VFIO_PCI_VGA_REGION_INDEX &&
	       vga->own_info & BIT(index);
}

/* Of the VGA region where it can be mapped, and of BARs with rows. */
static int vfio_vga_region_info(struct vfio_vga_device *vga,
				struct vfio_region_info *info,
				struct vfio_info_cap *caps)
{
	if (info->index != VFIO_PCI_VGA_REGION_INDEX)
		return vfio_vga_quirk_info(vga, info, caps);

	info->offset = VFIO_PCI_INDEX_TO_OFFSET(info->index);
	info->size = VFIO_VGA_REGION_SIZE;
	info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	return vfio_vga_mmap_info(info, caps);
}

#ifdef VFIO_VGA_REGION_INFO_IOCTL
/* The capabilities go behind the info, if argsz says that there is room. */
static int vfio_vga_put_caps(struct vfio_region_info *info,
			     struct vfio_region_info __user *uarg,
			     struct vfio_info_cap *caps)
{
	info->flags |= VFIO_REGION_INFO_FLAG_CAPS;
	info->cap_offset = 0;
	if (info->argsz < sizeof(*info) + caps->size) {
		info->argsz = sizeof(*info) + caps->size;
		return 0;
	}
	vfio_info_cap_shift(caps, sizeof(*info));
	info->cap_offset = sizeof(*info);
	return copy_to_user(uarg + 1, caps->buf, caps->size) ? -EFAULT : 0;
}

/* Not inline, or all ioctls would pay for its stack. */
static noinline long vfio_vga_get_region_info(struct vfio_vga_device *vga,
					      unsigned long arg)
{
	unsigned long minsz = offsetofend(struct vfio_region_info, offset);
	struct vfio_region_info __user *uarg = (void __user *)arg;
	struct vfio_info_cap caps = {};
	struct vfio_region_info info;
	int ret;

	if (copy_from_user(&info, uarg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	if (!vfio_vga_has_info(vga, info.index))
		return vfio_pci_core_ioctl(&vga->core.vdev,
					   VFIO_DEVICE_GET_REGION_INFO, arg);

	ret = vfio_vga_region_info(vga, &info, &caps);
	if (!ret && caps.size)
		ret = vfio_vga_put_caps(&info, uarg, &caps);
	kfree(caps.buf);
	if (ret)
		return ret;
	return copy_to_user(uarg, &info, minsz) ? -EFAULT : 0;
}
#else
static int vfio_vga_get_region_info_caps(struct vfio_device *core_vdev,
					 struct vfio_region_info *info,
					 struct vfio_info_cap *caps)
{
	struct vfio_vga_device *vga = to_vfio_vga(core_vdev);

	if (vfio_vga_has_info(vga, info->index))
		return vfio_vga_region_info(vga, info, caps);
	return vfio_pci_ioctl_get_region_info(core_vdev, info, caps);
}
#endif

static long vfio_vga_ioctl(struct vfio_device *core_vdev, unsigned int cmd,
			   unsigned long arg)
{
	struct vfio_vga_device *vga = to_vfio_vga(core_vdev);

#ifdef VFIO_VGA_REGION_INFO_IOCTL
	if (cmd == VFIO_DEVICE_GET_REGION_INFO && vga->own_info)
		return vfio_vga_get_region_info(vga, arg);
#endif
	if (cmd == VFIO_DEVICE_SET_IRQS || cmd == VFIO_DEVICE_IOEVENTFD)
		vfio_vga_used(vga);
	if (cmd == VFIO_DEVICE_RESET || cmd == VFIO_DEVICE_PCI_HOT_RESET)
		return vfio_vga_reset_ioctl(vga, cmd, arg);
	/* It would write to the card past its rows. */
	if (cmd == VFIO_DEVICE_IOEVENTFD && vga->quirks.regions)
		return -ENOTTY;
	return vfio_pci_core_ioctl(core_vdev, cmd, arg);
}

static const struct vfio_device_ops vfio_vga_ops = {
	.name		= "vfio-pci-vga",
	.init		= vfio_vga_init_dev,
	.release	= vfio_vga_release_dev,
	.open_device	= vfio_vga_open_device,
	.close_device	= vfio_vga_close_device,
	.ioctl		= vfio_vga_ioctl,
	.device_feature = vfio_vga_ioctl_feature,
	.read		= vfio_vga_read,
	.write		= vfio_vga_write,
	.mmap		= vfio_vga_mmap_entry,
	.request	= vfio_pci_core_request,
	VFIO_VGA_MATCH_OPS VFIO_VGA_REGION_INFO_OPS VFIO_VGA_IOMMUFD_OPS
};

static int vfio_vga_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct vfio_vga_device *vga;
	int ret;

	/* Dynamic IDs can name anything; the id table cannot. */
	if (pdev->class >> 16 != PCI_BASE_CLASS_DISPLAY) {
		pci_err(pdev,
			"class %06x is not a display controller, bind it to vfio-pci instead\n",
			pdev->class);
		return -EINVAL;
	}

	vga = vfio_alloc_device(vfio_vga_device, core.vdev, &pdev->dev,
				&vfio_vga_ops);
	if (IS_ERR(vga))
		return PTR_ERR(vga);

	/* The arbiter's callback finds the device through its drvdata. */
	dev_set_drvdata(&pdev->dev, &vga->core);
	ret = vfio_pci_core_register_device(&vga->core);
	if (ret)
		goto err_put;

	vfio_vga_suspend_register(vga);

	if (IS_ENABLED(CONFIG_VFIO_PCI_IGD) && vfio_vga_is_vga(pdev) &&
	    pdev->vendor == PCI_VENDOR_ID_INTEL)
		pci_notice(pdev,
			   "no OpRegion, host bridge and LPC bridge regions here; bind to vfio-pci if the guest needs them\n");

	if (vfio_vga_is_vga(pdev)) {
		ret = vga_lease_register(&vga->lease);
		if (ret)
			goto err_unregister;
	}
	return 0;

err_unregister:
	vfio_pci_core_unregister_device(&vga->core);
err_put:
	vfio_put_device(&vga->core.vdev);
	return ret;
}

static void vfio_vga_remove(struct pci_dev *pdev)
{
	struct vfio_vga_device *vga = vga_of(&pdev->dev);

	vfio_pci_core_unregister_device(&vga->core);
	if (vfio_vga_is_vga(pdev))
		vga_lease_unregister(&vga->lease);
	vfio_put_device(&vga->core.vdev);
}

static int vfio_vga_sriov_configure(struct pci_dev *pdev, int nr_virtfn)
{
#ifdef CONFIG_PCI_IOV
	if (enable_sriov)
		return vfio_pci_core_sriov_configure(&vga_of(&pdev->dev)->core,
						     nr_virtfn);
#endif
	return -ENOENT;
}

/* Every display controller, but only where driver_override asks for us. */
static const struct pci_device_id vfio_vga_table[] = {
	{
		.vendor = PCI_ANY_ID,
		.device = PCI_ANY_ID,
		.subvendor = PCI_ANY_ID,
		.subdevice = PCI_ANY_ID,
		.class = PCI_BASE_CLASS_DISPLAY << 16,
		.class_mask = 0xff0000,
		.override_only = PCI_ID_F_VFIO_DRIVER_OVERRIDE,
	},
	{}
};
MODULE_DEVICE_TABLE(pci, vfio_vga_table);

static struct pci_driver vfio_vga_driver = {
	.name			= "vfio-pci-vga",
	.id_table		= vfio_vga_table,
	.probe			= vfio_vga_probe,
	.remove			= vfio_vga_remove,
	.sriov_configure	= vfio_vga_sriov_configure,
	.dev_groups		= vfio_vga_groups,
	.err_handler		= &vfio_vga_err_handlers,
	.driver_managed_dma	= true,
};

/* The ids parameter, in vfio-pci's syntax. A bad entry is told and skipped. */
static void __init vfio_vga_add_ids(void)
{
	char *list = ids, *entry;

	while ((entry = strsep(&list, ","))) {
		unsigned int vendor, device, class = 0, class_mask = 0;
		unsigned int subvendor = PCI_ANY_ID, subdevice = PCI_ANY_ID;
		int ret;

		if (!*entry)
			continue;
		if (sscanf(entry, "%x:%x:%x:%x:%x:%x", &vendor, &device,
			   &subvendor, &subdevice, &class, &class_mask) < 2) {
			pr_warn("ids: \"%s\" is not vendor:device, ignored\n",
				entry);
			continue;
		}
		ret = pci_add_dynid(&vfio_vga_driver, vendor, device, subvendor,
				    subdevice, class, class_mask, 0);
		if (ret)
			pr_warn("ids: cannot add \"%s\" (%d)\n", entry, ret);
	}
}

static int __init vfio_vga_init(void)
{
	int ret;

	ret = vfio_vga_quirks_read_parameter();
	if (ret)
		return ret;
	ret = vga_truth_init();
	if (ret)
		goto err_parameter;
	ret = pci_register_driver(&vfio_vga_driver);
	if (ret)
		goto err_truth;

	vfio_vga_add_ids();
	return 0;

err_truth:
	vga_truth_exit();
err_parameter:
	vfio_vga_quirks_free_parameter();
	return ret;
}
module_init(vfio_vga_init);

static void __exit vfio_vga_exit(void)
{
	pci_unregister_driver(&vfio_vga_driver);
	vga_lies_free();
	vga_truth_exit();
	vfio_vga_quirks_free_parameter();
}
module_exit(vfio_vga_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("vfio-pci variant driver for VGA cards");
