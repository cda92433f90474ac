#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The machine lives on, but neither ends the test nor says anything: L0 must give up by itself.
echo "1..1"
runner=$(awk '/^PPid:/ { print $2 }' "/proc/$PPID/status")
kill -STOP $PPID "$runner"
sleep 1000
