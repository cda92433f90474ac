#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Good results, and a mistake in the kernel: only on one with checkers.
echo "1..1"
insmod "/lab/build/selftests/modules/$(uname -r)/planted.ko" mistake="$1" && rmmod planted && echo "ok 1 first"
