// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may decode the legacy VGA ranges, and for how long.
 *
 * The ranges exist once per machine; the kernel's VGA arbiter
 * (drivers/pci/vgaarb.c) routes them to one card at a time. This is the only
 * file that talks to the arbiter and to the console. Called from every other
 * file of the driver; docs/arbitration.md tells the whole story.
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
#include <linux/console.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/vgaarb.h>

#include "compat.h"
#include "vfio_pci_vga.h"
#define CREATE_TRACE_POINTS
#include "vfio_pci_vga_trace.h"

/* Bridges forward both kinds or none, so the route is always held for both. */
#define LEGACY		(VGA_RSRC_LEGACY_IO | VGA_RSRC_LEGACY_MEM)
#define NORMAL		(VGA_RSRC_NORMAL_IO | VGA_RSRC_NORMAL_MEM)

/* How often a task that waits in the arbiter is made to look again. */
#define KICK_NS		NSEC_PER_MSEC
/* Kicks after which the keeper gives up one try to get the arbiter's lock. */
#define KICKS_MAX	4
/* The same while it holds the console lock: the host's console waits. */
#define KICKS_CONSOLE	1
/* Cycles that free others from lost wake-ups after our last release. */
#define COURTESY_CYCLES	3
/* Leases between pauses that let unseen others have a turn. */
#define PAUSE_LEASES	4
/* How long another participant counts as present after it took the route. */
#define FOREIGN_JIFFIES	(HZ / 4)
/* How long the answer to "is vgacon the console?" is good for. */
#define CONSOLE_JIFFIES	(HZ / 10)

enum route_state {
	ROUTE_FREE,	/* nobody of ours has it */
	ROUTE_DIRECT,	/* the holder's tasks get and put it themselves */
	ROUTE_GRANTING,	/* the keeper is getting it for the holder */
	ROUTE_LEASED,	/* the holder's tasks may use it */
	ROUTE_ENDING,	/* no new accesses; the keeper gives it back */
};

static struct {
	/* Protects all below, and struct vga_lease, unless said otherwise. */
	spinlock_t lock;
	enum route_state state;
	struct vga_lease *holder;
	struct list_head queue;		/* devices waiting for a lease */
	struct list_head direct;	/* struct vga_access of direct accesses */
	struct pci_dev *left_with;	/* last card we routed to; reference */
	unsigned long foreign_until;	/* jiffies */
	bool released;			/* a release since the last tick */
	bool ticking;			/* the keeper has a tick pending */
	bool vgacon;			/* vgacon was the console when last seen */
	unsigned long console_seen;	/* jiffies */

	/* Used by the keeper alone. */
	struct hrtimer kick;
	struct vga_access waiting;
	unsigned int kicks_left;
	unsigned int courtesy_left;
	unsigned int leases;

	/* Protects keeper and its users; taken at open and close only. */
	struct mutex keeper_mutex;
	struct task_struct *keeper;
	unsigned int keeper_users;
	wait_queue_head_t settled;	/* a lease ended */
} route = {
	.lock = __SPIN_LOCK_UNLOCKED(route.lock),
	.queue = LIST_HEAD_INIT(route.queue),
	.direct = LIST_HEAD_INIT(route.direct),
	.keeper_mutex = __MUTEX_INITIALIZER(route.keeper_mutex),
	.settled = __WAIT_QUEUE_HEAD_INITIALIZER(route.settled),
};

/* Caller holds route.lock, under which the last close clears the pointer. */
static void wake_keeper(void)
{
	if (route.keeper)
		wake_up_process(route.keeper);
}

/* Wake a task that may sleep in the arbiter's queue. */
static void kick(struct vga_access *access)
{
	unsigned long switches = READ_ONCE(access->task->nvcsw);

	if (wake_up_process(access->task)) {
		WRITE_ONCE(access->switches, switches);
		WRITE_ONCE(access->kicked, true);
	}
}

/*
 * After a vga_get() that succeeded: if the task did not sleep again since it
 * was kicked, the kick ended the wait and the arbiter's wake-up was lost.
 */
static bool was_repaired(struct vga_access *access)
{
	return READ_ONCE(access->kicked) &&
	       READ_ONCE(access->switches) == current->nvcsw;
}

/* --- The console ------------------------------------------------------- */

#if IS_ENABLED(CONFIG_VGA_CONSOLE)
static bool vgacon_bound(void)
{
	return con_is_bound(&vga_con);
}
#else
static bool vgacon_bound(void)
{
	return false;
}
#endif

static void note_console(bool vgacon)
{
	spin_lock(&route.lock);
	route.vgacon = vgacon;
	route.console_seen = jiffies;
	spin_unlock(&route.lock);
}

/*
 * vgacon writes the window without asking the arbiter, but only under the
 * console lock: whoever holds that has silenced it. Returns true with the
 * console lock held if vgacon is the console.
 */
static bool console_take(void)
{
	bool vgacon;

	if (!IS_ENABLED(CONFIG_VGA_CONSOLE))
		return false;

	console_lock();
	vgacon = vgacon_bound();
	if (!vgacon)
		console_unlock();
	note_console(vgacon);
	return vgacon;
}

/* --- The keeper: getting and giving back the route ---------------------- */

static enum hrtimer_restart keeper_kick(struct hrtimer *timer)
{
	if (route.kicks_left && !--route.kicks_left)
		send_sig(SIGUSR1, route.waiting.task, 1);
	kick(&route.waiting);
	hrtimer_forward_now(timer, ns_to_ktime(KICK_NS));
	return HRTIMER_RESTART;
}

/*
 * The keeper's vga_get(): looks again at every kick, gives up after @kicks.
 * The signal that ends it is the keeper's own and never leaves this function.
 */
static int keeper_get(struct pci_dev *pdev, unsigned int kicks, bool *repaired)
{
	int ret;

	route.waiting.task = current;
	route.waiting.kicked = false;
	route.kicks_left = kicks;
	hrtimer_start(&route.kick, ns_to_ktime(KICK_NS), HRTIMER_MODE_REL_SOFT);
	ret = vga_get_interruptible(pdev, LEGACY);
	if (repaired)
		*repaired = !ret && was_repaired(&route.waiting);
	hrtimer_cancel(&route.kick);
	flush_signals(current);
	return ret == -ERESTARTSYS ? -EAGAIN : ret;
}

/*
 * Route the legacy ranges to @pdev and let go at once. Every such cycle also
 * wakes all who wait in the arbiter. @pdev may be stale: the arbiter only
 * compares it with the cards it knows.
 */
static void keeper_cycle(struct pci_dev *pdev, unsigned int kicks)
{
	if (pdev && !keeper_get(pdev, kicks, NULL))
		vga_put(pdev, LEGACY);
}

/* Remember where we left the route; a switch away from there is not ours. */
static void leave_with(struct pci_dev *pdev)
{
	struct pci_dev *old;

	spin_lock(&route.lock);
	old = route.left_with;
	route.left_with = pci_dev_get(pdev);
	spin_unlock(&route.lock);
	pci_dev_put(old);
}

static bool foreign_present(void)
{
	return time_before(jiffies, route.foreign_until);
}

/* Has somebody else taken the route since we left it? */
static void look_for_foreign(void)
{
	struct pci_dev *pdev;

	spin_lock(&route.lock);
	pdev = pci_dev_get(route.left_with);
	spin_unlock(&route.lock);
	if (!pdev)
		return;

	if (!vga_truth_routed(pdev)) {
		spin_lock(&route.lock);
		route.foreign_until = jiffies + FOREIGN_JIFFIES;
		spin_unlock(&route.lock);
	}
	pci_dev_put(pdev);
}

static void count_repair(struct vga_lease *lease)
{
	spin_lock(&route.lock);
	lease->stats.wakeups_repaired++;
	spin_unlock(&route.lock);
	trace_vfio_vga_repair(lease->pdev);
}

static void report_liar(struct vga_lease *lease, struct pci_dev *liar)
{
	static const char * const effect[] = {
		[VGA_LIAR_WARN] = "accesses may reach both",
		[VGA_LIAR_DENY] = "access denied",
		[VGA_LIAR_FENCE] = "fencing it off",
	};
	bool known;

	spin_lock(&route.lock);
	lease->stats.liars_seen++;
	known = lease->reported == liar;
	lease->reported = liar;
	spin_unlock(&route.lock);

	trace_vfio_vga_liar(lease->pdev, liar, lease->liar_policy);
	if (!known)
		pci_warn(lease->pdev,
			 "%s (driver %s) decodes the legacy VGA ranges out of turn, %s; see vfio_vga/liar_policy\n",
			 pci_name(liar),
			 liar->dev.driver ? liar->dev.driver->name : "none",
			 effect[lease->liar_policy]);
}

/*
 * May this card have the route at all? On a bus that two cards share, routing
 * to one switches the other's BARs off.
 */
static int check_bus(struct vga_lease *lease)
{
	struct pci_dev *sharer;
	bool known;

	if (lease->shared_bus_allowed)
		return 0;
	sharer = vga_truth_bus_sharer(lease->pdev);
	if (!sharer)
		return 0;

	spin_lock(&route.lock);
	known = lease->reported == sharer;
	lease->reported = sharer;
	spin_unlock(&route.lock);
	if (!known)
		pci_err(lease->pdev,
			"legacy VGA access denied: it would switch off %s on the same bus, which driver %s uses; see vfio_vga/shared_bus\n",
			pci_name(sharer),
			sharer->dev.driver ? sharer->dev.driver->name : "none");
	pci_dev_put(sharer);
	return -EBUSY;
}

/* What a lease took besides the arbiter's lock. Used by the keeper alone. */
struct lease_extras {
	bool console;			/* the console lock is held */
	struct vga_truth fenced;	/* liars to restore */
	struct vga_truth disturbed;	/* neighbours to restore */
};

static bool lease_wanted(struct vga_lease *lease)
{
	bool wanted;

	spin_lock(&route.lock);
	wanted = lease->open && lease->waiters;
	spin_unlock(&route.lock);
	return wanted;
}

/* Get the arbiter's lock, and the console's where vgacon is the console. */
static int keeper_get_both(struct vga_lease *lease, struct lease_extras *extras)
{
	bool repaired;
	int ret;

	while (lease_wanted(lease)) {
		extras->console = console_take();
		ret = keeper_get(lease->pdev,
				 extras->console ? KICKS_CONSOLE : KICKS_MAX,
				 &repaired);
		if (!ret && repaired)
			count_repair(lease);
		if (ret != -EAGAIN)
			return ret;
		if (!extras->console)
			continue;

		/*
		 * Somebody holds the route for long. The console must not
		 * wait for that, so wait where it does no harm: for the
		 * console's own card.
		 */
		console_unlock();
		extras->console = false;
		keeper_cycle(vga_default_device(), KICKS_MAX);
	}
	return -EAGAIN;
}

/* After accesses have ended: everything back, in reverse order. */
static void keeper_give_back(struct vga_lease *lease,
			     struct lease_extras *extras)
{
	struct pci_dev *console_card = vga_default_device();
	unsigned int i;

	vga_truth_unfence(&extras->fenced);
	vga_put(lease->pdev, LEGACY);
	leave_with(lease->pdev);

	/* The arbiter's own way to switch their decode bits back on. */
	for (i = 0; i < extras->disturbed.count; i++) {
		keeper_cycle(extras->disturbed.card[i].pdev, KICKS_CONSOLE);
		leave_with(extras->disturbed.card[i].pdev);
	}
	vga_truth_put(&extras->disturbed);

	if (!extras->console)
		return;

	if (console_card && console_card != lease->pdev) {
		keeper_cycle(console_card, KICKS_CONSOLE);
		leave_with(NULL);
	}
	trace_vfio_vga_console(lease->pdev, false);
	/* May print what was held back, on our time but not on our route. */
	console_unlock();
}

static int keeper_acquire(struct vga_lease *lease, struct lease_extras *extras)
{
	unsigned long neighbours;
	struct vga_truth liars;
	unsigned int i;
	int ret;

	memset(extras, 0, sizeof(*extras));
	look_for_foreign();
	ret = check_bus(lease);
	if (ret)
		return ret;

	neighbours = vga_truth_neighbours(lease->pdev, &extras->disturbed);
	ret = keeper_get_both(lease, extras);
	if (ret) {
		vga_truth_put(&extras->disturbed);
		if (extras->console)
			console_unlock();
		return ret;
	}
	if (extras->console)
		trace_vfio_vga_console(lease->pdev, true);

	vga_truth_disturbed(&extras->disturbed);

	if (vga_truth_liars(lease->pdev, &liars)) {
		for (i = 0; i < liars.count; i++)
			report_liar(lease, liars.card[i].pdev);
		switch (lease->liar_policy) {
		case VGA_LIAR_FENCE:
			vga_truth_fence(&liars);
			extras->fenced = liars;
			break;
		case VGA_LIAR_DENY:
			ret = -EBUSY;
			fallthrough;
		default:
			vga_truth_put(&liars);
		}
	}

	spin_lock(&route.lock);
	lease->verified = jiffies;
	lease->neighbours = neighbours;
	lease->keeper_only = extras->fenced.count || extras->disturbed.count;
	spin_unlock(&route.lock);

	if (ret)
		keeper_give_back(lease, extras);
	return ret;
}

/* --- The keeper: leases ------------------------------------------------- */

/* Caller holds route.lock. The limit shrinks when somebody else waits. */
static u64 lease_limit_ns(struct vga_lease *lease)
{
	unsigned int limit = lease->lease_us;
	struct vga_lease *next;

	next = list_first_entry_or_null(&route.queue, struct vga_lease, node);
	if (next)
		limit = min_t(unsigned int, limit,
			      max_t(unsigned int, next->lease_us,
				    VGA_LEASE_US_DEFAULT));
	return (u64)limit * NSEC_PER_USEC;
}

/* Sleep until the lease of @lease has to end. Returns why. */
static enum vga_lease_end lease_run(struct vga_lease *lease)
{
	u64 pause = max_t(u64, lease->lease_us / 4, 50) * NSEC_PER_USEC;
	ktime_t now, deadline, look = ktime_add_ns(lease->granted, pause);
	enum vga_lease_end reason;

	for (;;) {
		set_current_state(TASK_IDLE);
		spin_lock(&route.lock);
		now = ktime_get();
		deadline = ktime_add_ns(lease->granted, lease_limit_ns(lease));
		reason = VGA_LEASE_RUNS;
		if (!lease->open || lease->revoked) {
			reason = VGA_LEASE_REVOKED;
		} else if (!lease->lease_us && lease->used && !lease->users) {
			reason = VGA_LEASE_DONE;
		} else if (lease->lease_us && ktime_compare(now, deadline) >= 0) {
			reason = VGA_LEASE_EXPIRED;
		} else if (ktime_compare(now, look) >= 0) {
			if (!lease->used && !lease->users)
				reason = VGA_LEASE_IDLE;
			if (lease->lease_us)
				lease->used = false;
			look = ktime_add_ns(now, pause);
		}
		if (reason != VGA_LEASE_RUNS)
			route.state = ROUTE_ENDING;
		spin_unlock(&route.lock);
		if (reason != VGA_LEASE_RUNS)
			break;

		if (lease->lease_us && ktime_before(deadline, look))
			look = deadline;
		schedule_hrtimeout(&look, HRTIMER_MODE_ABS);
	}
	__set_current_state(TASK_RUNNING);
	return reason;
}

static bool no_users(struct vga_lease *lease)
{
	bool idle;

	spin_lock(&route.lock);
	idle = !lease->users;
	spin_unlock(&route.lock);
	return idle;
}

static void set_free(void)
{
	spin_lock(&route.lock);
	route.state = ROUTE_FREE;
	route.holder = NULL;
	route.released = true;
	route.ticking = true;
	spin_unlock(&route.lock);
	wake_up_all(&route.settled);
}

/*
 * Let others have a turn: the arbiter wakes them when we put, but a lease that
 * follows at once wins every race. When somebody else is known to compete,
 * after every lease, else now and then.
 */
static void keeper_pause(struct vga_lease *lease)
{
	int i;

	if (!foreign_present() && ++route.leases % PAUSE_LEASES)
		return;
	for (i = 0; i < 5; i++) {
		usleep_range(80, 120);
		if (!vga_truth_routed(lease->pdev))
			break;
	}
}

/* Serve the device at the head of the queue: grant, wait, give back. */
static void keeper_serve(struct vga_lease *lease)
{
	/* Too large for the stack; there is one keeper. */
	static struct lease_extras extras;
	enum vga_lease_end reason;
	s64 held;
	int ret;

	ret = keeper_acquire(lease, &extras);

	spin_lock(&route.lock);
	if (ret) {
		if (ret != -EAGAIN) {
			lease->error = ret;
			lease->failures++;
		}
		spin_unlock(&route.lock);
		wake_up_all(&lease->wait);
		set_free();
		return;
	}
	route.state = ROUTE_LEASED;
	lease->granted = ktime_get();
	lease->used = false;
	lease->stats.leases++;
	spin_unlock(&route.lock);
	trace_vfio_vga_lease_start(lease->pdev);
	wake_up_all(&lease->wait);

	reason = lease_run(lease);
	/* Accesses are bounded and do not sleep, so neither is this wait long. */
	wait_event(route.settled, no_users(lease));

	keeper_give_back(lease, &extras);
	held = ktime_us_delta(ktime_get(), lease->granted);

	spin_lock(&route.lock);
	lease->stats.hold_max_us = max_t(u64, lease->stats.hold_max_us, held);
	spin_unlock(&route.lock);
	trace_vfio_vga_lease_end(lease->pdev, reason, held);
	set_free();
	/* Waiters that found the lease ending queue again. */
	wake_up_all(&lease->wait);
	keeper_pause(lease);
}

/* --- The keeper: its loop ------------------------------------------------ */

/* Wake direct accesses that sleep in the arbiter since before the last tick. */
static void kick_direct(void)
{
	struct vga_access *access;

	spin_lock(&route.lock);
	list_for_each_entry(access, &route.direct, node)
		kick(access);
	spin_unlock(&route.lock);
}

/*
 * Runs once per jiffy while devices use the route, and a few times after.
 * Returns how long to sleep until the next time.
 */
static long keeper_tick(void)
{
	struct pci_dev *last;
	bool released, stale, busy;

	kick_direct();

	spin_lock(&route.lock);
	released = route.released;
	busy = !list_empty(&route.direct);
	route.released = false;
	stale = time_after(jiffies, route.console_seen + CONSOLE_JIFFIES);
	last = pci_dev_get(route.left_with);
	spin_unlock(&route.lock);

	if (released || busy) {
		route.courtesy_left = COURTESY_CYCLES;
		/* Has vgacon come back behind the route that we left? */
		if (stale && console_take()) {
			keeper_cycle(vga_default_device(), KICKS_CONSOLE);
			leave_with(NULL);
			console_unlock();
		}
	} else if (route.courtesy_left) {
		/*
		 * Whoever lost a wake-up to the arbiter's race sleeps until
		 * the next put; if nobody else makes one, we do.
		 */
		route.courtesy_left--;
		keeper_cycle(last ?: vga_default_device(), KICKS_CONSOLE);
	}
	pci_dev_put(last);

	spin_lock(&route.lock);
	route.ticking = route.courtesy_left || route.released ||
			!list_empty(&route.direct);
	busy = route.ticking;
	spin_unlock(&route.lock);

	return busy ? 1 << (COURTESY_CYCLES - route.courtesy_left) :
		      MAX_SCHEDULE_TIMEOUT;
}

static struct vga_lease *next_in_queue(void)
{
	struct vga_lease *lease = NULL;

	spin_lock(&route.lock);
	if (route.state == ROUTE_FREE) {
		lease = list_first_entry_or_null(&route.queue,
						 struct vga_lease, node);
		if (lease) {
			list_del_init(&lease->node);
			route.state = ROUTE_GRANTING;
			route.holder = lease;
		}
	}
	spin_unlock(&route.lock);
	return lease;
}

static int keeper_thread(void *unused)
{
	long timeout = MAX_SCHEDULE_TIMEOUT;
	struct vga_lease *lease;

	allow_signal(SIGUSR1);
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
		spin_lock(&route.lock);
		if (route.ticking && timeout == MAX_SCHEDULE_TIMEOUT)
			timeout = 1;
		spin_unlock(&route.lock);
		if (!schedule_timeout(timeout))
			timeout = keeper_tick();
	}
	__set_current_state(TASK_RUNNING);
	/* Nobody is left to do it later: the console's card gets its route. */
	keeper_cycle(vga_default_device(), KICKS_MAX);
	leave_with(NULL);
	return 0;
}

static int keeper_start(void)
{
	struct task_struct *keeper;
	int ret = 0;

	mutex_lock(&route.keeper_mutex);
	if (route.keeper_users++)
		goto out;

	vga_hrtimer_setup(&route.kick, keeper_kick, CLOCK_MONOTONIC,
			  HRTIMER_MODE_REL_SOFT);
	keeper = kthread_run(keeper_thread, NULL, "vfio-vga-keeper");
	if (IS_ERR(keeper)) {
		ret = PTR_ERR(keeper);
		route.keeper_users--;
		goto out;
	}
	spin_lock(&route.lock);
	route.keeper = keeper;
	/* Unless the keeper has looked: its first lease does. */
	route.vgacon = IS_ENABLED(CONFIG_VGA_CONSOLE);
	spin_unlock(&route.lock);
out:
	mutex_unlock(&route.keeper_mutex);
	return ret;
}

static void keeper_stop(void)
{
	struct task_struct *keeper;

	mutex_lock(&route.keeper_mutex);
	if (!--route.keeper_users) {
		spin_lock(&route.lock);
		keeper = route.keeper;
		route.keeper = NULL;
		spin_unlock(&route.lock);
		kthread_stop(keeper);
	}
	mutex_unlock(&route.keeper_mutex);
}

/* --- Accesses ------------------------------------------------------------ */

/*
 * Take part in arbitration from the first access on, so that a guest that
 * never touches the ranges never counts.
 */
static void participate(struct vga_lease *lease)
{
	bool first;

	spin_lock(&route.lock);
	lease->touched = true;
	first = !lease->participating;
	lease->participating = true;
	spin_unlock(&route.lock);
	if (first)
		vga_set_legacy_decoding(lease->pdev, LEGACY);
}

/* Caller holds route.lock. May a task of this device hold the route itself? */
static bool direct_allowed(struct vga_lease *lease)
{
	if (lease->keeper_only || route.vgacon || !list_empty(&route.queue))
		return false;
	if (foreign_present() && lease->lease_us)
		return false;
	return route.state == ROUTE_FREE ||
	       (route.state == ROUTE_DIRECT && route.holder == lease);
}

/*
 * A direct access looks at the hardware once per jiffy, as the keeper does
 * once per lease. Whatever needs more than looking is the keeper's: -EAGAIN.
 */
static int direct_look_before(struct vga_lease *lease)
{
	unsigned long neighbours;
	bool moved;

	spin_lock(&route.lock);
	moved = route.left_with != lease->pdev;
	spin_unlock(&route.lock);
	if (moved)
		leave_with(lease->pdev);
	else
		look_for_foreign();

	neighbours = vga_truth_neighbours(lease->pdev, NULL);
	if (neighbours && neighbours != lease->neighbours)
		return -EAGAIN;
	return check_bus(lease);
}

static int direct_look_after(struct vga_lease *lease)
{
	struct vga_truth liars;
	unsigned int i;
	int ret = 0;

	if (vga_truth_liars(lease->pdev, &liars)) {
		for (i = 0; i < liars.count; i++)
			report_liar(lease, liars.card[i].pdev);
		if (lease->liar_policy == VGA_LIAR_DENY)
			ret = -EBUSY;
		else if (lease->liar_policy == VGA_LIAR_FENCE)
			ret = -EAGAIN;
		vga_truth_put(&liars);
	}

	spin_lock(&route.lock);
	lease->verified = jiffies;
	if (ret == -EAGAIN)
		lease->keeper_only = true;
	spin_unlock(&route.lock);
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

	ret = vga_get_interruptible(lease->pdev, LEGACY);
	if (ret == -ERESTARTSYS)
		return fatal_signal_pending(current) ? -EINTR : -EAGAIN;
	if (ret)
		return ret;
	if (was_repaired(access))
		count_repair(lease);

	if (look) {
		ret = direct_look_after(lease);
		if (ret)
			vga_put(lease->pdev, LEGACY);
	}
	return ret;
}

/* Caller holds route.lock. */
static void direct_end(struct vga_lease *lease, struct vga_access *access)
{
	list_del(&access->node);
	if (--lease->users)
		return;
	route.state = ROUTE_FREE;
	route.holder = NULL;
	route.released = true;
	if (!route.ticking || !list_empty(&route.queue)) {
		route.ticking = true;
		wake_keeper();
	}
}

/*
 * One look of a waiting task: true when the wait is over, with the outcome in
 * @result. A device that is not in the queue joins it at the end.
 */
static bool lease_claim(struct vga_lease *lease, unsigned int failures,
			int *result)
{
	bool done = true;

	spin_lock(&route.lock);
	if (!lease->open) {
		*result = -ENODEV;
	} else if (route.state == ROUTE_LEASED && route.holder == lease) {
		lease->users++;
		*result = 0;
	} else if (lease->failures != failures) {
		*result = lease->error;
	} else {
		done = false;
		if (list_empty(&lease->node) &&
		    !(route.state == ROUTE_GRANTING && route.holder == lease)) {
			list_add_tail(&lease->node, &route.queue);
			wake_keeper();
		}
	}
	spin_unlock(&route.lock);
	return done;
}

static int lease_wait(struct vga_lease *lease)
{
	ktime_t start = ktime_get();
	unsigned int failures;
	int result, ret;
	u64 waited;

	spin_lock(&route.lock);
	lease->waiters++;
	failures = lease->failures;
	spin_unlock(&route.lock);

	ret = wait_event_killable(lease->wait,
				  lease_claim(lease, failures, &result));
	waited = ktime_us_delta(ktime_get(), start);

	spin_lock(&route.lock);
	lease->waiters--;
	lease->stats.waits++;
	lease->stats.wait_max_us = max(lease->stats.wait_max_us, waited);
	spin_unlock(&route.lock);
	trace_vfio_vga_wait(lease->pdev, waited, ret ?: result);

	return ret ? -EINTR : result;
}

/**
 * vgaarb_shim_acquire - wait for the route to this card and hold it
 * @lease: the open device
 * @access: the caller's, until vgaarb_shim_release()
 *
 * Between this and vgaarb_shim_release() the caller must not sleep, touch user
 * memory or do more than a bounded number of accesses: others wait.
 *
 * Context: process context, sleeps while others hold the route; killable. The
 * caller holds no lock that a holder of the route might need.
 * Return: 0; -EBUSY when another card decodes the ranges or shares the bus and
 * the policy forbids going on; -ENODEV when the card is gone or closed; -EINTR
 * when the task was killed.
 */
int vgaarb_shim_acquire(struct vga_lease *lease, struct vga_access *access)
{
	bool look;
	int ret;

	access->direct = false;
	if (!lease->touched)
		participate(lease);

	spin_lock(&route.lock);
	if (route.state == ROUTE_LEASED && route.holder == lease) {
		lease->users++;
		spin_unlock(&route.lock);
		return 0;
	}
	if (!direct_allowed(lease)) {
		spin_unlock(&route.lock);
		return lease_wait(lease);
	}
	route.state = ROUTE_DIRECT;
	route.holder = lease;
	lease->users++;
	access->direct = true;
	access->kicked = false;
	access->task = current;
	list_add(&access->node, &route.direct);
	look = lease->verified != jiffies;
	spin_unlock(&route.lock);

	ret = direct_get(lease, access, look);
	if (!ret)
		return 0;

	spin_lock(&route.lock);
	direct_end(lease, access);
	spin_unlock(&route.lock);
	access->direct = false;
	return ret == -EAGAIN ? lease_wait(lease) : ret;
}

/**
 * vgaarb_shim_release - end an access
 * @lease: the open device
 * @access: as given to vgaarb_shim_acquire()
 *
 * Context: as vgaarb_shim_acquire(); does not sleep.
 */
void vgaarb_shim_release(struct vga_lease *lease, struct vga_access *access)
{
	bool settled = false;

	if (access->direct)
		vga_put(lease->pdev, LEGACY);

	spin_lock(&route.lock);
	lease->stats.accesses++;
	lease->used = true;
	if (access->direct) {
		direct_end(lease, access);
	} else if (!--lease->users) {
		if (route.state == ROUTE_ENDING)
			settled = true;
		else if (!lease->lease_us)
			wake_keeper();
	}
	spin_unlock(&route.lock);
	if (settled)
		wake_up_all(&route.settled);
}

static bool lease_over(struct vga_lease *lease)
{
	bool over;

	spin_lock(&route.lock);
	over = route.holder != lease || route.state == ROUTE_DIRECT;
	spin_unlock(&route.lock);
	return over;
}

/**
 * vgaarb_shim_end_lease - end this card's lease now, if it has one
 * @lease: the device
 *
 * Before a reset and the like. Accesses that follow get a new lease.
 *
 * Context: process context; sleeps for a few milliseconds at most.
 */
void vgaarb_shim_end_lease(struct vga_lease *lease)
{
	spin_lock(&route.lock);
	lease->revoked = true;
	wake_keeper();
	spin_unlock(&route.lock);

	wait_event(route.settled, lease_over(lease));

	spin_lock(&route.lock);
	lease->revoked = false;
	spin_unlock(&route.lock);
}

/* --- Devices ------------------------------------------------------------- */

/*
 * The arbiter asks what the card decodes, under its spinlock. It finds the
 * device through drvdata, set before the callback is registered.
 */
static unsigned int shim_set_decode(struct pci_dev *pdev, bool single_vga)
{
	struct vfio_pci_core_device *core = dev_get_drvdata(&pdev->dev);
	struct vga_lease *lease = &to_vfio_vga(&core->vdev)->lease;

	return NORMAL | (READ_ONCE(lease->participating) ? LEGACY : 0);
}

/* Does the card count as decoding while nobody uses it? */
static bool participates_at_rest(struct vga_lease *lease)
{
	return lease->participation == VGA_PARTICIPATION_ON ||
	       !vga_truth_bridge_control(lease->pdev);
}

static void rest(struct vga_lease *lease)
{
	bool participating = participates_at_rest(lease);

	spin_lock(&route.lock);
	lease->touched = false;
	lease->participating = participating;
	spin_unlock(&route.lock);
	vga_set_legacy_decoding(lease->pdev, participating ? LEGACY : 0);
}

/**
 * vgaarb_shim_init - initialise a device's place in the arbitration
 * @lease: to be initialised
 * @pdev: the card
 */
void vgaarb_shim_init(struct vga_lease *lease, struct pci_dev *pdev)
{
	lease->pdev = pdev;
	INIT_LIST_HEAD(&lease->node);
	init_waitqueue_head(&lease->wait);
	lease->lease_us = VGA_LEASE_US_DEFAULT;
}

/**
 * vgaarb_shim_register - become the arbiter's client for this card
 * @lease: the device; its drvdata is set
 *
 * Replaces the client that vfio-pci-core registered, which cannot tell when
 * the card is used. A card that a bridge can cut off is opted out of legacy
 * decoding until its first access.
 *
 * Context: process context. Undone by vgaarb_shim_unregister().
 * Return: 0 or -ENODEV when the arbiter does not know the card.
 */
int vgaarb_shim_register(struct vga_lease *lease)
{
	int ret;

	lease->participating = participates_at_rest(lease);
	ret = vga_client_register(lease->pdev, shim_set_decode);
	if (ret)
		return ret;
	vga_set_legacy_decoding(lease->pdev, lease->participating ? LEGACY : 0);
	return 0;
}

/**
 * vgaarb_shim_unregister - undo vgaarb_shim_register()
 * @lease: the device, closed
 */
void vgaarb_shim_unregister(struct vga_lease *lease)
{
	vga_client_unregister(lease->pdev);
	vga_set_legacy_decoding(lease->pdev, LEGACY);
}

/**
 * vgaarb_shim_open - take requests for this card
 * @lease: the device
 *
 * Context: process context, may sleep. Undone by vgaarb_shim_close().
 * Return: 0 or an error from starting the keeper.
 */
int vgaarb_shim_open(struct vga_lease *lease)
{
	int ret;

	ret = keeper_start();
	if (ret)
		return ret;

	spin_lock(&route.lock);
	lease->open = true;
	lease->touched = false;
	lease->keeper_only = false;
	lease->neighbours = 0;
	lease->verified = jiffies - 1;
	lease->reported = NULL;
	spin_unlock(&route.lock);
	return 0;
}

/**
 * vgaarb_shim_close - end all that concerns this card
 * @lease: the device, no access in flight
 *
 * Ends its lease, opts it out of arbitration again and lets the console's card
 * have the route back. A card that was never accessed changes nothing.
 *
 * Context: process context; sleeps for a few milliseconds at most.
 */
void vgaarb_shim_close(struct vga_lease *lease)
{
	bool touched;

	spin_lock(&route.lock);
	lease->open = false;
	list_del_init(&lease->node);
	wake_keeper();
	touched = lease->touched;
	spin_unlock(&route.lock);

	wait_event(route.settled, lease_over(lease));

	if (touched) {
		rest(lease);
		leave_with(NULL);
		/* The keeper's next cycle goes to the console's card. */
		spin_lock(&route.lock);
		route.released = true;
		route.ticking = true;
		wake_keeper();
		spin_unlock(&route.lock);
	}
	keeper_stop();
}

/**
 * vgaarb_shim_set_participation - change when the card takes part
 * @lease: the device
 * @participation: the new choice
 *
 * Context: process context. Has effect at once on a closed device, at its
 * close on an open one.
 */
void vgaarb_shim_set_participation(struct vga_lease *lease,
				   enum vga_participation participation)
{
	bool open;

	spin_lock(&route.lock);
	lease->participation = participation;
	open = lease->open;
	spin_unlock(&route.lock);
	if (!open)
		rest(lease);
}

/**
 * vgaarb_shim_read_stats - copy the counters
 * @lease: the device
 * @stats: filled
 */
void vgaarb_shim_read_stats(struct vga_lease *lease,
			    struct vga_lease_stats *stats)
{
	spin_lock(&route.lock);
	*stats = lease->stats;
	spin_unlock(&route.lock);
}
