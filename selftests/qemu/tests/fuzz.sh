#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The fuzzer on four cards, one of them with rows of its own: SEED and OPERATIONS say which run.
# shellcheck source-path=SCRIPTDIR source=../inside/lablib.sh
. /lab/bin/lablib.sh

export VFIO_VGA_DRIVER=vfio-pci-vga
load_module || exit
exec /lab/build/selftests/fuzz/vga_fuzz -s "${SEED-1}" -n "${OPERATIONS-100000}" "$CARD1" "$CARD2" "$CARD3" "$CARD4"
