#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Print the kernel version that the lab boots for a leg: kver.py generic|cloud|N.N|KVER"""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'selftests/qemu'))

import image  # noqa: E402  the path comes first

try:
    print(image.kernel_version(sys.argv[1]))
except image.Missing as missing:
    sys.exit(f'kver.py: {missing}')
