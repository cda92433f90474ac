/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boot sector: fills the 80x25 text screen through the legacy memory window.
 *
 * The BIOS has set the mode before it came here; every cell is a store of ours to 0xb8000, which under
 * assignment is the VGA region.  screen.py computes the same cells (text_cells()).
 */
#include "guest.inc"

	guest_start
	movb	$0x01, %ah		/* no cursor: its blinking would spoil the comparison */
	movw	$0x2000, %cx
	int	$0x10

	movw	$0xb800, %ax
	movw	%ax, %es
	xorw	%di, %di
	movw	$0x0100, %ax		/* character: all 256, in turn */
cell:				/* attribute: 0x01 to 0x7f, in turn; bit 7 would blink */
	stosw
	incb	%al
	incb	%ah
	jns	1f
	movb	$0x01, %ah
1:	cmpw	$2 * 80 * 25, %di
	jb	cell

	guest_end
	guest_signature
