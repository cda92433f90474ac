/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the driver's files share.
 *
 * Layers, each calling only downwards: vfio_pci_vga.c -> vfio_pci_mmap.c,
 * vfio_pci_quirks.c and vfio_pci_quirk_rw.c -> vfio_pci_rdwr.c, and
 * vfio_pci_reset*.c -> vga_lease.c -> vga_keeper.c -> vgaarb_shim.c and
 * vgaarb_truth.c -> the kernel.
 */
#ifndef VFIO_PCI_VGA_H
#define VFIO_PCI_VGA_H

#include <linux/types.h>
#include <linux/vfio_pci_core.h>
#include <video/vga.h>

#include "vga_leak.h"
#include "vga_lease.h"
#include "vga_quirk.h"
#include "vga_reset.h"

/* The legacy VGA ranges of IBM's VGA, as vfio-pci's region 8 shows them. */
#define VFIO_VGA_REGION_SIZE	0xc0000
#define VFIO_VGA_MEM_START	0xa0000
#define VFIO_VGA_MEM_SIZE	0x20000
#define VFIO_VGA_PORT_END	0x3e0

/** enum vfio_vga_mmap_mode - may users map the memory window? */
enum vfio_vga_mmap_mode {
	VFIO_VGA_MMAP_OFF,	/* no */
	VFIO_VGA_MMAP_USER,	/* for their own loads and stores */
	VFIO_VGA_MMAP_KVM,	/* also into the memory of a guest */
};

/** enum vfio_vga_suspend_choice - may the host go to sleep while it is open? */
enum vfio_vga_suspend_choice {
	VFIO_VGA_SUSPEND_AUTO,	/* until a card does not come back from it */
	VFIO_VGA_SUSPEND_REFUSE,
};

/**
 * struct vga_registers - the legacy registers of a VGA
 * @misc: miscellaneous output
 * @feature: feature control
 * @sequencer_index: with @sequencer
 * @sequencer: its registers
 * @crtc_index: with @crtc
 * @crtc: those of the CRT controller
 * @graphics_index: with @graphics
 * @graphics: those of the graphics controller
 * @attribute_index: with @attribute
 * @attribute: those of the attribute controller
 * @dac_mask: the palette's
 * @dac_index: with @dac
 * @dac: the palette
 */
struct vga_registers {
	u8 misc;
	u8 feature;
	u8 sequencer_index;
	u8 sequencer[VGA_SEQ_C];
	u8 crtc_index;
	u8 crtc[VGA_CRT_C];
	u8 graphics_index;
	u8 graphics[VGA_GFX_C];
	u8 attribute_index;
	u8 attribute[VGA_ATT_C];
	u8 dac_mask;
	u8 dac_index;
	u8 dac[3 * 256];
};

/**
 * struct vfio_vga_asleep - an open card while the host is suspended
 * @suspension: no lease meanwhile
 * @suspended: @suspension is in force
 * @registers_saved: there is something in @registers
 * @registers: what the legacy registers were
 */
struct vfio_vga_asleep {
	struct vga_suspension suspension;
	bool suspended;
	bool registers_saved;
	struct vga_registers registers;
};

/**
 * struct vfio_vga_leaks - the leak tracer
 * @lock: protects all but @choice and @on
 * @choice: administrator's choice, for opens to come
 * @on: the open device is traced
 * @log: what it saw since it was switched on
 */
struct vfio_vga_leaks {
	struct mutex lock; /* see above */
	bool choice;
	bool on;
	struct vga_leak_log log;
};

/**
 * struct vfio_vga_quirks - what the card hides
 * @lock: protects @all, and which of its rows are on
 * @all: every row of this card, from bind to unbind
 * @open: those that were on at open; does not change until close
 * @regions: bits of the regions whose accesses are looked at; see @open
 * @window_lock: makes one step of a window's registers and the card's
 * @echoes: one of @open shows what the user wrote to config space
 * @written: what that was; its user's threads may race with each other only
 * @was_written: which bytes of it
 */
struct vfio_vga_quirks {
	struct mutex lock; /* see above */
	struct vga_quirk_set all;
	struct vga_quirk_set open;
	u32 regions;
	struct mutex window_lock; /* see above */
	bool echoes;
	u8 written[VGA_QUIRK_ECHO_MAX];
	DECLARE_BITMAP(was_written, VGA_QUIRK_ECHO_MAX);
};

/**
 * struct vfio_vga_device - a display controller under this driver
 * @core: the vfio-pci core's device; must stay first (vfio_alloc_device())
 * @has_vga: the open device offers region 8; set at open, cleared at close
 * @lease: its place in the arbitration
 * @window: the legacy memory window, mapped from open to close
 * @ports: the legacy ports, mapped from open to close; the base is port 0
 * @mmap_choice: administrator's choice for devices opened later
 * @mmap_mode: what it was at open
 * @inode: what users' mappings belong to, from open to close; NULL where there
 *	can be none
 * @answered: the jiffy in which config space was last seen not to be all ones
 * @fault_error: how the wait of a fault ended, for the fault that follows
 * @quirks: what it hides
 * @leaks: what it gives away
 * @own_info: bits of the regions of which the core does not tell all; from open
 *	to close
 * @reset: how it is brought back
 * @suspend_choice: administrator's choice
 * @asleep: what the PM core's calls need; they never overlap
 */
struct vfio_vga_device {
	struct vfio_pci_core_device core;
	bool has_vga;
	struct vga_lease lease;
	void __iomem *window;
	void __iomem *ports;
	enum vfio_vga_mmap_mode mmap_choice;
	enum vfio_vga_mmap_mode mmap_mode;
	struct inode *inode;
	unsigned long answered;
	int fault_error;
	struct vfio_vga_quirks quirks;
	struct vfio_vga_leaks leaks;
	u32 own_info;
	struct vga_reset reset;
	enum vfio_vga_suspend_choice suspend_choice;
	struct vfio_vga_asleep asleep;
};

/* Only class 0300 decodes the legacy ranges; 3D and other controllers do not. */
static inline bool vfio_vga_is_vga(struct pci_dev *pdev)
{
	return pdev->class >> 8 == PCI_CLASS_DISPLAY_VGA;
}

static inline struct vfio_vga_device *to_vfio_vga(struct vfio_device *core_vdev)
{
	return container_of(core_vdev, struct vfio_vga_device, core.vdev);
}

/* Of a card that is bound to this driver; drvdata is the core's. */
static inline struct vfio_vga_device *vga_of(struct device *dev)
{
	struct vfio_pci_core_device *core = dev_get_drvdata(dev);

	return to_vfio_vga(&core->vdev);
}

/* Are accesses to this region looked at? All others pay for no more than this. */
static inline bool vfio_vga_quirked(struct vfio_vga_device *vga,
				    unsigned int region)
{
	return unlikely(vga->quirks.regions) &&
	       region <= VFIO_PCI_VGA_REGION_INDEX &&
	       vga->quirks.regions & BIT(region);
}

/*
 * Its user may change the card from here on: it is reset before the next one
 * gets it.
 */
static inline void vfio_vga_used(struct vfio_vga_device *vga)
{
	if (unlikely(READ_ONCE(vga->reset.clean)))
		WRITE_ONCE(vga->reset.clean, false);
}

/* vfio_pci_rdwr.c */
int vfio_vga_region_open(struct vfio_vga_device *vga);
void vfio_vga_region_close(struct vfio_vga_device *vga);
ssize_t vfio_vga_region_rw(struct vfio_vga_device *vga, char __user *buf,
			   size_t count, loff_t *ppos, bool iswrite);
bool vfio_vga_answers(struct vfio_vga_device *vga);
bool vfio_vga_window_decoded(struct vfio_vga_device *vga);
bool vfio_vga_access_try(struct vfio_vga_device *vga, struct vga_access *access);
int vfio_vga_access_begin(struct vfio_vga_device *vga,
			  struct vga_access *access);
void vfio_vga_access_end(struct vfio_vga_device *vga,
			 struct vga_access *access);
int vfio_vga_decoded(struct vfio_vga_device *vga, unsigned int region);
int vfio_vga_card_rw(struct vfio_vga_device *vga, unsigned int region, u32 pos,
		     u8 *buf, size_t count, bool iswrite);
ssize_t vfio_vga_config_write(struct vfio_vga_device *vga,
			      const char __user *buf, size_t count,
			      loff_t *ppos);

/* vfio_pci_quirks.c */
int vfio_vga_quirks_read_parameter(void);
void vfio_vga_quirks_free_parameter(void);
int vfio_vga_quirks_init(struct vfio_vga_device *vga);
void vfio_vga_quirks_free(struct vfio_vga_device *vga);
int vfio_vga_quirks_open(struct vfio_vga_device *vga);
void vfio_vga_quirks_close(struct vfio_vga_device *vga);
void vfio_vga_quirks_reset(struct vfio_vga_device *vga);
int vfio_vga_quirk_add(struct vfio_vga_device *vga, const char *text,
		       char *why, size_t why_size);
int vfio_vga_quirk_switch(struct vfio_vga_device *vga, const char *name,
			  bool on, char *why, size_t why_size);

/* vfio_pci_quirk_rw.c */
ssize_t vfio_vga_quirk_rw(struct vfio_vga_device *vga, char __user *buf,
			  size_t count, loff_t *ppos, bool iswrite);
bool vfio_vga_quirk_hides(struct vfio_vga_device *vga,
			  struct vm_area_struct *vma);
void vfio_vga_quirk_wrote(struct vfio_vga_device *vga, u64 offset,
			  const char __user *buf, size_t count);
int vfio_vga_quirk_info(struct vfio_vga_device *vga,
			struct vfio_region_info *info,
			struct vfio_info_cap *caps);

/* vfio_pci_leaks.c */
void vfio_vga_leaks_saw(struct vfio_vga_device *vga, unsigned int region,
			u64 pos, const char __user *buf, size_t count,
			bool iswrite);

/* vfio_pci_mmap.c */
int vfio_vga_mmap(struct vfio_vga_device *vga, struct vm_area_struct *vma);
int vfio_vga_mmap_info(struct vfio_region_info *info,
		       struct vfio_info_cap *caps);
void vfio_vga_mmap_zap(struct vfio_vga_device *vga);
int vfio_vga_mmap_open(struct vfio_vga_device *vga);
void vfio_vga_mmap_close(struct vfio_vga_device *vga);

/* vfio_pci_reset.c */
extern const struct pci_error_handlers vfio_vga_err_handlers;
void vfio_vga_reset_init(struct vfio_vga_device *vga);
void vfio_vga_reset_free(struct vfio_vga_device *vga);
int vfio_vga_reset_enable(struct vfio_vga_device *vga);
void vfio_vga_reset_disable(struct vfio_vga_device *vga);
void vfio_vga_reset_close(struct vfio_vga_device *vga);
long vfio_vga_reset_ioctl(struct vfio_vga_device *vga, unsigned int cmd,
			  unsigned long arg);
ssize_t vfio_vga_reset_order_show(struct vfio_vga_device *vga, char *buf);
int vfio_vga_reset_order_store(struct vfio_vga_device *vga, char *words);
int vfio_vga_reset_retry(struct vfio_vga_device *vga);
int vfio_vga_reset_resume(struct vfio_vga_device *vga);

/* vfio_pci_suspend.c */
void vfio_vga_suspend_register(struct vfio_vga_device *vga);

/* vfio_pci_sysfs.c */
extern const struct attribute_group *vfio_vga_groups[];

#endif /* VFIO_PCI_VGA_H */
