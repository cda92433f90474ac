// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vfio_vga/ directory of a card in sysfs: choices, counters and rows.
 *
 * Documented in docs/ABI/sysfs-driver-vfio-pci-vga. Called by the driver core.
 */
#include <linux/slab.h>
#include <linux/string_helpers.h>
#include <linux/sysfs.h>
#ifdef CONFIG_X86
#include <linux/cpufeature.h>
#endif

#include "compat.h"
#include "vfio_pci_vga.h"

static bool vfio_vga_kvm_mapping_safe(void)
{
#ifdef CONFIG_X86
	return !boot_cpu_has(X86_FEATURE_VMX);
#else
	return false;
#endif
}

/* A human wrote this: say in one line what would have been right. */
static ssize_t refuse(struct device *dev, const char *attr, const char *buf,
		      const char *expected)
{
	dev_err_ratelimited(dev, "vfio_vga/%s: \"%.*s\" is not %s\n", attr,
			    (int)min_t(size_t, strcspn(buf, "\n"), 32), buf,
			    expected);
	return -EINVAL;
}

static ssize_t lease_us_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(vga_of(dev)->lease.lease_us));
}

static ssize_t lease_us_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	unsigned int value;

	if (kstrtouint(buf, 0, &value) || value > VGA_LEASE_US_MAX)
		return refuse(dev, attr->attr.name, buf,
			      "microseconds, 0 to " __stringify(VGA_LEASE_US_MAX));
	vga_lease_set_us(&vga_of(dev)->lease, value);
	return count;
}
static DEVICE_ATTR_RW(lease_us);

/* A file that takes one of some words; @file##_words lists them. */
#define VGA_CHOICE(file, expected, get, set)				\
static ssize_t file##_show(struct device *dev,				\
			   struct device_attribute *attr, char *buf)	\
{									\
	return sysfs_emit(buf, "%s\n", file##_words[get(vga_of(dev))]);	\
}									\
									\
static ssize_t file##_store(struct device *dev,				\
			    struct device_attribute *attr,		\
			    const char *buf, size_t count)		\
{									\
	int choice = sysfs_match_string(file##_words, buf);		\
	int ret;							\
									\
	if (choice < 0)							\
		return refuse(dev, attr->attr.name, buf, expected);	\
	ret = set(vga_of(dev), choice);					\
	return ret ?: count;						\
}									\
static DEVICE_ATTR_RW(file)

static const char *const participation_words[] = {
	[VGA_PARTICIPATION_AUTO] = "auto",
	[VGA_PARTICIPATION_ON] = "on",
	[VGA_PARTICIPATION_OFF] = "off",
};

static int get_participation(struct vfio_vga_device *vga)
{
	return READ_ONCE(vga->lease.participation);
}

static int set_participation(struct vfio_vga_device *vga, int choice)
{
	vga_lease_set_participation(&vga->lease, choice);
	return 0;
}

VGA_CHOICE(participation, "auto, on or off", get_participation,
	   set_participation);

static const char *const liar_policy_words[] = {
	[VGA_LIAR_WARN] = "warn",
	[VGA_LIAR_DENY] = "deny",
	[VGA_LIAR_FENCE] = "fence",
};

static int get_liar_policy(struct vfio_vga_device *vga)
{
	return READ_ONCE(vga->lease.liar_policy);
}

static int set_liar_policy(struct vfio_vga_device *vga, int choice)
{
	WRITE_ONCE(vga->lease.liar_policy, choice);
	return 0;
}

VGA_CHOICE(liar_policy, "warn, deny or fence", get_liar_policy,
	   set_liar_policy);

static const char *const shared_bus_words[] = { "deny", "allow" };

static int get_shared_bus(struct vfio_vga_device *vga)
{
	return READ_ONCE(vga->lease.shared_bus_allowed);
}

static int set_shared_bus(struct vfio_vga_device *vga, int choice)
{
	WRITE_ONCE(vga->lease.shared_bus_allowed, choice);
	return 0;
}

VGA_CHOICE(shared_bus, "deny or allow", get_shared_bus, set_shared_bus);

static const char *const vga_mmap_words[] = {
	[VFIO_VGA_MMAP_OFF] = "off",
	[VFIO_VGA_MMAP_USER] = "user",
	[VFIO_VGA_MMAP_KVM] = "kvm",
};

static int get_vga_mmap(struct vfio_vga_device *vga)
{
	return READ_ONCE(vga->mmap_choice);
}

/*
 * With VMX, KVM would map the window write-back in EPT, where the MTRRs that
 * make it uncached do not apply: a host machine check is known to follow.
 */
static int set_vga_mmap(struct vfio_vga_device *vga, int choice)
{
	if (choice == VFIO_VGA_MMAP_KVM && !vfio_vga_kvm_mapping_safe()) {
		dev_err_ratelimited(&vga->core.pdev->dev,
				    "vfio_vga/vga_mmap: \"kvm\" is not supported on a CPU with VMX, where a guest would have the window cached; \"user\" is\n");
		return -EOPNOTSUPP;
	}
	WRITE_ONCE(vga->mmap_choice, choice);
	return 0;
}

VGA_CHOICE(vga_mmap, "off, user or kvm", get_vga_mmap, set_vga_mmap);

#define VGA_COUNTER(name)						\
static ssize_t name##_show(struct device *dev,				\
			   struct device_attribute *attr, char *buf)	\
{									\
	struct vga_lease_stats stats;					\
									\
	vga_lease_read_stats(&vga_of(dev)->lease, &stats);		\
	return sysfs_emit(buf, "%llu\n", stats.name);			\
}									\
static DEVICE_ATTR_RO(name)

VGA_COUNTER(leases);
VGA_COUNTER(accesses);
VGA_COUNTER(waits);
VGA_COUNTER(wait_max_us);
VGA_COUNTER(hold_max_us);
VGA_COUNTER(wakeups_repaired);
VGA_COUNTER(liars_seen);

static const char *const source_words[] = {
	[VGA_SOURCE_TABLE] = "table",
	[VGA_SOURCE_PARAMETER] = "parameter",
	[VGA_SOURCE_ADDED] = "added",
};

static ssize_t quirks_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct vfio_vga_quirks *quirks = &vga_of(dev)->quirks;
	char row[VGA_QUIRK_ROW_MAX];
	unsigned int i;
	int len = 0;

	mutex_lock(&quirks->lock);
	for (i = 0; i < quirks->all.nr; i++) {
		struct vga_quirk *quirk = quirks->all.quirk[i];

		vga_quirk_format(&quirk->row, row, sizeof(row));
		len += sysfs_emit_at(buf, len, "%s %s %s hits=%lld %s\n",
				     quirk->name, str_on_off(quirk->on),
				     source_words[quirk->source],
				     atomic64_read(&quirk->hits), row);
	}
	mutex_unlock(&quirks->lock);
	return len;
}
static DEVICE_ATTR_RO(quirks);

static ssize_t told(struct device *dev, struct device_attribute *attr, int ret,
		    const char *why, size_t count)
{
	if (!ret)
		return count;
	dev_err_ratelimited(dev, "vfio_vga/%s: %s\n", attr->attr.name, why);
	return ret;
}

static ssize_t quirk_add_store(struct device *dev,
			       struct device_attribute *attr, const char *buf,
			       size_t count)
{
	char why[128];
	int ret = vfio_vga_quirk_add(vga_of(dev), buf, why, sizeof(why));

	return told(dev, attr, ret, why, count);
}
static DEVICE_ATTR_WO(quirk_add);

static ssize_t switch_row(struct device *dev, struct device_attribute *attr,
			  const char *name, size_t count, bool on)
{
	char why[128], line[192];
	int ret = vfio_vga_quirk_switch(vga_of(dev), name, on, why,
					sizeof(why));

	snprintf(line, sizeof(line), "\"%.*s\": %s",
		 (int)min_t(size_t, strcspn(name, "\n"), 32), name, why);
	return told(dev, attr, ret, line, count);
}

static ssize_t quirk_disable_store(struct device *dev,
				   struct device_attribute *attr,
				   const char *buf, size_t count)
{
	return switch_row(dev, attr, buf, count, false);
}
static DEVICE_ATTR_WO(quirk_disable);

static ssize_t quirk_enable_store(struct device *dev,
				  struct device_attribute *attr,
				  const char *buf, size_t count)
{
	return switch_row(dev, attr, buf, count, true);
}
static DEVICE_ATTR_WO(quirk_enable);

static ssize_t leak_trace_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(vga_of(dev)->leaks.choice));
}

static ssize_t leak_trace_store(struct device *dev,
				struct device_attribute *attr, const char *buf,
				size_t count)
{
	struct vfio_vga_leaks *leaks = &vga_of(dev)->leaks;
	char line[64];
	bool choice;

	if (kstrtobool(buf, &choice)) {
		snprintf(line, sizeof(line), "\"%.32s\" is not 0 or 1", buf);
		return told(dev, attr, -EINVAL, line, count);
	}
	mutex_lock(&leaks->lock);
	if (choice && !leaks->choice)
		memset(&leaks->log, 0, sizeof(leaks->log));
	WRITE_ONCE(leaks->choice, choice);
	mutex_unlock(&leaks->lock);
	return count;
}
static DEVICE_ATTR_RW(leak_trace);

static ssize_t leaks_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct vfio_vga_leaks *leaks = &vga_of(dev)->leaks;
	char row[VGA_QUIRK_ROW_MAX];
	unsigned int i;
	int len;

	mutex_lock(&leaks->lock);
	len = sysfs_emit(buf, "%llu\n", leaks->log.count);
	for (i = 0; i < leaks->log.nr; i++) {
		vga_quirk_format(&leaks->log.rows[i], row, sizeof(row));
		len += sysfs_emit_at(buf, len, "%s\n", row);
	}
	mutex_unlock(&leaks->lock);
	return len;
}
static DEVICE_ATTR_RO(leaks);

static ssize_t reset_methods_show(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	return vfio_vga_reset_order_show(vga_of(dev), buf);
}

static ssize_t reset_methods_store(struct device *dev,
				   struct device_attribute *attr,
				   const char *buf, size_t count)
{
	char *words = kstrndup(buf, count, GFP_KERNEL);
	int ret;

	if (!words)
		return -ENOMEM;
	ret = vfio_vga_reset_order_store(vga_of(dev), words);
	kfree(words);
	if (ret)
		return refuse(dev, attr->attr.name, buf,
			      "a list of this card's reset methods, or default");
	return count;
}
static DEVICE_ATTR_RW(reset_methods);

static ssize_t reset_log_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	return vga_reset_log_show(&vga_of(dev)->reset, buf);
}
static DEVICE_ATTR_RO(reset_log);

static ssize_t quarantine_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	struct vga_reset *reset = &vga_of(dev)->reset;
	int len;

	mutex_lock(&reset->lock);
	if (reset->quarantined)
		len = sysfs_emit(buf, "1 %s\n", reset->reason);
	else
		len = sysfs_emit(buf, "0\n");
	mutex_unlock(&reset->lock);
	return len;
}

static ssize_t quarantine_store(struct device *dev,
				struct device_attribute *attr, const char *buf,
				size_t count)
{
	int ret;

	if (!sysfs_streq(buf, "0"))
		return refuse(dev, attr->attr.name, buf, "0");
	ret = vfio_vga_reset_retry(vga_of(dev));
	return ret ?: count;
}
static DEVICE_ATTR_RW(quarantine);

static const char *const suspend_words[] = {
	[VFIO_VGA_SUSPEND_AUTO] = "auto",
	[VFIO_VGA_SUSPEND_REFUSE] = "refuse",
};

static int get_suspend(struct vfio_vga_device *vga)
{
	return READ_ONCE(vga->suspend_choice);
}

static int set_suspend(struct vfio_vga_device *vga, int choice)
{
	WRITE_ONCE(vga->suspend_choice, choice);
	return 0;
}

VGA_CHOICE(suspend, "auto or refuse", get_suspend, set_suspend);

static struct attribute *vfio_vga_attrs[] = {
	&dev_attr_lease_us.attr,
	&dev_attr_participation.attr,
	&dev_attr_liar_policy.attr,
	&dev_attr_shared_bus.attr,
	&dev_attr_vga_mmap.attr,
	&dev_attr_leases.attr,
	&dev_attr_accesses.attr,
	&dev_attr_waits.attr,
	&dev_attr_wait_max_us.attr,
	&dev_attr_hold_max_us.attr,
	&dev_attr_wakeups_repaired.attr,
	&dev_attr_liars_seen.attr,
	&dev_attr_quirks.attr,
	&dev_attr_quirk_add.attr,
	&dev_attr_quirk_disable.attr,
	&dev_attr_quirk_enable.attr,
	&dev_attr_leak_trace.attr,
	&dev_attr_leaks.attr,
	&dev_attr_reset_methods.attr,
	&dev_attr_reset_log.attr,
	&dev_attr_quarantine.attr,
	&dev_attr_suspend.attr,
	NULL
};

static umode_t vfio_vga_is_visible(struct kobject *kobj, struct attribute *attr,
				   int n)
{
	/* Any display controller may hide something or die; the rest is about VGA. */
	if (strstarts(attr->name, "quirk") || strstarts(attr->name, "leak") ||
	    strstarts(attr->name, "reset_") ||
	    !strcmp(attr->name, "quarantine") ||
	    !strcmp(attr->name, "suspend") ||
	    vfio_vga_is_vga(to_pci_dev(kobj_to_dev(kobj))))
		return attr->mode;
	return 0;
}

static const struct attribute_group vfio_vga_group = {
	.name = "vfio_vga",
	.attrs = vfio_vga_attrs,
	.is_visible = vfio_vga_is_visible,
};

const struct attribute_group *vfio_vga_groups[] = {
	&vfio_vga_group,
	NULL
};
