// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bringing a card back: the reset ladder, and quarantine for what stays dead.
 *
 * Called from the open, close and ioctl entries in vfio_pci_vga.c, from the PCI
 * core around its own resets, and from vfio_pci_sysfs.c. docs/reset.md tells
 * what a user sees of it.
 *
 * The vfio-pci core would reset the card at open, at close and when its user
 * asks, with nobody looking whether that worked. It is kept from doing so: at
 * open and close the PCI core's methods are hidden from it and the ladder is
 * climbed here. When the user asks, only the core can take the card from the
 * user's mappings; so the core goes as far as the PCI core's call of our
 * reset_prepare(), which climbs the ladder and leaves nothing to do.
 */
#include <linux/pm_runtime.h>

#include "compat.h"
#include "vfio_pci_vga.h"

/* A card may need the bus reset twice; it costs nothing where once is enough. */
static const u8 default_order[] = {
	VGA_RUNG_CARD,	 VGA_RUNG_SPECIFIC, VGA_RUNG_ACPI, VGA_RUNG_FLR,
	VGA_RUNG_AF_FLR, VGA_RUNG_PM,	    VGA_RUNG_BUS,  VGA_RUNG_PACKAGE,
	VGA_RUNG_D3COLD, VGA_RUNG_BUS,
};

static void climb_init(struct vga_climb *climb, struct vfio_vga_device *vga,
		       enum vga_reset_why why)
{
	*climb = (struct vga_climb){
		.pdev = vga->core.pdev,
		.reset = &vga->reset,
		.core = &vga->core,
		.why = why,
		.deadline = jiffies + msecs_to_jiffies(VGA_RESET_LADDER_MS),
	};
}

/* --- Config space -------------------------------------------------------- */

static bool bar_is_set_up(struct pci_dev *pdev, unsigned int bar)
{
	bool io = pci_resource_flags(pdev, bar) & IORESOURCE_IO;
	u64 address = pci_bus_address(pdev, bar);
	u32 low, high;

	pci_read_config_dword(pdev, PCI_BASE_ADDRESS_0 + 4 * bar, &low);
	low &= io ? (u32)PCI_BASE_ADDRESS_IO_MASK :
		    (u32)PCI_BASE_ADDRESS_MEM_MASK;
	if (low != lower_32_bits(address))
		return false;
	if (!(pci_resource_flags(pdev, bar) & IORESOURCE_MEM_64))
		return true;
	pci_read_config_dword(pdev, PCI_BASE_ADDRESS_0 + 4 * (bar + 1), &high);
	return high == upper_32_bits(address);
}

/*
 * Does config space hold what the kernel put there? Not if the card is dead,
 * was reset behind our back, or was woken with what was saved while it was dead.
 */
static bool is_set_up(struct pci_dev *pdev)
{
	unsigned int bar, flags;

	if (!vga_card_answers(pdev))
		return false;
	for (bar = 0; bar < VGA_RESET_BARS; bar++) {
		flags = pci_resource_flags(pdev, bar);
		if (flags & (IORESOURCE_MEM | IORESOURCE_IO) &&
		    !(flags & IORESOURCE_UNSET) && !bar_is_set_up(pdev, bar))
			return false;
	}
	return true;
}

/* Of a card that is not set up, what it had when it was is worth more. */
static void keep_config(struct pci_dev *pdev, struct vga_reset *reset)
{
	struct pci_saved_state *state;

	if (pdev->current_state == PCI_D3hot ||
	    pdev->current_state == PCI_D3cold || !is_set_up(pdev))
		return;
	pci_save_state(pdev);
	state = pci_store_saved_state(pdev);
	if (!state)
		return;
	kfree(reset->good);
	reset->good = state;
}

static void restore_config(struct pci_dev *pdev, struct vga_reset *reset)
{
	if (!reset->good || !vga_card_answers(pdev))
		return;
	pci_load_saved_state(pdev, reset->good);
	pci_restore_state(pdev);
}

/* --- Quarantine ---------------------------------------------------------- */

static void quarantine(struct vga_climb *climb, unsigned int since)
{
	struct vga_reset *reset = climb->reset;

	mutex_lock(&reset->lock);
	vga_reset_explain(reset, since, reset->reason, sizeof(reset->reason));
	WRITE_ONCE(reset->quarantined, true);
	mutex_unlock(&reset->lock);
	pci_err(climb->pdev,
		"does not come back from %s (%s); quarantined until it is removed and rescanned, or a reset works\n",
		climb->why == VGA_RESET_RESUME ? "sleep" : "reset",
		reset->reason);
}

static void lift_quarantine(struct vga_climb *climb)
{
	struct vga_reset *reset = climb->reset;
	bool was;

	mutex_lock(&reset->lock);
	was = reset->quarantined;
	WRITE_ONCE(reset->quarantined, false);
	mutex_unlock(&reset->lock);
	if (was)
		pci_info(climb->pdev, "came back from reset, no more quarantined\n");
}

/* --- The ladder ---------------------------------------------------------- */

/* Caller holds the device lock. */
static int try_rung(struct vga_climb *climb, enum vga_rung rung)
{
	struct pci_dev *pdev = climb->pdev;
	ktime_t start = ktime_get();
	int ret;

	/* As the PCI core does: no decoding, no DMA, no interrupts meanwhile. */
	pci_write_config_word(pdev, PCI_COMMAND, PCI_COMMAND_INTX_DISABLE);
	vga_verify_before(climb);
	ret = vga_rung_try(climb, rung);
	if (!ret)
		ret = vga_verify_config(climb, vga_rung_clears(rung));
	vga_rung_end(climb);
	restore_config(pdev, climb->reset);
	if (!ret)
		ret = vga_verify_bar(climb);
	vga_reset_record(climb, rung, ret, start);
	return ret;
}

/* It said it had reset the card, and the card is as before. */
static void remember_lie(struct vga_climb *climb, enum vga_rung rung)
{
	struct vga_reset *reset = climb->reset;

	pci_info(climb->pdev, "reset method %s resets nothing, not used again\n",
		 vga_rung_words[rung]);
	mutex_lock(&reset->lock);
	reset->lied |= BIT(rung);
	vga_lies_remember(climb->pdev, reset->lied);
	mutex_unlock(&reset->lock);
}

/*
 * Rung by rung until one works. The first error is returned; -ENOTTY if there
 * was no rung to try.
 */
static int try_rungs(struct vga_climb *climb)
{
	struct vga_reset *reset = climb->reset;
	u8 order[VGA_RESET_ORDER_MAX];
	unsigned int i, nr, lied;
	int first = -ENOTTY, ret;

	mutex_lock(&reset->lock);
	nr = reset->nr;
	memcpy(order, reset->order, sizeof(order));
	lied = reset->lied;
	mutex_unlock(&reset->lock);

	for (i = 0; i < nr && climb->locked; i++) {
		if (time_after(jiffies, climb->deadline))
			break;
		if (lied & BIT(order[i]) || !vga_rung_available(climb, order[i]))
			continue;
		ret = try_rung(climb, order[i]);
		if (!ret)
			return 0;
		if (climb->failed & VGA_CHECK_CLEARED)
			remember_lie(climb, order[i]);
		if (first == -ENOTTY)
			first = ret;
	}
	return first;
}

/* No rung worked. Is the card good for use all the same, as it is? */
static bool is_alive(struct vga_climb *climb)
{
	ktime_t start = ktime_get();
	int ret;

	climb->passed = 0;
	climb->failed = 0;
	ret = vga_verify_config(climb, false);
	if (!ret)
		ret = vga_verify_bar(climb);
	vga_reset_record(climb, VGA_RUNG_NONE, ret, start);
	return !ret;
}

/*
 * Reset since it was last used, and still there. It may have been asleep
 * meanwhile, so its memory is looked at too.
 */
static bool is_unused(struct vga_climb *climb)
{
	struct vga_reset *reset = climb->reset;

	return climb->why == VGA_RESET_OPEN && READ_ONCE(reset->clean) &&
	       is_set_up(climb->pdev) && !vga_verify_config(climb, false) &&
	       !vga_verify_bar(climb);
}

/* Caller holds the device lock. */
static int climb_locked(struct vga_climb *climb)
{
	struct pci_dev *pdev = climb->pdev;
	struct vga_reset *reset = climb->reset;
	unsigned int since = reset->logged;
	int ret;

	if (pdev->error_state == pci_channel_io_perm_failure)
		return -ENODEV;
	/* Config space outlives D3hot, and some cards do not survive a touch. */
	pci_set_power_state(pdev, PCI_D0);
	if (is_unused(climb))
		return 0;
	keep_config(pdev, reset);
	if (!reset->good)
		return -ENOMEM;
	ret = try_rungs(climb);
	/* One that its user has reset is his to use all the same. */
	if (ret || climb->why != VGA_RESET_USER)
		WRITE_ONCE(reset->clean, !ret);
	if (!ret)
		lift_quarantine(climb);
	else if (ret != -EAGAIN && !is_alive(climb))
		quarantine(climb, since);
	return ret;
}

/*
 * Caller holds the device set's lock, so nobody has the card open or is about
 * to. An unbind that waits for a close has the device lock: no reset then.
 */
static int climb_ladder(struct vfio_vga_device *vga, enum vga_reset_why why)
{
	struct pci_dev *pdev = vga->core.pdev;
	struct vga_climb climb;
	int ret;

	climb_init(&climb, vga, why);
	/* It was without power: another card may be there now. */
	if (pdev->current_state == PCI_D3cold)
		vfio_vga_used(vga);
	/* Of a card that cannot be woken the checks will tell. */
	pm_runtime_get_sync(&pdev->dev);
	climb.locked = pci_dev_trylock(pdev);
	if (climb.locked) {
		ret = climb_locked(&climb);
		if (climb.locked)
			pci_dev_unlock(pdev);
	} else {
		ret = -EAGAIN;
	}
	pm_runtime_put(&pdev->dev);
	return ret;
}

/* --- Resets that the PCI core is asked for ------------------------------- */

/*
 * Have the PCI core's next function reset by this task call our
 * reset_prepare() and nothing else, whatever methods it has.
 */
static void arm(struct vfio_vga_device *vga, enum vga_asks asks)
{
	struct vga_reset *reset = &vga->reset;
	struct pci_dev *pdev = vga->core.pdev;

	memcpy(reset->methods, pdev->reset_methods, sizeof(reset->methods));
	pdev->reset_methods[0] = VGA_PCI_RESET_SPECIFIC;
	pdev->reset_methods[1] = 0;
	reset->answered = false;
	reset->asks = asks;
	WRITE_ONCE(reset->asker, current);
}

static void disarm(struct vfio_vga_device *vga)
{
	struct vga_reset *reset = &vga->reset;

	WRITE_ONCE(reset->asker, NULL);
	memcpy(vga->core.pdev->reset_methods, reset->methods,
	       sizeof(reset->methods));
}

/* The PCI core is about to save config space and reset; device lock held. */
static void vfio_vga_reset_prepare(struct pci_dev *pdev)
{
	struct vfio_vga_device *vga = vga_of(&pdev->dev);
	struct vga_reset *reset = &vga->reset;
	struct vga_climb climb;

	if (READ_ONCE(reset->asker) != current) {
		reset->was_lost = !is_set_up(pdev);
		keep_config(pdev, reset);
		return;
	}
	if (reset->asks == VGA_ASKS_FOR_BUS)
		return;
	pdev->reset_methods[0] = 0;
	if (reset->asks == VGA_ASKS_FOR_LADDER) {
		climb_init(&climb, vga, VGA_RESET_USER);
		climb.locked = true;
		climb.borrowed = true;
		reset->result = climb_locked(&climb);
		reset->answered = true;
	}
}

/* It has reset and restored; device lock held. */
static void vfio_vga_reset_done(struct pci_dev *pdev)
{
	struct vfio_vga_device *vga = vga_of(&pdev->dev);
	struct vga_reset *reset = &vga->reset;
	ktime_t start = ktime_get();
	struct vga_climb climb;
	unsigned int since;
	int ret;

	if (READ_ONCE(reset->asker) == current)
		return;
	climb_init(&climb, vga, VGA_RESET_KERNEL);
	since = reset->logged;
	ret = vga_verify_config(&climb, false);
	/* The PCI core has restored what it had found. */
	if (!ret && reset->was_lost)
		restore_config(pdev, reset);
	if (!ret)
		ret = vga_verify_bar(&climb);
	vga_reset_record(&climb, VGA_RUNG_KERNEL, ret, start);
	if (ret) {
		vfio_vga_used(vga);
		quarantine(&climb, since);
	} else {
		lift_quarantine(&climb);
	}
}

const struct pci_error_handlers vfio_vga_err_handlers = {
	.error_detected = vfio_pci_core_aer_err_detected,
	.reset_prepare = vfio_vga_reset_prepare,
	.reset_done = vfio_vga_reset_done,
};

/* --- Open, close, ioctl -------------------------------------------------- */

/* Can the user have this card reset while it is open? */
static bool user_can_reset(struct vfio_vga_device *vga)
{
	struct vga_reset *reset = &vga->reset;
	struct vga_climb climb;
	bool can = false;
	unsigned int i;

	climb_init(&climb, vga, VGA_RESET_USER);
	mutex_lock(&reset->lock);
	for (i = 0; i < reset->nr && !can; i++)
		can = reset->order[i] != VGA_RUNG_PACKAGE &&
		      !(reset->lied & BIT(reset->order[i])) &&
		      vga_rung_known(&climb, reset->order[i]);
	mutex_unlock(&reset->lock);
	return can;
}

static int refuse_quarantined(struct vfio_vga_device *vga)
{
	struct vga_reset *reset = &vga->reset;
	bool refused;

	mutex_lock(&reset->lock);
	refused = reset->quarantined;
	if (refused)
		dev_err_ratelimited(&vga->core.pdev->dev,
				    "cannot be opened: quarantined (%s); remove and rescan it, or have a reset work\n",
				    reset->reason);
	mutex_unlock(&reset->lock);
	return refused ? -EIO : 0;
}

/**
 * vfio_vga_reset_enable - reset a card and have the vfio-pci core enable it
 * @vga: the device, about to be opened; the device set's lock is held
 *
 * One that was reset since it was last used is looked at only. A card that has
 * no way to be reset is enabled as it is, like under vfio-pci, if it lives.
 *
 * Context: process context; sleeps for up to 2 s, and for as long as the
 * kernel's own reset of a hotplug slot or of several functions takes. Undone by
 * vfio_vga_reset_disable() or vfio_vga_reset_close().
 * Return: 0; -EIO when the card is or becomes quarantined; -EAGAIN when
 * somebody else has it locked; what vfio_pci_core_enable() returns.
 */
int vfio_vga_reset_enable(struct vfio_vga_device *vga)
{
	struct device *dev = &vga->core.pdev->dev;
	int ret;

	ret = refuse_quarantined(vga);
	if (ret)
		return ret;
	/* No sleep between here and the core's own wake-up. */
	pm_runtime_get_noresume(dev);
	ret = climb_ladder(vga, VGA_RESET_OPEN);
	if (ret == -EAGAIN || ret == -ENODEV || ret == -ENOMEM)
		goto out_put;
	ret = -EIO;
	if (READ_ONCE(vga->reset.quarantined))
		goto out_put;

	arm(vga, VGA_ASKS_FOR_NOTHING);
	ret = vfio_pci_core_enable(&vga->core);
	disarm(vga);
	if (!ret)
		vga->core.reset_works = user_can_reset(vga);
out_put:
	pm_runtime_put(dev);
	return ret;
}

/* The core would reset the bus last of all, unless that must not be. */
static void reset_after(struct vfio_vga_device *vga,
			void (*end)(struct vfio_vga_device *vga))
{
	struct pci_dev *pdev = vga->core.pdev;
	bool allowed = !(pdev->dev_flags & PCI_DEV_FLAGS_NO_BUS_RESET);
	int ret;

	pm_runtime_get_noresume(&pdev->dev);
	vga->core.reset_works = false;
	pdev->dev_flags |= PCI_DEV_FLAGS_NO_BUS_RESET;
	end(vga);
	if (allowed)
		pdev->dev_flags &= ~PCI_DEV_FLAGS_NO_BUS_RESET;

	/* One whose user has not touched it is as it was when it was opened. */
	ret = 0;
	if (!READ_ONCE(vga->reset.clean))
		ret = climb_ladder(vga, VGA_RESET_CLOSE);
	vga->core.needs_reset = ret;
	pm_runtime_put(&pdev->dev);
}

static void end_enabled(struct vfio_vga_device *vga)
{
	vfio_pci_core_disable(&vga->core);
}

static void end_open(struct vfio_vga_device *vga)
{
	vfio_pci_core_close_device(&vga->core.vdev);
}

/**
 * vfio_vga_reset_disable - undo vfio_vga_reset_enable() before the open is done
 * @vga: the device; the device set's lock is held
 *
 * Context: as vfio_vga_reset_enable().
 */
void vfio_vga_reset_disable(struct vfio_vga_device *vga)
{
	reset_after(vga, end_enabled);
}

/**
 * vfio_vga_reset_close - have the vfio-pci core close the device, and reset it
 * @vga: the device; the device set's lock is held
 *
 * Context: as vfio_vga_reset_enable().
 */
void vfio_vga_reset_close(struct vfio_vga_device *vga)
{
	reset_after(vga, end_open);
}

static long reset_by_user(struct vfio_vga_device *vga, unsigned long arg)
{
	struct vfio_device *core_vdev = &vga->core.vdev;
	struct vga_reset *reset = &vga->reset;
	long ret;

	ret = mutex_lock_killable(&reset->asking);
	if (ret)
		return ret;
	arm(vga, VGA_ASKS_FOR_LADDER);
	ret = vfio_pci_core_ioctl(core_vdev, VFIO_DEVICE_RESET, arg);
	disarm(vga);
	if (reset->answered)
		ret = reset->result;
	mutex_unlock(&reset->asking);
	return ret;
}

/* The PCI core has called our reset_done() if it reset the bus. */
static long hot_reset_by_user(struct vfio_vga_device *vga, unsigned long arg)
{
	long ret = vfio_pci_core_ioctl(&vga->core.vdev,
				       VFIO_DEVICE_PCI_HOT_RESET, arg);

	return !ret && READ_ONCE(vga->reset.quarantined) ? -EIO : ret;
}

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
 * Return: 0 only if the card was found to have come back; the first rung's
 * error, -EIO where it is a check that failed; what the core returns, specified
 * in <linux/vfio.h>.
 */
long vfio_vga_reset_ioctl(struct vfio_vga_device *vga, unsigned int cmd,
			  unsigned long arg)
{
	struct vga_suspension suspension;
	long ret;

	if (vga->has_vga)
		vga_lease_suspend(&vga->lease, &suspension, true);
	ret = cmd == VFIO_DEVICE_RESET ? reset_by_user(vga, arg) :
					 hot_reset_by_user(vga, arg);
	if (vga->has_vga)
		vga_lease_resume(&vga->lease, &suspension);
	vfio_vga_quirks_reset(vga);
	return ret;
}

/* --- Bind and sysfs ------------------------------------------------------ */

/**
 * vfio_vga_reset_init - prepare a card's resets
 * @vga: the device, about to be bound; its card is in D0
 */
void vfio_vga_reset_init(struct vfio_vga_device *vga)
{
	struct vga_reset *reset = &vga->reset;
	struct pci_dev *pdev = vga->core.pdev;

	mutex_init(&reset->lock);
	mutex_init(&reset->asking);
	memcpy(reset->order, default_order, sizeof(default_order));
	reset->nr = ARRAY_SIZE(default_order);
	reset->lied = vga_lies_recall(pdev);
	keep_config(pdev, reset);
	if (vga_card_dies_of_bus_reset(pdev) &&
	    !(pdev->dev_flags & PCI_DEV_FLAGS_NO_BUS_RESET)) {
		pdev->dev_flags |= PCI_DEV_FLAGS_NO_BUS_RESET;
		reset->kept_from_bus = true;
	}
}

/**
 * vfio_vga_reset_free - undo vfio_vga_reset_init()
 * @vga: the device, unbound
 */
void vfio_vga_reset_free(struct vfio_vga_device *vga)
{
	if (vga->reset.kept_from_bus)
		vga->core.pdev->dev_flags &= ~PCI_DEV_FLAGS_NO_BUS_RESET;
	kfree(vga->reset.good);
}

/**
 * vfio_vga_reset_order_show - the reset_methods file
 * @vga: the device
 * @buf: a page
 *
 * Return: its length.
 */
ssize_t vfio_vga_reset_order_show(struct vfio_vga_device *vga, char *buf)
{
	struct vga_reset *reset = &vga->reset;
	struct vga_climb climb;
	unsigned int i;
	int len = 0;

	climb_init(&climb, vga, VGA_RESET_RETRY);
	mutex_lock(&reset->lock);
	for (i = 0; i < reset->nr; i++)
		if (vga_rung_known(&climb, reset->order[i]))
			len += sysfs_emit_at(buf, len, "%s%s%s", len ? " " : "",
					     reset->lied & BIT(reset->order[i]) ? "-" : "",
					     vga_rung_words[reset->order[i]]);
	mutex_unlock(&reset->lock);
	return len + sysfs_emit_at(buf, len, "\n");
}

/**
 * vfio_vga_reset_order_store - change the order of the rungs
 * @vga: the device
 * @words: their names in order, changed; or "default"
 *
 * Forgets which of them reset nothing.
 *
 * Return: 0; -EINVAL for a word that is none, or no rung of this card's, and
 * for too many.
 */
int vfio_vga_reset_order_store(struct vfio_vga_device *vga, char *words)
{
	struct vga_reset *reset = &vga->reset;
	u8 order[VGA_RESET_ORDER_MAX];
	struct vga_climb climb;
	unsigned int nr = 0;
	char *word;
	int rung;

	climb_init(&climb, vga, VGA_RESET_RETRY);
	words = strim(words);
	if (!strcmp(words, "default")) {
		nr = ARRAY_SIZE(default_order);
		memcpy(order, default_order, sizeof(default_order));
		words = NULL;
	}
	while ((word = strsep(&words, " "))) {
		if (!*word)
			continue;
		rung = match_string(vga_rung_words, VGA_RUNGS, word);
		if (rung < 0 || nr == ARRAY_SIZE(order) ||
		    !vga_rung_known(&climb, rung))
			return -EINVAL;
		order[nr++] = rung;
	}
	mutex_lock(&reset->lock);
	memcpy(reset->order, order, sizeof(order));
	reset->nr = nr;
	reset->lied = 0;
	vga_lies_remember(climb.pdev, 0);
	mutex_unlock(&reset->lock);
	return 0;
}

/**
 * vfio_vga_reset_retry - climb the ladder for a quarantined card
 * @vga: the device
 *
 * Context: process context; as vfio_vga_reset_enable().
 * Return: 0 when the card came back or was never away; -EBUSY while it is
 * open; -EAGAIN when somebody else has it locked; else the first rung's error.
 */
int vfio_vga_reset_retry(struct vfio_vga_device *vga)
{
	struct vfio_device *core_vdev = &vga->core.vdev;
	int ret;

	ret = mutex_lock_killable(&core_vdev->dev_set->lock);
	if (ret)
		return ret;
	if (core_vdev->open_count)
		ret = -EBUSY;
	else if (READ_ONCE(vga->reset.quarantined))
		ret = climb_ladder(vga, VGA_RESET_RETRY);
	mutex_unlock(&core_vdev->dev_set->lock);
	return ret;
}

/**
 * vfio_vga_reset_resume - did an open card come back from the host's sleep?
 * @vga: the open device; the PCI core has restored config space
 *
 * Context: process context; the device lock is held. Sleeps for 1 s at most.
 * Return: 0; -EIO when it did not, and is quarantined.
 */
int vfio_vga_reset_resume(struct vfio_vga_device *vga)
{
	unsigned int since = vga->reset.logged;
	struct vga_climb climb;

	climb_init(&climb, vga, VGA_RESET_RESUME);
	if (is_alive(&climb))
		return 0;
	quarantine(&climb, since);
	return -EIO;
}
