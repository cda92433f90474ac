#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Neither a quarantined card nor one in use keeps a host from going down. TAP.
#
# usage: check-shutdown.sh KERNEL OUT    (the module and the selftests are built; LAB_QEMU has the models)
set -u
cd "$(dirname "$0")/.." || exit

LIMIT_S=5
rm -rf "$2"
mkdir -p "$2"
echo "timeout=120 VFIO_VGA_DRIVER=none selftests/qemu/tests/shutdown.sh" >"$2/list"
# The lab says that QEMU ended, which is a failure everywhere else.
selftests/qemu/lab run --kernel "$1" --topology fragile --out "$2" --list "$2/list" >"$2/lab.log" 2>&1

echo "TAP version 13"
echo "1..1"
complaints=$(PYTHONPATH=selftests/qemu python3 -c 'import results, sys
print(*results.kernel_complaints(open(sys.argv[1], errors="replace").read()), sep="\n")' "$2/serial.log") ||
	complaints="cannot be read"
[ -z "$complaints" ] || echo "# kernel log: ${complaints//$'\n'/$'\n# kernel log: '}"
awk -v limit=$LIMIT_S -v bad="${complaints:+1}" '
	{ gsub(/[][]/, " "); split($0, words, " ") }
	/shutdown\.sh: quarantine 1, users 1/ { begun = words[1] }
	begun && /reboot: machine restart/ { took = words[1] - begun; ended = 1 }
	END {
		printf "# %s\n", !begun ? "no card was quarantined, or none in use" : \
			ended ? sprintf("down after %.2f s", took) : "did not go down"
		good = ended && took <= limit && !bad
		printf "%sok 1 a_quarantined_card_and_one_in_use_do_not_block_shutdown\n", good ? "" : "not "
		printf "%d passed, %d failed, 0 skipped\n", good, !good
		exit !good
	}' "$2/serial.log"
