// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who else could use the mapped window: a KVM guest and the IOMMU. In mode user
 * neither gets at the card. In mode kvm a guest does, for as long as the card has
 * a lease.
 */
#include <linux/kvm.h>
#include <stdatomic.h>
#include <sys/ioctl.h>

#include "lib/vfio_vga_harness.h"
#include "lib/vga_window.h"

#define RAM_SIZE	0x10000
#define CODE		0x1000
#define LOADED		0x2000
/* Where in the window the guest's byte is. */
#define SPOT		0x10
#define GUEST_BYTE	0x5a
#define SECRET		0x77
#define HALF		(WINDOW_SIZE / 2)
#define STORING_S	4
#define LEASES_MIN	20
#define PATIENCE_MS	20000

/* Real mode programs; the numbers are those above. */
static const char halt[] = "\xf4";

static const char store_byte[] =
	"\xb8\x00\xa0"			/* mov ax, 0xa000 */
	"\x8e\xc0"			/* mov es, ax */
	"\x26\xc6\x06\x10\x00\x5a"	/* mov byte [es:SPOT], GUEST_BYTE */
	"\xf4";				/* hlt */

static const char load_byte[] =
	"\xb8\x00\xa0"			/* mov ax, 0xa000 */
	"\x8e\xc0"			/* mov es, ax */
	"\x26\xa0\x10\x00"		/* mov al, [es:SPOT] */
	"\xa2\x00\x20"			/* mov [LOADED], al */
	"\xf4";				/* hlt */

static const char store_half[] =
	"\xfc"				/* cld */
	"\xb8\x00\xa0"			/* mov ax, 0xa000 */
	"\x8e\xc0"			/* mov es, ax */
	"\x31\xff"			/* xor di, di */
	"\xb9\x00\x80"			/* mov cx, HALF */
	"\xb0\x5a"			/* mov al, GUEST_BYTE */
	"\xf3\xaa"			/* rep stosb */
	"\xf4";				/* hlt */

/* A guest in real mode: its memory, and the window where a PC has it. */
struct guest {
	int kvm, vm, vcpu;
	uint8_t *ram;
	struct kvm_run *run;
	size_t run_size;
};

FIXTURE(guest) {
	char bdf[16], other_bdf[16];
	struct vga_window window, other;
	struct guest guest;
	atomic_ulong *stores;
	pid_t user;
};

static int set_memory(struct guest *guest, uint32_t slot, uint64_t where,
		      void *memory, uint64_t size)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = where,
		.memory_size = size,
		.userspace_addr = (uintptr_t)memory,
	};

	return ioctl(guest->vm, KVM_SET_USER_MEMORY_REGION, &region) ? -errno :
								       0;
}

static int create_guest(struct guest *guest)
{
	int ret;

	guest->ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	guest->vm = ioctl(guest->kvm, KVM_CREATE_VM, 0);
	if (guest->ram == MAP_FAILED || guest->vm < 0)
		return -errno;
	ret = set_memory(guest, 0, 0, guest->ram, RAM_SIZE);
	if (ret)
		return ret;
	guest->vcpu = ioctl(guest->vm, KVM_CREATE_VCPU, 0);
	if (guest->vcpu < 0)
		return -errno;
	guest->run_size = ioctl(guest->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	guest->run = mmap(NULL, guest->run_size, PROT_READ | PROT_WRITE,
			  MAP_SHARED, guest->vcpu, 0);
	return guest->run == MAP_FAILED ? -errno : 0;
}

/* Run the program from its start. Returns the exit's reason or -errno. */
static int run_guest(struct guest *guest, const char *code, size_t size)
{
	struct kvm_regs regs = { .rip = CODE, .rflags = 2, .rsp = RAM_SIZE - 16 };
	struct kvm_sregs sregs;

	memcpy(guest->ram + CODE, code, size);
	if (ioctl(guest->vcpu, KVM_GET_SREGS, &sregs))
		return -errno;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(guest->vcpu, KVM_SET_SREGS, &sregs) ||
	    ioctl(guest->vcpu, KVM_SET_REGS, &regs))
		return -errno;
	if (ioctl(guest->vcpu, KVM_RUN, 0))
		return -errno;
	return guest->run->exit_reason;
}

#define RUN(program) run_guest(&self->guest, program, sizeof(program))

FIXTURE_SETUP(guest)
{
	CLAIM_CARD(0, self->bdf);
	CLAIM_CARD(1, self->other_bdf);
	REQUIRE_OPEN(VGA_OPEN_GROUP);
	REQUIRE_LAB_CARD(self->bdf);
	REQUIRE_LAB_CARD(self->other_bdf);
	self->guest = (struct guest){ .kvm = -1, .vm = -1, .vcpu = -1 };
	self->window = window_none;
	self->other = window_none;
	self->guest.kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (self->guest.kvm < 0)
		SKIP_TEST("/dev/kvm: %s", strerror(errno));
	self->stores = mmap(NULL, sizeof(*self->stores), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->stores);
	self->user = 0;
}

FIXTURE_TEARDOWN(guest)
{
	if (self->user > 0) {
		kill(self->user, SIGKILL);
		EXPECT_EQ(-EINTR, vga_wait_for_exit(self->user, PATIENCE_MS));
	}
	if (self->guest.run_size)
		munmap(self->guest.run, self->guest.run_size);
	close(self->guest.vcpu);
	close(self->guest.vm);
	close(self->guest.kvm);
	window_close(&self->window);
	window_close(&self->other);
	vga_choose(self->bdf, "vga_mmap", "off");
	vga_choose(self->other_bdf, "vga_mmap", "off");
	EXPECT_EQ(0, vga_arbiter_is_free(self->bdf, 1000));
}

/* Open both cards, and let the guest run. */
static void begin(struct __test_metadata *_metadata, FIXTURE_DATA(guest) * self,
		  const char *mode)
{
	CHOOSE_WINDOW(self->bdf, mode);
	CHOOSE_WINDOW(self->other_bdf, "user");
	window_catch_signals();
	ASSERT_EQ(0, window_open(&self->window, self->bdf));
	ASSERT_EQ(0, window_open(&self->other, self->other_bdf));
	memset(self->window.memory, SECRET, WINDOW_SIZE);
	memset(self->other.memory, 'o', WINDOW_SIZE);
	ASSERT_EQ(0, create_guest(&self->guest));
	ASSERT_EQ(KVM_EXIT_HLT, RUN(halt));
}

static int plug_window(FIXTURE_DATA(guest) * self)
{
	return set_memory(&self->guest, 1, VGA_MEM, self->window.map,
			  WINDOW_SIZE);
}

/* With the window's pages in this process's page tables, and without. */
TEST_F(guest, of_mode_user_does_not_reach_the_card)
{
	int i, ret;

	begin(_metadata, self, "user");
	ret = plug_window(self);
	TH_LOG("KVM_SET_USER_MEMORY_REGION: %d", ret);
	for (i = 0; i < 20; i++) {
		ret = i % 2 ? window_load(self->window.map + SPOT) :
			      vga_in(&self->other.card, VGA_GFX_INDEX);
		ASSERT_LE(0, ret);
		ret = RUN(store_byte);
		if (!i)
			TH_LOG("KVM_RUN with a store: %d", ret);
		EXPECT_NE(KVM_EXIT_HLT, ret);
		if (i % 2)
			ASSERT_EQ(SECRET, window_load(self->window.map + SPOT));
		self->guest.ram[LOADED] = 0;
		ret = RUN(load_byte);
		if (!i)
			TH_LOG("KVM_RUN with a load: %d", ret);
		EXPECT_NE(KVM_EXIT_HLT, ret);
		EXPECT_EQ(0, self->guest.ram[LOADED]);
	}
	EXPECT_EQ(0, window_count_others(self->window.memory, WINDOW_SIZE,
					 SECRET));
	EXPECT_EQ(0, window_count_others(self->other.memory, WINDOW_SIZE, 'o'));
}

TEST_F(guest, of_mode_kvm_reaches_the_card)
{
	int i;

	begin(_metadata, self, "kvm");
	ASSERT_EQ(0, plug_window(self));
	for (i = 0; i < 20; i++) {
		self->window.memory[SPOT] = i;
		ASSERT_EQ(KVM_EXIT_HLT, RUN(load_byte));
		EXPECT_EQ(i, self->guest.ram[LOADED]);
		ASSERT_EQ(KVM_EXIT_HLT, RUN(store_byte));
		EXPECT_EQ(GUEST_BYTE, self->window.memory[SPOT]);
		/* The route goes elsewhere and comes back. */
		if (i % 2)
			ASSERT_LE(0, vga_in(&self->other.card, VGA_GFX_INDEX));
	}
	self->window.memory[SPOT] = SECRET;
	EXPECT_EQ(0, window_count_others(self->window.memory, WINDOW_SIZE,
					 SECRET));
	EXPECT_EQ(0, window_count_others(self->other.memory, WINDOW_SIZE, 'o'));
}

/* The other card's user stores into the half that the guest does not use. */
static void start_other_user(struct __test_metadata *_metadata,
			     FIXTURE_DATA(guest) *self)
{
	volatile uint8_t *half = self->other.map + HALF;
	size_t i;

	self->user = fork();
	ASSERT_LE(0, self->user);
	if (self->user)
		return;
	vga_die_with_parent();
	for (i = 0;; i = (i + 1) % HALF) {
		half[i] = 'o';
		if (half[i] != 'o')
			_exit(1);
		++*self->stores;
	}
}

static long count_leases(const char *bdf)
{
	return vga_sysfs_number(bdf, "vfio_vga/leases");
}

TEST_F_TIMEOUT(guest, of_mode_kvm_stays_apart_from_another_card, 60)
{
	unsigned long runs = 0;
	uint64_t until;
	long before;

	begin(_metadata, self, "kvm");
	ASSERT_EQ(0, plug_window(self));
	memset(self->window.memory, 0, HALF);
	before = count_leases(self->bdf);
	start_other_user(_metadata, self);
	until = vga_now_ns() + STORING_S * 1000000000ULL;
	do {
		ASSERT_EQ(KVM_EXIT_HLT, RUN(store_half));
		runs++;
	} while (vga_now_ns() < until || *self->stores < HALF);
	TH_LOG("%lu times %d stores of the guest in %ld leases, %lu of the other",
	       runs, HALF, count_leases(self->bdf) - before, *self->stores);
	EXPECT_LT(LEASES_MIN, count_leases(self->bdf) - before);
	/* It stores until it is killed; its own end would be a wrong byte. */
	EXPECT_EQ(-ETIMEDOUT, vga_wait_for_exit(self->user, 0))
		TH_LOG("the other user read a wrong byte or died");
	self->user = 0;
	EXPECT_EQ(0, window_count_others(self->window.memory, HALF,
					 GUEST_BYTE));
	EXPECT_EQ(0, window_count_others(self->window.memory + HALF, HALF,
					 SECRET));
	EXPECT_EQ(0, window_count_others(self->other.memory, WINDOW_SIZE, 'o'));
}

/* The guest meets what a load of the process meets: no byte, and no hang. */
TEST_F(guest, of_a_card_that_does_not_decode_gets_efault)
{
	begin(_metadata, self, "kvm");
	ASSERT_EQ(0, plug_window(self));
	ASSERT_EQ(KVM_EXIT_HLT, RUN(store_byte));
	ASSERT_EQ(0, vga_command_clear(&self->window.card, PCI_COMMAND_MEMORY));
	EXPECT_NE(KVM_EXIT_HLT, RUN(store_byte));
	ASSERT_EQ(0, vga_command_set(&self->window.card, PCI_COMMAND_MEMORY));
	EXPECT_EQ(KVM_EXIT_HLT, RUN(store_byte));
	EXPECT_EQ(GUEST_BYTE, self->window.memory[SPOT]);
}

TEST_F(guest, that_is_there_still_lets_the_card_close)
{
	struct vga_card again;

	begin(_metadata, self, "kvm");
	ASSERT_EQ(0, plug_window(self));
	ASSERT_EQ(KVM_EXIT_HLT, RUN(store_byte));
	window_close(&self->window);
	EXPECT_NE(KVM_EXIT_HLT, RUN(store_byte));
	ASSERT_EQ(0, vga_open(&again, self->bdf, VGA_OPEN_GROUP));
	vga_close(&again);
}

/* --- The IOMMU --------------------------------------------------------------- */

FIXTURE(iommu) {
	char bdf[16];
	struct vga_window window;
};

FIXTURE_SETUP(iommu)
{
	CLAIM_CARD(0, self->bdf);
	CHOOSE_WINDOW(self->bdf, "user");
	self->window = window_none;
	window_catch_signals();
}

FIXTURE_TEARDOWN(iommu)
{
	window_close(&self->window);
	vga_choose(self->bdf, "vga_mmap", "off");
}

TEST_F(iommu, is_refused_the_window_by_the_container)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.iova = 0x100000,
		.size = WINDOW_SIZE,
	};
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = 0,
		.size = 1UL << 32,
	};
	int i, iommu;

	REQUIRE_OPEN(VGA_OPEN_GROUP);
	ASSERT_EQ(0, window_open(&self->window, self->bdf));
	iommu = self->window.card.iommu;
	map.vaddr = (uintptr_t)self->window.map;
	for (i = 0; i < 10; i++) {
		/* With the pages in the page tables, and without. */
		if (!(i % 2))
			usleep(20000);
		else
			ASSERT_EQ(0, window_store(self->window.map, i));
		EXPECT_EQ(-1, ioctl(iommu, VFIO_IOMMU_MAP_DMA, &map));
		if (!i)
			TH_LOG("VFIO_IOMMU_MAP_DMA: %s", strerror(errno));
	}
	EXPECT_EQ(0, ioctl(iommu, VFIO_IOMMU_UNMAP_DMA, &unmap));
	EXPECT_EQ(0, unmap.size);
	/* The address is free for memory. */
	map.vaddr = (uintptr_t)mmap(NULL, WINDOW_SIZE, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT_EQ(0, ioctl(iommu, VFIO_IOMMU_MAP_DMA, &map));
	EXPECT_EQ(0, window_store(self->window.map, 1));
}

TEST_F(iommu, is_refused_the_window_by_iommufd)
{
	struct vfio_device_attach_iommufd_pt attach = {
		.argsz = sizeof(attach)
	};
	struct vfio_vga_ioas_alloc alloc = { .size = sizeof(alloc) };
	struct vfio_vga_ioas_map map = {
		.size = sizeof(map),
		.flags = VFIO_VGA_IOAS_MAP_FIXED_RW,
		.length = WINDOW_SIZE,
		.iova = 0x100000,
	};
	struct vga_card *card = &self->window.card;
	uint8_t *window;
	int i;

	REQUIRE_OPEN(VGA_OPEN_CDEV);
	ASSERT_EQ(0, vga_open(card, self->bdf, VGA_OPEN_CDEV));
	ASSERT_EQ(0, vga_command_set(card, PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	/* An address space of known name. */
	ASSERT_EQ(0, ioctl(card->iommu, VFIO_VGA_IOMMU_IOAS_ALLOC, &alloc));
	attach.pt_id = alloc.out_ioas_id;
	ASSERT_EQ(0, ioctl(card->fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach));
	window = window_mmap(card, VGA_MEM, WINDOW_SIZE, PROT_READ | PROT_WRITE,
			     MAP_SHARED);
	ASSERT_NE(MAP_FAILED, window);
	self->window.map = window;
	map.ioas_id = alloc.out_ioas_id;
	map.user_va = (uintptr_t)window;
	for (i = 0; i < 10; i++) {
		if (!(i % 2))
			usleep(20000);
		else
			ASSERT_EQ(0, window_store(window, i));
		EXPECT_EQ(-1, ioctl(card->iommu, VFIO_VGA_IOMMU_IOAS_MAP, &map));
		if (!i)
			TH_LOG("IOMMU_IOAS_MAP: %s", strerror(errno));
	}
	/* The address is free for memory. */
	map.user_va = (uintptr_t)mmap(NULL, WINDOW_SIZE, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT_EQ(0, ioctl(card->iommu, VFIO_VGA_IOMMU_IOAS_MAP, &map));
	EXPECT_EQ(0, window_store(window, 1));
}

TEST_HARNESS_MAIN
