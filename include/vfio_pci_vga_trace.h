/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trace events of the arbitration, under events/vfio_pci_vga/.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vfio_pci_vga

#if !defined(VFIO_PCI_VGA_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VFIO_PCI_VGA_TRACE_H

#include <linux/pci.h>
#include <linux/tracepoint.h>

#include "vga_lease.h"

TRACE_DEFINE_ENUM(VGA_LEASE_DONE);
TRACE_DEFINE_ENUM(VGA_LEASE_IDLE);
TRACE_DEFINE_ENUM(VGA_LEASE_EXPIRED);
TRACE_DEFINE_ENUM(VGA_LEASE_REVOKED);

#define show_lease_end(reason)						\
	__print_symbolic(reason,					\
		{ VGA_LEASE_DONE,	"done" },			\
		{ VGA_LEASE_IDLE,	"idle" },			\
		{ VGA_LEASE_EXPIRED,	"expired" },			\
		{ VGA_LEASE_REVOKED,	"revoked" })

DECLARE_EVENT_CLASS(vfio_vga_card,
	TP_PROTO(struct pci_dev *pdev),
	TP_ARGS(pdev),
	TP_STRUCT__entry(
		__string(card, pci_name(pdev))
	),
	TP_fast_assign(
		vga_assign_str(card, pci_name(pdev));
	),
	TP_printk("%s", __get_str(card))
);

/* The keeper granted a lease. */
DEFINE_EVENT(vfio_vga_card, vfio_vga_lease_start,
	TP_PROTO(struct pci_dev *pdev), TP_ARGS(pdev));

/* A wait in the arbiter ended by our timer: its wake-up had been lost. */
DEFINE_EVENT(vfio_vga_card, vfio_vga_repair,
	TP_PROTO(struct pci_dev *pdev), TP_ARGS(pdev));

/* A lease ended; how long the route was held, in microseconds. */
TRACE_EVENT(vfio_vga_lease_end,
	TP_PROTO(struct pci_dev *pdev, int reason, u64 held_us),
	TP_ARGS(pdev, reason, held_us),
	TP_STRUCT__entry(
		__string(card, pci_name(pdev))
		__field(int, reason)
		__field(u64, held_us)
	),
	TP_fast_assign(
		vga_assign_str(card, pci_name(pdev));
		__entry->reason = reason;
		__entry->held_us = held_us;
	),
	TP_printk("%s reason=%s held_us=%llu", __get_str(card),
		  show_lease_end(__entry->reason), __entry->held_us)
);

/* A task waited for a lease, in microseconds, and what came of it. */
TRACE_EVENT(vfio_vga_wait,
	TP_PROTO(struct pci_dev *pdev, u64 waited_us, int result),
	TP_ARGS(pdev, waited_us, result),
	TP_STRUCT__entry(
		__string(card, pci_name(pdev))
		__field(u64, waited_us)
		__field(int, result)
	),
	TP_fast_assign(
		vga_assign_str(card, pci_name(pdev));
		__entry->waited_us = waited_us;
		__entry->result = result;
	),
	TP_printk("%s waited_us=%llu result=%d", __get_str(card),
		  __entry->waited_us, __entry->result)
);

/* Another card decodes the ranges while this one has the route. */
TRACE_EVENT(vfio_vga_liar,
	TP_PROTO(struct pci_dev *pdev, struct pci_dev *liar, int policy),
	TP_ARGS(pdev, liar, policy),
	TP_STRUCT__entry(
		__string(card, pci_name(pdev))
		__string(liar, pci_name(liar))
		__field(int, policy)
	),
	TP_fast_assign(
		vga_assign_str(card, pci_name(pdev));
		vga_assign_str(liar, pci_name(liar));
		__entry->policy = policy;
	),
	TP_printk("%s liar=%s policy=%d", __get_str(card), __get_str(liar),
		  __entry->policy)
);

/* vgacon was silenced (taken=1) or has its turn, after so many microseconds. */
TRACE_EVENT(vfio_vga_console,
	TP_PROTO(bool taken, s64 held_us),
	TP_ARGS(taken, held_us),
	TP_STRUCT__entry(
		__field(bool, taken)
		__field(s64, held_us)
	),
	TP_fast_assign(
		__entry->taken = taken;
		__entry->held_us = held_us;
	),
	TP_printk("taken=%d held_us=%lld", __entry->taken, __entry->held_us)
);

/* Bridges disagreed with the arbiter, because of the other card; made good. */
TRACE_EVENT(vfio_vga_misrouted,
	TP_PROTO(struct pci_dev *pdev, struct pci_dev *other),
	TP_ARGS(pdev, other),
	TP_STRUCT__entry(
		__string(card, pci_name(pdev))
		__string(other, pci_name(other))
	),
	TP_fast_assign(
		vga_assign_str(card, pci_name(pdev));
		vga_assign_str(other, pci_name(other));
	),
	TP_printk("%s by=%s", __get_str(card), __get_str(other))
);

/* A row answered for the card. Region 8 is the legacy ports. */
TRACE_EVENT(vfio_vga_quirk,
	TP_PROTO(struct pci_dev *pdev, const char *name, unsigned int region,
		 u64 offset, u64 count, bool iswrite),
	TP_ARGS(pdev, name, region, offset, count, iswrite),
	TP_STRUCT__entry(
		__string(card, pci_name(pdev))
		__string(name, name)
		__field(unsigned int, region)
		__field(u64, offset)
		__field(u64, count)
		__field(bool, iswrite)
	),
	TP_fast_assign(
		vga_assign_str(card, pci_name(pdev));
		vga_assign_str(name, name);
		__entry->region = region;
		__entry->offset = offset;
		__entry->count = count;
		__entry->iswrite = iswrite;
	),
	TP_printk("%s %s region=%u offset=0x%llx count=%llu %s",
		  __get_str(card), __get_str(name), __entry->region,
		  __entry->offset, __entry->count,
		  __entry->iswrite ? "write" : "read")
);

/* A read gave away a BAR's physical address, shifted to the right. */
TRACE_EVENT(vfio_pci_vga_leak,
	TP_PROTO(struct pci_dev *pdev, unsigned int region, u32 offset,
		 unsigned int width, u32 value, unsigned int bar,
		 unsigned int shift, const char *row),
	TP_ARGS(pdev, region, offset, width, value, bar, shift, row),
	TP_STRUCT__entry(
		__string(card, pci_name(pdev))
		__field(unsigned int, region)
		__field(u32, offset)
		__field(unsigned int, width)
		__field(u32, value)
		__field(unsigned int, bar)
		__field(unsigned int, shift)
		__string(row, row)
	),
	TP_fast_assign(
		vga_assign_str(card, pci_name(pdev));
		__entry->region = region;
		__entry->offset = offset;
		__entry->width = width;
		__entry->value = value;
		__entry->bar = bar;
		__entry->shift = shift;
		vga_assign_str(row, row);
	),
	TP_printk("%s region=%u offset=0x%x width=%u value=0x%x bar=%u shift=%u row=\"%s\"",
		  __get_str(card), __entry->region, __entry->offset,
		  __entry->width, __entry->value, __entry->bar, __entry->shift,
		  __get_str(row))
);

/* A rung of the reset ladder was tried; passed and failed are bits of checks. */
TRACE_EVENT(vfio_vga_reset,
	TP_PROTO(struct pci_dev *pdev, const char *why, const char *rung,
		 int error, unsigned int passed, unsigned int failed,
		 unsigned int ms),
	TP_ARGS(pdev, why, rung, error, passed, failed, ms),
	TP_STRUCT__entry(
		__string(card, pci_name(pdev))
		__string(why, why)
		__string(rung, rung)
		__field(int, error)
		__field(unsigned int, passed)
		__field(unsigned int, failed)
		__field(unsigned int, ms)
	),
	TP_fast_assign(
		vga_assign_str(card, pci_name(pdev));
		vga_assign_str(why, why);
		vga_assign_str(rung, rung);
		__entry->error = error;
		__entry->passed = passed;
		__entry->failed = failed;
		__entry->ms = ms;
	),
	TP_printk("%s why=%s rung=%s error=%d passed=0x%x failed=0x%x ms=%u",
		  __get_str(card), __get_str(why), __get_str(rung),
		  __entry->error, __entry->passed, __entry->failed,
		  __entry->ms)
);

#endif /* VFIO_PCI_VGA_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE vfio_pci_vga_trace
#include <trace/define_trace.h>
