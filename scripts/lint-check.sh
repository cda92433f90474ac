#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does each linter find a mistake? In a copy of the tree, one at a time. TAP.
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source-path=SCRIPTDIR source=tap.sh
. scripts/tap.sh
# shellcheck source-path=SCRIPTDIR source=checkers.sh
. scripts/checkers.sh

finds scripts/lint.sh sparse vfio_pci_reset.c "'planted' was not declared" <<<"int planted;"
finds scripts/lint.sh compiler vfio_pci_reset.c "no previous prototype for .planted" <<<"int planted(void) { return 0; }"
finds scripts/lint.sh checkpatch vfio_pci_reset.c 'Comparison to NULL.*planted' <<-'C'
	static bool no(void *planted)
	{
		return planted == NULL;
	}
C
finds scripts/lint.sh kernel_doc vfio_pci_reset.c "planted.*not described" <<-'C'
	/**
	 * other() - a function
	 */
	int other(int planted);
C
finds scripts/lint.sh clang_format vfio_pci_reset.c '^ *+int planted(int a);' <<<"int planted( int a );"
finds scripts/lint.sh shellcheck scripts/planted.sh "SC2086" <<-'SH'
	#!/bin/sh
	rm $1
SH
finds scripts/lint.sh pyflakes planted.py "'os' imported but unused" <<<"import os"
finds scripts/lint.sh codespell README.md "rec[i]eve ==>" <<<"rec""ieve"
finds scripts/lint.sh spdx planted.c "planted.c: no SPDX line" <<<"int planted;"
finds scripts/lint.sh readme Makefile "target planted is missing" <<<".PHONY: planted"
tap_end
