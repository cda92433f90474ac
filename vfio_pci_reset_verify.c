// SPDX-License-Identifier: GPL-2.0-only
/*
 * Did a reset work? What the card itself says.
 *
 * Called from vfio_pci_reset.c. Every wait ends at the climb's deadline.
 */
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/vfio_pci_core.h>

#include "compat.h"
#include "vga_lease.h"
#include "vga_reset.h"

#define POLL_MS		10
/* How much of a BAR is read to find something that is not all ones. */
#define BAR_BYTES	64

/**
 * vga_card_answers - does config space answer?
 * @pdev: the card
 *
 * The command register, not the vendor, as in the PCI core's own waits: a root
 * port may make up the vendor of a card that is not ready.
 *
 * Return: false where it reads all ones.
 */
bool vga_card_answers(struct pci_dev *pdev)
{
	u32 value;

	pci_read_config_dword(pdev, PCI_COMMAND, &value);
	return !PCI_POSSIBLE_ERROR(value);
}

static bool wait_for_answer(struct vga_climb *climb)
{
	unsigned long end = jiffies + msecs_to_jiffies(VGA_RESET_WAIT_MS);

	if (time_after(end, climb->deadline))
		end = climb->deadline;
	while (!vga_card_answers(climb->pdev)) {
		if (time_after(jiffies, end))
			return false;
		msleep(POLL_MS);
	}
	return true;
}

static bool header_is_sane(struct pci_dev *pdev)
{
	u16 vendor, device;
	u8 type;

	pci_read_config_word(pdev, PCI_VENDOR_ID, &vendor);
	pci_read_config_word(pdev, PCI_DEVICE_ID, &device);
	pci_read_config_byte(pdev, PCI_HEADER_TYPE, &type);
	return vendor == pdev->vendor && device == pdev->device &&
	       (type & ~BIT(7)) == PCI_HEADER_TYPE_NORMAL;
}

static bool is_in_d0(struct pci_dev *pdev)
{
	u16 control;

	if (!pdev->pm_cap)
		return true;
	pci_read_config_word(pdev, pdev->pm_cap + PCI_PM_CTRL, &control);
	return (control & PCI_PM_CTRL_STATE_MASK) == 0;
}

static u32 bar_address(struct pci_dev *pdev, unsigned int bar)
{
	u32 value;

	pci_read_config_dword(pdev, PCI_BASE_ADDRESS_0 + 4 * bar, &value);
	return value & (u32)PCI_BASE_ADDRESS_MEM_MASK;
}

/*
 * Decoding was switched off before the reset, by a command register that only
 * a reset clears. All BARs lose their addresses.
 */
static bool is_cleared(struct vga_climb *climb)
{
	unsigned int bar;
	u16 command;

	pci_read_config_word(climb->pdev, PCI_COMMAND, &command);
	if (command & (PCI_COMMAND_INTX_DISABLE | PCI_COMMAND_IO |
		       PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER))
		return false;
	for (bar = 0; bar < VGA_RESET_BARS; bar++)
		if (climb->bars[bar] &&
		    climb->bars[bar] == bar_address(climb->pdev, bar))
			return false;
	return true;
}

static bool check(struct vga_climb *climb, enum vga_check check, bool passed)
{
	if (passed)
		climb->passed |= check;
	else
		climb->failed |= check;
	return passed;
}

/**
 * vga_verify_before - remember what a reset must change
 * @climb: the climb; the card answers or is dead
 */
void vga_verify_before(struct vga_climb *climb)
{
	unsigned int bar;

	climb->passed = 0;
	climb->failed = 0;
	for (bar = 0; bar < VGA_RESET_BARS; bar++) {
		climb->bars[bar] = bar_address(climb->pdev, bar);
		/* Of a dead card nothing is known. */
		if (climb->bars[bar] == (u32)PCI_BASE_ADDRESS_MEM_MASK)
			climb->bars[bar] = 0;
	}
}

/**
 * vga_verify_config - wait until config space answers, and look at it
 * @climb: the climb
 * @cleared: its registers were reset and nobody has restored them yet
 *
 * Context: process context, sleeps until the deadline at the most.
 * Return: 0; -EIO and the check in climb->failed.
 */
int vga_verify_config(struct vga_climb *climb, bool cleared)
{
	struct pci_dev *pdev = climb->pdev;

	if (check(climb, VGA_CHECK_ANSWERS, wait_for_answer(climb)) &&
	    check(climb, VGA_CHECK_HEADER, header_is_sane(pdev)) &&
	    check(climb, VGA_CHECK_D0, is_in_d0(pdev)) &&
	    (!cleared || check(climb, VGA_CHECK_CLEARED, is_cleared(climb))))
		return 0;
	return -EIO;
}

static bool shows_something(void __iomem *io, size_t size)
{
	size_t offset;

	for (offset = 0; offset < size; offset += 4)
		if (ioread32(io + offset) != U32_MAX)
			return true;
	return false;
}

/* A user may have left ones in the card's memory, and may still need them. */
static bool remembers(void __iomem *io)
{
	bool remembered;

	iowrite32(0, io);
	remembered = ioread32(io) == 0;
	iowrite32(U32_MAX, io);
	return remembered;
}

/* A card that lives answers in one of its memory BARs at least. */
static bool any_bar_lives(struct pci_dev *pdev)
{
	bool any = false, lives = false;
	unsigned int bar, flags;
	void __iomem *io;
	size_t size;

	for (bar = 0; bar < VGA_RESET_BARS && !lives; bar++) {
		flags = pci_resource_flags(pdev, bar);
		size = min_t(resource_size_t, pci_resource_len(pdev, bar),
			     BAR_BYTES);
		if (!(flags & IORESOURCE_MEM) || flags & IORESOURCE_UNSET ||
		    size < 4)
			continue;
		io = ioremap(pci_resource_start(pdev, bar), size);
		if (!io)
			continue;
		any = true;
		lives = shows_something(io, size) ||
			(flags & IORESOURCE_PREFETCH && remembers(io));
		iounmap(io);
	}
	return lives || !any;
}

/*
 * With its memory decoded, a VGA card that no bridge cuts off from the others
 * answers in the legacy window too, under whoever has that.
 */
static bool disturbs_others(struct pci_dev *pdev)
{
	return pdev->class >> 8 == PCI_CLASS_DISPLAY_VGA &&
	       !vga_truth_bridge_control(pdev);
}

/**
 * vga_verify_bar - does the card answer behind its BARs?
 * @climb: the climb; config space is restored and was found good
 *
 * Not looked at where that would disturb other VGA cards.
 *
 * Context: process context, may sleep. Nobody else uses the card.
 * Return: 0; -EIO and the check in climb->failed; an error from enabling the
 * card.
 */
int vga_verify_bar(struct vga_climb *climb)
{
	struct pci_dev *pdev = climb->pdev;
	u16 command;
	bool lives;
	int ret;

	pci_read_config_word(pdev, PCI_COMMAND, &command);
	if (!(command & PCI_COMMAND_MEMORY) && disturbs_others(pdev))
		return 0;
	/* Also the bridges above. */
	ret = pci_enable_device(pdev);
	if (ret)
		return ret;
	pci_write_config_word(pdev, PCI_COMMAND,
			      (command | PCI_COMMAND_MEMORY) & ~PCI_COMMAND_MASTER);
	lives = check(climb, VGA_CHECK_BAR, any_bar_lives(pdev));
	pci_write_config_word(pdev, PCI_COMMAND, command);
	pci_disable_device(pdev);
	return lives ? 0 : -EIO;
}
