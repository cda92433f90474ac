/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VGA cards that tell their BAR addresses through back doors, as data.
 *
 * cards.c describes them, zoo.c plays them inside QEMU. Nothing here knows what
 * a hypervisor does about back doors: addresses are those the card has.
 */
#ifndef ZOO_H
#define ZOO_H

#include "hw/pci/pci.h"

#define ZOO_BARS	6
#define ZOO_DOORS	12
/* A door's bar when it is in the legacy VGA ports; its offsets are port numbers. */
#define ZOO_LEGACY	0xff

/* What stands behind a BAR. */
typedef enum {
    ZOO_NOTHING,
    ZOO_VRAM,       /* the card's memory; what the BAR has beyond it decodes nothing */
    ZOO_MEMORY,     /* the same memory again */
    ZOO_REGISTERS,  /* doors and values; all else reads zero and ignores writes */
    ZOO_ALIAS,      /* the first bytes of the registers in BAR number @of */
} ZooContent;

typedef struct ZooBar {
    ZooContent content;
    uint8_t type;   /* PCI_BASE_ADDRESS_* flags */
    uint8_t of;
    uint64_t size;
} ZooBar;

typedef enum {
    ZOO_CLOSED,     /* end of the list */
    ZOO_VALUE,      /* 4 bytes at @offset read @value */
    ZOO_MIRROR,     /* config space, @size bytes from @value, at @offset */
    ZOO_COMPANION,  /* the same of the next function of this slot */
    ZOO_BRIDGE,     /* the same of the bridge above */
    ZOO_SHOWS,      /* @size bytes at @offset: address of BAR @of plus @value, >> @shift */
    ZOO_WINDOW,     /* an address at @offset, at @data what is there in BAR @of */
    ZOO_RMA,        /* the same in port @offset, what it is for in CRTC register 0x38 */
} ZooKind;

typedef struct ZooDoor {
    ZooKind kind;
    uint8_t bar;
    uint32_t offset;
    uint32_t size;
    uint32_t value;
    uint32_t data;
    uint8_t of;
    uint8_t shift;
    bool writable;  /* a mirror through which config space can be written */
    bool memory;    /* a window whose address with bit 31 means the card's memory */
    bool gated;     /* a window that is open while bit 0 is set at 0 and at 4 of its BAR */
} ZooDoor;

typedef struct ZooCard {
    const char *name;
    const char *what;
    uint16_t vendor, device, subvendor, subdevice;
    uint8_t revision;
    uint8_t vram_mb;
    uint8_t pm, express, msi;   /* offsets of the capabilities */
    uint8_t msix;               /* the same, or 0; its table is in BAR 2 at @msix_table, and a page long */
    uint32_t msix_table;
    /* Read-only registers of config space that are the card's own. */
    struct {
        uint8_t offset;
        uint32_t value;
    } config[2];
    bool no_soft_reset;         /* what the power management capability says */
    ZooBar bars[ZOO_BARS];
    ZooDoor doors[ZOO_DOORS];
} ZooCard;

extern const ZooCard zoo_cards[];
extern const unsigned int zoo_nr_cards;

#endif
