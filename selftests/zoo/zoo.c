/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plays the cards of cards.c inside QEMU: a PCIe endpoint around QEMU's VGA core.
 *
 * Registers are read byte by byte, so that every width and alignment works.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "hw/pci/msi.h"
#include "hw/pci/msix.h"
#include "hw/pci/pci_bridge.h"
#include "hw/pci/pci_bus.h"
#include "hw/pci/pcie.h"
#include "hw/display/vga_int.h"
#include "ui/console.h"
#include "compat.h"
#include "zoo.h"

/* What CRTC register 0x38 makes of ports 0x3d0 to 0x3d3. */
#define RMA_MODE    0x38
#define RMA_ADDRESS 3
#define RMA_READ    5
#define RMA_WRITE   7

#define MSIX_VECTORS 16
#define MSIX_PBA    0x800

typedef struct ZooState ZooState;

/* What a BAR's callbacks get. */
typedef struct ZooRegion {
    ZooState *state;
    unsigned int bar;
} ZooRegion;

struct ZooState {
    PCIDevice pdev;
    const ZooCard *card;
    VGACommonState vga;
    ZooRegion regions[ZOO_BARS];
    MemoryRegion bars[ZOO_BARS];
    /* The VGA core puts its memory into an address space; here the window is cut out of it. */
    MemoryRegion legacy, legacy_mem, legacy_io, io, io_lo, io_hi;
    /* Of a window or the RMA: its address; of a gated window also the gates. */
    uint32_t address[ZOO_DOORS];
    uint32_t gates[ZOO_DOORS][2];
};

typedef struct ZooClass {
    PCIDeviceClass parent_class;
    const ZooCard *card;
} ZooClass;

#define TYPE_ZOO "zoo-card"
DECLARE_OBJ_CHECKERS(ZooState, ZooClass, ZOO, TYPE_ZOO)

static uint8_t zoo_read(ZooState *s, unsigned int bar, hwaddr addr);
static void zoo_write(ZooState *s, unsigned int bar, hwaddr addr, uint64_t data, unsigned size);

static bool in(hwaddr addr, uint32_t offset, uint32_t size)
{
    return addr >= offset && addr - offset < size;
}

static bool is_open(ZooState *s, const ZooDoor *door)
{
    const uint32_t *gates = s->gates[door - s->card->doors];

    return !door->gated || (gates[0] & gates[1] & 1);
}

/* A window that looks at its own registers sees nothing. */
static bool leads_nowhere(ZooState *s, const ZooDoor *door, uint32_t address)
{
    return address >= s->card->bars[door->of].size || (door->bar == door->of && in(address, door->offset, 8));
}

static uint8_t window_read(ZooState *s, const ZooDoor *door, unsigned int byte)
{
    uint32_t address = s->address[door - s->card->doors];

    if (door->memory && address >> 31) {
        address = (address & ~BIT(31)) + byte;
        return address < s->vga.vram_size ? s->vga.vram_ptr[address] : 0xff;
    }
    address += byte;
    return leads_nowhere(s, door, address) ? 0 : zoo_read(s, door->of, address);
}

static void window_write(ZooState *s, const ZooDoor *door, unsigned int byte, uint64_t data, unsigned size)
{
    uint32_t address = s->address[door - s->card->doors] + byte;

    if (!leads_nowhere(s, door, address)) {
        zoo_write(s, door->of, address, data, size);
    }
}

static uint8_t shown_address(ZooState *s, const ZooDoor *door, unsigned int byte)
{
    uint32_t address = pci_get_long(s->pdev.config + PCI_BASE_ADDRESS_0 + 4 * door->of);

    address &= s->card->bars[door->of].type & PCI_BASE_ADDRESS_SPACE_IO ?
               PCI_BASE_ADDRESS_IO_MASK : PCI_BASE_ADDRESS_MEM_MASK;
    return (address + door->value) >> (door->shift + byte * 8);
}

/* Whose config space does a mirror show? NULL if there is none. */
static PCIDevice *mirrored(ZooState *s, const ZooDoor *door)
{
    switch (door->kind) {
    case ZOO_COMPANION:
        return pci_get_bus(&s->pdev)->devices[s->pdev.devfn + 1];
    case ZOO_BRIDGE:
        return pci_bridge_get_device(pci_get_bus(&s->pdev));
    default:
        return &s->pdev;
    }
}

static uint8_t mirror_read(ZooState *s, const ZooDoor *door, uint32_t byte)
{
    PCIDevice *pdev = mirrored(s, door);

    byte += door->value;
    return pdev && byte < pci_config_size(pdev) ? pdev->config[byte] : 0;
}

static void mirror_write(ZooState *s, const ZooDoor *door, uint32_t byte, uint64_t data, unsigned size)
{
    PCIDevice *pdev = mirrored(s, door);

    byte += door->value;
    if (pdev && door->writable && byte + size <= pci_config_size(pdev)) {
        pci_default_write_config(pdev, byte, data, size);
    }
}

static uint8_t zoo_read(ZooState *s, unsigned int bar, hwaddr addr)
{
    unsigned int n;

    for (n = 0; n < ZOO_DOORS; n++) {
        const ZooDoor *door = &s->card->doors[n];
        hwaddr byte = addr - door->offset;

        if (door->bar != bar) {
            continue;
        }
        switch (door->kind) {
        case ZOO_CLOSED:
            break;
        case ZOO_VALUE:
            if (in(addr, door->offset, 4)) {
                return door->value >> (byte * 8);
            }
            break;
        case ZOO_MIRROR:
        case ZOO_COMPANION:
        case ZOO_BRIDGE:
            if (in(addr, door->offset, door->size)) {
                return mirror_read(s, door, byte);
            }
            break;
        case ZOO_SHOWS:
            if (in(addr, door->offset, door->size)) {
                return shown_address(s, door, byte);
            }
            break;
        case ZOO_WINDOW:
            if (door->gated && in(addr, 0, 8)) {
                return s->gates[n][addr / 4] >> (addr % 4 * 8);
            }
            if (in(addr, door->offset, 4)) {
                return s->address[n] >> (byte * 8);
            }
            if (in(addr, door->data, 4)) {
                return is_open(s, door) ? window_read(s, door, addr - door->data) : 0;
            }
            break;
        case ZOO_RMA:
            if (in(addr, door->offset, door->size)) {
                switch (s->vga.cr[RMA_MODE]) {
                case RMA_ADDRESS:
                    return s->address[n] >> (byte * 8);
                case RMA_READ:
                    return window_read(s, door, byte);
                }
            }
            break;
        }
    }
    return bar == ZOO_LEGACY ? vga_ioport_read(&s->vga, addr) : 0;
}

/* Write one register or a part of it. */
static void zoo_write(ZooState *s, unsigned int bar, hwaddr addr, uint64_t data, unsigned size)
{
    unsigned int n;

    for (n = 0; n < ZOO_DOORS; n++) {
        const ZooDoor *door = &s->card->doors[n];
        hwaddr byte = addr - door->offset;

        if (door->bar != bar) {
            continue;
        }
        switch (door->kind) {
        case ZOO_CLOSED:
        case ZOO_VALUE:
        case ZOO_SHOWS:
            break;
        case ZOO_MIRROR:
        case ZOO_COMPANION:
        case ZOO_BRIDGE:
            if (in(addr, door->offset, door->size)) {
                mirror_write(s, door, byte, data, size);
                return;
            }
            break;
        case ZOO_WINDOW:
            if (door->gated && in(addr, 0, 8)) {
                s->gates[n][addr / 4] = deposit32(s->gates[n][addr / 4], addr % 4 * 8, size * 8, data);
                return;
            }
            if (in(addr, door->offset, 4)) {
                s->address[n] = deposit32(s->address[n], byte * 8, size * 8, data);
                return;
            }
            if (in(addr, door->data, 4)) {
                if (is_open(s, door)) {
                    window_write(s, door, addr - door->data, data, size);
                }
                return;
            }
            break;
        case ZOO_RMA:
            if (in(addr, door->offset, door->size)) {
                switch (s->vga.cr[RMA_MODE]) {
                case RMA_ADDRESS:
                    s->address[n] = deposit32(s->address[n], byte * 8, size * 8, data);
                    return;
                case RMA_WRITE:
                    window_write(s, door, byte, data, size);
                    return;
                }
            }
            break;
        }
    }
    if (bar == ZOO_LEGACY) {
        vga_ioport_write(&s->vga, addr, data);
    }
}

static uint64_t bar_read(void *opaque, hwaddr addr, unsigned size)
{
    ZooRegion *region = opaque;
    uint64_t data = 0;
    unsigned int i;

    for (i = 0; i < size; i++) {
        data |= (uint64_t)zoo_read(region->state, region->bar, addr + i) << (i * 8);
    }
    return data;
}

/* A write whose bytes belong to two registers is two. */
static void bar_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    ZooRegion *region = opaque;
    unsigned int piece;

    for (; size; size -= piece, addr += piece, data >>= piece * 8) {
        for (piece = 4; piece > size || addr % piece; piece /= 2) {
        }
        zoo_write(region->state, region->bar, addr, extract64(data, 0, piece * 8), piece);
    }
}

static const MemoryRegionOps bar_ops = {
    .read = bar_read,
    .write = bar_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 4, .unaligned = true },
};

static uint64_t io_read(void *opaque, hwaddr addr, unsigned size)
{
    return zoo_read(opaque, ZOO_LEGACY, QEMU_PCI_VGA_IO_LO_BASE + addr);
}

static void io_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    zoo_write(opaque, ZOO_LEGACY, QEMU_PCI_VGA_IO_LO_BASE + addr, data, 1);
}

/* VGA registers are bytes. */
static const MemoryRegionOps io_ops = {
    .read = io_read,
    .write = io_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 1 },
};

/* The legacy ranges, decoded as the command register and the bridges say. */
static void init_legacy(ZooState *s)
{
    Object *owner = OBJECT(s);

    memory_region_init(&s->legacy, owner, "zoo-legacy", 1 * MiB);
    memory_region_init(&s->legacy_io, owner, "zoo-legacy-io", 64 * KiB);
    vga_init(&s->vga, owner, &s->legacy, &s->legacy_io, false);
    memory_region_init_alias(&s->legacy_mem, owner, "zoo-vga-mem", &s->legacy, QEMU_PCI_VGA_MEM_BASE,
                             QEMU_PCI_VGA_MEM_SIZE);

    memory_region_init_io(&s->io, owner, &io_ops, s, "zoo-vga-io",
                          QEMU_PCI_VGA_IO_HI_BASE + QEMU_PCI_VGA_IO_HI_SIZE - QEMU_PCI_VGA_IO_LO_BASE);
    memory_region_set_flush_coalesced(&s->io);
    memory_region_init_alias(&s->io_lo, owner, "zoo-vga-io-lo", &s->io, 0, QEMU_PCI_VGA_IO_LO_SIZE);
    memory_region_init_alias(&s->io_hi, owner, "zoo-vga-io-hi", &s->io,
                             QEMU_PCI_VGA_IO_HI_BASE - QEMU_PCI_VGA_IO_LO_BASE, QEMU_PCI_VGA_IO_HI_SIZE);
    pci_register_vga(&s->pdev, &s->legacy_mem, &s->io_lo, &s->io_hi);
}

static void init_bar(ZooState *s, unsigned int n)
{
    const ZooBar *bar = &s->card->bars[n];
    g_autofree char *name = g_strdup_printf("%s-bar%u", s->card->name, n);
    MemoryRegion *region = &s->bars[n];

    s->regions[n].state = s;
    s->regions[n].bar = bar->content == ZOO_ALIAS ? bar->of : n;
    switch (bar->content) {
    case ZOO_NOTHING:
        return;
    case ZOO_VRAM:
        memory_region_init(region, OBJECT(s), name, bar->size);
        memory_region_add_subregion(region, 0, &s->vga.vram);
        break;
    case ZOO_MEMORY:
        memory_region_init_alias(region, OBJECT(s), name, &s->vga.vram, 0, bar->size);
        break;
    case ZOO_REGISTERS:
    case ZOO_ALIAS:
        memory_region_init_io(region, OBJECT(s), &bar_ops, &s->regions[n], name, bar->size);
        break;
    }
    pci_register_bar(&s->pdev, n, bar->type, region);
}

static void init_capabilities(ZooState *s, Error **errp)
{
    const ZooCard *card = s->card;
    PCIDevice *pdev = &s->pdev;

    if (pci_add_capability(pdev, PCI_CAP_ID_PM, card->pm, PCI_PM_SIZEOF, errp) < 0) {
        return;
    }
    pci_set_word(pdev->config + card->pm + PCI_PM_PMC, 3 | PCI_PM_CAP_D1 | PCI_PM_CAP_D2);
    pci_set_word(pdev->config + card->pm + PCI_PM_CTRL, card->no_soft_reset ? PCI_PM_CTRL_NO_SOFT_RESET : 0);
    pci_set_word(pdev->wmask + card->pm + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);
    if (pcie_cap_init(pdev, card->express, PCI_EXP_TYPE_LEG_END, 0, errp) < 0) {
        return;
    }
    msi_init(pdev, card->msi, 1, true, false, errp);
}

/* The table lies over the registers of BAR 2. */
static void init_msix(ZooState *s, Error **errp)
{
    const ZooCard *card = s->card;

    if (card->msix) {
        msix_init(&s->pdev, MSIX_VECTORS, &s->bars[2], 2, card->msix_table, &s->bars[2], 2,
                  card->msix_table + MSIX_PBA, card->msix, errp);
    }
}

static void zoo_realize(PCIDevice *pdev, Error **errp)
{
    ERRP_GUARD();
    ZooState *s = ZOO(pdev);
    unsigned int n;

    s->card = ZOO_GET_CLASS(pdev)->card;
    s->vga.vram_size_mb = s->card->vram_mb;
    if (!vga_common_init(&s->vga, OBJECT(s), errp)) {
        return;
    }
    init_capabilities(s, errp);
    if (*errp) {
        return;
    }
    init_legacy(s);
    for (n = 0; n < ZOO_BARS; n++) {
        init_bar(s, n);
    }
    init_msix(s, errp);
    if (*errp) {
        return;
    }
    for (n = 0; n < ARRAY_SIZE(s->card->config); n++) {
        if (s->card->config[n].offset) {
            pci_set_long(pdev->config + s->card->config[n].offset, s->card->config[n].value);
            pci_set_long(pdev->wmask + s->card->config[n].offset, 0);
        }
    }
    pdev->config[PCI_INTERRUPT_PIN] = 1;
    s->vga.con = graphic_console_init(DEVICE(s), 0, s->vga.hw_ops, &s->vga);
}

/* The VGA core leaves the old picture where no mode is set. */
static void blank_screen(ZooState *s)
{
    dpy_gfx_replace_surface(s->vga.con, qemu_create_displaysurface(640, 400));
    dpy_gfx_update_full(s->vga.con);
}

static void zoo_reset(DeviceState *dev)
{
    ZooState *s = ZOO(dev);

    vga_common_reset(&s->vga);
    blank_screen(s);
    msi_reset(&s->pdev);
    msix_reset(&s->pdev);
    pci_word_test_and_clear_mask(s->pdev.config + s->card->pm + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);
    memset(s->address, 0, sizeof(s->address));
    memset(s->gates, 0, sizeof(s->gates));
}

static void zoo_exit(PCIDevice *pdev)
{
    ZooState *s = ZOO(pdev);

    graphic_console_close(s->vga.con);
    msix_uninit(pdev, &s->bars[2], &s->bars[2]);
    msi_uninit(pdev);
    pcie_cap_exit(pdev);
}

static void zoo_card_class_init(ObjectClass *class, void *data)
{
    PCIDeviceClass *pci = PCI_DEVICE_CLASS(class);
    const ZooCard *card = data;

    ((ZooClass *)class)->card = card;
    DEVICE_CLASS(class)->desc = card->what;
    pci->vendor_id = card->vendor;
    pci->device_id = card->device;
    pci->subsystem_vendor_id = card->subvendor;
    pci->subsystem_id = card->subdevice;
    pci->revision = card->revision;
}

static void zoo_class_init(ObjectClass *class, void *data)
{
    DeviceClass *dev = DEVICE_CLASS(class);
    PCIDeviceClass *pci = PCI_DEVICE_CLASS(class);

    device_class_set_legacy_reset(dev, zoo_reset);
    dev->hotpluggable = false;
    set_bit(DEVICE_CATEGORY_DISPLAY, dev->categories);
    pci->class_id = PCI_CLASS_DISPLAY_VGA;
    pci->realize = zoo_realize;
    pci->exit = zoo_exit;
}

static const TypeInfo zoo_info = {
    .name = TYPE_ZOO,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(ZooState),
    .class_size = sizeof(ZooClass),
    .class_init = zoo_class_init,
    .abstract = true,
    .interfaces = (InterfaceInfo[]) { { INTERFACE_PCIE_DEVICE }, { } },
};

static void zoo_register_types(void)
{
    unsigned int n;

    type_register_static(&zoo_info);
    for (n = 0; n < zoo_nr_cards; n++) {
        TypeInfo info = {
            .name = zoo_cards[n].name,
            .parent = TYPE_ZOO,
            .class_init = zoo_card_class_init,
            .class_data = (void *)&zoo_cards[n],
        };

        type_register_static(&info);
    }
}

type_init(zoo_register_types)
