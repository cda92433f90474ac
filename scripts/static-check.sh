#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Does each checker of static.sh find a mistake? In a copy of the tree, one at a time. TAP.
set -u
cd "$(dirname "$0")/.." || exit
# shellcheck source-path=SCRIPTDIR source=tap.sh
. scripts/tap.sh
# shellcheck source-path=SCRIPTDIR source=checkers.sh
. scripts/checkers.sh

finds scripts/static.sh gcc vfio_pci_reset.c "no previous prototype for .planted" <<<"int planted(void) { return 0; }"
finds scripts/static.sh clang vfio_pci_reset.c "variable 'planted' set but not used" <<'C'
static void __maybe_unused no(void)
{
	int planted;

	planted = 1;
}
C
finds scripts/static.sh sparse vfio_pci_reset.c "'planted' was not declared" <<<"int planted;"
finds scripts/static.sh coccicheck vfio_pci_reset.c "WARNING.*NULL check before some freeing functions" <<'C'
static void __maybe_unused no(void *planted)
{
	if (planted)
		kfree(planted);
}
C
finds scripts/static.sh cppcheck vfio_pci_reset.c "planted.*arrayIndexOutOfBounds" <<'C'
static int __maybe_unused no(void)
{
	int planted[2] = { 1, 2 };

	return planted[2];
}
C
finds scripts/static.sh checkpatch vfio_pci_reset.c 'Comparison to NULL.*planted' <<'C'
static bool no(void *planted)
{
	return planted == NULL;
}
C
tap_end
