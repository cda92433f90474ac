// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vfio_vga/ directory of a VGA card in sysfs: choices and counters.
 *
 * Documented in docs/ABI/sysfs-driver-vfio-pci-vga. Called by the driver core.
 */
#include <linux/sysfs.h>

#include "compat.h"
#include "vfio_pci_vga.h"

static struct vfio_vga_device *vga_of(struct device *dev)
{
	struct vfio_pci_core_device *core = dev_get_drvdata(dev);

	return to_vfio_vga(&core->vdev);
}

/* A human wrote this: say in one line what would have been right. */
static ssize_t refuse(struct device *dev, const char *attr, const char *buf,
		      const char *expected)
{
	dev_err_ratelimited(dev, "vfio_vga/%s: \"%.32s\" is not %s\n", attr,
			    buf, expected);
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
	WRITE_ONCE(vga_of(dev)->lease.lease_us, value);
	return count;
}
static DEVICE_ATTR_RW(lease_us);

static const char *const participations[] = {
	[VGA_PARTICIPATION_AUTO] = "auto",
	[VGA_PARTICIPATION_ON] = "on",
	[VGA_PARTICIPATION_OFF] = "off",
};

static ssize_t participation_show(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  participations[vga_of(dev)->lease.participation]);
}

static ssize_t participation_store(struct device *dev,
				   struct device_attribute *attr,
				   const char *buf, size_t count)
{
	int choice = sysfs_match_string(participations, buf);

	if (choice < 0)
		return refuse(dev, attr->attr.name, buf, "auto, on or off");
	vga_lease_set_participation(&vga_of(dev)->lease, choice);
	return count;
}
static DEVICE_ATTR_RW(participation);

static const char *const liar_policies[] = {
	[VGA_LIAR_WARN] = "warn",
	[VGA_LIAR_DENY] = "deny",
	[VGA_LIAR_FENCE] = "fence",
};

static ssize_t liar_policy_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  liar_policies[vga_of(dev)->lease.liar_policy]);
}

static ssize_t liar_policy_store(struct device *dev,
				 struct device_attribute *attr,
				 const char *buf, size_t count)
{
	int choice = sysfs_match_string(liar_policies, buf);

	if (choice < 0)
		return refuse(dev, attr->attr.name, buf,
			      "warn, deny or fence");
	WRITE_ONCE(vga_of(dev)->lease.liar_policy, choice);
	return count;
}
static DEVICE_ATTR_RW(liar_policy);

static const char *const shared_bus_choices[] = { "deny", "allow" };

static ssize_t shared_bus_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  shared_bus_choices[vga_of(dev)->lease.shared_bus_allowed]);
}

static ssize_t shared_bus_store(struct device *dev,
				struct device_attribute *attr,
				const char *buf, size_t count)
{
	int choice = sysfs_match_string(shared_bus_choices, buf);

	if (choice < 0)
		return refuse(dev, attr->attr.name, buf, "deny or allow");
	WRITE_ONCE(vga_of(dev)->lease.shared_bus_allowed, choice);
	return count;
}
static DEVICE_ATTR_RW(shared_bus);

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

static struct attribute *vfio_vga_attrs[] = {
	&dev_attr_lease_us.attr,
	&dev_attr_participation.attr,
	&dev_attr_liar_policy.attr,
	&dev_attr_shared_bus.attr,
	&dev_attr_leases.attr,
	&dev_attr_accesses.attr,
	&dev_attr_waits.attr,
	&dev_attr_wait_max_us.attr,
	&dev_attr_hold_max_us.attr,
	&dev_attr_wakeups_repaired.attr,
	&dev_attr_liars_seen.attr,
	NULL
};

static umode_t vfio_vga_is_visible(struct kobject *kobj, struct attribute *attr,
				   int n)
{
	return vfio_vga_is_vga(to_pci_dev(kobj_to_dev(kobj))) ? attr->mode : 0;
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
