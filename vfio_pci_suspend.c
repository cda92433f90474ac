// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host goes to sleep while a card is open.
 *
 * Called by the PM core, when all users' tasks are frozen: nobody uses the card.
 * The PCI core saves and restores config space. Legacy VGA registers are saved
 * and restored here, for users that have used them; what else is in the card is
 * its user's to bring back, as on a computer of his own. docs/reset.md tells
 * what a user sees of it.
 */
#include <linux/io.h>
#include <linux/pm.h>

#include "compat.h"
#include "vfio_pci_vga.h"

/* How long another one may keep the route; he may be frozen with it. */
#define ROUTE_JIFFIES		HZ

/* Without VGA_MIS_COLOR these ports of the CRT controller are so much lower. */
#define MONO			(VGA_CRT_IC - VGA_CRT_IM)

/* Of the attribute controller nobody can read whether index or data is next. */
static void next_is_index(struct vfio_vga_device *vga, unsigned int mono)
{
	ioread8(vga->ports + VGA_IS1_RC - mono);
}

static void save_indexed(void __iomem *port, u8 *index, u8 *registers,
			 unsigned int nr)
{
	unsigned int i;

	*index = ioread8(port);
	for (i = 0; i < nr; i++) {
		iowrite8(i, port);
		registers[i] = ioread8(port + 1);
	}
	iowrite8(*index, port);
}

static void restore_indexed(void __iomem *port, u8 index, const u8 *registers,
			    unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		iowrite8(i, port);
		iowrite8(registers[i], port + 1);
	}
	iowrite8(index, port);
}

static void save_registers(struct vfio_vga_device *vga)
{
	struct vga_registers *saved = &vga->asleep.registers;
	void __iomem *ports = vga->ports;
	unsigned int i, mono;

	saved->misc = ioread8(ports + VGA_MIS_R);
	mono = saved->misc & VGA_MIS_COLOR ? 0 : MONO;
	saved->feature = ioread8(ports + VGA_FTC_R);
	save_indexed(ports + VGA_SEQ_I, &saved->sequencer_index,
		     saved->sequencer, sizeof(saved->sequencer));
	save_indexed(ports + VGA_CRT_IC - mono, &saved->crtc_index, saved->crtc,
		     sizeof(saved->crtc));
	save_indexed(ports + VGA_GFX_I, &saved->graphics_index, saved->graphics,
		     sizeof(saved->graphics));
	next_is_index(vga, mono);
	saved->attribute_index = ioread8(ports + VGA_ATT_IW);
	for (i = 0; i < sizeof(saved->attribute); i++) {
		next_is_index(vga, mono);
		iowrite8(i, ports + VGA_ATT_IW);
		saved->attribute[i] = ioread8(ports + VGA_ATT_R);
	}
	next_is_index(vga, mono);
	iowrite8(saved->attribute_index, ports + VGA_ATT_IW);
	next_is_index(vga, mono);
	saved->dac_mask = ioread8(ports + VGA_PEL_MSK);
	saved->dac_index = ioread8(ports + VGA_PEL_IW);
	iowrite8(0, ports + VGA_PEL_IR);
	for (i = 0; i < sizeof(saved->dac); i++)
		saved->dac[i] = ioread8(ports + VGA_PEL_D);
	iowrite8(saved->dac_index, ports + VGA_PEL_IW);
}

static void restore_registers(struct vfio_vga_device *vga)
{
	const struct vga_registers *saved = &vga->asleep.registers;
	unsigned int mono = saved->misc & VGA_MIS_COLOR ? 0 : MONO;
	void __iomem *ports = vga->ports;
	unsigned int i;

	iowrite8(saved->misc, ports + VGA_MIS_W);
	iowrite8(saved->feature, ports + VGA_IS1_RC - mono);
	restore_indexed(ports + VGA_SEQ_I, saved->sequencer_index,
			saved->sequencer, sizeof(saved->sequencer));
	/* While this one says so the first ones, restored before it, are locked. */
	iowrite8(VGA_CRTC_V_SYNC_END, ports + VGA_CRT_IC - mono);
	iowrite8(saved->crtc[VGA_CRTC_V_SYNC_END] & ~VGA_CR11_LOCK_CR0_CR7,
		 ports + VGA_CRT_IC - mono + 1);
	restore_indexed(ports + VGA_CRT_IC - mono, saved->crtc_index,
			saved->crtc, sizeof(saved->crtc));
	restore_indexed(ports + VGA_GFX_I, saved->graphics_index,
			saved->graphics, sizeof(saved->graphics));
	next_is_index(vga, mono);
	for (i = 0; i < sizeof(saved->attribute); i++) {
		iowrite8(i, ports + VGA_ATT_IW);
		iowrite8(saved->attribute[i], ports + VGA_ATT_IW);
	}
	iowrite8(saved->attribute_index, ports + VGA_ATT_IW);
	next_is_index(vga, mono);
	iowrite8(saved->dac_mask, ports + VGA_PEL_MSK);
	iowrite8(0, ports + VGA_PEL_IW);
	for (i = 0; i < sizeof(saved->dac); i++)
		iowrite8(saved->dac[i], ports + VGA_PEL_D);
	iowrite8(saved->dac_index, ports + VGA_PEL_IW);
}

/* With the route, and the card's ports decoded whatever its user has chosen. */
static int with_ports(struct vfio_vga_device *vga,
		      void (*move)(struct vfio_vga_device *vga))
{
	struct vga_access access = { .patience = ROUTE_JIFFIES };
	struct pci_dev *pdev = vga->core.pdev;
	u16 command;
	int ret;

	ret = vga_lease_acquire(&vga->lease, &access);
	if (ret)
		return ret;
	pci_read_config_word(pdev, PCI_COMMAND, &command);
	if (!(command & PCI_COMMAND_IO))
		pci_write_config_word(pdev, PCI_COMMAND,
				      command | PCI_COMMAND_IO);
	move(vga);
	if (!(command & PCI_COMMAND_IO))
		pci_write_config_word(pdev, PCI_COMMAND, command);
	vga_lease_release(&vga->lease, &access);
	return 0;
}

static int vfio_vga_prepare(struct device *dev)
{
	struct vfio_vga_device *vga = vga_of(dev);

	/* Who knows what is there afterwards; of a closed card that is all. */
	vfio_vga_used(vga);
	if (!vga->core.vdev.open_count ||
	    READ_ONCE(vga->suspend_choice) == VFIO_VGA_SUSPEND_AUTO)
		return 0;
	dev_err(dev,
		"refuses to be suspended: it is open, and vfio_vga/suspend says so; end its user, or write auto there\n");
	return -EBUSY;
}

static int vfio_vga_suspend(struct device *dev)
{
	struct vfio_vga_device *vga = vga_of(dev);
	int ret;

	if (!vga->core.vdev.open_count || !vga->has_vga)
		return 0;
	vga->asleep.registers_saved = vga_lease_touched(&vga->lease);
	if (vga->asleep.registers_saved) {
		ret = with_ports(vga, save_registers);
		if (ret) {
			dev_err(dev,
				"cannot be suspended: no access to its VGA registers (%d)\n",
				ret);
			return ret;
		}
	}
	vga_lease_suspend(&vga->lease, &vga->asleep.suspension, false);
	vga->asleep.suspended = true;
	return 0;
}

static int vfio_vga_resume(struct device *dev)
{
	struct vfio_vga_device *vga = vga_of(dev);
	int ret = 0;

	if (vga->core.vdev.open_count)
		ret = vfio_vga_reset_resume(vga);
	if (vga->asleep.suspended) {
		vga_lease_resume(&vga->lease, &vga->asleep.suspension);
		vga->asleep.suspended = false;
		if (!ret && vga->asleep.registers_saved)
			ret = with_ports(vga, restore_registers);
	}
	if (ret)
		WRITE_ONCE(vga->suspend_choice, VFIO_VGA_SUSPEND_REFUSE);
	return ret;
}

/* Sleep while the host is awake stays the vfio-pci core's. */
static const struct dev_pm_ops *core_pm_ops;

static int vfio_vga_runtime_suspend(struct device *dev)
{
	return core_pm_ops->runtime_suspend(dev);
}

static int vfio_vga_runtime_resume(struct device *dev)
{
	return core_pm_ops->runtime_resume(dev);
}

static const struct dev_pm_ops vfio_vga_pm_ops = {
	.prepare = vfio_vga_prepare,
	.suspend = pm_sleep_ptr(vfio_vga_suspend),
	.resume = pm_sleep_ptr(vfio_vga_resume),
	.freeze = pm_sleep_ptr(vfio_vga_suspend),
	.thaw = pm_sleep_ptr(vfio_vga_resume),
	.poweroff = pm_sleep_ptr(vfio_vga_suspend),
	.restore = pm_sleep_ptr(vfio_vga_resume),
	.runtime_suspend = pm_ptr(vfio_vga_runtime_suspend),
	.runtime_resume = pm_ptr(vfio_vga_runtime_resume),
};

/**
 * vfio_vga_suspend_register - be called when the host goes to sleep
 * @vga: the device, just registered
 *
 * At every registration the vfio-pci core gives the driver its own operations,
 * the same each time.
 */
void vfio_vga_suspend_register(struct vfio_vga_device *vga)
{
	struct device_driver *driver = vga->core.pdev->dev.driver;

	if (driver->pm == &vfio_vga_pm_ops || !driver->pm)
		return;
	core_pm_ops = driver->pm;
	smp_wmb(); /* before anybody can be sent there */
	driver->pm = &vfio_vga_pm_ops;
}
