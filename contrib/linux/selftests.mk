# SPDX-License-Identifier: GPL-2.0-only
# The tests bind and unbind a VGA card: VFIO_VGA_BDF=0000:01:00.0, and
# VFIO_VGA_BDF2 for a second one. Without it they skip.

TEST_GEN_PROGS := @TEST_GEN_PROGS@

TEST_GEN_PROGS_EXTENDED := @TEST_GEN_PROGS_EXTENDED@

TEST_PROGS := @TEST_PROGS@

TEST_FILES := lib

# Without optimisation: the harness expects its variables to survive longjmp().
CFLAGS += -O0 -g -std=gnu11 -Wall -D_GNU_SOURCE= $(KHDR_INCLUDES) -I. -I../..
LDLIBS += -lpthread

include ../../lib.mk

$(TEST_GEN_PROGS) $(TEST_GEN_PROGS_EXTENDED): lib/vfio_vga_test.c
