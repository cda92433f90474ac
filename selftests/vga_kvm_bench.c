// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long a store to the text screen takes a KVM guest, as vga_bench does.
 *
 *	vga_kvm_bench window|exits ROUNDS BATCH_MS LABEL=BDF
 *
 * The smallest VMM there can be: one virtual CPU in real mode that stores bytes
 * to 0xb8000. With "window" the mapped VGA region is the guest's memory there;
 * with "exits" each store leaves the guest and becomes a pwrite, as in QEMU.
 * The window needs a card opened with vga_mmap set to kvm, else "-" is printed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <linux/pci_regs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/vfio_vga_test.h"

#define ROUNDS_MAX	101
#define REGION_SHIFT	40
#define CODE		0x1000
#define DONE_PORT	0x10
#define PATIENCE_S	60

/* Stores %al to %es:%di, 4 KiB round and round, %ecx times. */
static const uint8_t code[] = {
	0x26, 0x88, 0x05,		/* 1: movb %al, %es:(%di) */
	0x47,				/* incw %di */
	0x81, 0xe7, 0xff, 0x0f,		/* andw $0xfff, %di */
	0x66, 0x49,			/* decl %ecx */
	0x75, 0xf4,			/* jnz 1b */
	0xe6, DONE_PORT,		/* outb %al, $DONE_PORT */
};

struct guest {
	struct vga_card card;
	struct kvm_run *run;
	int vm, vcpu;
};

static int add_memory(const struct guest *guest, uint32_t slot, uint64_t at,
		      size_t size, void *memory)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = at,
		.memory_size = size,
		.userspace_addr = (uintptr_t)memory,
	};

	return ioctl(guest->vm, KVM_SET_USER_MEMORY_REGION, &region) ? -errno :
								       0;
}

static int start_guest(struct guest *guest)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC), size, ret;
	struct kvm_sregs sregs;
	void *memory;

	if (kvm < 0)
		return -errno;
	guest->vm = ioctl(kvm, KVM_CREATE_VM, 0);
	if (guest->vm < 0)
		return -errno;
	memory = mmap(NULL, 0x10000, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return -errno;
	memcpy(memory + CODE, code, sizeof(code));
	ret = add_memory(guest, 0, 0, 0x10000, memory);
	if (ret)
		return ret;

	guest->vcpu = ioctl(guest->vm, KVM_CREATE_VCPU, 0);
	size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (guest->vcpu < 0 || size < 0)
		return -errno;
	guest->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			  guest->vcpu, 0);
	if (guest->run == MAP_FAILED ||
	    ioctl(guest->vcpu, KVM_GET_SREGS, &sregs))
		return -errno;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	sregs.es.base = VGA_TEXT;
	sregs.es.selector = VGA_TEXT >> 4;
	return ioctl(guest->vcpu, KVM_SET_SREGS, &sregs) ? -errno : 0;
}

static int map_window(const struct guest *guest)
{
	void *window;

	window = mmap(NULL, VGA_MEM_END - VGA_MEM, PROT_READ | PROT_WRITE,
		      MAP_SHARED, guest->card.fd,
		      ((uint64_t)VFIO_PCI_VGA_REGION_INDEX << REGION_SHIFT) +
			      VGA_MEM);
	if (window == MAP_FAILED)
		return -errno;
	return add_memory(guest, 1, VGA_MEM, VGA_MEM_END - VGA_MEM, window);
}

/* Until the guest says done; a window in memory must not exit for a store. */
static int run_guest(const struct guest *guest, unsigned long stores,
		     bool window)
{
	struct kvm_regs regs = {
		.rip = CODE, .rax = 'v', .rflags = 2, .rcx = stores
	};
	struct kvm_run *run = guest->run;

	if (ioctl(guest->vcpu, KVM_SET_REGS, &regs))
		return -errno;
	for (;;) {
		if (ioctl(guest->vcpu, KVM_RUN, 0)) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (run->exit_reason == KVM_EXIT_IO &&
		    run->io.port == DONE_PORT)
			return 0;
		if (run->exit_reason != KVM_EXIT_MMIO || window ||
		    !run->mmio.is_write) {
			fprintf(stderr, "exit reason %u\n", run->exit_reason);
			return -EPROTO;
		}
		if (vga_write(&guest->card, run->mmio.phys_addr, run->mmio.data,
			      run->mmio.len) != run->mmio.len)
			return -EIO;
	}
}

static int measure(const struct guest *guest, bool window, int rounds,
		   uint64_t batch_ns, double *samples)
{
	unsigned long stores = 64;
	bool sure = false;
	uint64_t begin, ns;
	int round, ret;

	for (round = 0; round < rounds;) {
		begin = vga_now_ns();
		ret = run_guest(guest, stores, window);
		ns = vga_now_ns() - begin;
		if (ret)
			return ret;
		if (ns < batch_ns / 2)
			stores = stores * batch_ns / ns;
		else if (sure)
			samples[round++] = (double)ns / stores;
		/* The first that took long enough may have met a stall. */
		sure = ns >= batch_ns / 2;
	}
	return 0;
}

static bool is_mappable(const struct guest *guest)
{
	struct vfio_region_info info;

	return !vga_region_info(&guest->card, VFIO_PCI_VGA_REGION_INDEX,
				&info) &&
	       info.flags & VFIO_REGION_INFO_FLAG_MMAP;
}

int main(int argc, char **argv)
{
	bool window = argc > 1 && !strcmp(argv[1], "window");
	char *bdf = argc > 4 ? strchr(argv[4], '=') : NULL;
	int rounds = argc > 4 ? atoi(argv[2]) : 0;
	double samples[ROUNDS_MAX];
	struct guest guest;
	int round, ret;

	if (argc != 5 || !bdf || rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr,
			"usage: vga_kvm_bench window|exits ROUNDS BATCH_MS LABEL=BDF\n");
		return 2;
	}
	*bdf++ = 0;
	alarm(PATIENCE_S);

	ret = vga_open(&guest.card, bdf, VGA_OPEN_GROUP);
	if (!ret)
		ret = vga_command_set(&guest.card,
				      PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	if (!ret)
		ret = vga_show_text(&guest.card);
	if (!ret)
		ret = start_guest(&guest);
	printf("%s\tKVM guest: store 1 text, %s\t", argv[4],
	       window ? "window in memory" : "through exits");
	if (!ret && window && !is_mappable(&guest)) {
		printf("-\n");
		return 0;
	}
	if (!ret && window)
		ret = map_window(&guest);
	if (!ret)
		ret = measure(&guest, window, rounds,
			      strtoul(argv[3], NULL, 0) * 1000000, samples);
	if (ret) {
		fprintf(stderr, "%s: %s\n", bdf, strerror(-ret));
		return 1;
	}
	for (round = 0; round < rounds; round++)
		printf("%s%.2f", round ? " " : "", samples[round]);
	printf("\n");
	return 0;
}
