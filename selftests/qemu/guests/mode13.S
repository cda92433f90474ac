/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boot sector: mode 13h (320x200, 256 colours), a palette of ours through the legacy ports and a
 * picture through the legacy memory window.  screen.py computes the same (mode13_pixels(),
 * mode13_palette()).
 */
#include "guest.inc"

	guest_start
	movw	$0x0093, %ax		/* bit 7: memory is not cleared, which would take as long again */
	int	$0x10

	/* palette entry i, in 6 bits: red i, green 3 * i, blue i ^ 0x2a */
	movw	$0x3c8, %dx
	xorw	%ax, %ax
	outb	%al, %dx
	incw	%dx
	xorw	%cx, %cx
entry:
	movb	%cl, %al
	andb	$0x3f, %al
	outb	%al, %dx
	movb	%cl, %al
	addb	%cl, %al
	addb	%cl, %al
	andb	$0x3f, %al
	outb	%al, %dx
	movb	%cl, %al
	xorb	$0x2a, %al
	andb	$0x3f, %al
	outb	%al, %dx
	incb	%cl
	jnz	entry

	/* pixel (x, y): x ^ (3 * y), modulo 256; four pixels a store */
	movw	$0xa000, %ax
	movw	%ax, %es
	xorw	%di, %di
	xorl	%edx, %edx
line:
	imull	$0x01010101, %edx, %ebx
	xorw	%cx, %cx
pixels:
	movzbl	%cl, %eax
	imull	$0x01010101, %eax, %eax
	addl	$0x03020100, %eax
	xorl	%ebx, %eax
	stosl
	addw	$4, %cx
	cmpw	$320, %cx
	jb	pixels
	addb	$3, %dl
	cmpw	$320 * 200, %di
	jb	line

	guest_end
	guest_signature
