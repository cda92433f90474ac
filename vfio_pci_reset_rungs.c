// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rungs of the reset ladder: one way each to reset a card.
 *
 * Called from vfio_pci_reset.c, which saves and restores config space and
 * verifies. Where the PCI core's own function would wait for up to a minute
 * for a card that does not come back, the registers are written here and
 * vfio_pci_reset_verify.c does the waiting.
 */
#include <linux/delay.h>
#include <linux/pm_runtime.h>
#include <linux/vfio_pci_core.h>

#include "compat.h"
#include "vga_lease.h"
#include "vga_reset.h"

/* PCIe 5.0, 6.6.2 and 6.6.1: no access before that after FLR and bus reset. */
#define FLR_MS		100
#define BUS_MS		100
/* PCI 3.0, 4.3.2: Trst is 1 ms; twice that, as in the PCI core. */
#define TRST_MS		2
/* PCI PM 1.2, 5.6.1: between D3hot and D0. */
#define D3HOT_MS	10
/* Without power; what is in a card's capacitors takes some time to go. */
#define OFF_MS		100
#define POLL_MS		10

/* --- Through the PCI core ------------------------------------------------ */

static bool core_lists(struct vga_climb *climb, u8 method)
{
	const u8 *methods = climb->pdev->reset_methods;
	unsigned int i;

	/* They are hidden while the core asks us. */
	if (READ_ONCE(climb->reset->asker) == current)
		methods = climb->reset->methods;
	for (i = 0; i < PCI_NUM_RESET_METHODS && methods[i]; i++)
		if (methods[i] == method)
			return true;
	return false;
}

/* Caller holds the device lock. */
static int core_method(struct vga_climb *climb, u8 method)
{
	u8 methods[PCI_NUM_RESET_METHODS];
	struct pci_dev *pdev = climb->pdev;
	int ret;

	memcpy(methods, pdev->reset_methods, sizeof(methods));
	pdev->reset_methods[0] = method;
	pdev->reset_methods[1] = 0;
	ret = __pci_reset_function_locked(pdev);
	memcpy(pdev->reset_methods, methods, sizeof(methods));
	return ret;
}

static bool specific_known(struct vga_climb *climb)
{
	return core_lists(climb, VGA_PCI_RESET_SPECIFIC);
}

static int specific_reset(struct vga_climb *climb)
{
	return core_method(climb, VGA_PCI_RESET_SPECIFIC);
}

static bool acpi_known(struct vga_climb *climb)
{
	return core_lists(climb, VGA_PCI_RESET_ACPI);
}

static int acpi_reset(struct vga_climb *climb)
{
	return core_method(climb, VGA_PCI_RESET_ACPI);
}

/* --- The function's own -------------------------------------------------- */

static bool flr_known(struct vga_climb *climb)
{
	return !pcie_reset_flr(climb->pdev, PCI_RESET_PROBE);
}

/* The IOMMU lets nothing through until vga_rung_end(). */
static int block_dma(struct vga_climb *climb)
{
	int ret = vga_iommu_reset_prepare(climb->pdev);

	climb->blocked = !ret;
	return ret;
}

static int flr_reset(struct vga_climb *climb)
{
	int ret;

	if (!pci_wait_for_pending_transaction(climb->pdev))
		pci_info(climb->pdev, "reset with transactions pending\n");
	ret = block_dma(climb);
	if (ret)
		return ret;
	pcie_capability_set_word(climb->pdev, PCI_EXP_DEVCTL,
				 PCI_EXP_DEVCTL_BCR_FLR);
	msleep(FLR_MS);
	return 0;
}

static bool af_flr_known(struct vga_climb *climb)
{
	u8 position = pci_find_capability(climb->pdev, PCI_CAP_ID_AF);
	u8 can;

	if (!position || climb->pdev->dev_flags & PCI_DEV_FLAGS_NO_FLR_RESET)
		return false;
	pci_read_config_byte(climb->pdev, position + PCI_AF_CAP, &can);
	return can & PCI_AF_CAP_TP && can & PCI_AF_CAP_FLR;
}

static int af_flr_reset(struct vga_climb *climb)
{
	u8 position = pci_find_capability(climb->pdev, PCI_CAP_ID_AF);
	int ret;

	if (!position)
		return -ENOTTY;
	/* Time for pending transactions: bus mastering is off already. */
	msleep(FLR_MS);
	ret = block_dma(climb);
	if (ret)
		return ret;
	pci_write_config_byte(climb->pdev, position + PCI_AF_CTRL,
			      PCI_AF_CTRL_FLR);
	msleep(FLR_MS);
	return 0;
}

static bool pm_known(struct vga_climb *climb)
{
	struct pci_dev *pdev = climb->pdev;
	u16 control;

	if (!pdev->pm_cap || pdev->dev_flags & PCI_DEV_FLAGS_NO_PM_RESET)
		return false;
	pci_read_config_word(pdev, pdev->pm_cap + PCI_PM_CTRL, &control);
	return !(control & PCI_PM_CTRL_NO_SOFT_RESET);
}

static void set_power(struct pci_dev *pdev, u16 state)
{
	u16 control;

	pci_read_config_word(pdev, pdev->pm_cap + PCI_PM_CTRL, &control);
	control &= ~PCI_PM_CTRL_STATE_MASK;
	pci_write_config_word(pdev, pdev->pm_cap + PCI_PM_CTRL,
			      control | state);
	msleep(max_t(unsigned int, D3HOT_MS, pdev->d3hot_delay));
}

static int pm_reset(struct vga_climb *climb)
{
	int ret = block_dma(climb);

	if (ret)
		return ret;
	set_power(climb->pdev, (__force u16)PCI_D3hot);
	set_power(climb->pdev, (__force u16)PCI_D0);
	return 0;
}

/* --- The bus ------------------------------------------------------------- */

/* Functions of the same vfio device set do not mind if nobody has them open. */
static struct vfio_device *find_in_set(struct vga_climb *climb,
				       struct pci_dev *pdev)
{
	struct vfio_device *device;

	list_for_each_entry(device, &climb->core->vdev.dev_set->device_list,
			    dev_set_list)
		if (device->dev == &pdev->dev)
			return device;
	return NULL;
}

static bool is_idle(struct vga_climb *climb, struct pci_dev *pdev)
{
	struct vfio_device *device = find_in_set(climb, pdev);

	if (device)
		return device == &climb->core->vdev || !device->open_count;
	/* vgacon and framebuffers of the firmware have no driver on the card. */
	return !pdev->subordinate && !pdev->driver &&
	       pdev != vgaarb_console_card();
}

/**
 * struct neighbours - a look at all functions on the bus
 * @climb: the climb
 * @busy: one whose use forbids to reset the bus, referenced; or NULL
 */
struct neighbours {
	struct vga_climb *climb;
	struct pci_dev *busy;
};

static int look_at(struct pci_dev *pdev, void *data)
{
	struct neighbours *neighbours = data;

	if (!neighbours->busy && !is_idle(neighbours->climb, pdev))
		neighbours->busy = pci_dev_get(pdev);
	return 0;
}

static int count_function(struct pci_dev *pdev, void *count)
{
	(*(unsigned int *)count)++;
	return 0;
}

static bool is_alone(struct pci_dev *pdev)
{
	unsigned int count = 0;

	pci_walk_bus(pdev->bus, count_function, &count);
	return count == 1;
}

/* A hotplug slot's driver must know, or it takes the card for unplugged. */
static bool in_hotplug_slot(struct pci_dev *pdev)
{
	return pdev->slot && !pci_probe_reset_slot(pdev->slot);
}

static bool bus_known(struct vga_climb *climb)
{
	struct pci_dev *pdev = climb->pdev;

	return pdev->bus->self && !pdev->subordinate && is_alone(pdev) &&
	       (in_hotplug_slot(pdev) || !pci_probe_reset_bus(pdev->bus));
}

/* Read anew each time: the VGA arbiter writes this register too. */
static void bridge_reset_bit(struct pci_dev *bridge, bool on)
{
	u16 control;

	pci_read_config_word(bridge, PCI_BRIDGE_CONTROL, &control);
	control &= ~PCI_BRIDGE_CTL_BUS_RESET;
	if (on)
		control |= PCI_BRIDGE_CTL_BUS_RESET;
	pci_write_config_word(bridge, PCI_BRIDGE_CONTROL, control);
}

static int bridge_reset(struct vga_climb *climb, struct pci_dev *bridge)
{
	int ret = block_dma(climb);

	if (ret)
		return ret;
	bridge_reset_bit(bridge, true);
	msleep(TRST_MS);
	bridge_reset_bit(bridge, false);
	msleep(BUS_MS);
	return 0;
}

static int bus_reset(struct vga_climb *climb)
{
	struct pci_dev *bridge = climb->pdev->bus->self;
	int ret;

	if (!pci_dev_trylock(bridge))
		return -EAGAIN;
	ret = in_hotplug_slot(climb->pdev) ?
		      core_method(climb, VGA_PCI_RESET_BUS) :
		      bridge_reset(climb, bridge);
	pci_dev_unlock(bridge);
	return ret;
}

static bool package_known(struct vga_climb *climb)
{
	struct pci_dev *pdev = climb->pdev;

	return !is_alone(pdev) &&
	       (in_hotplug_slot(pdev) || !pci_probe_reset_bus(pdev->bus));
}

/* Where one is not, whoever keeps it is told what that costs. */
static bool others_are_idle(struct vga_climb *climb, enum vga_rung rung)
{
	struct neighbours neighbours = { .climb = climb };

	pci_walk_bus(climb->pdev->bus, look_at, &neighbours);
	if (!neighbours.busy)
		return true;
	/* One that a user has open is reset with the last one closed. */
	if (!find_in_set(climb, neighbours.busy))
		pci_info_ratelimited(climb->pdev,
				     "no %s reset: %s is used by %s; bind it to vfio-pci to have both reset\n",
				     vga_rung_words[rung], pci_name(neighbours.busy),
				     pci_dev_driver(neighbours.busy) ?
					     dev_driver_string(&neighbours.busy->dev) :
					     "the host's console");
	pci_dev_put(neighbours.busy);
	return false;
}

/* Only where no function of the caller's is locked or in use. */
static bool package_free(struct vga_climb *climb)
{
	return !climb->borrowed && others_are_idle(climb, VGA_RUNG_PACKAGE);
}

/* Functions that sleep lose what they need to wake up. */
static int wake_package(struct vga_climb *climb)
{
	struct list_head *set = &climb->core->vdev.dev_set->device_list;
	struct vfio_device *device;
	int ret;

	list_for_each_entry(device, set, dev_set_list) {
		ret = pm_runtime_resume_and_get(device->dev);
		if (ret)
			goto err_put;
	}
	return 0;

err_put:
	list_for_each_entry_continue_reverse(device, set, dev_set_list)
		pm_runtime_put(device->dev);
	return ret;
}

static void unwake_package(struct vga_climb *climb)
{
	struct vfio_device *device;

	list_for_each_entry(device, &climb->core->vdev.dev_set->device_list,
			    dev_set_list)
		pm_runtime_put(device->dev);
}

/* The core locks, saves and restores every function, this one too. */
static int package_reset(struct vga_climb *climb)
{
	int ret;

	ret = wake_package(climb);
	if (ret)
		return ret;
	pci_dev_unlock(climb->pdev);
	climb->reset->asks = VGA_ASKS_FOR_BUS;
	WRITE_ONCE(climb->reset->asker, current);
	ret = pci_reset_bus(climb->pdev);
	WRITE_ONCE(climb->reset->asker, NULL);
	climb->locked = pci_dev_trylock(climb->pdev);
	unwake_package(climb);
	return ret;
}

/* --- The slot's power ---------------------------------------------------- */

/* Firmware that can switch a slot off says so at the port above. */
static bool d3cold_known(struct vga_climb *climb)
{
	struct pci_dev *port = pci_upstream_bridge(climb->pdev);

	return port && pci_pr3_present(port) && !climb->pdev->subordinate &&
	       !in_hotplug_slot(climb->pdev);
}

static bool d3cold_free(struct vga_climb *climb)
{
	return (!climb->borrowed || is_alone(climb->pdev)) &&
	       others_are_idle(climb, VGA_RUNG_D3COLD);
}

static int save_other(struct pci_dev *pdev, void *card)
{
	if (pdev != card)
		pci_save_state(pdev);
	return 0;
}

/* What has power again is in D0, and is waited for as a card is. */
static int restore_other(struct pci_dev *pdev, void *card)
{
	unsigned int ms;

	pdev->current_state = PCI_D0;
	if (pdev == card)
		return 0;
	for (ms = 0; ms < VGA_RESET_WAIT_MS && !vga_card_answers(pdev);
	     ms += POLL_MS)
		msleep(POLL_MS);
	pci_restore_state(pdev);
	return 0;
}

static int power_cycle(struct pci_dev *pdev, struct pci_dev *port)
{
	int off_ret, on_ret;
	bool off;

	pci_walk_bus(pdev->bus, save_other, pdev);
	pci_save_state(port);
	off_ret = pci_set_power_state(port, PCI_D3cold);
	off = port->current_state == PCI_D3cold;
	if (off)
		msleep(OFF_MS);
	on_ret = pci_set_power_state(port, PCI_D0);
	pci_restore_state(port);
	if (!off)
		return off_ret ?: on_ret ?: -EIO;
	msleep(BUS_MS);
	pci_walk_bus(pdev->bus, restore_other, pdev);
	return off_ret ?: on_ret;
}

static int d3cold_reset(struct vga_climb *climb)
{
	struct pci_dev *port = pci_upstream_bridge(climb->pdev);
	int ret;

	ret = wake_package(climb);
	if (ret)
		return ret;
	if (pci_dev_trylock(port)) {
		ret = block_dma(climb);
		if (!ret)
			ret = power_cycle(climb->pdev, port);
		pci_dev_unlock(port);
	} else {
		ret = -EAGAIN;
	}
	unwake_package(climb);
	return ret;
}

/* --- The ladder's view --------------------------------------------------- */

/**
 * struct rung - a way to reset a card
 * @known: can this card be reset so?
 * @free: is there nothing that forbids it now? NULL: never
 * @reset: does it; the caller holds the device lock
 * @clears: config space shows reset values afterwards
 */
struct rung {
	bool (*known)(struct vga_climb *climb);
	bool (*free)(struct vga_climb *climb);
	int (*reset)(struct vga_climb *climb);
	bool clears;
};

static const struct rung rungs[VGA_RUNGS] = {
	/* The GPU resets itself, its bus interface stays as it is. */
	[VGA_RUNG_CARD] = { vga_card_known, NULL, vga_card_reset, false },
	/* Whoever is asked may restore config space himself. */
	[VGA_RUNG_SPECIFIC] = { specific_known, NULL, specific_reset, false },
	[VGA_RUNG_ACPI] = { acpi_known, NULL, acpi_reset, false },
	[VGA_RUNG_FLR] = { flr_known, NULL, flr_reset, true },
	[VGA_RUNG_AF_FLR] = { af_flr_known, NULL, af_flr_reset, true },
	[VGA_RUNG_PM] = { pm_known, NULL, pm_reset, true },
	[VGA_RUNG_BUS] = { bus_known, NULL, bus_reset, true },
	/* pci_reset_bus() has restored it. */
	[VGA_RUNG_PACKAGE] = { package_known, package_free, package_reset, false },
	[VGA_RUNG_D3COLD] = { d3cold_known, d3cold_free, d3cold_reset, true },
};

/**
 * vga_rung_known - can this card be reset so?
 * @climb: the climb
 * @rung: the way
 *
 * Return: true if so, perhaps not at the moment.
 */
bool vga_rung_known(struct vga_climb *climb, enum vga_rung rung)
{
	return rungs[rung].known(climb);
}

/**
 * vga_rung_available - can this card be reset so now?
 * @climb: the climb; the caller holds the device set's lock
 * @rung: the way
 *
 * Return: true if so. Where others on the bus forbid it, a line in the kernel
 * log names them.
 */
bool vga_rung_available(struct vga_climb *climb, enum vga_rung rung)
{
	return vga_rung_known(climb, rung) &&
	       (!rungs[rung].free || rungs[rung].free(climb));
}

/**
 * vga_rung_clears - what does config space look like after it?
 * @rung: the way
 *
 * Return: true if its registers have reset values then.
 */
bool vga_rung_clears(enum vga_rung rung)
{
	return rungs[rung].clears;
}

/**
 * vga_rung_try - reset the card so
 * @climb: the climb, with the device lock held, decoding and bus mastering off
 *	and config space saved
 * @rung: the way
 *
 * Context: process context, sleeps. Afterwards the card may not answer yet; the
 * caller waits for it, and calls vga_rung_end() in any case.
 * Return: 0 if the reset was carried out; -EAGAIN when somebody else holds a
 * lock; -ENOTTY when the card is in no state for it; others from the PCI core.
 */
int vga_rung_try(struct vga_climb *climb, enum vga_rung rung)
{
	return rungs[rung].reset(climb);
}

/**
 * vga_rung_end - let the card's DMA through again
 * @climb: the climb, after vga_rung_try(); the card answers or is dead
 */
void vga_rung_end(struct vga_climb *climb)
{
	if (climb->blocked)
		vga_iommu_reset_done(climb->pdev);
	climb->blocked = false;
}
