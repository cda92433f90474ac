# SPDX-License-Identifier: GPL-2.0-only
# The front door: make help

# The kernel build tree: KDIR=, else the running kernel's headers, else the
# newest installed ones.
ifndef KDIR
KDIR := $(firstword $(wildcard /lib/modules/$(shell uname -r)/build) \
	$(shell ls -d /lib/modules/*/build 2>/dev/null | sort -rV))
endif
# Where the objects go. Kernels before 6.13 build a module beside its sources
# only, so the sources are linked into O first.
O ?= build/$(or $(notdir $(patsubst %/build,%,$(KDIR))),module)

SOURCES := Kbuild $(wildcard *.c) $(wildcard include/*.h)

# The kernel's makefiles would take our O= for theirs: variables of the command
# line reach them only by name.
MAKEOVERRIDES =
KBUILD = $(MAKE) -C $(KDIR) M=$(abspath $(O)) $(foreach v,C CF V W CC LLVM ARCH \
	CROSS_COMPILE KCFLAGS INSTALL_MOD_PATH GCOV_PROFILE UNTESTED_KERNEL,$(if $(filter command%,$(origin $v)),$v="$($v)"))

.PHONY: all modules install check check-all check-boot check-contended check-debug check-fuzz check-kcsan check-vmm check-zoo check-reset check-long check-arbiter check-patches patches static model bench bench-save demo lint deps dkms-install dkms-uninstall initramfs-install initramfs-uninstall clean help

all: modules ## what make does without a target: modules

modules: ## build/KVER/vfio-pci-vga.ko, for the kernel of KDIR=, into O=
	@test -n "$(KDIR)" && test -e "$(KDIR)/Makefile" || { echo "No kernel build tree: install linux-headers-$$(uname -r) or name one with KDIR=" >&2; exit 1; }
	@mkdir -p $(O)/include
	@for f in $(SOURCES); do ln -sf $(CURDIR)/$$f $(O)/$$f; done
	+$(KBUILD) modules

install: modules ## modules, then put the module into /lib/modules/KVER (root)
	+$(KBUILD) modules_install

demo: ## a guest's BIOS on an assigned VGA card, as pictures; in QEMU, under 3 minutes
	@scripts/demo.sh

check: ## every test, in QEMU, about 35 minutes; KERNEL=generic|cloud|newest|N.N|KVER for one leg
	@scripts/check.sh $(KERNEL)

check-all: ## the same on every kernel: also 6.12, and the newest release's; two hours, and the first time the making of its roots
	@scripts/check-all.sh

check-boot: ## Secure Boot with a signed module, and an initramfs that binds a card; KERNEL= as above; 3 minutes
	@scripts/check-boot.sh $(KERNEL)

check-contended: ## up to eight cards that compete, 4 minutes
	@scripts/deps.sh build lab check
	@$(MAKE) --no-print-directory modules KDIR=/lib/modules/$$(scripts/kver.py generic)/build
	@selftests/qemu/test-modules $$(scripts/kver.py generic)
	@$(MAKE) --no-print-directory -C selftests
	@selftests/qemu/lab run --kernel generic --cpus 1 --icount --cards 8 --list selftests/qemu/contention.list

check-debug: ## the tests on a kernel with KASAN, lockdep and fault injection, and how much of the module they run; SHORT=y for some of them
	@scripts/check-debug.sh $(if $(SHORT),short)

check-fuzz: ## ten million random operations on four cards, on that kernel; SEEDS= and OPERATIONS= for another run
	@scripts/check-fuzz.sh $(SEEDS)

check-kcsan: ## data races, on a kernel with KCSAN
	@scripts/check-kcsan.sh

check-vmm: ## guests on a QEMU that maps the VGA window; builds that first (4 minutes)
	@scripts/check-vmm.sh

check-zoo: ## guests on models of cards that hide things; 20 minutes, and 4 to build a QEMU with them
	@scripts/check-zoo.sh

check-reset: ## killed guests on models of cards that do not come back; builds a QEMU with them first (4 minutes)
	@scripts/check-reset.sh

check-long: ## the same, a hundred guests on each card
	@scripts/check-reset.sh long

check-arbiter: ## what the patches in contrib/linux cure in the kernel, without them and with them (10 minutes)
	@scripts/check-arbiter.sh

patches: ## the driver as patches for the kernel's tree in KSRC=, into build/patches
	@test -n "$(KSRC)" || { echo "Name the kernel's tree: make patches KSRC=" >&2; exit 1; }
	@scripts/deps.sh series
	@scripts/patches.py $(KSRC)

check-patches: ## do these apply to 6.12 and the newest packaged kernel, is each commit whole, do the kselftests pass there? (30 minutes)
	@scripts/check-patches.sh

model: ## search the model of the lease protocol with spin, mutants included
	@scripts/deps.sh check
	@selftests/model/check.sh

bench: ## stock vfio-pci and this driver side by side: table, JSON and plot in build/bench; 15 minutes
	@scripts/bench.sh

bench-save: ## bench, and keep them in docs/
	@scripts/bench.sh --save

lint: ## sparse, W=1, checkpatch, kernel-doc, clang-format, shellcheck, pyflakes, codespell
	@scripts/lint.sh

static: ## more checkers: gcc and clang W=1, sparse, coccinelle, cppcheck, checkpatch, on 6.12 (4 minutes)
	@scripts/static.sh

deps: ## install what the targets need from Debian's packages, or print what is missing
	@scripts/deps.sh

dkms-install: ## build and install through DKMS for the running kernel and later ones (root)
	@scripts/dkms.sh install

dkms-uninstall: ## take it out of DKMS again (root)
	@scripts/dkms.sh uninstall

initramfs-install: ## bind cards in the initramfs, before the host's graphics drivers (root)
	@scripts/initramfs.sh install

initramfs-uninstall: ## no more (root)
	@scripts/initramfs.sh uninstall

clean: ## remove build/; caches are in ~/.cache/vfio-pci-vga
	rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-22s%s\n", $$1, $$2 }' Makefile
