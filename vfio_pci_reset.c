// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bringing a card back: the resets a user asks for through the device fd.
 *
 * The resets themselves are the vfio-pci core's. Called from the ioctl entry
 * in vfio_pci_vga.c only.
 */
#include "compat.h"
#include "vfio_pci_vga.h"

/**
 * vfio_vga_reset_ioctl - VFIO_DEVICE_RESET and VFIO_DEVICE_PCI_HOT_RESET
 * @vga: the open device
 * @cmd: the ioctl's number
 * @arg: the ioctl's argument
 *
 * The card's lease ends first, the route goes elsewhere, and accesses wait. A
 * hot reset through another function of the slot comes without this; there the
 * core's memory_lock stops accesses (see vfio_vga_access_begin()).
 *
 * Context: process context, may sleep, no locks held.
 * Return: what the core returns; specified in <linux/vfio.h>.
 */
long vfio_vga_reset_ioctl(struct vfio_vga_device *vga, unsigned int cmd,
			  unsigned long arg)
{
	struct vga_suspension suspension;
	long ret;

	if (vga->has_vga)
		vga_lease_suspend(&vga->lease, &suspension, true);
	ret = vfio_pci_core_ioctl(&vga->core.vdev, cmd, arg);
	if (vga->has_vga)
		vga_lease_resume(&vga->lease, &suspension);
	vfio_vga_quirks_reset(vga);
	return ret;
}
