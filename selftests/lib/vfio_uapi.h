/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * <linux/vfio.h> plus the device cdev and iommufd calls that came later than
 * the headers of Debian 12 (Linux 6.1). Numbers and layouts are uapi and do not
 * change; each block goes when the oldest supported headers have it.
 */
#ifndef VFIO_UAPI_H
#define VFIO_UAPI_H

#include <linux/types.h>
#include <linux/vfio.h>

#ifndef VFIO_DEVICE_BIND_IOMMUFD /* 6.6 */
struct vfio_device_bind_iommufd {
	__u32 argsz;
	__u32 flags;
	__s32 iommufd;
	__u32 out_devid;
};

#define VFIO_DEVICE_BIND_IOMMUFD	_IO(VFIO_TYPE, VFIO_BASE + 18)

struct vfio_device_attach_iommufd_pt {
	__u32 argsz;
	__u32 flags;
	__u32 pt_id;
};

#define VFIO_DEVICE_ATTACH_IOMMUFD_PT	_IO(VFIO_TYPE, VFIO_BASE + 19)
#endif

#ifndef VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY /* 6.1 */
#define VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY	3
#define VFIO_DEVICE_FEATURE_LOW_POWER_EXIT	5
#endif

/* From <linux/iommufd.h>, which came in 6.2. */
struct vfio_vga_ioas_alloc {
	__u32 size;
	__u32 flags;
	__u32 out_ioas_id;
};

#define VFIO_VGA_IOMMU_IOAS_ALLOC	_IO(';', 0x81)

struct vfio_vga_ioas_map {
	__u32 size;
	__u32 flags;
	__u32 ioas_id;
	__u32 reserved;
	__aligned_u64 user_va;
	__aligned_u64 length;
	__aligned_u64 iova;
};

#define VFIO_VGA_IOMMU_IOAS_MAP		_IO(';', 0x85)
/* At this iova, writeable, readable. */
#define VFIO_VGA_IOAS_MAP_FIXED_RW	7

#endif /* VFIO_UAPI_H */
