// SPDX-License-Identifier: GPL-2.0-only
/*
 * The back doors of known cards, one row each, with where they are known from.
 *
 * Read at bind by vfio_pci_quirks.c. docs/quirks.md explains the rows and tells
 * what is not known.
 */
#include <linux/kernel.h>
#include <linux/pci_ids.h>

#include "vga_quirk.h"

#define CLASS_VGA PCI_CLASS_DISPLAY_VGA

/*
 * Intel graphics by generation, high bytes of the device ids: QEMU
 * hw/vfio/igd.c, Linux include/drm/intel/pciids.h. The base of stolen memory is
 * at 0x5c in config space up to generation 10 and at 0xc0 after it.
 */
static const u8 igd_6_to_10[] = { 0x01, 0x04, 0x0a, 0x0c, 0x0d, 0x0f,
				  0x16, 0x19, 0x1a, 0x22, 0x31, 0x3e,
				  0x59, 0x5a, 0x87, 0x9b, 0 };
static const u8 igd_11_to_12[] = { 0x45, 0x46, 0x4c, 0x4e, 0x8a, 0x9a, 0xa7, 0 };

/* NVIDIA's chipset graphics of the G80 kind: envytools, docs/hw/pciid.rst. */
static const u8 mcp77_to_mcp89[] = { 0x08, 0 };

const struct vga_quirk_rule vga_quirk_table[] = {
	/* QEMU hw/vfio/pci-quirks.c: seen on HD 3850, HD 5450, HD 7850 */
	{
		.name = "ati-3c3",
		.vendor = PCI_VENDOR_ID_ATI,
		.class = CLASS_VGA,
		.needs = { { 4, VGA_BAR_IO, 0x100 } },
		.row = "register bar=vga offset=0x3c3 shows=4 shift=8 width=1",
	},
	/* The same; the config space behind it has 4 KiB. */
	{
		.name = "ati-bar4-window",
		.vendor = PCI_VENDOR_ID_ATI,
		.class = CLASS_VGA,
		.needs = { { 4, VGA_BAR_IO, 0x100 } },
		.row = "window bar=4 addr=0 data=4 match=0x4000 mask=0xfff writes=config",
	},
	/*
	 * The window is MM_INDEX and MM_DATA, which are in the registers, too,
	 * and reach all of them: Linux drivers/gpu/drm/radeon/r100.c,
	 * r100_mm_rreg_slow() and r100_io_rreg(), which newer chips use.
	 */
	{
		.name = "ati-bar4-bar2",
		.vendor = PCI_VENDOR_ID_ATI,
		.class = CLASS_VGA,
		.needs = { { 4, VGA_BAR_IO, 0x100 },
			   { 2, VGA_BAR_MEM64, 0x5000 } },
		.row = "window bar=4 addr=0 data=4 match=0 mask=0x7fffffff into=2 shared=2",
	},
	{
		.name = "ati-bar2-bar2",
		.vendor = PCI_VENDOR_ID_ATI,
		.class = CLASS_VGA,
		.needs = { { 4, VGA_BAR_IO, 0x100 },
			   { 2, VGA_BAR_MEM64, 0x5000 } },
		.row = "window bar=2 addr=0 data=4 match=0 mask=0x7fffffff into=2 shared=2",
	},
	/* QEMU as above; it covers 256 bytes of it. */
	{
		.name = "ati-bar2-mirror",
		.vendor = PCI_VENDOR_ID_ATI,
		.class = CLASS_VGA,
		.needs = { { 2, VGA_BAR_MEM64, 0x5000 } },
		.row = "mirror bar=2 offset=0x4000 size=0x1000 writes=config",
	},
	/*
	 * Rage 128 and Radeon up to R500 with I/O in BAR1 and registers in
	 * BAR2. MM_INDEX, MM_DATA, CONFIG_APER_*_BASE and CONFIG_REG_1_BASE:
	 * Linux drivers/gpu/drm/radeon/radeon_reg.h, xf86-video-r128
	 * r128_reg.h; config space at 0xf00: the same files' PCI registers
	 * (VENDOR_ID 0xf00 ff.), QEMU hw/display/ati.c. Bit 31 of MM_INDEX
	 * chooses memory instead.
	 */
	{
		.name = "ati-bar1-mm-window",
		.vendor = PCI_VENDOR_ID_ATI,
		.class = CLASS_VGA,
		.needs = { { 1, VGA_BAR_IO, 0x100 },
			   { 2, VGA_BAR_MEM, 0x4000 } },
		.row = "window bar=1 addr=0 data=4 match=0 mask=0x7fffffff into=2 shared=1",
	},
	{
		.name = "ati-bar2-mm-window",
		.vendor = PCI_VENDOR_ID_ATI,
		.class = CLASS_VGA,
		.needs = { { 1, VGA_BAR_IO, 0x100 },
			   { 2, VGA_BAR_MEM, 0x4000 } },
		.row = "window bar=2 addr=0 data=4 match=0 mask=0x7fffffff into=2 shared=1",
	},
	{
		.name = "ati-bar2-f00-mirror",
		.vendor = PCI_VENDOR_ID_ATI,
		.class = CLASS_VGA,
		.needs = { { 1, VGA_BAR_IO, 0x100 },
			   { 2, VGA_BAR_MEM, 0x4000 } },
		.row = "mirror bar=2 offset=0xf00 size=0x100",
	},
	{
		.name = "ati-config-aper-0-base",
		.vendor = PCI_VENDOR_ID_ATI,
		.class = CLASS_VGA,
		.needs = { { 1, VGA_BAR_IO, 0x100 },
			   { 2, VGA_BAR_MEM, 0x4000 } },
		.row = "register bar=2 offset=0x100 shows=0",
	},
	/* The second aperture is the upper half of BAR0: the offset stays. */
	{
		.name = "ati-config-aper-1-base",
		.vendor = PCI_VENDOR_ID_ATI,
		.class = CLASS_VGA,
		.needs = { { 1, VGA_BAR_IO, 0x100 },
			   { 2, VGA_BAR_MEM, 0x4000 } },
		.row = "register bar=2 offset=0x104 shows=0 low=card",
	},
	{
		.name = "ati-config-reg-1-base",
		.vendor = PCI_VENDOR_ID_ATI,
		.class = CLASS_VGA,
		.needs = { { 1, VGA_BAR_IO, 0x100 },
			   { 2, VGA_BAR_MEM, 0x4000 } },
		.row = "register bar=2 offset=0x10c shows=2",
	},
	/* QEMU hw/vfio/pci-quirks.c: seen on 7300 LE, 8400 GS, NVS 290 */
	{
		.name = "nvidia-3d0-window",
		.vendor = PCI_VENDOR_ID_NVIDIA,
		.class = CLASS_VGA,
		.needs = { { 1, VGA_BAR_ANY, 1 } },
		.row = "window bar=vga addr=0x3d0 data=0x3d0 match=0x1800 mask=0xff crtc=0x38 writes=config",
	},
	/*
	 * The window reaches all of BAR0: what is hidden there stays hidden
	 * here.
	 */
	{
		.name = "nvidia-3d0-bar0",
		.vendor = PCI_VENDOR_ID_NVIDIA,
		.class = CLASS_VGA,
		.needs = { { 1, VGA_BAR_ANY, 1 }, { 0, VGA_BAR_MEM, 0x1900 } },
		.row = "window bar=vga addr=0x3d0 data=0x3d0 match=0 mask=0xffffff crtc=0x38 into=0",
	},
	/* QEMU hw/vfio/pci-quirks.c: both gates must be open */
	{
		.name = "nvidia-bar5-window",
		.vendor = PCI_VENDOR_ID_NVIDIA,
		.class = CLASS_VGA,
		.needs = { { 5, VGA_BAR_IO, 0x10 } },
		.row = "window bar=5 addr=8 data=0xc match=0x1800 mask=0xff gate=0 gate2=4 writes=config",
	},
	{
		.name = "nvidia-bar5-window-ppci",
		.vendor = PCI_VENDOR_ID_NVIDIA,
		.class = CLASS_VGA,
		.needs = { { 5, VGA_BAR_IO, 0x10 } },
		.row = "window bar=5 addr=8 data=0xc match=0x88000 mask=0xfff gate=0 gate2=4 writes=config",
	},
	/* And all else of BAR0 that is hidden there. */
	{
		.name = "nvidia-bar5-bar0",
		.vendor = PCI_VENDOR_ID_NVIDIA,
		.class = CLASS_VGA,
		.needs = { { 5, VGA_BAR_IO, 0x10 },
			   { 0, VGA_BAR_MEM, 0x1900 } },
		.row = "window bar=5 addr=8 data=0xc match=0 mask=0xffffff gate=0 gate2=4 into=0",
	},
	/* QEMU, VGA cards only; envytools nv1 to g80: PCI config at 0x1800 */
	{
		.name = "nvidia-bar0-1800",
		.vendor = PCI_VENDOR_ID_NVIDIA,
		.class = CLASS_VGA,
		.needs = { { 0, VGA_BAR_MEM, 0x1900 } },
		.row = "mirror bar=0 offset=0x1800 size=0x100 writes=config",
	},
	/*
	 * envytools' PPCI, of every class. Drivers acknowledge an MSI by a
	 * write to the capability's id byte in here (QEMU; nouveau's rearm),
	 * which config space cannot pass on.
	 */
	{
		.name = "nvidia-bar0-ppci",
		.vendor = PCI_VENDOR_ID_NVIDIA,
		.needs = { { 0, VGA_BAR_MEM, 0x89000 } },
		.row = "mirror bar=0 offset=0x88000 size=0x1000 writes=ack",
	},
	/*
	 * envytools' PPCI_HDA, GT215 and later: the audio function's config
	 * space, which is another device's and may be another user's.
	 */
	{
		.name = "nvidia-bar0-ppci-hda",
		.vendor = PCI_VENDOR_ID_NVIDIA,
		.needs = { { 0, VGA_BAR_MEM, 0x8b000 } },
		.audio = true,
		.row = "mirror bar=0 offset=0x8a000 size=0x1000 config=none",
	},
	/* envytools' PBRIDGE_PCI: the config space of the bridge above. */
	{
		.name = "nvidia-bar0-pbridge-pci",
		.vendor = PCI_VENDOR_ID_NVIDIA,
		.needs = { { 0, VGA_BAR_MEM, 0x300000 } },
		.ids = mcp77_to_mcp89,
		.row = "mirror bar=0 offset=0x2ff000 size=0x1000 config=none",
	},
	/*
	 * QEMU hw/vfio/igd.c: GMCH and BDSM. vfio-pci leaves both registers of
	 * config space to the card; a VMM makes its own and passes the
	 * guest's writes on.
	 */
	{
		.name = "igd-gmch",
		.vendor = PCI_VENDOR_ID_INTEL,
		.class = CLASS_VGA,
		.ids = igd_6_to_10,
		.needs = { { 0, VGA_BAR_MEM64, 0x200000 } },
		.row = "mirror bar=0 offset=0x108040 size=2 config=0x50 echo=written",
	},
	{
		.name = "igd-bdsm",
		.vendor = PCI_VENDOR_ID_INTEL,
		.class = CLASS_VGA,
		.ids = igd_6_to_10,
		.needs = { { 0, VGA_BAR_MEM64, 0x200000 } },
		.row = "mirror bar=0 offset=0x1080c0 size=4 config=0x5c echo=written",
	},
	{
		.name = "igd-gmch-gen11",
		.vendor = PCI_VENDOR_ID_INTEL,
		.class = CLASS_VGA,
		.ids = igd_11_to_12,
		.needs = { { 0, VGA_BAR_MEM64, 0x200000 } },
		.row = "mirror bar=0 offset=0x108040 size=2 config=0x50 echo=written",
	},
	{
		.name = "igd-bdsm-gen11",
		.vendor = PCI_VENDOR_ID_INTEL,
		.class = CLASS_VGA,
		.ids = igd_11_to_12,
		.needs = { { 0, VGA_BAR_MEM64, 0x200000 } },
		.row = "mirror bar=0 offset=0x1080c0 size=8 config=0xc0 echo=written",
	},
};

const unsigned int vga_quirk_table_size = ARRAY_SIZE(vga_quirk_table);
