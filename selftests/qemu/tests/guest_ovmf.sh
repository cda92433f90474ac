#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# OVMF drives the assigned card without any legacy access, and the arbiter hears nothing of it. TCG: QEMU 7.2 aborts here with KVM on emulated SVM.
# shellcheck source-path=SCRIPTDIR source=../guests/guest.sh
. /lab/guests/guest.sh

ACCEL=tcg
# It says nothing before it draws.
GUEST_PATIENCE=300
GUEST_ARBITER=silent
scenario ovmf ovmf-splash "" -machine q35 -m 256 -boot menu=on,splash-time=60000 \
	-drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd
