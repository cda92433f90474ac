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

.PHONY: all modules
all: modules

modules:
	@test -n "$(KDIR)" && test -e "$(KDIR)/Makefile" || { echo "No kernel build tree: install linux-headers-$$(uname -r) or name one with KDIR=" >&2; exit 1; }
	@mkdir -p $(O)/include
	@for f in $(SOURCES); do ln -sf $(CURDIR)/$$f $(O)/$$f; done
	$(MAKE) -C $(KDIR) M=$(abspath $(O)) modules
