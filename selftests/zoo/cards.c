/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cards of the zoo. README.md tells where each fact is from.
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "zoo.h"

#define MEM32       PCI_BASE_ADDRESS_SPACE_MEMORY
#define MEM64       (PCI_BASE_ADDRESS_SPACE_MEMORY | PCI_BASE_ADDRESS_MEM_TYPE_64)
#define PREFETCH    PCI_BASE_ADDRESS_MEM_PREFETCH
#define IO          PCI_BASE_ADDRESS_SPACE_IO

/*
 * The registers' first bytes, MM_INDEX and MM_DATA among them, are in the I/O
 * BAR as well; the config space behind them cannot be written.
 */
#define RADEON_MM   { .kind = ZOO_WINDOW, .bar = 2, .offset = 0, .data = 4, .of = 2, .memory = true }

/* HD 5450 and HD 7850 differ in ids and in the size of BAR 2. */
#define RADEON_HD(regs) \
    .vram_mb = 16, .pm = 0x50, .express = 0x58, .msi = 0xa0, \
    .bars = { \
        [0] = { ZOO_VRAM, MEM64 | PREFETCH, .size = 256 * MiB }, \
        [2] = { ZOO_REGISTERS, MEM64, .size = (regs) }, \
        [4] = { ZOO_ALIAS, IO, .of = 2, .size = 256 }, \
    }, \
    .doors = { \
        RADEON_MM, \
        { ZOO_MIRROR, .bar = 2, .offset = 0x4000, .size = 4 * KiB }, \
        { ZOO_VALUE, .bar = 2, .offset = 0x5428, .value = 16 * MiB }, /* CONFIG_MEMSIZE */ \
        { ZOO_SHOWS, .bar = ZOO_LEGACY, .offset = 0x3c3, .size = 1, .of = 4, .shift = 8 }, \
    }

/* CRTC 0x38, PMC_BOOT_0 and the two places of config space in BAR 0. */
#define NVIDIA(boot0) \
    { ZOO_VALUE, .bar = 0, .offset = 0, .value = (boot0) }, \
    { ZOO_MIRROR, .bar = 0, .offset = 0x1800, .size = 256, .writable = true }, \
    { ZOO_MIRROR, .bar = 0, .offset = 0x88000, .size = 4 * KiB, .writable = true }, \
    { ZOO_RMA, .bar = ZOO_LEGACY, .offset = 0x3d0, .size = 4, .of = 0 }

/* I/O ports: 0 and 4 open the window, 8 is its address, 0xc its data. */
#define NVIDIA_IO   { ZOO_WINDOW, .bar = 5, .offset = 8, .data = 0xc, .of = 0, .gated = true }

/* What the G80 and its kin have in common. */
#define GEFORCE_8 \
    .vram_mb = 16, .pm = 0x60, .msi = 0x68, .express = 0x78, .no_soft_reset = true, \
    .bars = { \
        [0] = { ZOO_REGISTERS, MEM32, .size = 16 * MiB }, \
        [1] = { ZOO_VRAM, MEM64 | PREFETCH, .size = 256 * MiB }, \
        [3] = { ZOO_MEMORY, MEM64, .size = 32 * MiB }, \
        [5] = { ZOO_REGISTERS, IO, .size = 128 }, \
    }

const ZooCard zoo_cards[] = {
    {
        .name = "zoo-hd5450", .what = "Radeon HD 5450 (Cedar)",
        .vendor = 0x1002, .device = 0x68f9, .subvendor = 0x174b, .subdevice = 0xe157,
        .no_soft_reset = true,
        RADEON_HD(128 * KiB),
    }, {
        .name = "zoo-hd7850", .what = "Radeon HD 7850 (Pitcairn)",
        .vendor = 0x1002, .device = 0x6819, .subvendor = 0x1787, .subdevice = 0x2321,
        RADEON_HD(256 * KiB),
    }, {
        .name = "zoo-x550", .what = "Radeon X550 (RV370)",
        .vendor = 0x1002, .device = 0x5b60, .subvendor = 0x1002, .subdevice = 0x0402,
        .vram_mb = 16, .pm = 0x50, .express = 0x58, .msi = 0xa0, .no_soft_reset = true,
        .bars = {
            [0] = { ZOO_VRAM, MEM32 | PREFETCH, .size = 128 * MiB },
            [1] = { ZOO_ALIAS, IO, .of = 2, .size = 256 },
            [2] = { ZOO_REGISTERS, MEM32, .size = 64 * KiB },
        },
        .doors = {
            RADEON_MM,
            { ZOO_MIRROR, .bar = 2, .offset = 0xf00, .size = 256 },
            { ZOO_VALUE, .bar = 2, .offset = 0xf8, .value = 16 * MiB },        /* CONFIG_MEMSIZE */
            { ZOO_SHOWS, .bar = 2, .offset = 0x100, .size = 4, .of = 0 },      /* CONFIG_APER_0_BASE */
            { ZOO_SHOWS, .bar = 2, .offset = 0x104, .size = 4, .of = 0, .value = 64 * MiB }, /* CONFIG_APER_1_BASE */
            { ZOO_VALUE, .bar = 2, .offset = 0x108, .value = 64 * MiB },       /* CONFIG_APER_SIZE */
            { ZOO_SHOWS, .bar = 2, .offset = 0x10c, .size = 4, .of = 2 },      /* CONFIG_REG_1_BASE */
            { ZOO_VALUE, .bar = 2, .offset = 0x110, .value = 64 * KiB },       /* CONFIG_REG_APER_SIZE */
        },
    }, {
        .name = "zoo-gf7300le", .what = "GeForce 7300 LE (G72)",
        .vendor = 0x10de, .device = 0x01d1, .subvendor = 0x1043, .subdevice = 0x8245,
        .revision = 0xa1, .vram_mb = 16, .pm = 0x60, .msi = 0x68, .express = 0x78, .no_soft_reset = true,
        .bars = {
            [0] = { ZOO_REGISTERS, MEM32, .size = 16 * MiB },
            [1] = { ZOO_VRAM, MEM64 | PREFETCH, .size = 256 * MiB },
            [3] = { ZOO_MEMORY, MEM64, .size = 16 * MiB },
        },
        .doors = { NVIDIA(0x046300a1) },
    }, {
        .name = "zoo-nvs290", .what = "Quadro NVS 290 (G86)",
        .vendor = 0x10de, .device = 0x042f, .subvendor = 0x10de, .subdevice = 0x0492,
        .revision = 0xa1,
        GEFORCE_8,
        .doors = { NVIDIA(0x086900a2), NVIDIA_IO },
    }, {
        .name = "zoo-gf8400gs", .what = "GeForce 8400 GS (G98)",
        .vendor = 0x10de, .device = 0x06e4, .subvendor = 0x1462, .subdevice = 0x1164,
        .revision = 0xa1,
        GEFORCE_8,
        .doors = { NVIDIA(0x098480a2), NVIDIA_IO },
    }, {
        /* With an audio function beside it, whose config space is shown, too: PPCI_HDA. */
        .name = "zoo-gt240", .what = "GeForce GT 240 (GT215)",
        .vendor = 0x10de, .device = 0x0ca3, .subvendor = 0x1043, .subdevice = 0x8326,
        .revision = 0xa2,
        GEFORCE_8,
        .doors = {
            NVIDIA(0x0a5180a2), NVIDIA_IO,
            { ZOO_COMPANION, .bar = 0, .offset = 0x8a000, .size = 4 * KiB, .writable = true },
        },
    }, {
        /* In a chipset, and shows the config space of the bridge that it is behind: PBRIDGE_PCI. */
        .name = "zoo-gf9400m", .what = "GeForce 9400M (MCP79)",
        .vendor = 0x10de, .device = 0x0863, .subvendor = 0x106b, .subdevice = 0x00b2,
        .revision = 0xb1,
        GEFORCE_8,
        .doors = {
            NVIDIA(0x0ac080b1), NVIDIA_IO,
            { ZOO_BRIDGE, .bar = 0, .offset = 0x2ff000, .size = 4 * KiB, .writable = true },
        },
    }, {
        /* GMCH and BDSM: no stolen memory, so that no kernel looks for it, at an address of the host's all the same. */
        .name = "zoo-hd530", .what = "HD Graphics 530 (Skylake GT2)",
        .vendor = 0x8086, .device = 0x1912, .subvendor = 0x8086, .subdevice = 0x2212,
        .revision = 0x06, .vram_mb = 16, .pm = 0xd0, .msi = 0xac, .express = 0x70,
        .config = { { 0x50, 0x000000c1 }, { 0x5c, 0x7b800001 } },
        .bars = {
            [0] = { ZOO_REGISTERS, MEM64, .size = 16 * MiB },
            [2] = { ZOO_VRAM, MEM64 | PREFETCH, .size = 256 * MiB },
            [4] = { ZOO_REGISTERS, IO, .size = 64 },
        },
        .doors = {
            { ZOO_MIRROR, .bar = 0, .offset = 0x108040, .size = 2, .value = 0x50 },
            { ZOO_MIRROR, .bar = 0, .offset = 0x1080c0, .size = 4, .value = 0x5c },
        },
    }, {
        /* No card: an HD 7850 that has its MSI-X table in the BAR with the back doors. */
        .name = "zoo-msix", .what = "Radeon HD 7850 with MSI-X",
        .vendor = 0x1002, .device = 0x6819, .subvendor = 0x1787, .subdevice = 0x2321,
        .msix = 0xc0, .msix_table = 0x8000,
        RADEON_HD(256 * KiB),
    },
};

const unsigned int zoo_nr_cards = ARRAY_SIZE(zoo_cards);
