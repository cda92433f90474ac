#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# One result of two is bad, and the exit status hides it.
echo "TAP version 13"
echo "1..2"
echo "ok 1 first"
echo "not ok 2 second"
