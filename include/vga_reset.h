/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the reset ladder share.
 *
 * vfio_pci_reset.c decides when and in which order, vfio_pci_reset_rungs.c and
 * vfio_pci_reset_cards.c reset, vfio_pci_reset_verify.c looks whether that
 * worked, vfio_pci_reset_log.c and vfio_pci_reset_lies.c keep what happened.
 * docs/reset.md tells the story.
 */
#ifndef VGA_RESET_H
#define VGA_RESET_H

#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/pci.h>

/* PCIe 5.0, 6.6.1: a card that does not answer after 1 s is broken. */
#define VGA_RESET_WAIT_MS	1000
/* No rung begins, and none waits, later than this after the first one began. */
#define VGA_RESET_LADDER_MS	1700
#define VGA_RESET_ORDER_MAX	12
#define VGA_RESET_LOG_MAX	16
#define VGA_RESET_WHY_MAX	128
#define VGA_RESET_BARS		PCI_STD_NUM_BARS

/** enum vga_rung - ways to reset a card */
enum vga_rung {
	VGA_RUNG_CARD,		/* a sequence of ours for this card */
	VGA_RUNG_SPECIFIC,	/* the PCI core's for this card, or who hooks that */
	VGA_RUNG_ACPI,		/* the firmware's _RST, through the PCI core */
	VGA_RUNG_FLR,		/* PCIe function level reset */
	VGA_RUNG_AF_FLR,	/* the same of the advanced features capability */
	VGA_RUNG_PM,		/* D3hot and back */
	VGA_RUNG_BUS,		/* the bus on which the card is alone */
	VGA_RUNG_PACKAGE,	/* the bus with all functions on it */
	VGA_RUNG_D3COLD,	/* the slot switched off and on, with all of these */
	VGA_RUNGS,
	VGA_RUNG_NONE = VGA_RUNGS,	/* log: nothing was reset */
	VGA_RUNG_KERNEL,	/* log: a reset that the kernel did by itself */
};

/** enum vga_reset_why - who wants a reset */
enum vga_reset_why {
	VGA_RESET_OPEN,
	VGA_RESET_CLOSE,
	VGA_RESET_USER,		/* VFIO_DEVICE_RESET */
	VGA_RESET_KERNEL,	/* hot reset, the PCI core's reset file */
	VGA_RESET_RETRY,	/* the quarantine file */
	VGA_RESET_RESUME,	/* the host was suspended */
};

/** enum vga_asks - what the task in struct vga_reset asks the PCI core for */
enum vga_asks {
	VGA_ASKS_FOR_NOTHING,	/* its reset is to be left out */
	VGA_ASKS_FOR_LADDER,	/* its reset is to be replaced by the ladder */
	VGA_ASKS_FOR_BUS,	/* a bus reset, as a rung of the ladder */
};

/** enum vga_check - what is looked at after a reset; bits */
enum vga_check {
	VGA_CHECK_ANSWERS = BIT(0),	/* config space is not all ones */
	VGA_CHECK_HEADER = BIT(1),	/* ids and header type are the card's */
	VGA_CHECK_D0 = BIT(2),		/* power state D0 */
	VGA_CHECK_CLEARED = BIT(3),	/* command register and BARs were reset */
	VGA_CHECK_BAR = BIT(4),		/* memory behind a BAR answers */
};

/**
 * struct vga_reset_event - a line of the log
 * @when: nanoseconds since boot
 * @why: who wanted it
 * @rung: what was tried
 * @error: 0 or why it failed
 * @passed: checks that passed
 * @failed: the check that did not, or 0
 * @ms: how long it took
 */
struct vga_reset_event {
	u64 when;
	enum vga_reset_why why;
	enum vga_rung rung;
	int error;
	unsigned int passed;
	unsigned int failed;
	unsigned int ms;
};

/**
 * struct vga_reset - a card's resets
 * @lock: protects @order, @nr, @lied, @log, @logged, @quarantined and @reason
 * @order: the rungs to try
 * @nr: how many
 * @lied: bits of rungs that reported success and reset nothing
 * @log: the last events, a ring
 * @logged: events since the card was bound
 * @quarantined: no rung revived it
 * @reason: why, for humans
 * @good: config space as it was when the card last answered
 * @clean: reset, seen to have worked, and nothing has changed the card since;
 *	set while nobody has it open
 * @asking: makes one VFIO_DEVICE_RESET of arming, asking and disarming
 * @asker: the task that has the PCI core reset this card for our own ends
 * @asks: what for
 * @answered: the ladder was climbed for it
 * @result: what the ladder returned then
 * @methods: the PCI core's methods while they are hidden from it
 * @was_lost: config space was not set up before a reset by the kernel
 * @kept_from_bus: we told the PCI core not to reset its bus
 */
struct vga_reset {
	struct mutex lock; /* see above */
	u8 order[VGA_RESET_ORDER_MAX];
	unsigned int nr;
	unsigned int lied;
	struct vga_reset_event log[VGA_RESET_LOG_MAX];
	unsigned int logged;
	bool quarantined;
	char reason[VGA_RESET_WHY_MAX];
	struct pci_saved_state *good;
	bool clean;
	struct mutex asking; /* see above */
	struct task_struct *asker;
	enum vga_asks asks;
	bool answered;
	int result;
	u8 methods[PCI_NUM_RESET_METHODS];
	bool was_lost;
	bool kept_from_bus;
};

/**
 * struct vga_climb - one climb of the ladder, on the climbing task's stack
 * @pdev: the card
 * @reset: its resets
 * @core: the vfio-pci core's device
 * @why: who wants it
 * @deadline: in jiffies; no wait is longer
 * @locked: the device lock is held
 * @borrowed: it is the caller's
 * @blocked: the IOMMU keeps it from DMA
 * @bars: what the BARs held before the rung
 * @passed: checks that passed since
 * @failed: the check that did not
 */
struct vga_climb {
	struct pci_dev *pdev;
	struct vga_reset *reset;
	struct vfio_pci_core_device *core;
	enum vga_reset_why why;
	unsigned long deadline;
	bool locked;
	bool borrowed;
	bool blocked;
	u32 bars[VGA_RESET_BARS];
	unsigned int passed;
	unsigned int failed;
};

/* vfio_pci_reset_rungs.c */
bool vga_rung_known(struct vga_climb *climb, enum vga_rung rung);
bool vga_rung_available(struct vga_climb *climb, enum vga_rung rung);
int vga_rung_try(struct vga_climb *climb, enum vga_rung rung);
void vga_rung_end(struct vga_climb *climb);
bool vga_rung_clears(enum vga_rung rung);

/* vfio_pci_reset_cards.c */
bool vga_card_known(struct vga_climb *climb);
bool vga_card_dies_of_bus_reset(struct pci_dev *pdev);
int vga_card_reset(struct vga_climb *climb);

/* vfio_pci_reset_lies.c */
unsigned int vga_lies_recall(struct pci_dev *pdev);
void vga_lies_remember(struct pci_dev *pdev, unsigned int rungs);
void vga_lies_free(void);

/* vfio_pci_reset_verify.c */
bool vga_card_answers(struct pci_dev *pdev);
void vga_verify_before(struct vga_climb *climb);
int vga_verify_config(struct vga_climb *climb, bool cleared);
int vga_verify_bar(struct vga_climb *climb);

/* vfio_pci_reset_log.c */
extern const char *const vga_rung_words[];
void vga_reset_record(struct vga_climb *climb, enum vga_rung rung, int error,
		      ktime_t since);
ssize_t vga_reset_log_show(struct vga_reset *reset, char *buf);
void vga_reset_explain(struct vga_reset *reset, unsigned int since, char *buf,
		       size_t size);

#endif /* VGA_RESET_H */
