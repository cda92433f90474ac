// SPDX-License-Identifier: GPL-2.0-only
/*
 * What became of a card's resets: the reset_log file and trace events.
 *
 * Called from vfio_pci_reset.c and vfio_pci_sysfs.c.
 */
#include <linux/sysfs.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "vga_reset.h"
#include "vfio_pci_vga_trace.h"

/* The PCI core's words for what it has too. */
const char *const vga_rung_words[] = {
	[VGA_RUNG_CARD] = "card",
	[VGA_RUNG_SPECIFIC] = "device_specific",
	[VGA_RUNG_ACPI] = "acpi",
	[VGA_RUNG_FLR] = "flr",
	[VGA_RUNG_AF_FLR] = "af_flr",
	[VGA_RUNG_PM] = "pm",
	[VGA_RUNG_BUS] = "bus",
	[VGA_RUNG_PACKAGE] = "package",
	[VGA_RUNG_D3COLD] = "d3cold",
	[VGA_RUNG_NONE] = "none",
	[VGA_RUNG_KERNEL] = "kernel",
};

static const char *const why_words[] = {
	[VGA_RESET_OPEN] = "open",
	[VGA_RESET_CLOSE] = "close",
	[VGA_RESET_USER] = "user",
	[VGA_RESET_KERNEL] = "kernel",
	[VGA_RESET_RETRY] = "retry",
	[VGA_RESET_RESUME] = "resume",
};

static const char *const check_words[] = {
	"answers", "header", "d0", "cleared", "bar"
};

/* Comma separated; @size is enough for all of them. */
static const char *checks(unsigned int passed, char *buf, size_t size)
{
	unsigned int i, len = 0;

	buf[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(check_words); i++)
		if (passed & BIT(i))
			len += scnprintf(buf + len, size - len, "%s%s",
					 len ? "," : "", check_words[i]);
	return len ? buf : "-";
}

/**
 * vga_reset_record - note the outcome of a rung
 * @climb: the climb, with what was checked
 * @rung: what was tried
 * @error: 0 or why it failed
 * @since: when it began
 *
 * Context: process context; takes the reset's lock.
 */
void vga_reset_record(struct vga_climb *climb, enum vga_rung rung, int error,
		      ktime_t since)
{
	struct vga_reset *reset = climb->reset;
	struct vga_reset_event event = {
		.when = ktime_get_boottime_ns(),
		.why = climb->why,
		.rung = rung,
		.error = error,
		.passed = climb->passed,
		.failed = climb->failed,
		.ms = ktime_ms_delta(ktime_get(), since),
	};

	mutex_lock(&reset->lock);
	reset->log[reset->logged++ % VGA_RESET_LOG_MAX] = event;
	mutex_unlock(&reset->lock);
	trace_vfio_vga_reset(climb->pdev, why_words[event.why],
			     vga_rung_words[rung], error, event.passed,
			     event.failed, event.ms);
}

/**
 * vga_reset_log_show - the reset_log file
 * @reset: the card's resets
 * @buf: a page
 *
 * Return: its length; the format is in docs/ABI.
 */
ssize_t vga_reset_log_show(struct vga_reset *reset, char *buf)
{
	char passed[64], failed[64], result[96];
	const struct vga_reset_event *event;
	unsigned int i;
	int len = 0;

	mutex_lock(&reset->lock);
	i = reset->logged - min_t(unsigned int, reset->logged,
				  VGA_RESET_LOG_MAX);
	for (; i < reset->logged; i++) {
		event = &reset->log[i % VGA_RESET_LOG_MAX];
		snprintf(result, sizeof(result), "%d:%s", event->error,
			 checks(event->failed, failed, sizeof(failed)));
		len += sysfs_emit_at(buf, len, "%llu.%03llu %s %s %s %s %ums\n",
				     event->when / NSEC_PER_SEC,
				     event->when % NSEC_PER_SEC / NSEC_PER_MSEC,
				     why_words[event->why],
				     vga_rung_words[event->rung],
				     event->error ? result : "ok",
				     checks(event->passed, passed,
					    sizeof(passed)),
				     event->ms);
	}
	mutex_unlock(&reset->lock);
	return len;
}

/**
 * vga_reset_explain - what was tried, and what each left behind
 * @reset: the card's resets
 * @since: the first event that counts, as @reset->logged said then
 * @buf: filled with "bus: no answers; pm: no d0"
 * @size: of @buf
 *
 * Context: process context; the caller holds the reset's lock.
 */
void vga_reset_explain(struct vga_reset *reset, unsigned int since, char *buf,
		       size_t size)
{
	const struct vga_reset_event *event;
	char failed[64];
	int len = 0;

	if (reset->logged - since > VGA_RESET_LOG_MAX)
		since = reset->logged - VGA_RESET_LOG_MAX;
	buf[0] = '\0';
	for (; since != reset->logged; since++) {
		event = &reset->log[since % VGA_RESET_LOG_MAX];
		len += scnprintf(buf + len, size - len, "%s%s: ",
				 len ? "; " : "", vga_rung_words[event->rung]);
		if (event->failed)
			len += scnprintf(buf + len, size - len, "no %s",
					 checks(event->failed, failed,
						sizeof(failed)));
		else
			len += scnprintf(buf + len, size - len, "error %d",
					 event->error);
	}
}
