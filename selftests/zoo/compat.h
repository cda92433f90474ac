/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the versions of QEMU that have the zoo: 7.2 to 10.0.
 */
#ifndef ZOO_COMPAT_H
#define ZOO_COMPAT_H

#include "hw/qdev-core.h"

/* Since 9.2 a device's reset is set by a function. */
#if QEMU_VERSION_MAJOR < 10
static inline void device_class_set_legacy_reset(DeviceClass *dc, DeviceReset reset)
{
    dc->reset = reset;
}
#endif

#endif
