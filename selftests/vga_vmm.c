// SPDX-License-Identifier: GPL-2.0-only
/*
 * A small VMM: KVM, one card, and no idea what cards hide. It has memory, PCI
 * config space at ports 0xcf8 and 0xcfc, the card's BARs where the guest puts
 * them and the legacy ranges, and runs one Multiboot program.
 *
 *	vga_vmm BDF PROGRAM SECONDS [WORD...]
 *
 * The words are the program's command line; what it writes to port 0x402 is
 * printed. Exit status 0 when it halts, 1 when the time is up or it does
 * something else, 2 on an error.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <linux/pci_regs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/vfio_vga_test.h"

#define LOW_SIZE	VGA_MEM
#define HIGH		0x100000
#define HIGH_SIZE	0x100000
#define RAM_SIZE	(HIGH + HIGH_SIZE)
#define MULTIBOOT_MAGIC	0x2badb002
#define MULTIBOOT_INFO	0x1000
#define COMMAND_LINE	0x2000
#define COMMAND_LINE_MAX 0x1000

#define CARD_FUNCTION	0x10
#define DEBUG_PORT	0x402
#define NR_BARS		6
#define AREAS		16
/* KVM's memory slots: two of memory, then those of the card. */
#define CARD_SLOT	2

static struct vga_card card;
static uint8_t *ram;
static int vm, vcpu;
static uint32_t config_address;

/* Of a 32-bit ELF file. */
struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version, entry, parts_offset, sections_offset, flags;
	uint16_t size, part_size, nr_parts;
};

struct elf_part {
	uint32_t type, offset, address, physical, file_size, memory_size;
	uint32_t flags, align;
};

#define ELF_LOAD	1

/* A BAR, and of what can be mapped of it the part that begins at @start. */
static uint64_t bar_size[NR_BARS];
static struct area {
	unsigned int bar;
	uint64_t start, size;
	void *map;
	uint64_t placed;
} areas[AREAS];
static unsigned int nr_areas;

static void fail(const char *what)
{
	fprintf(stderr, "vga_vmm: %s: %s\n", what, strerror(errno));
	exit(2);
}

static uint32_t config_dword(uint32_t offset)
{
	uint32_t value = 0;

	vga_region_read(&card, VFIO_PCI_CONFIG_REGION_INDEX, offset, &value, 4);
	return value;
}

/* 0 where it is not decoded. */
static uint64_t bar_address(unsigned int bar)
{
	uint32_t value = config_dword(PCI_BASE_ADDRESS_0 + bar * 4);
	uint32_t command = config_dword(PCI_COMMAND);

	if (!bar_size[bar])
		return 0;
	if (value & PCI_BASE_ADDRESS_SPACE_IO)
		return command & PCI_COMMAND_IO ?
			       value & PCI_BASE_ADDRESS_IO_MASK :
			       0;
	return command & PCI_COMMAND_MEMORY ?
		       value & PCI_BASE_ADDRESS_MEM_MASK :
		       0;
}

static bool is_io(unsigned int bar)
{
	return config_dword(PCI_BASE_ADDRESS_0 + bar * 4) &
	       PCI_BASE_ADDRESS_SPACE_IO;
}

static void set_memory(uint32_t slot, uint64_t where, void *memory,
		       uint64_t size)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = where,
		.memory_size = size,
		.userspace_addr = (uintptr_t)memory,
	};

	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region))
		fail("memory");
}

/* What is mapped follows the BARs. */
static void place_areas(void)
{
	unsigned int i;

	for (i = 0; i < nr_areas; i++) {
		struct area *area = &areas[i];
		uint64_t address = bar_address(area->bar);
		uint64_t place = address ? address + area->start : 0;

		if (place == area->placed)
			continue;
		if (area->placed)
			set_memory(CARD_SLOT + i, area->placed, area->map, 0);
		if (place)
			set_memory(CARD_SLOT + i, place, area->map, area->size);
		area->placed = place;
	}
}

static void add_area(unsigned int bar, uint64_t start, uint64_t size)
{
	struct area *area = &areas[nr_areas++];

	if (nr_areas > AREAS) {
		errno = E2BIG;
		fail("areas");
	}
	area->bar = bar;
	area->start = start;
	area->size = size;
	area->map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 card.fd, ((off_t)bar << 40) + start);
	if (area->map == MAP_FAILED)
		fail("mmap");
}

static void find_areas(unsigned int bar)
{
	struct {
		struct vfio_region_info info;
		uint8_t caps[1024];
	} raw = { .info = { .argsz = sizeof(raw), .index = bar } };
	uint32_t at, i;

	if (ioctl(card.fd, VFIO_DEVICE_GET_REGION_INFO, &raw))
		fail("region info");
	bar_size[bar] = raw.info.size;
	if (!(raw.info.flags & VFIO_REGION_INFO_FLAG_MMAP))
		return;
	at = raw.info.flags & VFIO_REGION_INFO_FLAG_CAPS ? raw.info.cap_offset :
							   0;
	while (at) {
		const struct vfio_region_info_cap_sparse_mmap *sparse =
			(const void *)((const char *)&raw + at);

		if (sparse->header.id == VFIO_REGION_INFO_CAP_SPARSE_MMAP) {
			for (i = 0; i < sparse->nr_areas; i++)
				add_area(bar, sparse->areas[i].offset,
					 sparse->areas[i].size);
			return;
		}
		at = sparse->header.next;
	}
	add_area(bar, 0, raw.info.size);
}

/* Nobody answers: all ones. */
static void card_rw(uint32_t region, uint64_t pos, uint8_t *bytes,
		    uint32_t width, bool write)
{
	if (write)
		vga_region_write(&card, region, pos, bytes, width);
	else if (vga_region_read(&card, region, pos, bytes, width) != width)
		memset(bytes, 0xff, width);
}

static bool bar_rw(bool io, uint64_t address, uint8_t *bytes, uint32_t width,
		   bool write)
{
	unsigned int bar;

	for (bar = 0; bar < NR_BARS; bar++) {
		uint64_t start = bar_address(bar);

		if (!start || is_io(bar) != io || address < start ||
		    address - start >= bar_size[bar])
			continue;
		card_rw(bar, address - start, bytes, width, write);
		return true;
	}
	return false;
}

static void config_rw(uint32_t port, uint8_t *bytes, uint32_t width, bool write)
{
	uint32_t offset = (config_address & 0xfc) + (port & 3);

	if ((config_address >> 8 & 0xffff) != CARD_FUNCTION) {
		if (!write)
			memset(bytes, 0xff, width);
		return;
	}
	card_rw(VFIO_PCI_CONFIG_REGION_INDEX, offset, bytes, width, write);
	if (write)
		place_areas();
}

static void port_rw(uint32_t port, uint8_t *bytes, uint32_t width, bool write)
{
	if (port == 0xcf8 && width == 4) {
		memcpy(write ? (void *)&config_address : bytes,
		       write ? bytes : (void *)&config_address, 4);
	} else if (port >= 0xcfc && port <= 0xcff) {
		config_rw(port, bytes, width, write);
	} else if (port == DEBUG_PORT && write) {
		putchar(*bytes);
	} else if (port >= VGA_MONO_PORTS && port < VGA_PORTS_END) {
		card_rw(VFIO_PCI_VGA_REGION_INDEX, port, bytes, width, write);
	} else if (!bar_rw(true, port, bytes, width, write) && !write) {
		memset(bytes, 0xff, width);
	}
}

static void memory_rw(uint64_t address, uint8_t *bytes, uint32_t width,
		      bool write)
{
	if (address >= VGA_MEM && address < VGA_MEM_END)
		card_rw(VFIO_PCI_VGA_REGION_INDEX, address, bytes, width, write);
	else if (!bar_rw(false, address, bytes, width, write) && !write)
		memset(bytes, 0xff, width);
}

/* Its entry; the program must fit above 1 MiB. */
static uint32_t load(const char *path)
{
	static uint8_t image[HIGH_SIZE];
	const struct elf_header *header = (const void *)image;
	const struct elf_part *part;
	int fd = open(path, O_RDONLY), i;
	ssize_t size;

	size = fd < 0 ? -1 : read(fd, image, sizeof(image));
	if (size < 0)
		fail(path);
	close(fd);
	part = (const void *)(image + header->parts_offset);
	for (i = 0; i < header->nr_parts; i++, part++) {
		if (part->type != ELF_LOAD)
			continue;
		if (part->physical < HIGH ||
		    part->physical + part->memory_size > RAM_SIZE ||
		    part->offset + part->file_size > (size_t)size) {
			errno = ENOEXEC;
			fail(path);
		}
		memcpy(ram + part->physical, image + part->offset,
		       part->file_size);
	}
	return header->entry;
}

/* As a Multiboot loader leaves the processor. */
static void start_at(uint32_t entry)
{
	struct kvm_segment code = { .limit = 0xffffffff,
				    .selector = 8,
				    .type = 11,
				    .present = 1,
				    .db = 1,
				    .s = 1,
				    .g = 1 };
	struct kvm_segment data = code;
	struct kvm_regs regs = { .rip = entry,
				 .rflags = 2,
				 .rax = MULTIBOOT_MAGIC,
				 .rbx = MULTIBOOT_INFO };
	struct kvm_sregs sregs;

	data.selector = 16;
	data.type = 3;
	if (ioctl(vcpu, KVM_GET_SREGS, &sregs))
		fail("registers");
	sregs.cr0 |= 1;
	sregs.cs = code;
	sregs.ds = data;
	sregs.es = data;
	sregs.fs = data;
	sregs.gs = data;
	sregs.ss = data;
	if (ioctl(vcpu, KVM_SET_SREGS, &sregs) ||
	    ioctl(vcpu, KVM_SET_REGS, &regs))
		fail("registers");
}

static struct kvm_run *create_vm(void)
{
	int kvm = open("/dev/kvm", O_RDWR);
	struct kvm_run *run;

	if (kvm < 0)
		fail("/dev/kvm");
	vm = ioctl(kvm, KVM_CREATE_VM, 0);
	ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (vm < 0 || ram == MAP_FAILED)
		fail("VM");
	set_memory(0, 0, ram, LOW_SIZE);
	set_memory(1, HIGH, ram + HIGH, HIGH_SIZE);
	vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	if (vcpu < 0)
		fail("processor");
	run = mmap(NULL, ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0),
		   PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	if (run == MAP_FAILED)
		fail("processor");
	return run;
}

static void time_is_up(int sig)
{
}

/* Until it halts, or a signal comes. */
static bool run_guest(struct kvm_run *run)
{
	for (;;) {
		if (ioctl(vcpu, KVM_RUN, 0)) {
			if (errno != EINTR)
				fail("run");
			fprintf(stderr, "vga_vmm: the time is up\n");
			return false;
		}
		switch (run->exit_reason) {
		case KVM_EXIT_IO:
			port_rw(run->io.port,
				(uint8_t *)run + run->io.data_offset,
				run->io.size,
				run->io.direction == KVM_EXIT_IO_OUT);
			break;
		case KVM_EXIT_MMIO:
			memory_rw(run->mmio.phys_addr, run->mmio.data,
				  run->mmio.len, run->mmio.is_write);
			break;
		case KVM_EXIT_HLT:
			return true;
		default:
			fprintf(stderr, "vga_vmm: the guest ends with %u\n",
				run->exit_reason);
			return false;
		}
	}
}

int main(int argc, char **argv)
{
	char *line;
	struct kvm_run *run;
	unsigned int bar;
	uint32_t entry;
	int i, ret;

	if (argc < 4) {
		fprintf(stderr, "usage: vga_vmm BDF PROGRAM SECONDS [WORD...]\n");
		return 2;
	}
	ret = vga_open(&card, argv[1], VGA_OPEN_GROUP);
	if (ret) {
		errno = -ret;
		fail(argv[1]);
	}
	for (bar = 0; bar < NR_BARS; bar++)
		find_areas(bar);
	run = create_vm();
	entry = load(argv[2]);
	line = (char *)ram + COMMAND_LINE;
	for (i = 2; i < argc; i++) {
		strncat(line, i == 3 ? "" : argv[i],
			COMMAND_LINE_MAX - strlen(line) - 2);
		strcat(line, " ");
	}
	*(uint32_t *)(ram + MULTIBOOT_INFO + 16) = COMMAND_LINE;
	start_at(entry);
	signal(SIGALRM, time_is_up);
	alarm(strtoul(argv[3], NULL, 0));
	return run_guest(run) ? 0 : 1;
}
