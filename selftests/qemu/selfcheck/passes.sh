#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two results, all well.
echo "TAP version 13"
echo "1..2"
echo "ok 1 first"
echo "ok 2 second # SKIP not here"
