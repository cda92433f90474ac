// SPDX-License-Identifier: GPL-2.0-only
/*
 * The keeper: the kernel thread that holds the route for leases.
 *
 * A lease outlives the call that asked for it, and the console lock is part of
 * it, so neither can belong to a user's task. One thread and one loop for all
 * cards: take the next device from the queue, silence the console, get the
 * arbiter's lock, look at the hardware, grant, wait, give everything back.
 *
 * Runs while a device is open. Started, stopped and woken by vga_lease.c.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mutex.h>

#include "compat.h"
#include "vga_route.h"
#define CREATE_TRACE_POINTS
#include "vfio_pci_vga_trace.h"

/* Kicks after which the keeper gives up one try to get the arbiter's lock. */
#define KICKS_MAX	4
/* The same while it holds the console lock: the host's console waits. */
#define KICKS_CONSOLE	1
/* Cycles that free others from lost wake-ups soon after our last release. */
#define COURTESY_CYCLES	3
/* The time between those that follow. */
#define COURTESY_JIFFIES	HZ
/* Leases between pauses that let unseen others have a turn. */
#define PAUSE_LEASES	4
/* How long another participant counts as present after it took the route. */
#define FOREIGN_JIFFIES	(HZ / 4)
/* How long a lease waits for those it was granted to. */
#define UNCLAIMED_MS	10
/* How long the answer to "is vgacon the console?" is good for. */
#define CONSOLE_JIFFIES	(HZ / 10)
/* How long vgacon keeps asking before it writes after the last lease. */
#define GUARD_JIFFIES	HZ
/* vgacon's turn comes this often, and so much later for each card that waits. */
#define TURN_EVERY_MS	8
#define TURN_PER_CARD_MS 16
#define TURN_LATEST_MS	48
/* How long its turn is if it is busy: a line takes its lock several times. */
#define TURN_BUSY_US	1000
/* How long somebody who keeps the route may hold up its turn. */
#define TURN_PATIENCE_MS	500

struct vga_route vga_route = {
	.lock = __SPIN_LOCK_UNLOCKED(vga_route.lock),
	.queue = LIST_HEAD_INIT(vga_route.queue),
	.direct = LIST_HEAD_INIT(vga_route.direct),
	.suspensions = LIST_HEAD_INIT(vga_route.suspensions),
	.settled = __WAIT_QUEUE_HEAD_INITIALIZER(vga_route.settled),
};

/* The keeper's own; nobody else looks. */
static unsigned int courtesy_left;
static unsigned int leases_since_pause;

/*
 * vgacon, made to take part. It writes without asking, but only under the
 * console lock; the keeper's own, too.
 */
static struct {
	bool held;			/* the console lock is */
	bool denied;			/* its last turn was, for too long */
	ktime_t since;			/* when it was taken */
	unsigned long guard_until;	/* vgacon writes in its turns only */
} console;

/* Protects the keeper's start and stop; taken at open and close only. */
static DEFINE_MUTEX(keeper_mutex);
static unsigned int keeper_users;

/* Caller holds vga_route.lock, under which the last close clears the pointer. */
void vga_keeper_wake(void)
{
	if (vga_route.keeper)
		wake_up_process(vga_route.keeper);
}

/* --- The keeper: getting and giving back the route ---------------------- */

/*
 * Silence vgacon if it is the console. True with the console lock held, which
 * it is until a console_turn().
 */
static bool console_take(void)
{
	if (!console.held) {
		console.held = vgaarb_console_take();
		console.since = ktime_get();
		if (console.held)
			trace_vfio_vga_console(true, 0);
	}

	spin_lock(&vga_route.lock);
	vga_route.vgacon = console.held;
	vga_route.console_seen = jiffies;
	spin_unlock(&vga_route.lock);
	return console.held;
}

static bool console_held_for(unsigned int ms)
{
	return console.held &&
	       ktime_compare(ktime_get(), ktime_add_ms(console.since, ms)) >= 0;
}

/* Like a card in the queue, vgacon has its turn after the others had theirs. */
static bool console_due(void)
{
	unsigned int ms = TURN_EVERY_MS;
	struct list_head *node;

	spin_lock(&vga_route.lock);
	list_for_each(node, &vga_route.queue)
		ms += TURN_PER_CARD_MS;
	spin_unlock(&vga_route.lock);
	return console_held_for(min_t(unsigned int, ms, TURN_LATEST_MS));
}

/*
 * vgacon's turn: lock the route to its card and let it write what was held
 * back. Others do not ask for the console lock before they take the route, so
 * as long as some compete vgacon writes in such turns only, and takes part
 * like anybody else. Whoever keeps the route for too long must not silence the
 * host's console for good: then it writes as it would without this driver.
 */
static void console_turn(void)
{
	struct pci_dev *card = vga_truth_find(vgaarb_console_card());
	bool locked, busy;

	locked = card && !vgaarb_get_bounded(card, KICKS_MAX, NULL);
	if (card && !locked && !console.denied &&
	    !console_held_for(TURN_PATIENCE_MS))
		goto out;

	console.denied = card && !locked;
	if (locked)
		vga_route_leave_with(card);
	trace_vfio_vga_console(false, ktime_us_delta(ktime_get(), console.since));
	/* May print what was held back, on our time. */
	busy = vgaarb_console_give();
	console.held = false;
	if (locked && time_before(jiffies, console.guard_until)) {
		if (busy)
			usleep_range(TURN_BUSY_US, TURN_BUSY_US + 100);
		console_take();
	}
	if (locked)
		vgaarb_put(card);
out:
	pci_dev_put(card);
}

/* Remember where we left the route; a switch away from there is not ours. */
void vga_route_leave_with(struct pci_dev *pdev)
{
	struct pci_dev *old;

	spin_lock(&vga_route.lock);
	old = vga_route.left_with;
	vga_route.left_with = pci_dev_get(pdev);
	spin_unlock(&vga_route.lock);
	pci_dev_put(old);
}

bool vga_route_foreign_present(void)
{
	return time_before(jiffies, READ_ONCE(vga_route.foreign_until));
}

/* Has somebody else taken the route since we left it? */
bool vga_route_look_for_foreign(void)
{
	struct pci_dev *pdev;
	bool taken;

	spin_lock(&vga_route.lock);
	pdev = pci_dev_get(vga_route.left_with);
	spin_unlock(&vga_route.lock);
	if (!pdev)
		return false;

	taken = !vga_truth_routed(pdev);
	if (taken) {
		spin_lock(&vga_route.lock);
		WRITE_ONCE(vga_route.foreign_until, jiffies + FOREIGN_JIFFIES);
		spin_unlock(&vga_route.lock);
	}
	pci_dev_put(pdev);
	return taken;
}

void vga_route_count_repair(struct vga_lease *lease)
{
	spin_lock(&vga_route.lock);
	lease->stats.wakeups_repaired++;
	spin_unlock(&vga_route.lock);
	trace_vfio_vga_repair(lease->pdev);
}

/* For the kernel log: dev_driver_string() would name the bus. */
static const char *driver_of(struct pci_dev *pdev)
{
	return pdev->dev.driver ? dev_driver_string(&pdev->dev) : "none";
}

/**
 * vga_route_check_liars - is somebody else decoding the ranges?
 * @lease: the device that has the route
 * @liars: filled with whoever does; the caller puts it
 *
 * Reports each liar, in the kernel log once.
 *
 * Return: 0, also where the policy is to go on; -EBUSY where it is to deny;
 * -EAGAIN where the liars are to be fenced.
 */
int vga_route_check_liars(struct vga_lease *lease, struct vga_truth *liars)
{
	static const char *const effect[] = {
		[VGA_LIAR_WARN] = "accesses may reach both",
		[VGA_LIAR_DENY] = "access denied",
		[VGA_LIAR_FENCE] = "fencing it off",
	};
	enum vga_liar_policy policy = READ_ONCE(lease->liar_policy);
	unsigned long set = policy;
	struct pci_dev *liar;
	unsigned int i;
	bool known;

	vga_truth_liars(lease->pdev, liars);
	for (i = 0; i < liars->count; i++)
		set += (unsigned long)liars->card[i].pdev;

	spin_lock(&vga_route.lock);
	lease->stats.liars_seen += liars->count;
	known = lease->reported_liars == set;
	lease->reported_liars = set;
	spin_unlock(&vga_route.lock);
	if (!liars->count)
		return 0;

	for (i = 0; i < liars->count; i++) {
		liar = liars->card[i].pdev;
		trace_vfio_vga_liar(lease->pdev, liar, policy);
		if (!known)
			pci_warn(lease->pdev,
				 "%s (driver %s) decodes the legacy VGA ranges out of turn, %s; see vfio_vga/liar_policy\n",
				 pci_name(liar), driver_of(liar),
				 effect[policy]);
	}

	if (policy == VGA_LIAR_WARN)
		return 0;
	return policy == VGA_LIAR_DENY ? -EBUSY : -EAGAIN;
}

/*
 * May this card have the route at all? On a bus that two cards share, routing
 * to one switches the other's BARs off.
 */
int vga_route_check_bus(struct vga_lease *lease)
{
	struct pci_dev *sharer;
	bool known;

	if (READ_ONCE(lease->shared_bus_allowed))
		return 0;
	sharer = vga_truth_bus_sharer(lease->pdev);
	if (!sharer)
		return 0;

	spin_lock(&vga_route.lock);
	known = lease->reported_sharer == sharer;
	lease->reported_sharer = sharer;
	spin_unlock(&vga_route.lock);
	if (!known)
		pci_err(lease->pdev,
			"legacy VGA access denied: it would switch off %s on the same bus, which driver %s uses; see vfio_vga/shared_bus\n",
			pci_name(sharer), dev_driver_string(&sharer->dev));
	pci_dev_put(sharer);
	return -EBUSY;
}

/* What a lease took besides the arbiter's lock. Used by the keeper alone. */
struct lease_extras {
	struct vga_truth fenced;	/* liars to restore */
	struct vga_truth disturbed;	/* neighbours to restore */
};

static bool lease_wanted(struct vga_lease *lease)
{
	bool wanted;

	spin_lock(&vga_route.lock);
	wanted = lease->open && lease->waiters && !lease->suspended;
	spin_unlock(&vga_route.lock);
	return wanted;
}

/* Get the console's lock, where vgacon is the console, and the arbiter's. */
static int keeper_get_both(struct vga_lease *lease)
{
	bool repaired;
	int ret;

	while (lease_wanted(lease)) {
		if (console_take())
			console.guard_until = jiffies + GUARD_JIFFIES;
		ret = vgaarb_get_bounded(lease->pdev, KICKS_MAX, &repaired);
		if (!ret && repaired)
			vga_route_count_repair(lease);
		if (ret != -EAGAIN)
			return ret;
		/* Somebody holds the route for long. */
		if (console_held_for(TURN_EVERY_MS))
			console_turn();
	}
	return -EAGAIN;
}

/*
 * After a reset the bridges and the arbiter may disagree: the reset of a bus
 * writes back the bridge's VGA bit as it was some milliseconds before, whatever
 * the arbiter made of it meanwhile. Routing there and back lets them agree.
 */
static int keeper_settle(struct vga_lease *lease)
{
	struct pci_dev *other;
	int ret;

	other = vga_truth_misrouted(lease->pdev);
	if (!other)
		return 0;

	trace_vfio_vga_misrouted(lease->pdev, other);
	vgaarb_put(lease->pdev);
	vgaarb_cycle(other, KICKS_MAX);
	ret = vgaarb_get_bounded(lease->pdev, KICKS_MAX, NULL);
	pci_dev_put(other);
	return ret;
}

/*
 * After accesses have ended: everything back, in reverse order, but for the
 * console, whose turn comes every few leases.
 */
static void keeper_give_back(struct vga_lease *lease,
			     struct lease_extras *extras)
{
	unsigned int i;

	vga_truth_unfence(&extras->fenced);
	vgaarb_put(lease->pdev);
	vga_route_leave_with(lease->pdev);

	/* The arbiter's own way to switch their decode bits back on. */
	for (i = 0; i < extras->disturbed.count; i++) {
		vgaarb_cycle(extras->disturbed.card[i].pdev, KICKS_CONSOLE);
		vga_route_leave_with(extras->disturbed.card[i].pdev);
	}
	vga_truth_put(&extras->disturbed);
}

static int keeper_acquire(struct vga_lease *lease, struct lease_extras *extras)
{
	unsigned long neighbours;
	struct vga_truth liars;
	int ret;

	memset(extras, 0, sizeof(*extras));
	vga_route_look_for_foreign();
	ret = vga_route_check_bus(lease);
	if (ret)
		return ret;

	neighbours = vga_truth_neighbours(lease->pdev, &extras->disturbed);
	ret = keeper_get_both(lease);
	if (!ret)
		ret = keeper_settle(lease);
	if (ret) {
		vga_truth_put(&extras->disturbed);
		return ret;
	}

	vga_truth_disturbed(&extras->disturbed);

	ret = vga_route_check_liars(lease, &liars);
	if (ret == -EAGAIN) {
		vga_truth_fence(&liars);
		extras->fenced = liars;
		ret = 0;
	} else {
		vga_truth_put(&liars);
	}

	spin_lock(&vga_route.lock);
	lease->verified = jiffies;
	lease->neighbours = neighbours;
	lease->keeper_only = extras->fenced.count || extras->disturbed.count;
	spin_unlock(&vga_route.lock);

	if (ret)
		keeper_give_back(lease, extras);
	return ret;
}

/* --- The keeper: leases ------------------------------------------------- */

/*
 * Caller holds vga_route.lock. The limit shrinks when somebody else waits. A
 * mapping that is gone after one access would never be used.
 */
static u64 lease_limit_ns(struct vga_lease *lease)
{
	unsigned int limit = lease->lease_us;
	struct vga_lease *next;

	if (!limit && lease->mapped)
		limit = VGA_LEASE_US_DEFAULT;
	next = list_first_entry_or_null(&vga_route.queue, struct vga_lease, node);
	if (next)
		limit = min_t(unsigned int, limit,
			      max_t(unsigned int, next->lease_us,
				    VGA_LEASE_US_DEFAULT));
	return (u64)limit * NSEC_PER_USEC;
}

/*
 * Sleep until the lease of @lease has to end. Returns why. A lease that
 * follows one of the same card's is looked at less often.
 */
static enum vga_lease_end lease_run(struct vga_lease *lease, bool renewed)
{
	unsigned int looks = renewed ? 2 : 4;
	u64 pause = max_t(u64, READ_ONCE(lease->lease_us) / looks, 50) *
		    NSEC_PER_USEC;
	ktime_t now, wake, deadline, look = ktime_add_ns(lease->granted, pause);
	ktime_t unclaimed = ktime_add_ms(lease->granted, UNCLAIMED_MS);
	enum vga_lease_end reason;
	u64 limit;

	for (;;) {
		set_current_state(TASK_IDLE);
		spin_lock(&vga_route.lock);
		now = ktime_get();
		limit = lease_limit_ns(lease);
		deadline = ktime_add_ns(lease->since, limit);
		reason = VGA_LEASE_RUNS;
		if (!lease->open || lease->suspended) {
			reason = VGA_LEASE_REVOKED;
		} else if (!lease->claimed &&
			   (lease->waiters || lease->awaited) &&
			   ktime_before(now, unclaimed)) {
			/* Those it was granted to have not run yet. */
			look = ktime_add_ns(now, pause);
		} else if (!limit && lease->claimed && !lease->users) {
			reason = VGA_LEASE_DONE;
		} else if (limit && ktime_compare(now, deadline) >= 0) {
			reason = VGA_LEASE_EXPIRED;
		} else if (ktime_compare(now, look) >= 0) {
			/* Whether a mapping is used cannot be seen. */
			if (!lease->used && !lease->users && !lease->waiters &&
			    !lease->mapped)
				reason = VGA_LEASE_IDLE;
			lease->used = false;
			look = ktime_add_ns(now, pause);
		}
		if (reason != VGA_LEASE_RUNS)
			vga_route.state = ROUTE_ENDING;
		if (reason == VGA_LEASE_IDLE)
			lease->busy = false;
		spin_unlock(&vga_route.lock);
		if (reason != VGA_LEASE_RUNS)
			break;

		wake = look;
		if (limit && ktime_before(deadline, look) &&
		    ktime_before(now, deadline))
			wake = deadline;
		schedule_hrtimeout(&wake, HRTIMER_MODE_ABS);
	}
	__set_current_state(TASK_RUNNING);
	return reason;
}

static bool no_users(struct vga_lease *lease)
{
	bool idle;

	spin_lock(&vga_route.lock);
	idle = !lease->users;
	spin_unlock(&vga_route.lock);
	return idle;
}

static void set_free(void)
{
	spin_lock(&vga_route.lock);
	vga_route.state = ROUTE_FREE;
	vga_route.holder = NULL;
	vga_route.released = true;
	vga_route.ticking = true;
	spin_unlock(&vga_route.lock);
	wake_up_all(&vga_route.settled);
}

/*
 * Let others have a turn: the arbiter wakes them when we put, but a lease that
 * follows at once wins every race. When somebody else is known to compete,
 * after every lease, else now and then.
 */
static void keeper_pause(void)
{
	bool foreign = vga_route_foreign_present();
	int i;

	if (!foreign && leases_since_pause < PAUSE_LEASES)
		return;
	leases_since_pause = 0;
	for (i = 0; i < (foreign ? 5 : 2); i++) {
		usleep_range(80, 120);
		if (vga_route_look_for_foreign())
			break;
	}
}

/*
 * Route away from a card that is about to be reset. There may be nobody to
 * route to; then there is nobody to disturb either.
 */
static void keeper_leave(struct vga_lease *lease)
{
	struct pci_dev *other;

	other = vga_truth_elsewhere(lease->pdev, vgaarb_console_card());
	vgaarb_cycle(other, KICKS_MAX);
	if (other)
		vga_route_leave_with(other);
	pci_dev_put(other);

	spin_lock(&vga_route.lock);
	WRITE_ONCE(lease->leaving, false);
	spin_unlock(&vga_route.lock);
	set_free();
}

/* Grant the lease and keep it until it has to end; then nobody uses it. */
static enum vga_lease_end lease_hold(struct vga_lease *lease, bool renewed)
{
	enum vga_lease_end reason;
	s64 held;

	leases_since_pause++;
	spin_lock(&vga_route.lock);
	vga_route.state = ROUTE_LEASED;
	lease->granted = ktime_get();
	lease->since = lease->granted;
	lease->used = false;
	lease->claimed = false;
	lease->awaited = false;
	lease->mapped = false;
	lease->stats.leases++;
	spin_unlock(&vga_route.lock);
	trace_vfio_vga_lease_start(lease->pdev);
	wake_up_all(&lease->wait);

	reason = lease_run(lease, renewed);
	/* Accesses are bounded and do not sleep, so neither is this wait long. */
	wait_event(vga_route.settled, no_users(lease));
	/* Nobody may map it again: that takes a lease. */
	if (lease->mapped)
		lease->zap(lease);

	held = ktime_us_delta(ktime_get(), lease->granted);
	spin_lock(&vga_route.lock);
	lease->stats.hold_max_us = max_t(u64, lease->stats.hold_max_us, held);
	spin_unlock(&vga_route.lock);
	trace_vfio_vga_lease_end(lease->pdev, reason, held);
	return reason;
}

/*
 * Where nobody is known to compete, the same card gets the next lease, a few
 * times without another look at the hardware. True if it is to, and nobody
 * queues for it meanwhile. Not after a mapping: whoever faults next shall find
 * a lease with all its time ahead, since a guest takes long to come back from
 * a fault and store.
 */
static bool lease_renewable(struct vga_lease *lease,
			    const struct lease_extras *extras)
{
	bool renewable;

	if (lease->mapped || extras->fenced.count || extras->disturbed.count ||
	    vga_route_foreign_present() || console_due() ||
	    leases_since_pause >= PAUSE_LEASES)
		return false;

	spin_lock(&vga_route.lock);
	renewable = lease->open && !lease->suspended && !lease->leaving &&
		    (list_empty(&vga_route.queue) ||
		     (!list_empty(&lease->node) &&
		      list_is_singular(&vga_route.queue)));
	if (renewable) {
		list_del_init(&lease->node);
		vga_route.state = ROUTE_GRANTING;
	}
	spin_unlock(&vga_route.lock);
	return renewable;
}

/* Serve the device at the head of the queue: grant, wait, give back. */
static void keeper_serve(struct vga_lease *lease)
{
	/* Too large for the stack; there is one keeper. */
	static struct lease_extras extras;
	enum vga_lease_end reason;
	bool renewed;
	int ret;

	if (READ_ONCE(lease->leaving)) {
		keeper_leave(lease);
		return;
	}
	ret = keeper_acquire(lease, &extras);
	if (ret) {
		spin_lock(&vga_route.lock);
		if (ret != -EAGAIN) {
			lease->error = ret;
			lease->failures++;
		}
		spin_unlock(&vga_route.lock);
		if (console_held_for(TURN_EVERY_MS))
			console_turn();
		set_free();
		/* Those who came too late for this answer queue again. */
		wake_up_all(&lease->wait);
		return;
	}

	for (renewed = false;; renewed = true) {
		reason = lease_hold(lease, renewed);
		if (reason != VGA_LEASE_EXPIRED ||
		    !lease_renewable(lease, &extras)) {
			keeper_give_back(lease, &extras);
			break;
		}
		/* Here whoever waits in the arbiter unseen may take it. */
		vgaarb_put(lease->pdev);
		vga_route_leave_with(lease->pdev);
		if (vgaarb_get_bounded(lease->pdev, KICKS_MAX, NULL))
			break;
	}
	if (console.held && (reason == VGA_LEASE_IDLE || console_due()))
		console_turn();

	set_free();
	/* Waiters that found the lease ending queue again. */
	wake_up_all(&lease->wait);
	keeper_pause();
}

/* --- The keeper: its loop ------------------------------------------------ */

/* Wake direct accesses that sleep in the arbiter since before the last tick. */
static void kick_direct(void)
{
	struct vga_access *access;

	spin_lock(&vga_route.lock);
	list_for_each_entry(access, &vga_route.direct, node)
		vgaarb_kick(access);
	spin_unlock(&vga_route.lock);
}

/*
 * Runs once per jiffy while devices use the route, a few times soon after, and
 * now and then as long as they are open: a courtesy cycle holds the arbiter's
 * lock too, if only for a moment, so any single one may lose a wake-up itself.
 * Returns how long to sleep until the next time.
 */
static long keeper_tick(void)
{
	struct pci_dev *last;
	bool released, stale, busy;

	kick_direct();
	if (console.held)
		console_turn();

	spin_lock(&vga_route.lock);
	released = vga_route.released;
	busy = !list_empty(&vga_route.direct);
	vga_route.released = false;
	stale = time_after(jiffies, vga_route.console_seen + CONSOLE_JIFFIES);
	last = pci_dev_get(vga_route.left_with);
	spin_unlock(&vga_route.lock);

	if (released || busy) {
		courtesy_left = COURTESY_CYCLES;
		/* Has vgacon come back behind the route that we left? */
		if (stale && !console.held && console_take())
			console_turn();
	} else {
		/*
		 * Whoever lost a wake-up to the arbiter's race sleeps until
		 * the next put; if nobody else makes one, we do.
		 */
		if (courtesy_left)
			courtesy_left--;
		vgaarb_cycle(last ?: vgaarb_console_card(), KICKS_CONSOLE);
	}
	pci_dev_put(last);

	spin_lock(&vga_route.lock);
	vga_route.ticking = courtesy_left || vga_route.released ||
			    !list_empty(&vga_route.direct);
	spin_unlock(&vga_route.lock);

	if (console.held)
		return 1;
	if (!courtesy_left)
		return COURTESY_JIFFIES;
	return 1 << (COURTESY_CYCLES - courtesy_left);
}

static struct vga_lease *next_in_queue(void)
{
	struct vga_lease *lease = NULL;

	spin_lock(&vga_route.lock);
	if (vga_route.state == ROUTE_FREE) {
		lease = list_first_entry_or_null(&vga_route.queue,
						 struct vga_lease, node);
		if (lease) {
			list_del_init(&lease->node);
			vga_route.state = ROUTE_GRANTING;
			vga_route.holder = lease;
		}
	}
	spin_unlock(&vga_route.lock);
	return lease;
}

static int keeper_thread(void *unused)
{
	long timeout = MAX_SCHEDULE_TIMEOUT;
	struct vga_lease *lease;

	/* Others wait for every switch that it makes. */
	set_user_nice(current, MIN_NICE);
	vgaarb_bounded_init();
	console.guard_until = jiffies;
	console.denied = false;
	for (;;) {
		set_current_state(TASK_IDLE);
		if (kthread_should_stop())
			break;
		lease = next_in_queue();
		if (lease) {
			__set_current_state(TASK_RUNNING);
			keeper_serve(lease);
			continue;
		}
		spin_lock(&vga_route.lock);
		if (vga_route.ticking && timeout >= COURTESY_JIFFIES)
			timeout = 1;
		spin_unlock(&vga_route.lock);
		if (!schedule_timeout(timeout))
			timeout = keeper_tick();
	}
	__set_current_state(TASK_RUNNING);
	/* Nobody is left to do it later: the console's card gets its route. */
	if (vga_route.touched)
		vgaarb_cycle(vgaarb_console_card(), KICKS_MAX);
	console.guard_until = jiffies;
	console.denied = true;
	if (console.held)
		console_turn();
	vga_route_leave_with(NULL);
	return 0;
}

int vga_keeper_start(void)
{
	struct task_struct *keeper;
	int ret = 0;

	mutex_lock(&keeper_mutex);
	if (keeper_users++)
		goto out;

	keeper = kthread_run(keeper_thread, NULL, "vfio-vga-keeper");
	if (IS_ERR(keeper)) {
		ret = PTR_ERR(keeper);
		keeper_users--;
		goto out;
	}
	spin_lock(&vga_route.lock);
	vga_route.keeper = keeper;
	/* Until the keeper has looked, which its first lease does. */
	vga_route.vgacon = IS_ENABLED(CONFIG_VGA_CONSOLE);
	vga_route.touched = false;
	vga_route.ticking = false;
	WRITE_ONCE(vga_route.foreign_until, jiffies);
	spin_unlock(&vga_route.lock);
out:
	mutex_unlock(&keeper_mutex);
	return ret;
}

void vga_keeper_stop(void)
{
	struct task_struct *keeper;

	mutex_lock(&keeper_mutex);
	if (!--keeper_users) {
		spin_lock(&vga_route.lock);
		keeper = vga_route.keeper;
		vga_route.keeper = NULL;
		spin_unlock(&vga_route.lock);
		kthread_stop(keeper);
	}
	mutex_unlock(&keeper_mutex);
}
