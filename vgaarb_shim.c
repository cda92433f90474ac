// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may decode the legacy VGA ranges.
 *
 * They exist once per machine; the kernel's VGA arbiter (drivers/pci/vgaarb.c)
 * routes them to one card at a time. This is the only file that talks to it.
 * Called from every other file of the driver.
 */
#include <linux/vgaarb.h>

#include "compat.h"
#include "vfio_pci_vga.h"

/* Called by the arbiter under its spinlock. */
static unsigned int shim_set_decode(struct pci_dev *pdev, bool single_vga)
{
	return VGA_RSRC_NORMAL_IO | VGA_RSRC_NORMAL_MEM |
	       VGA_RSRC_LEGACY_IO | VGA_RSRC_LEGACY_MEM;
}

int vgaarb_shim_register(struct vfio_vga_device *vga)
{
	struct pci_dev *pdev = vga->core.pdev;

	if (!vfio_vga_is_vga(pdev))
		return 0;
	return vga_client_register(pdev, shim_set_decode);
}

void vgaarb_shim_unregister(struct vfio_vga_device *vga)
{
	struct pci_dev *pdev = vga->core.pdev;

	if (vfio_vga_is_vga(pdev))
		vga_client_unregister(pdev);
}

int vgaarb_shim_acquire(struct vfio_vga_device *vga)
{
	return vga_get_interruptible(vga->core.pdev,
				     VGA_RSRC_LEGACY_IO | VGA_RSRC_LEGACY_MEM);
}

void vgaarb_shim_release(struct vfio_vga_device *vga)
{
	vga_put(vga->core.pdev, VGA_RSRC_LEGACY_IO | VGA_RSRC_LEGACY_MEM);
}
