/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state that accesses (vga_lease.c) and the keeper (vga_keeper.c) share.
 */
#ifndef VGA_ROUTE_H
#define VGA_ROUTE_H

#include <linux/spinlock.h>

#include "vga_lease.h"

/** enum vga_route_state - what this driver does with the route */
enum vga_route_state {
	ROUTE_FREE,	/* nobody of ours has it */
	ROUTE_DIRECT,	/* the holder's tasks get and put it themselves */
	ROUTE_GRANTING,	/* the keeper is getting it for the holder */
	ROUTE_LEASED,	/* the holder's tasks may use it */
	ROUTE_ENDING,	/* no new accesses; the keeper gives it back */
};

/**
 * struct vga_route - the route; there is one per machine
 * @lock: protects all else here but @settled, and all of struct vga_lease but
 *	its constant pdev; a leaf but for the wait queues' own locks
 * @state: what this driver does with the route
 * @holder: the device it is for; NULL when free
 * @queue: devices that wait for a lease, in order
 * @direct: struct vga_access of accesses that hold the arbiter's lock
 * @suspensions: struct vga_suspension of resets and the like under way
 * @keeper: the keeper's thread; NULL when no device is open
 * @left_with: the last card that we routed to, referenced; NULL for the
 *	console's
 * @foreign_until: jiffies until which another participant counts as present
 * @touched: a device was accessed since the keeper was started
 * @released: the route was released since the keeper's last tick
 * @ticking: the keeper ticks or has been told to
 * @vgacon: vgacon was the console when the keeper last looked
 * @console_seen: jiffies when that was
 * @settled: woken when a lease ends or its last access does
 */
struct vga_route {
	spinlock_t lock; /* see above */
	enum vga_route_state state;
	struct vga_lease *holder;
	struct list_head queue;
	struct list_head direct;
	struct list_head suspensions;
	struct task_struct *keeper;
	struct pci_dev *left_with;
	unsigned long foreign_until;
	bool touched;
	bool released;
	bool ticking;
	bool vgacon;
	unsigned long console_seen;
	wait_queue_head_t settled;
};

extern struct vga_route vga_route;

/* vga_keeper.c */
int vga_keeper_start(void);
void vga_keeper_stop(void);
void vga_keeper_wake(void);
void vga_route_leave_with(struct pci_dev *pdev);
bool vga_route_foreign_present(void);
bool vga_route_look_for_foreign(void);
int vga_route_check_bus(struct vga_lease *lease);
int vga_route_check_liars(struct vga_lease *lease, struct vga_truth *liars);
void vga_route_count_repair(struct vga_lease *lease);

#endif /* VGA_ROUTE_H */
