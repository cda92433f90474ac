// SPDX-License-Identifier: GPL-2.0-only
/*
 * Talking to the kernel's VGA arbiter (drivers/pci/vgaarb.c) and its console.
 *
 * The only file that names their functions. Called from vga_lease.c. What the
 * arbiter does not do is made good here: a wait that lost its wake-up is kicked
 * awake, and vgacon, which never asks, is held by its lock.
 */
#include <linux/console.h>
#include <linux/hrtimer.h>
#include <linux/sched/signal.h>
#include <linux/vgaarb.h>

#include "compat.h"
#include "vfio_pci_vga.h"

/* Bridges forward both kinds or none, so the route is always held for both. */
#define LEGACY		(VGA_RSRC_LEGACY_IO | VGA_RSRC_LEGACY_MEM)
#define NORMAL		(VGA_RSRC_NORMAL_IO | VGA_RSRC_NORMAL_MEM)

/* How often a bounded wait in the arbiter looks again. */
#define KICK_NS		NSEC_PER_MSEC

/* The bounded wait; there is one thread that waits so, the keeper. */
static struct {
	struct hrtimer timer;
	struct vga_access access;
	unsigned int kicks_left;
} bounded;

/**
 * vgaarb_kick - wake a task that may sleep in the arbiter
 * @access: the task's access
 *
 * The arbiter's vga_get() tests, drops its lock and only then queues itself:
 * a wake-up in between is lost. It does no harm to look once more.
 *
 * Context: any; the caller keeps @access from ending meanwhile.
 */
void vgaarb_kick(struct vga_access *access)
{
	unsigned long switches = READ_ONCE(access->task->nvcsw);

	if (wake_up_process(access->task)) {
		WRITE_ONCE(access->switches, switches);
		WRITE_ONCE(access->kicked, true);
	}
}

/**
 * vgaarb_was_repaired - did a kick end this wait?
 * @access: the current task's access, after a successful wait
 *
 * Return: true if the task did not sleep again after it was kicked, so that
 * the lock was free and the arbiter's own wake-up had been lost.
 */
bool vgaarb_was_repaired(struct vga_access *access)
{
	return READ_ONCE(access->kicked) &&
	       READ_ONCE(access->switches) == current->nvcsw;
}

/**
 * vgaarb_get - route the legacy ranges to a card and lock them there
 * @pdev: the card
 *
 * Context: process context; sleeps while others hold the lock. Somebody calls
 * vgaarb_kick() meanwhile.
 * Return: 0, -ENODEV when the card is gone, -ERESTARTSYS on a signal.
 */
int vgaarb_get(struct pci_dev *pdev)
{
	return vga_get_interruptible(pdev, LEGACY);
}

/**
 * vgaarb_put - undo vgaarb_get() or vgaarb_get_bounded()
 * @pdev: the card
 *
 * Wakes all who wait in the arbiter. The route stays where it is.
 */
void vgaarb_put(struct pci_dev *pdev)
{
	vga_put(pdev, LEGACY);
}

static enum hrtimer_restart bounded_kick(struct hrtimer *timer)
{
	if (bounded.kicks_left && !--bounded.kicks_left)
		send_sig(SIGUSR1, bounded.access.task, 1);
	vgaarb_kick(&bounded.access);
	hrtimer_forward_now(timer, ns_to_ktime(KICK_NS));
	return HRTIMER_RESTART;
}

/**
 * vgaarb_bounded_init - make the current kernel thread the one that may call
 * vgaarb_get_bounded()
 */
void vgaarb_bounded_init(void)
{
	allow_signal(SIGUSR1);
	vga_hrtimer_setup(&bounded.timer, bounded_kick, CLOCK_MONOTONIC,
			  HRTIMER_MODE_REL_SOFT);
}

/**
 * vgaarb_get_bounded - vgaarb_get() that gives up
 * @pdev: the card; may be stale, since the arbiter only compares it
 * @kicks: milliseconds to wait
 * @repaired: set if a lost wake-up was made good; may be NULL
 *
 * The signal that ends the wait is the keeper's own and stays in here.
 *
 * Context: the thread that called vgaarb_bounded_init(), nobody else.
 * Return: 0, -ENODEV when the card is gone, -EAGAIN when time is over.
 */
int vgaarb_get_bounded(struct pci_dev *pdev, unsigned int kicks, bool *repaired)
{
	int ret;

	bounded.access.task = current;
	bounded.access.kicked = false;
	bounded.kicks_left = kicks;
	hrtimer_start(&bounded.timer, ns_to_ktime(KICK_NS),
		      HRTIMER_MODE_REL_SOFT);
	ret = vgaarb_get(pdev);
	if (repaired)
		*repaired = !ret && vgaarb_was_repaired(&bounded.access);
	hrtimer_cancel(&bounded.timer);
	flush_signals(current);
	return ret == -ERESTARTSYS ? -EAGAIN : ret;
}

/**
 * vgaarb_cycle - route the legacy ranges to a card and let go at once
 * @pdev: the card; may be stale or NULL
 * @kicks: milliseconds to wait at most
 *
 * Every such cycle also wakes all who wait in the arbiter.
 *
 * Context: as vgaarb_get_bounded().
 */
void vgaarb_cycle(struct pci_dev *pdev, unsigned int kicks)
{
	if (pdev && !vgaarb_get_bounded(pdev, kicks, NULL))
		vgaarb_put(pdev);
}

/**
 * vgaarb_console_card - the card of the host's VGA console
 *
 * Return: a pointer to compare or to give to vgaarb_cycle(), without a
 * reference; NULL if there is none.
 */
struct pci_dev *vgaarb_console_card(void)
{
	return vga_default_device();
}

/**
 * vgaarb_console_take - silence vgacon, if it is the console
 *
 * vgacon writes the window without asking the arbiter, but only under the
 * console lock. What is printed meanwhile appears when it is given back.
 *
 * Context: process context; waits for the console, uninterruptibly.
 * Return: true, with the console lock held until vgaarb_console_give(), if
 * vgacon is the console; else false and nothing is held.
 */
bool vgaarb_console_take(void)
{
#if IS_ENABLED(CONFIG_VGA_CONSOLE)
	bool bound;

	console_lock();
	/* Held or not: before 6.7 nobody holds it while consoles are suspended. */
	atomic_inc(&ignore_console_lock_warning);
	bound = con_is_bound(&vga_con);
	atomic_dec(&ignore_console_lock_warning);
	if (bound)
		return true;
	console_unlock();
#endif
	return false;
}

/**
 * vgaarb_console_give - let vgacon write again
 *
 * Prints what was held back, so the route is back with the console's card.
 *
 * Return: true if somebody had waited for the console and has it now.
 */
bool vgaarb_console_give(void)
{
	console_unlock();
	if (!console_trylock())
		return true;
	console_unlock();
	return false;
}

/*
 * The arbiter asks what the card decodes, under its spinlock. It finds the
 * device through drvdata, set before the callback is registered.
 */
static unsigned int shim_set_decode(struct pci_dev *pdev, bool single_vga)
{
	struct vga_lease *lease = &vga_of(&pdev->dev)->lease;

	return NORMAL | (READ_ONCE(lease->participating) ? LEGACY : 0);
}

/**
 * vgaarb_set_decoding - tell the arbiter whether a card decodes the ranges
 * @pdev: the card
 * @legacy: whether it does
 *
 * Logs one line through the arbiter.
 */
void vgaarb_set_decoding(struct pci_dev *pdev, bool legacy)
{
	vga_set_legacy_decoding(pdev, legacy ? LEGACY : VGA_RSRC_NONE);
}

/**
 * vgaarb_client_register - answer the arbiter's questions about a card
 * @pdev: a card of this driver, drvdata set
 *
 * Replaces the client that vfio-pci-core registered.
 *
 * Return: 0 or -ENODEV when the arbiter does not know the card.
 */
int vgaarb_client_register(struct pci_dev *pdev)
{
	return vga_client_register(pdev, shim_set_decode);
}

/**
 * vgaarb_client_unregister - undo vgaarb_client_register()
 * @pdev: the card; counts as decoding from now on, as by default
 */
void vgaarb_client_unregister(struct pci_dev *pdev)
{
	vga_client_unregister(pdev);
	vgaarb_set_decoding(pdev, true);
}
