/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boot sector: VBE mode 0x112 (640x480, 24 bits) with the linear frame buffer, drawn at the address
 * that the card's own BIOS names.  screen.py computes the same picture (rgb_pixels()).
 */
#include "guest.inc"

	guest_start
	movw	$0x4f01, %ax		/* mode information, to 0x8000 */
	movw	$0x0112, %cx
	movw	$0x8000, %di
	int	$0x10
	cmpw	$0x004f, %ax
	jne	stop
	cmpb	$24, 0x8000 + 0x19	/* BitsPerPixel */
	jne	stop
	movw	$0x4f02, %ax
	movw	$0xc112, %bx		/* bit 14: linear; bit 15: memory not cleared, window by window */
	int	$0x10
	cmpw	$0x004f, %ax
	jne	stop

	guest_flat_es
	movl	0x8000 + 0x28, %edi	/* PhysBasePtr */
	movzwl	0x8000 + 0x10, %esi	/* BytesPerScanLine */
	subl	$640 * 3, %esi

	/* pixel (x, y): blue x, green y, red x ^ y, modulo 256 */
	xorw	%dx, %dx
line:
	xorw	%cx, %cx
pixel:
	movb	%cl, %al
	movb	%dl, %ah
	stosw	%ax, %es:(%edi)
	xorb	%ah, %al
	stosb	%al, %es:(%edi)
	incw	%cx
	cmpw	$640, %cx
	jb	pixel
	addl	%esi, %edi
	incw	%dx
	cmpw	$480, %dx
	jb	line

	guest_end
	guest_gdt
	guest_signature
