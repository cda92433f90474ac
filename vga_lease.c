// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leases: which of this driver's cards has the legacy VGA ranges, how long.
 *
 * Called from vfio_pci_rdwr.c, vfio_pci_reset.c, vfio_pci_sysfs.c and
 * vfio_pci_vga.c; calls vgaarb_shim.c for the arbiter and the console and
 * vgaarb_truth.c to read back what the hardware decodes. docs/arbitration.md
 * tells the whole story.
 *
 * Bytes move only while a device holds the route, in one of two ways:
 *
 * - directly: nobody of ours competes, so the task itself gets and puts the
 *   arbiter's lock around its access;
 * - under a lease: the keeper, a kernel thread, holds the arbiter's lock (and
 *   the console lock, where vgacon is the console) for up to lease_us, and
 *   accesses come and go. Leases are served in the order of the requests.
 *
 * The keeper also repairs what the arbiter loses: vga_get() tests, drops its
 * lock and only then queues itself, so a wake-up in between is lost.
 */
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "vga_route.h"
#include "vfio_pci_vga_trace.h"

/*
 * Makes lease->participating and what the arbiter was told change together: a
 * card that is opted out while its lock is held loses the lock.
 */
static DEFINE_MUTEX(participation_mutex);

/* Direct accesses in a jiffy after which a device gets leases instead. */
#define BUSY_ACCESSES	32
/* How long a reset waits for an access that waits in the arbiter. */
#define SUSPEND_JIFFIES	(HZ / 10)
/* How many times as long for the route to leave the card. */
#define LEAVE_TRIES	10

/* --- Accesses ------------------------------------------------------------ */

/*
 * Take part in arbitration from the first access on, so that a guest that
 * never touches the ranges never counts.
 */
static void participate(struct vga_lease *lease)
{
	bool first;

	mutex_lock(&participation_mutex);
	spin_lock(&vga_route.lock);
	WRITE_ONCE(lease->touched, true);
	vga_route.touched = true;
	first = !lease->participating;
	lease->participating = true;
	spin_unlock(&vga_route.lock);
	if (first)
		vgaarb_set_decoding(lease->pdev, true);
	mutex_unlock(&participation_mutex);
}

/* Caller holds vga_route.lock. May a task of this device hold the route itself? */
static bool direct_allowed(struct vga_lease *lease)
{
	if (lease->keeper_only || lease->suspended || vga_route.vgacon ||
	    !list_empty(&vga_route.queue))
		return false;
	if (lease->lease_us && (lease->busy || vga_route_foreign_present()))
		return false;
	return vga_route.state == ROUTE_FREE ||
	       (vga_route.state == ROUTE_DIRECT && vga_route.holder == lease);
}

/* Caller holds vga_route.lock. One more direct access: too many? */
static void direct_count(struct vga_lease *lease)
{
	if (time_after(jiffies, lease->direct_jiffy)) {
		lease->direct_jiffy = jiffies;
		lease->direct = 0;
	}
	if (++lease->direct >= BUSY_ACCESSES)
		lease->busy = true;
}

/*
 * A direct access looks at the hardware once per jiffy, as the keeper does
 * once per lease. Whatever needs more than looking is the keeper's: -EAGAIN.
 */
static int direct_look_before(struct vga_lease *lease)
{
	unsigned long neighbours, known;
	bool moved;

	spin_lock(&vga_route.lock);
	moved = vga_route.left_with != lease->pdev;
	known = lease->neighbours;
	spin_unlock(&vga_route.lock);
	if (moved)
		vga_route_leave_with(lease->pdev);
	else
		vga_route_look_for_foreign();

	neighbours = vga_truth_neighbours(lease->pdev, NULL);
	if (neighbours && neighbours != known)
		return -EAGAIN;
	return vga_route_check_bus(lease);
}

static int direct_look_after(struct vga_lease *lease)
{
	struct vga_truth liars;
	struct pci_dev *other;
	int ret;

	other = vga_truth_misrouted(lease->pdev);
	pci_dev_put(other);
	if (other)
		return -EAGAIN;

	ret = vga_route_check_liars(lease, &liars);
	vga_truth_put(&liars);

	spin_lock(&vga_route.lock);
	lease->verified = jiffies;
	if (ret == -EAGAIN)
		lease->keeper_only = true;
	spin_unlock(&vga_route.lock);
	return ret;
}

static int direct_get(struct vga_lease *lease, struct vga_access *access,
		      bool look)
{
	int ret;

	if (look) {
		ret = direct_look_before(lease);
		if (ret)
			return ret;
	}

	ret = vgaarb_get(lease->pdev);
	if (ret == -ERESTARTSYS)
		return fatal_signal_pending(current) ? -EINTR : -EAGAIN;
	if (ret)
		return ret;
	if (vgaarb_was_repaired(access))
		vga_route_count_repair(lease);

	if (look) {
		ret = direct_look_after(lease);
		if (ret)
			vgaarb_put(lease->pdev);
	}
	return ret;
}

/* Caller holds vga_route.lock. */
static void direct_end(struct vga_lease *lease, struct vga_access *access)
{
	list_del(&access->node);
	if (--lease->users)
		return;
	vga_route.state = ROUTE_FREE;
	vga_route.holder = NULL;
	vga_route.released = true;
	if (lease->suspended)
		wake_up_all(&vga_route.settled);
	if (!vga_route.ticking || !list_empty(&vga_route.queue)) {
		vga_route.ticking = true;
		vga_keeper_wake();
	}
}

/*
 * Caller holds vga_route.lock. May a task of this device join its lease? With
 * lease_us 0 a lease is for one access: the next one queues for another. A
 * fault, though, waits first and joins when it comes again.
 */
static bool lease_joinable(struct vga_lease *lease, struct vga_access *access)
{
	return vga_route.state == ROUTE_LEASED && vga_route.holder == lease &&
	       !lease->suspended &&
	       (lease->lease_us || !lease->claimed ||
		(access->mapped && lease->mapped));
}

/* Caller holds vga_route.lock and has found the lease joinable. */
static void lease_join(struct vga_lease *lease, struct vga_access *access)
{
	lease->users++;
	/* Those who waited may take long to come: their time begins then. */
	if (!lease->claimed && !access->waits) {
		lease->claimed = true;
		lease->since = ktime_get();
	}
	lease->awaited |= access->waits;
	lease->mapped |= access->mapped;
}

/*
 * One look of a waiting task: true when the wait is over, with the outcome in
 * @result. A device that is not in the queue joins it at the end.
 */
static bool lease_claim(struct vga_lease *lease, struct vga_access *access,
			int *result)
{
	bool done = true;

	spin_lock(&vga_route.lock);
	if (!lease->open) {
		*result = -ENODEV;
	} else if (lease_joinable(lease, access)) {
		lease_join(lease, access);
		*result = 0;
	} else if (lease->failures != access->failures) {
		*result = lease->error;
	} else {
		done = false;
		if (list_empty(&lease->node) && !lease->suspended &&
		    !(vga_route.state == ROUTE_GRANTING && vga_route.holder == lease)) {
			list_add_tail(&lease->node, &vga_route.queue);
			vga_keeper_wake();
		}
	}
	spin_unlock(&vga_route.lock);
	return done;
}

static int lease_wait(struct vga_lease *lease, struct vga_access *access)
{
	long patience = access->patience ?: MAX_SCHEDULE_TIMEOUT;
	ktime_t start = ktime_get();
	int result;
	u64 waited;
	long ret;

	spin_lock(&vga_route.lock);
	lease->waiters++;
	access->failures = lease->failures;
	spin_unlock(&vga_route.lock);

	ret = wait_event_killable_timeout(lease->wait,
					  lease_claim(lease, access, &result),
					  patience);
	waited = ktime_us_delta(ktime_get(), start);

	spin_lock(&vga_route.lock);
	lease->waiters--;
	lease->stats.waits++;
	lease->stats.wait_max_us = max(lease->stats.wait_max_us, waited);
	spin_unlock(&vga_route.lock);
	if (ret < 0)
		result = -EINTR;
	else if (!ret)
		result = -ETIMEDOUT;
	trace_vfio_vga_wait(lease->pdev, waited, result);
	return result;
}

/**
 * vga_lease_try - begin an access under a lease that there is already
 * @lease: the open device
 * @access: the caller's, until vga_lease_release()
 *
 * Context: any that may take a spinlock.
 * Return: true if begun.
 */
bool vga_lease_try(struct vga_lease *lease, struct vga_access *access)
{
	bool joinable;

	access->direct = false;
	spin_lock(&vga_route.lock);
	joinable = lease_joinable(lease, access);
	if (joinable)
		lease_join(lease, access);
	spin_unlock(&vga_route.lock);
	return joinable;
}

/**
 * vga_lease_acquire - wait for the route to this card and hold it
 * @lease: the open device
 * @access: the caller's, until vga_lease_release()
 *
 * Between this and vga_lease_release() the caller must not sleep, touch user
 * memory or do more than a bounded number of accesses: others wait.
 *
 * Context: process context, sleeps while others hold the route; killable. The
 * caller holds no lock that a holder of the route might need.
 * Return: 0; -EBUSY when another card decodes the ranges or shares the bus and
 * the policy forbids going on; -ENODEV when the card is gone or closed; -EINTR
 * when the task was killed.
 */
int vga_lease_acquire(struct vga_lease *lease, struct vga_access *access)
{
	bool look;
	int ret;

	access->direct = false;
	if (!READ_ONCE(lease->touched))
		participate(lease);

	spin_lock(&vga_route.lock);
	if (lease_joinable(lease, access)) {
		lease_join(lease, access);
		spin_unlock(&vga_route.lock);
		return 0;
	}
	if (access->mapped || access->patience || !direct_allowed(lease)) {
		spin_unlock(&vga_route.lock);
		return lease_wait(lease, access);
	}
	vga_route.state = ROUTE_DIRECT;
	vga_route.holder = lease;
	lease->users++;
	access->direct = true;
	access->kicked = false;
	access->task = current;
	list_add(&access->node, &vga_route.direct);
	direct_count(lease);
	look = time_before(lease->verified, jiffies);
	spin_unlock(&vga_route.lock);

	ret = direct_get(lease, access, look);
	if (!ret)
		return 0;

	spin_lock(&vga_route.lock);
	direct_end(lease, access);
	spin_unlock(&vga_route.lock);
	access->direct = false;
	return ret == -EAGAIN ? lease_wait(lease, access) : ret;
}

/**
 * vga_lease_release - end an access
 * @lease: the open device
 * @access: as given to vga_lease_acquire()
 *
 * Context: as vga_lease_acquire(); does not sleep.
 */
void vga_lease_release(struct vga_lease *lease, struct vga_access *access)
{
	bool settled = false;

	if (access->direct)
		vgaarb_put(lease->pdev);

	spin_lock(&vga_route.lock);
	lease->stats.accesses++;
	lease->used = true;
	if (access->direct) {
		direct_end(lease, access);
	} else if (!--lease->users) {
		if (vga_route.state == ROUTE_ENDING)
			settled = true;
		else if (!lease->lease_us)
			vga_keeper_wake();
	}
	spin_unlock(&vga_route.lock);
	if (settled)
		wake_up_all(&vga_route.settled);
}

/* Is nobody using the route for this card, the keeper included? */
static bool lease_left(struct vga_lease *lease)
{
	bool left;

	spin_lock(&vga_route.lock);
	left = vga_route.holder != lease;
	spin_unlock(&vga_route.lock);
	return left;
}

static bool lease_gone(struct vga_lease *lease)
{
	bool gone;

	spin_lock(&vga_route.lock);
	gone = !lease->leaving;
	spin_unlock(&vga_route.lock);
	return gone;
}

/*
 * Have the keeper route away from this card, if the route is there. The reset
 * of a bus saves and restores the bridge's control register with no regard to
 * the arbiter: with the VGA bit set it would come back to this card behind the
 * back of whoever got the route meanwhile.
 */
static void lease_leave(struct vga_lease *lease)
{
	int tries;

	if (!vga_truth_routed(lease->pdev) ||
	    !vga_truth_bridge_control(lease->pdev))
		return;

	spin_lock(&vga_route.lock);
	WRITE_ONCE(lease->leaving, true);
	if (list_empty(&lease->node))
		list_add(&lease->node, &vga_route.queue);
	vga_keeper_wake();
	spin_unlock(&vga_route.lock);

	/* The keeper may be busy with somebody who keeps the route for long. */
	for (tries = 1; !wait_event_timeout(vga_route.settled,
					    lease_gone(lease), SUSPEND_JIFFIES);
	     tries++) {
		if (tries < LEAVE_TRIES && vga_truth_routed(lease->pdev))
			continue;
		spin_lock(&vga_route.lock);
		if (!list_empty(&lease->node)) {
			list_del_init(&lease->node);
			WRITE_ONCE(lease->leaving, false);
		}
		spin_unlock(&vga_route.lock);
	}
}

/**
 * vga_lease_touched - has its user accessed the VGA region?
 * @lease: the open device
 *
 * Return: true if so, since it was opened.
 */
bool vga_lease_touched(struct vga_lease *lease)
{
	return READ_ONCE(lease->touched);
}

/**
 * vga_lease_suspended_by_me - would the current task wait for itself?
 *
 * Perhaps in a circle: two tasks, each with a card suspended and a fault on the
 * other one's.
 *
 * Return: true between its vga_lease_suspend() and vga_lease_resume(), of any
 * card.
 */
bool vga_lease_suspended_by_me(void)
{
	struct vga_suspension *suspension;
	bool found = false;

	spin_lock(&vga_route.lock);
	list_for_each_entry(suspension, &vga_route.suspensions, node)
		found |= suspension->task == current;
	spin_unlock(&vga_route.lock);
	return found;
}

/**
 * vga_lease_suspend - end this card's lease, and have accesses wait
 * @lease: the open device
 * @suspension: the caller's, until vga_lease_resume()
 * @leave: also route away from the card
 *
 * Before a reset and the like.
 *
 * Context: process context; sleeps for some milliseconds. Where another
 * participant keeps the route for long and an access waits in the arbiter for
 * it, goes on without: the access looks at the bridges before it is made.
 */
void vga_lease_suspend(struct vga_lease *lease,
		       struct vga_suspension *suspension, bool leave)
{
	long left;

	suspension->task = current;
	spin_lock(&vga_route.lock);
	list_add(&suspension->node, &vga_route.suspensions);
	lease->suspended++;
	if (!lease->leaving)
		list_del_init(&lease->node);
	vga_keeper_wake();
	spin_unlock(&vga_route.lock);

	left = wait_event_timeout(vga_route.settled, lease_left(lease),
				  SUSPEND_JIFFIES);
	if (left && leave)
		lease_leave(lease);
}

/**
 * vga_lease_resume - undo vga_lease_suspend()
 * @lease: the open device
 * @suspension: the same
 */
void vga_lease_resume(struct vga_lease *lease,
		      struct vga_suspension *suspension)
{
	spin_lock(&vga_route.lock);
	list_del(&suspension->node);
	lease->suspended--;
	spin_unlock(&vga_route.lock);
	wake_up_all(&lease->wait);
}

/* --- Devices ------------------------------------------------------------- */

/* Does the card count as decoding while nobody uses it? */
static bool participates_at_rest(struct vga_lease *lease)
{
	return READ_ONCE(lease->participation) == VGA_PARTICIPATION_ON ||
	       !vga_truth_bridge_control(lease->pdev);
}

/* A closed device goes back to what it is at rest; an open one is left alone. */
static void rest(struct vga_lease *lease)
{
	bool participating = participates_at_rest(lease);
	bool open;

	mutex_lock(&participation_mutex);
	spin_lock(&vga_route.lock);
	open = lease->open;
	if (!open) {
		WRITE_ONCE(lease->touched, false);
		lease->participating = participating;
	}
	spin_unlock(&vga_route.lock);
	if (!open)
		vgaarb_set_decoding(lease->pdev, participating);
	mutex_unlock(&participation_mutex);
}

/**
 * vga_lease_init - initialise a device's place in the arbitration
 * @lease: to be initialised
 * @pdev: the card
 * @zap: called before the end of a lease under which the window was mapped
 */
void vga_lease_init(struct vga_lease *lease, struct pci_dev *pdev,
		    void (*zap)(struct vga_lease *lease))
{
	lease->pdev = pdev;
	lease->zap = zap;
	INIT_LIST_HEAD(&lease->node);
	init_waitqueue_head(&lease->wait);
	lease->lease_us = VGA_LEASE_US_DEFAULT;
}

/**
 * vga_lease_register - become the arbiter's client for this card
 * @lease: the device; its drvdata is set
 *
 * Replaces the client that vfio-pci-core registered, which cannot tell when
 * the card is used. A card that a bridge can cut off is opted out of legacy
 * decoding until its first access.
 *
 * Context: process context. Undone by vga_lease_unregister().
 * Return: 0 or -ENODEV when the arbiter does not know the card.
 */
int vga_lease_register(struct vga_lease *lease)
{
	int ret;

	lease->participating = participates_at_rest(lease);
	ret = vgaarb_client_register(lease->pdev);
	if (ret)
		return ret;
	vgaarb_set_decoding(lease->pdev, lease->participating);
	return 0;
}

/**
 * vga_lease_unregister - undo vga_lease_register()
 * @lease: the device, closed
 */
void vga_lease_unregister(struct vga_lease *lease)
{
	vgaarb_client_unregister(lease->pdev);
}

/**
 * vga_lease_open - take requests for this card
 * @lease: the device, about to be reset and opened
 *
 * Context: process context, may sleep. Undone by vga_lease_close().
 * Return: 0 or an error from starting the keeper.
 */
int vga_lease_open(struct vga_lease *lease)
{
	int ret;

	ret = vga_keeper_start();
	if (ret)
		return ret;

	spin_lock(&vga_route.lock);
	lease->open = true;
	WRITE_ONCE(lease->touched, false);
	lease->keeper_only = false;
	lease->busy = false;
	lease->neighbours = 0;
	lease->verified = jiffies - 1;
	lease->reported_liars = 0;
	lease->reported_sharer = NULL;
	spin_unlock(&vga_route.lock);
	lease_leave(lease);
	return 0;
}

/**
 * vga_lease_close - end all that concerns this card
 * @lease: the device, no access in flight
 *
 * Ends its lease, opts it out of arbitration again and lets the console's card
 * have the route back. A card that was never accessed changes nothing. What
 * follows may reset it.
 *
 * Context: process context; sleeps for a few milliseconds at most.
 */
void vga_lease_close(struct vga_lease *lease)
{
	bool touched;

	spin_lock(&vga_route.lock);
	lease->open = false;
	list_del_init(&lease->node);
	vga_keeper_wake();
	touched = lease->touched;
	spin_unlock(&vga_route.lock);

	wait_event(vga_route.settled, lease_left(lease));

	lease_leave(lease);
	if (touched) {
		rest(lease);
		vga_route_leave_with(NULL);
		/* The keeper's next cycle goes to the console's card. */
		spin_lock(&vga_route.lock);
		vga_route.released = true;
		vga_route.ticking = true;
		vga_keeper_wake();
		spin_unlock(&vga_route.lock);
	}
	vga_keeper_stop();
}

/**
 * vga_lease_set_participation - change when the card takes part
 * @lease: the device
 * @participation: the new choice
 *
 * Context: process context. Has effect at once on a closed device, at its
 * close on an open one.
 */
void vga_lease_set_participation(struct vga_lease *lease,
				 enum vga_participation participation)
{
	spin_lock(&vga_route.lock);
	WRITE_ONCE(lease->participation, participation);
	spin_unlock(&vga_route.lock);
	rest(lease);
}

/**
 * vga_lease_set_us - change how long leases last
 * @lease: the device
 * @us: microseconds, VGA_LEASE_US_MAX at most; 0 for one access at a time
 *
 * Has effect at once.
 */
void vga_lease_set_us(struct vga_lease *lease, unsigned int us)
{
	spin_lock(&vga_route.lock);
	WRITE_ONCE(lease->lease_us, us);
	spin_unlock(&vga_route.lock);
}

/**
 * vga_lease_read_stats - copy the counters
 * @lease: the device
 * @stats: filled
 */
void vga_lease_read_stats(struct vga_lease *lease,
			  struct vga_lease_stats *stats)
{
	spin_lock(&vga_route.lock);
	*stats = lease->stats;
	spin_unlock(&vga_route.lock);
}
