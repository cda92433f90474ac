/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The route to the legacy VGA ranges.
 *
 * vga_lease.c decides who has it, vgaarb_shim.c talks to the kernel's arbiter
 * and console, vgaarb_truth.c reads back what the hardware decodes.
 */
#ifndef VGA_LEASE_H
#define VGA_LEASE_H

#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/pci.h>
#include <linux/wait.h>

#define VGA_LEASE_US_DEFAULT	2000
#define VGA_LEASE_US_MAX	100000

/** enum vga_participation - when a card takes part in VGA arbitration */
enum vga_participation {
	VGA_PARTICIPATION_AUTO,	/* from the first access until close */
	VGA_PARTICIPATION_ON,	/* as long as the driver is bound */
	VGA_PARTICIPATION_OFF,	/* never; no VGA region */
};

/** enum vga_liar_policy - what to do about a card that decodes out of turn */
enum vga_liar_policy {
	VGA_LIAR_WARN,		/* report it, go on */
	VGA_LIAR_DENY,		/* report it, accesses fail with -EBUSY */
	VGA_LIAR_FENCE,		/* switch its decoding off for the lease */
};

/** enum vga_lease_end - why a lease ended */
enum vga_lease_end {
	VGA_LEASE_RUNS,		/* it has not */
	VGA_LEASE_DONE,		/* lease_us is 0 and the access is done */
	VGA_LEASE_IDLE,		/* not used any more */
	VGA_LEASE_EXPIRED,	/* held for lease_us, or others wait */
	VGA_LEASE_REVOKED,	/* close, reset */
};

/**
 * struct vga_lease_stats - counters of one device since it was bound
 * @leases: leases granted by the keeper
 * @accesses: accesses made, under a lease or directly
 * @waits: accesses that had to wait for the route
 * @wait_max_us: longest such wait in microseconds
 * @hold_max_us: longest lease in microseconds
 * @wakeups_repaired: waits ended by our timer, not by the arbiter's wake-up
 * @liars_seen: verifications that found another card decoding
 */
struct vga_lease_stats {
	u64 leases;
	u64 accesses;
	u64 waits;
	u64 wait_max_us;
	u64 hold_max_us;
	u64 wakeups_repaired;
	u64 liars_seen;
};

/**
 * struct vga_lease - a device's place in the arbitration
 *
 * @pdev: the card
 * @zap: takes the window out of all page tables; may sleep
 * @node: place in the queue for the next lease
 * @wait: tasks that wait for the lease
 * @waiters: how many
 * @users: accesses in flight
 * @claimed: the present lease has been used
 * @awaited: a fault has seen the lease and is about to come again and use it
 * @used: an access ended since the keeper looked
 * @direct: direct accesses in the jiffy @direct_jiffy
 * @direct_jiffy: see @direct
 * @busy: accessed so often that a lease is cheaper than the arbiter
 * @mapped: the window is in page tables, or about to be, until the lease ends
 * @open: the device is open, requests are taken
 * @suspended: how many resets and the like are under way: no lease then
 * @leaving: queued to have the route taken away, not to get it
 * @touched: accessed since it was opened
 * @participating: the arbiter counts this card as decoding
 * @keeper_only: accesses need the keeper: a fence, or a neighbour to restore
 * @failures: grants that failed; tells waiters that @error is for them
 * @error: why the last grant failed
 * @granted: when the present lease began
 * @since: from when on it lasts: when it was first used
 * @verified: jiffies of the last look at the hardware
 * @neighbours: which cards the arbiter may switch off were found unharmed
 * @reported_liars: stands for the liars last reported, and the policy then
 * @reported_sharer: the bus sharer last reported, compared only
 * @lease_us: longest lease in microseconds, 0 for one access at a time
 * @participation: administrator's choice
 * @liar_policy: administrator's choice
 * @shared_bus_allowed: administrator's choice
 * @stats: counters
 *
 * All of it is protected by the route's lock, but for @pdev and @zap, which are
 * constant. What is also read without it is written with WRITE_ONCE().
 */
struct vga_lease {
	struct pci_dev *pdev;
	void (*zap)(struct vga_lease *lease);
	struct list_head node;
	wait_queue_head_t wait;
	unsigned int waiters;
	unsigned int users;
	unsigned int suspended;
	bool claimed;
	bool awaited;
	bool used;
	bool busy;
	unsigned int direct;
	unsigned long direct_jiffy;
	bool mapped;
	bool open;
	bool leaving;
	bool touched;
	bool participating;
	bool keeper_only;
	unsigned int failures;
	int error;
	ktime_t granted;
	ktime_t since;
	unsigned long verified;
	unsigned long neighbours;
	unsigned long reported_liars;
	struct pci_dev *reported_sharer;
	unsigned int lease_us;
	enum vga_participation participation;
	enum vga_liar_policy liar_policy;
	bool shared_bus_allowed;
	struct vga_lease_stats stats;
};

/**
 * struct vga_access - one access in flight, on the accessing task's stack
 * @node: place in the list of direct accesses
 * @task: the accessing task
 * @mapped: a fault of a mapping, set by the caller: only a lease will do
 * @waits: with @mapped, set by the caller: only waits, will use it the next time
 * @patience: set by the caller: only a lease will do, within so many jiffies; 0
 *	to wait for ever
 * @failures: as the lease had them when the wait began
 * @direct: the task itself holds the arbiter's lock
 * @kicked: our timer woke the task out of the arbiter's queue
 * @switches: the task's voluntary context switches when it was kicked
 */
struct vga_access {
	struct list_head node;
	struct task_struct *task;
	bool mapped;
	bool waits;
	unsigned int patience;
	unsigned int failures;
	bool direct;
	bool kicked;
	unsigned long switches;
};

/**
 * struct vga_suspension - a reset and the like, on the resetting task's stack
 * @node: place in the list of all
 * @task: the task, whose own faults must not wait for it, nor for another that
 *	may wait for this one
 */
struct vga_suspension {
	struct list_head node;
	struct task_struct *task;
};

/* vga_lease.c */
void vga_lease_init(struct vga_lease *lease, struct pci_dev *pdev,
		    void (*zap)(struct vga_lease *lease));
int vga_lease_register(struct vga_lease *lease);
void vga_lease_unregister(struct vga_lease *lease);
int vga_lease_open(struct vga_lease *lease);
void vga_lease_close(struct vga_lease *lease);
bool vga_lease_try(struct vga_lease *lease, struct vga_access *access);
int vga_lease_acquire(struct vga_lease *lease, struct vga_access *access);
void vga_lease_release(struct vga_lease *lease, struct vga_access *access);
bool vga_lease_touched(struct vga_lease *lease);
bool vga_lease_suspended_by_me(void);
void vga_lease_suspend(struct vga_lease *lease,
		       struct vga_suspension *suspension, bool leave);
void vga_lease_resume(struct vga_lease *lease,
		      struct vga_suspension *suspension);
void vga_lease_set_participation(struct vga_lease *lease,
				 enum vga_participation participation);
void vga_lease_set_us(struct vga_lease *lease, unsigned int us);
void vga_lease_read_stats(struct vga_lease *lease,
			  struct vga_lease_stats *stats);

/* vgaarb_shim.c */
void vgaarb_kick(struct vga_access *access);
bool vgaarb_was_repaired(struct vga_access *access);
int vgaarb_get(struct pci_dev *pdev);
void vgaarb_put(struct pci_dev *pdev);
void vgaarb_bounded_init(void);
int vgaarb_get_bounded(struct pci_dev *pdev, unsigned int kicks,
		       bool *repaired);
void vgaarb_cycle(struct pci_dev *pdev, unsigned int kicks);
struct pci_dev *vgaarb_console_card(void);
bool vgaarb_console_take(void);
bool vgaarb_console_give(void);
void vgaarb_set_decoding(struct pci_dev *pdev, bool legacy);
int vgaarb_client_register(struct pci_dev *pdev);
void vgaarb_client_unregister(struct pci_dev *pdev);

/* The most other cards that one look at the hardware can remember. */
#define VGA_TRUTH_MAX	16

/**
 * struct vga_truth - what a look at the other VGA cards found
 * @card: cards with a reference held, and their command registers
 * @count: how many
 */
struct vga_truth {
	struct {
		struct pci_dev *pdev;
		u16 command;
	} card[VGA_TRUTH_MAX];
	unsigned int count;
};

/* vgaarb_truth.c */
int vga_truth_init(void);
void vga_truth_exit(void);
struct pci_dev *vga_truth_find(const struct pci_dev *card);
bool vga_truth_routed(struct pci_dev *pdev);
bool vga_truth_bridge_control(struct pci_dev *pdev);
struct pci_dev *vga_truth_elsewhere(struct pci_dev *pdev,
				    const struct pci_dev *preferred);
struct pci_dev *vga_truth_misrouted(struct pci_dev *pdev);
struct pci_dev *vga_truth_bus_sharer(struct pci_dev *pdev);
unsigned long vga_truth_neighbours(struct pci_dev *pdev,
				   struct vga_truth *truth);
unsigned int vga_truth_disturbed(struct vga_truth *truth);
unsigned int vga_truth_liars(struct pci_dev *pdev, struct vga_truth *truth);
void vga_truth_fence(struct vga_truth *truth);
void vga_truth_unfence(struct vga_truth *truth);
void vga_truth_put(struct vga_truth *truth);

#endif /* VGA_LEASE_H */
