/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boot sector: fills the screen of mode 13h for ever, with four pixels a store.
 * A byte to port 0xe9 tells of every row of 320.
 */
#include "guest.inc"

	guest_start
	movw	$0x0093, %ax		/* bit 7: memory is not cleared, which would take as long again */
	int	$0x10
	movw	$0xa000, %ax
	movw	%ax, %es
	xorl	%eax, %eax
screen:
	xorw	%di, %di
row:
	movw	$80, %cx
	rep stosl
	outb	%al, $0xe9
	cmpw	$320 * 200, %di
	jb	row
	addl	$0x01010101, %eax
	jmp	screen

	guest_signature
