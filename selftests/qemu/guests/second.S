/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boot sector for a guest with two cards: text on the primary through the BIOS, a picture on the
 * secondary without any legacy access.
 *
 * The secondary is the display-class function in the highest slot of bus 0.  It is a Bochs-style
 * adapter: BAR0 is its memory, BAR2 its registers, VGA ports 0x3c0.. at offset 0x400 and the
 * dispi registers at 0x500.  screen.py computes the picture (rgb_pixels()).
 */
#include "guest.inc"

#define DISPI_ID	0x500
#define DISPI_XRES	0x502
#define DISPI_YRES	0x504
#define DISPI_BPP	0x506
#define DISPI_ENABLE	0x508

	guest_start
	movw	$0x0003, %ax
	int	$0x10
	movb	$0x01, %ah
	movw	$0x2000, %cx
	int	$0x10
	movw	$text, %si
1:	lodsb
	testb	%al, %al
	jz	2f
	movb	$0x0e, %ah
	movw	$0x0007, %bx
	int	$0x10
	jmp	1b
2:
	/* the highest slot of bus 0 with class 0x0300 or 0x0380; %ebx: its configuration address */
	movl	$0x8000f800, %ebx
slot:
	movb	$0x08, %bl
	call	config_read
	shrl	$16, %eax
	cmpw	$0x0300, %ax
	je	found
	cmpw	$0x0380, %ax
	je	found
	subl	$0x800, %ebx
	testl	$0x00ff0000, %ebx	/* slot 0 passed: the bus number has borrowed */
	jz	slot
	jmp	stop
found:
	movb	$0x04, %bl		/* memory decode on, I/O decode as it is */
	call	config_read
	orb	$0x02, %al
	movzwl	%ax, %eax
	outl	%eax, %dx
	movb	$0x10, %bl
	call	config_read
	andb	$0xf0, %al
	movl	%eax, %edi
	movb	$0x18, %bl
	call	config_read
	andb	$0xf0, %al
	movl	%eax, %esi

	guest_flat_es
	movw	%es:DISPI_ID(%esi), %ax
	andw	$0xfff0, %ax
	cmpw	$0xb0c0, %ax
	jne	stop
	movw	$0, %es:DISPI_ENABLE(%esi)
	movw	$640, %es:DISPI_XRES(%esi)
	movw	$480, %es:DISPI_YRES(%esi)
	movw	$32, %es:DISPI_BPP(%esi)
	movw	$0x41, %es:DISPI_ENABLE(%esi)	/* enabled, linear; clears the memory */
	movb	$0x20, %es:0x400(%esi)		/* attribute index: video on */

	/* pixel (x, y): blue x, green y, red x ^ y, modulo 256 */
	xorw	%dx, %dx
line:
	xorw	%cx, %cx
pixel:
	movb	%cl, %al
	xorb	%dl, %al
	movzbl	%al, %eax
	shll	$16, %eax
	movb	%cl, %al
	movb	%dl, %ah
	stosl	%eax, %es:(%edi)
	incw	%cx
	cmpw	$640, %cx
	jb	pixel
	incw	%dx
	cmpw	$480, %dx
	jb	line

	guest_end

/* Read the dword of configuration space that %ebx names; leaves the data port in %dx. */
config_read:
	movl	%ebx, %eax
	movw	$0xcf8, %dx
	outl	%eax, %dx
	movw	$0xcfc, %dx
	inl	%dx, %eax
	ret

text:
	.asciz	"the primary card"

	guest_gdt
	guest_signature
