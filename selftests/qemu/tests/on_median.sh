#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Run a program that promises something about time, which the machine may break as well: where it fails it is run twice
# more, and two of three decide. What it said when it failed stays visible.
#
# usage: on_median.sh NAME: of a program in build/selftests
program=/lab/build/selftests/$1

try() {
	output=$("$program" 2>&1)
	status=$?
}

try
case $status in
0 | 4) ;;
*)
	printf '%s\n' "$output" | sed 's/^/# tried: /'
	try
	[ $status = 0 ] && try
	;;
esac
printf '%s\n' "$output"
exit $status
