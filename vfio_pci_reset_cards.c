// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cards that need a sequence of their own to be reset.
 *
 * Bonaire and Hawaii do not come back from a bus reset: the microcontroller
 * that manages power (SMC) keeps running, and the next driver's does not start.
 * The sequence is that of Linux' radeon and amdgpu drivers (cik.c, ci_smc.c)
 * and of QEMU's hw/vfio/pci-quirks.c. Called from vfio_pci_reset_rungs.c.
 */
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/vfio_pci_core.h>

#include "compat.h"
#include "vga_reset.h"

#define CIK_BAR			5
/* Index and data of the SMC's address space. */
#define SMC_INDEX		0x200
#define SMC_DATA		0x204
/* All ones while the GPU is in reset. */
#define CONFIG_MEMSIZE		0x5428

#define SMC_RESET_CNTL		0x80000000
#define SMC_RESET		BIT(0)
#define SMC_CLOCK_CNTL		0x80000004
#define SMC_CLOCK_OFF		BIT(0)
#define SMC_PC			0x80000370
#define SMC_PC_RUNS		0x20100
/* Reset the GPU alone, not its audio function: equal bits mean both. */
#define SMC_MISC		0xc0000010
#define SMC_MISC_GFX		BIT(1)
#define SMC_FUSE		0xc00c0000
#define SMC_FUSE_GFX		BIT(6)

/* Writing that there resets the GPU. */
#define CONFIG_RESET		0x7c
#define CONFIG_RESET_KEY	0x39d5e86b
#define CONFIG_RESET_US		100
#define CONFIG_RESET_MS_MAX	100

static const struct pci_device_id cik_cards[] = {
	/* Bonaire */
	{ PCI_VDEVICE(ATI, 0x6649) },
	{ PCI_VDEVICE(ATI, 0x6650) },
	{ PCI_VDEVICE(ATI, 0x6651) },
	{ PCI_VDEVICE(ATI, 0x6658) },
	{ PCI_VDEVICE(ATI, 0x665c) },
	{ PCI_VDEVICE(ATI, 0x665d) },
	/* Hawaii */
	{ PCI_VDEVICE(ATI, 0x67a0) },
	{ PCI_VDEVICE(ATI, 0x67a1) },
	{ PCI_VDEVICE(ATI, 0x67a2) },
	{ PCI_VDEVICE(ATI, 0x67a8) },
	{ PCI_VDEVICE(ATI, 0x67a9) },
	{ PCI_VDEVICE(ATI, 0x67aa) },
	{ PCI_VDEVICE(ATI, 0x67b0) },
	{ PCI_VDEVICE(ATI, 0x67b1) },
	{ PCI_VDEVICE(ATI, 0x67b8) },
	{ PCI_VDEVICE(ATI, 0x67b9) },
	{ PCI_VDEVICE(ATI, 0x67ba) },
	{ PCI_VDEVICE(ATI, 0x67be) },
	{}
};

static u32 smc_read(void __iomem *mmio, u32 address)
{
	iowrite32(address, mmio + SMC_INDEX);
	return ioread32(mmio + SMC_DATA);
}

static void smc_write(void __iomem *mmio, u32 address, u32 value)
{
	iowrite32(address, mmio + SMC_INDEX);
	iowrite32(value, mmio + SMC_DATA);
}

static bool smc_runs(void __iomem *mmio)
{
	return !(smc_read(mmio, SMC_CLOCK_CNTL) & SMC_CLOCK_OFF) &&
	       smc_read(mmio, SMC_PC) >= SMC_PC_RUNS;
}

static void select_gpu_alone(void __iomem *mmio)
{
	bool fuse = smc_read(mmio, SMC_FUSE) & SMC_FUSE_GFX;
	u32 misc = smc_read(mmio, SMC_MISC);

	if (fuse != !!(misc & SMC_MISC_GFX))
		return;
	smc_write(mmio, SMC_MISC, misc ^ SMC_MISC_GFX);
	smc_read(mmio, SMC_MISC);
}

static void stop_smc(void __iomem *mmio)
{
	smc_write(mmio, SMC_RESET_CNTL,
		  smc_read(mmio, SMC_RESET_CNTL) | SMC_RESET);
	smc_write(mmio, SMC_CLOCK_CNTL,
		  smc_read(mmio, SMC_CLOCK_CNTL) | SMC_CLOCK_OFF);
}

static int cik_reset(struct pci_dev *pdev, void __iomem *mmio)
{
	u32 size;
	int ret;

	/* Without it the reset does nothing; the card is cold already. */
	if (!smc_runs(mmio))
		return -ENOTTY;
	select_gpu_alone(mmio);
	pci_write_config_dword(pdev, CONFIG_RESET, CONFIG_RESET_KEY);
	usleep_range(CONFIG_RESET_US, 2 * CONFIG_RESET_US);
	ret = read_poll_timeout(ioread32, size, size != U32_MAX,
				USEC_PER_MSEC,
				CONFIG_RESET_MS_MAX * USEC_PER_MSEC, false,
				mmio + CONFIG_MEMSIZE);
	if (!ret)
		stop_smc(mmio);
	return ret;
}

/**
 * vga_card_dies_of_bus_reset - must a bus reset be kept from this card?
 * @pdev: the card
 *
 * Return: true for those that only their own sequence revives.
 */
bool vga_card_dies_of_bus_reset(struct pci_dev *pdev)
{
	return pci_match_id(cik_cards, pdev);
}

/**
 * vga_card_known - is there a sequence for this card?
 * @climb: the climb
 *
 * Return: true if so.
 */
bool vga_card_known(struct vga_climb *climb)
{
	return pci_match_id(cik_cards, climb->pdev) &&
	       pci_resource_flags(climb->pdev, CIK_BAR) & IORESOURCE_MEM &&
	       pci_resource_len(climb->pdev, CIK_BAR) > CONFIG_MEMSIZE;
}

/**
 * vga_card_reset - reset a card by its own sequence
 * @climb: the climb, with the device lock held and decoding off
 *
 * Context: process context, sleeps for 100 ms at most.
 * Return: 0; -ENOTTY where the SMC does not run; -ETIMEDOUT; an error from
 * enabling or mapping the card.
 */
int vga_card_reset(struct vga_climb *climb)
{
	struct pci_dev *pdev = climb->pdev;
	void __iomem *mmio;
	int ret;

	ret = pci_enable_device(pdev);
	if (ret)
		return ret;
	mmio = ioremap(pci_resource_start(pdev, CIK_BAR),
		       CONFIG_MEMSIZE + sizeof(u32));
	if (mmio) {
		pci_write_config_word(pdev, PCI_COMMAND,
				      PCI_COMMAND_MEMORY | PCI_COMMAND_INTX_DISABLE);
		ret = cik_reset(pdev, mmio);
		pci_write_config_word(pdev, PCI_COMMAND,
				      PCI_COMMAND_INTX_DISABLE);
		iounmap(mmio);
	} else {
		ret = -ENOMEM;
	}
	pci_disable_device(pdev);
	return ret;
}
