/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cards that do not come back from a reset as they should, for the reset tests.
 *
 * A PCIe endpoint around QEMU's VGA core with a few registers whose cold values
 * are known. README.md tells the habits and where the facts are from.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "hw/pci/msi.h"
#include "hw/pci/pcie.h"
#include "hw/display/vga_int.h"
#include "exec/address-spaces.h"
#include "ui/console.h"
#include "compat.h"

#define PM_CAP          0x50
#define EXPRESS_CAP     0x58
#define MSI_CAP         0xa0
#define AF_CAP          0xc0
#define VRAM_MB         16
#define REGISTERS       (256 * KiB)

/* Registers in BAR 5. The first ones keep what is written until a reset. */
#define SCRATCH         0x40
#define ENGINE          0x3c        /* one of them: not zero while it works */
#define SMC_INDEX       0x200
#define SMC_DATA        0x204
#define DMA_ADDRESS     0x100       /* not zero: writes there every millisecond */
#define CONFIG_MEMSIZE  0x5428

/* Linux drivers/gpu/drm/radeon: ci_smc.c, cik.c, r600_dpm.h. */
#define SMC_RESET_CNTL  0x80000000
#define SMC_CLOCK_CNTL  0x80000004
#define SMC_PC          0x80000370
#define SMC_MISC        0xc0000010
#define SMC_FUSE        0xc00c0000
#define SMC_RUNS_AT     0x20100
#define CONFIG_RESET    0x7c
#define CONFIG_KEY      0x39d5e86b

typedef enum {
    HABIT_NONE,
    HABIT_LIES,     /* says that PM resets it; PM does nothing */
    HABIT_TWICE,    /* answers after every second bus reset */
    HABIT_SLOW,     /* all ones for 300 ms */
    HABIT_NEVER,    /* dies of a reset while its engine works */
    HABIT_D3,       /* dies of an access in D3, until it is reset */
    HABIT_SMC,      /* hangs of a bus reset while its SMC runs */
    HABIT_AF,       /* has the function level reset of conventional PCI */
    HABIT_FLR,      /* has that of PCI Express */
} Habit;

typedef struct FragileCard {
    const char *name, *what;
    uint16_t vendor, device, class;
    Habit habit;
    bool soft_reset;
} FragileCard;

#define ATI 0x1002

static const FragileCard cards[] = {
    /* Linux keeps PM reset from every VGA card of ATI, so this one is not. */
    { "zoo-lies", "PM reset resets nothing", 0x1b36, 0x0f01, PCI_CLASS_DISPLAY_VGA, HABIT_LIES, true },
    { "zoo-twice", "Answers after every second bus reset", ATI, 0x68e4, PCI_CLASS_DISPLAY_VGA, HABIT_TWICE },
    { "zoo-slow", "All ones for 300 ms after a reset", ATI, 0x68e5, PCI_CLASS_DISPLAY_VGA, HABIT_SLOW },
    { "zoo-never", "Does not come back once it was used", ATI, 0x68e8, PCI_CLASS_DISPLAY_VGA, HABIT_NEVER },
    { "zoo-d3", "Hangs when it is touched in D3", ATI, 0x68e9, PCI_CLASS_DISPLAY_VGA, HABIT_D3 },
    { "zoo-bonaire", "Radeon HD 7790 (Bonaire)", ATI, 0x665c, PCI_CLASS_DISPLAY_VGA, HABIT_SMC },
    { "zoo-af", "Function level reset of Advanced Features", 0x1b36, 0x0f02, PCI_CLASS_DISPLAY_VGA, HABIT_AF },
    /* Ids for which Linux has a reset of its own that needs no more than FLR: delay_250ms_after_flr(). */
    { "zoo-flr", "Function level reset", 0x8086, 0x0953, PCI_CLASS_DISPLAY_VGA, HABIT_FLR },
    { "zoo-pair", "GPU of a package", ATI, 0x68f1, PCI_CLASS_DISPLAY_VGA, HABIT_NONE },
    { "zoo-audio", "Audio function of a package", ATI, 0xaa68, 0x0403, HABIT_NONE },
};

typedef struct FragileState {
    PCIDevice pdev;
    const FragileCard *card;
    VGACommonState vga;
    MemoryRegion vram, hole, doorbell, io, registers;
    MemoryRegion legacy, legacy_mem, power;
    uint32_t scratch[SCRATCH / 4];
    uint32_t dma_address;
    uint16_t power_port;
    QEMUTimer dma;
    uint32_t smc_index, smc_pc, smc_clock, smc_reset, smc_misc;
    bool touched;       /* the guest has configured it: resets count from now on */
    bool dead;          /* answers nothing */
    bool off;           /* nor does it, without power */
    bool hung;          /* answers config space and the SMC only */
    int64_t asleep;     /* answers nothing until then */
} FragileState;

typedef struct FragileClass {
    PCIDeviceClass parent_class;
    const FragileCard *card;
} FragileClass;

#define TYPE_FRAGILE "zoo-fragile"
DECLARE_OBJ_CHECKERS(FragileState, FragileClass, FRAGILE, TYPE_FRAGILE)

static bool is_gpu(FragileState *s)
{
    return s->card->class == PCI_CLASS_DISPLAY_VGA;
}

static bool is_silent(FragileState *s)
{
    return s->dead || s->off || qemu_clock_get_ms(QEMU_CLOCK_VIRTUAL) < s->asleep;
}

static unsigned int power_state(FragileState *s)
{
    return pci_get_word(s->pdev.config + PM_CAP + PCI_PM_CTRL) & PCI_PM_CTRL_STATE_MASK;
}

/* The card's memory is behind no callback: cover it where it must read ones. */
static void show_memory(FragileState *s)
{
    if (is_gpu(s)) {
        memory_region_set_enabled(&s->hole, is_silent(s) || s->hung || power_state(s));
    }
}

static void die(FragileState *s)
{
    s->dead = true;
    show_memory(s);
}

/* What the card is after power on. */
static void cold(FragileState *s)
{
    unsigned int n;

    for (n = 0; n < ARRAY_SIZE(s->scratch); n++) {
        s->scratch[n] = n * 4 == ENGINE ? 0 : 0xc01d0000 + n * 4;
    }
    s->dma_address = 0;
    s->smc_index = 0;
    s->smc_pc = 0;
    s->smc_clock = 1;
    s->smc_reset = 1;
    /* As the fuse: a reset now would take the audio function along. */
    s->smc_misc = 2;
    s->hung = false;
    if (is_gpu(s)) {
        memset(s->vga.vram_ptr, 0, s->vga.vram_size);
        memory_region_set_dirty(&s->vga.vram, 0, s->vga.vram_size);
        vga_common_reset(&s->vga);
    }
    msi_reset(&s->pdev);
    pci_word_test_and_clear_mask(s->pdev.config + PM_CAP + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);
    show_memory(s);
}

static bool smc_runs(FragileState *s)
{
    return !(s->smc_clock & 1) && s->smc_pc >= SMC_RUNS_AT;
}

static uint32_t *smc_register(FragileState *s)
{
    switch (s->smc_index) {
    case SMC_RESET_CNTL:
        return &s->smc_reset;
    case SMC_CLOCK_CNTL:
        return &s->smc_clock;
    case SMC_PC:
        return &s->smc_pc;
    case SMC_MISC:
        return &s->smc_misc;
    }
    return NULL;
}

/* Is this access to a BAR lost? */
static bool is_lost(FragileState *s)
{
    if (power_state(s) && s->card->habit == HABIT_D3) {
        die(s);
    }
    return is_silent(s) || power_state(s);
}

static uint64_t registers_read(void *opaque, hwaddr addr, unsigned size)
{
    FragileState *s = opaque;
    uint32_t *smc;

    if (is_lost(s)) {
        return UINT32_MAX;
    }
    if (s->card->habit == HABIT_SMC) {
        switch (addr) {
        case SMC_INDEX:
            return s->smc_index;
        case SMC_DATA:
            smc = smc_register(s);
            return smc ? *smc : s->smc_index == SMC_FUSE ? 0x40 : 0;
        }
    }
    if (s->hung) {
        return UINT32_MAX;
    }
    if (addr < SCRATCH) {
        return s->scratch[addr / 4];
    }
    return addr == CONFIG_MEMSIZE ? VRAM_MB : 0;
}

static void registers_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    FragileState *s = opaque;
    uint32_t *smc;

    if (is_lost(s)) {
        return;
    }
    if (s->card->habit == HABIT_SMC && addr == SMC_INDEX) {
        s->smc_index = data;
    } else if (s->card->habit == HABIT_SMC && addr == SMC_DATA) {
        smc = smc_register(s);
        if (smc) {
            *smc = data;
        }
    } else if (!s->hung && addr < SCRATCH) {
        s->scratch[addr / 4] = data;
    } else if (!s->hung && addr == DMA_ADDRESS) {
        s->dma_address = data;
        timer_mod(&s->dma, qemu_clock_get_ms(QEMU_CLOCK_VIRTUAL) + 1);
    }
}

/* Until a reset, or its bus mastering is switched off. */
static void do_dma(void *opaque)
{
    FragileState *s = opaque;

    if (!s->dma_address || is_silent(s)) {
        return;
    }
    if (pci_get_word(s->pdev.config + PCI_COMMAND) & PCI_COMMAND_MASTER) {
        pci_dma_write(&s->pdev, s->dma_address, &s->scratch[0], sizeof(s->scratch[0]));
    }
    timer_mod(&s->dma, qemu_clock_get_ms(QEMU_CLOCK_VIRTUAL) + 1);
}

static const MemoryRegionOps registers_ops = {
    .read = registers_read,
    .write = registers_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .impl = { .min_access_size = 4, .max_access_size = 4 },
};

static uint64_t hole_read(void *opaque, hwaddr addr, unsigned size)
{
    is_lost(opaque);
    show_memory(opaque);
    return UINT64_MAX;
}

static void hole_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    is_lost(opaque);
}

static const MemoryRegionOps hole_ops = {
    .read = hole_read,
    .write = hole_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
};

/* The GPU's own reset: the bus interface keeps what it has. */
static void config_reset(FragileState *s)
{
    bool both = (s->smc_misc & 2) != 0;
    uint32_t pc = s->smc_pc, clock = s->smc_clock;

    if (!smc_runs(s)) {
        return;
    }
    cold(s);
    s->smc_pc = pc;
    s->smc_clock = clock;
    s->smc_reset = 0;
    if (both) {
        die(s);
    }
}

static uint32_t fragile_config_read(PCIDevice *pdev, uint32_t addr, int len)
{
    return is_silent(FRAGILE(pdev)) ? UINT32_MAX : pci_default_read_config(pdev, addr, len);
}

static void fragile_config_write(PCIDevice *pdev, uint32_t addr, uint32_t data, int len)
{
    FragileState *s = FRAGILE(pdev);
    unsigned int before = power_state(s);

    if (is_silent(s)) {
        return;
    }
    s->touched = true;
    pci_default_write_config(pdev, addr, data, len);
    if (s->card->habit == HABIT_SMC && addr == CONFIG_RESET && len == 4 && data == CONFIG_KEY) {
        config_reset(s);
    }
    if (s->card->habit == HABIT_AF && addr == AF_CAP + PCI_AF_CTRL && data & PCI_AF_CTRL_FLR) {
        pci_device_reset(pdev);
    }
    if (s->card->habit == HABIT_FLR) {
        pcie_cap_flr_write_config(pdev, addr, data, len);
    }
    if (before && !power_state(s) && s->card->soft_reset && s->card->habit != HABIT_LIES) {
        pci_device_reset(pdev);
    }
    show_memory(s);
}

static void fragile_reset(DeviceState *dev)
{
    FragileState *s = FRAGILE(dev);

    if (!s->touched) {
        cold(s);
        return;
    }
    switch (s->card->habit) {
    case HABIT_TWICE:
        s->dead = !s->dead;
        break;
    case HABIT_SLOW:
        s->asleep = qemu_clock_get_ms(QEMU_CLOCK_VIRTUAL) + 300;
        break;
    case HABIT_NEVER:
        s->dead |= s->scratch[ENGINE / 4];
        break;
    case HABIT_D3:
        s->dead = false;
        break;
    case HABIT_SMC:
        if (smc_runs(s)) {
            s->hung = true;
            show_memory(s);
            return;
        }
        break;
    default:
        break;
    }
    cold(s);
}

/* The card out of its slot, and in again. */
static void set_power(FragileState *s, bool on)
{
    s->touched = false;
    pci_device_reset(&s->pdev);
    s->dead = false;
    s->off = !on;
    show_memory(s);
}

static void set_powered(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    bool on;

    if (visit_type_bool(v, name, &on, errp)) {
        set_power(FRAGILE(obj), on);
    }
}

/* What firmware switches: a port whose bit 0 is the power of the whole slot. */
static uint64_t power_read(void *opaque, hwaddr addr, unsigned size)
{
    return !FRAGILE(opaque)->off;
}

static void power_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    PCIDevice *pdev = opaque, *function;
    unsigned int n;

    for (n = 0; n < 8; n++) {
        function = pci_find_device(pci_get_bus(pdev), pci_dev_bus_num(pdev), PCI_DEVFN(PCI_SLOT(pdev->devfn), n));
        if (function && object_dynamic_cast(OBJECT(function), TYPE_FRAGILE)) {
            set_power(FRAGILE(function), data & 1);
        }
    }
}

static const MemoryRegionOps power_ops = {
    .read = power_read,
    .write = power_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .impl = { .min_access_size = 1, .max_access_size = 1 },
};

static void set_power_port(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    visit_type_uint16(v, name, &FRAGILE(obj)->power_port, errp);
}

static void init_gpu(FragileState *s, Error **errp)
{
    Object *owner = OBJECT(s);
    MemoryRegion *io = g_new0(MemoryRegion, 1);

    s->vga.vram_size_mb = VRAM_MB;
    if (!vga_common_init(&s->vga, owner, errp)) {
        return;
    }
    memory_region_init(&s->legacy, owner, "fragile-legacy", 1 * MiB);
    memory_region_init(io, owner, "fragile-legacy-io", 64 * KiB);
    vga_init(&s->vga, owner, &s->legacy, io, false);
    memory_region_init_alias(&s->legacy_mem, owner, "fragile-vga-mem", &s->legacy, QEMU_PCI_VGA_MEM_BASE,
                             QEMU_PCI_VGA_MEM_SIZE);

    memory_region_init(&s->vram, owner, "fragile-bar0", VRAM_MB * MiB);
    memory_region_add_subregion(&s->vram, 0, &s->vga.vram);
    memory_region_init_io(&s->hole, owner, &hole_ops, s, "fragile-hole", VRAM_MB * MiB);
    memory_region_add_subregion_overlap(&s->vram, 0, &s->hole, 1);
    memory_region_set_enabled(&s->hole, false);
    pci_register_bar(&s->pdev, 0, PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH, &s->vram);

    memory_region_init(&s->doorbell, owner, "fragile-bar2", 8 * MiB);
    pci_register_bar(&s->pdev, 2, PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH, &s->doorbell);
    memory_region_init(&s->io, owner, "fragile-bar4", 256);
    pci_register_bar(&s->pdev, 4, PCI_BASE_ADDRESS_SPACE_IO, &s->io);
    s->vga.con = graphic_console_init(DEVICE(s), 0, s->vga.hw_ops, &s->vga);
}

static void fragile_realize(PCIDevice *pdev, Error **errp)
{
    ERRP_GUARD();
    FragileState *s = FRAGILE(pdev);

    s->card = FRAGILE_GET_CLASS(pdev)->card;
    if (pci_add_capability(pdev, PCI_CAP_ID_PM, PM_CAP, PCI_PM_SIZEOF, errp) < 0) {
        return;
    }
    pci_set_word(pdev->config + PM_CAP + PCI_PM_PMC, 3 | PCI_PM_CAP_D1 | PCI_PM_CAP_D2);
    pci_set_word(pdev->config + PM_CAP + PCI_PM_CTRL, s->card->soft_reset ? 0 : PCI_PM_CTRL_NO_SOFT_RESET);
    pci_set_word(pdev->wmask + PM_CAP + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);
    if (pcie_cap_init(pdev, EXPRESS_CAP, PCI_EXP_TYPE_LEG_END, 0, errp) < 0 ||
        msi_init(pdev, MSI_CAP, 1, true, false, errp)) {
        return;
    }
    if (s->card->habit == HABIT_FLR) {
        pcie_cap_flr_init(pdev);
    }
    if (s->card->habit == HABIT_AF) {
        if (pci_add_capability(pdev, PCI_CAP_ID_AF, AF_CAP, PCI_CAP_AF_SIZEOF, errp) < 0) {
            return;
        }
        pci_set_byte(pdev->config + AF_CAP + PCI_AF_LENGTH, PCI_CAP_AF_SIZEOF);
        pci_set_byte(pdev->config + AF_CAP + PCI_AF_CAP, PCI_AF_CAP_TP | PCI_AF_CAP_FLR);
    }
    if (is_gpu(s)) {
        init_gpu(s, errp);
    }
    memory_region_init_io(&s->registers, OBJECT(s), &registers_ops, s, "fragile-bar5", REGISTERS);
    pci_register_bar(pdev, 5, PCI_BASE_ADDRESS_SPACE_MEMORY, &s->registers);
    pdev->config[PCI_INTERRUPT_PIN] = 1;
    timer_init_ms(&s->dma, QEMU_CLOCK_VIRTUAL, do_dma, s);
    if (s->power_port) {
        memory_region_init_io(&s->power, OBJECT(s), &power_ops, s, "fragile-power", 1);
        memory_region_add_subregion(get_system_io(), s->power_port, &s->power);
    }
}

static void fragile_exit(PCIDevice *pdev)
{
    if (is_gpu(FRAGILE(pdev))) {
        graphic_console_close(FRAGILE(pdev)->vga.con);
    }
    timer_del(&FRAGILE(pdev)->dma);
    msi_uninit(pdev);
    pcie_cap_exit(pdev);
}

static void fragile_card_class_init(ObjectClass *class, void *data)
{
    PCIDeviceClass *pci = PCI_DEVICE_CLASS(class);
    const FragileCard *card = data;

    ((FragileClass *)class)->card = card;
    DEVICE_CLASS(class)->desc = card->what;
    pci->vendor_id = card->vendor;
    pci->device_id = card->device;
    pci->class_id = card->class;
}

static void fragile_class_init(ObjectClass *class, void *data)
{
    DeviceClass *dev = DEVICE_CLASS(class);
    PCIDeviceClass *pci = PCI_DEVICE_CLASS(class);

    device_class_set_legacy_reset(dev, fragile_reset);
    dev->hotpluggable = false;
    set_bit(DEVICE_CATEGORY_DISPLAY, dev->categories);
    pci->subsystem_vendor_id = ATI;
    pci->subsystem_id = 1;
    pci->realize = fragile_realize;
    pci->exit = fragile_exit;
    pci->config_read = fragile_config_read;
    pci->config_write = fragile_config_write;
    object_class_property_add(class, "powered", "bool", NULL, set_powered, NULL, NULL);
    object_class_property_add(class, "power-port", "uint16", NULL, set_power_port, NULL, NULL);
}

static const TypeInfo fragile_info = {
    .name = TYPE_FRAGILE,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(FragileState),
    .class_size = sizeof(FragileClass),
    .class_init = fragile_class_init,
    .abstract = true,
    .interfaces = (InterfaceInfo[]) { { INTERFACE_PCIE_DEVICE }, { } },
};

static void fragile_register_types(void)
{
    unsigned int n;

    type_register_static(&fragile_info);
    for (n = 0; n < ARRAY_SIZE(cards); n++) {
        TypeInfo info = {
            .name = cards[n].name,
            .parent = TYPE_FRAGILE,
            .class_init = fragile_card_class_init,
            .class_data = (void *)&cards[n],
        };

        type_register_static(&info);
    }
}

type_init(fragile_register_types)
