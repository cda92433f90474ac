/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boot sector: scrolls the 80x25 text screen for ever, by copying it up a row
 * as programs without a driver do.  A byte to port 0xe9 tells of every row.
 */
#include "guest.inc"

	guest_start
	movw	$0xb800, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	$0x0741, %dx		/* grey letters, another one in each new row */
screen:
	xorw	%di, %di
	movw	$160, %si
	movw	$24, %bx
row:
	movw	$80, %cx
	rep movsw
	outb	%al, $0xe9
	decw	%bx
	jnz	row

	movw	%dx, %ax
	movw	$80, %cx
	rep stosw
	outb	%al, $0xe9
	incb	%dl
	andb	$0x5f, %dl
	jmp	screen

	guest_signature
