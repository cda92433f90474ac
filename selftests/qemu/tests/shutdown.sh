#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The host goes down with one card quarantined and another in use: for scripts/check-shutdown.sh, which looks at the
# kernel's log, since nobody is left here.
# shellcheck source-path=SCRIPTDIR source=reset.sh disable=SC2153
. "${0%/*}/reset.sh"

plan 1
load_module
fresh never "$NEVER" vfio-pci-vga && fresh slow "$SLOW" vfio-pci-vga || exit
act "$NEVER" open memory write 5 "$ENGINE" 1 close
coproc USER { exec "$ACT" "$SLOW" open memory hold; }
wait_for 10 grep -q holding <&"${USER[0]}"
users=$(for fd in "/proc/$USER_PID/fd/"*; do readlink "$fd"; done | grep -c vfio-device)
echo "shutdown.sh: quarantine $(cut -c 1 "$(file "$NEVER" quarantine)"), users $users" >/dev/kmsg
busybox reboot -f
