/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VBIOS of a zoo card: finds its registers through the card's back doors, as
 * cards' own do, and lights the screen only if what it found is right.
 *
 * pack puts a VGA BIOS behind it, which sets the mode once all doors have
 * agreed and the registers answered where they said. A door that names an
 * address at which the guest has nothing leaves the screen black.
 *
 * Built for one card each: VENDOR, DEVICE, DOORS and, as LINE, what it says.
 */
#define RADEON_HD	1	/* port 0x3c3 and I/O BAR 4 */
#define RADEON_OLD	2	/* I/O BAR 1 */
#define GEFORCE_RMA	3	/* ports 0x3d0 and 0x3d4 */
#define GEFORCE_IO	4	/* the same and I/O BAR 5 */

/* Paragraphs from our start to the VGA BIOS's. */
#define VGABIOS		0x40

	.code16
	.globl	_start
_start:
	.word	0xaa55
	.byte	0			/* size in 512 bytes: pack */
	jmp	post
	.org	0x18
	.word	pcir
	.word	0
	.byte	0			/* checksum: pack */
	.p2align 2
pcir:
	.ascii	"PCIR"
	.word	VENDOR, DEVICE, 0, 24
	.byte	0, 0x00, 0x00, 0x03	/* VGA */
	.word	0, 0			/* size: pack */
	.byte	0, 0x80
	.word	0

/* The firmware's registers, bus and function in %ax among them, are the VGA BIOS's too. */
post:
	pushal
	pushw	%ds
	pushw	%es
	cld
	pushw	%cs
	popw	%ds
	movw	%ax, %bx
	call	flat_es
	call	find
	popw	%es
	popw	%ds
	popal
	jc	1f
	pushal
	pushw	%ds
	pushw	%es
	pushw	%cs
	pushw	$lit
	pushw	%cs
	popw	%cx
	addw	$VGABIOS, %cx
	pushw	%cx
	pushw	$3
	lret
lit:
	xorw	%ax, %ax
	movw	%ax, %ds
	movl	0x10 * 4, %eax
	movl	%eax, %cs:next
	movw	$int_10, 0x10 * 4
	movw	%cs, 0x10 * 4 + 2
	popw	%es
	popw	%ds
	popal
1:	lret

/* The firmware sets the text mode once more, which clears the screen: the line comes after that. */
int_10:
	cmpw	$0x0003, %ax
	je	1f
	ljmpw	*%cs:next
1:	pushfw
	lcallw	*%cs:next
	pushal
	pushw	%ds
	pushw	%cs
	popw	%ds
	movw	$line, %si
	call	print
	movl	found, %edx
	call	print_hex
	movw	$end_of_line, %si
	call	print
	popw	%ds
	popal
	iretw

/* Make %es a flat 4 GiB data segment ("unreal mode"); clobbers %eax. */
flat_es:
	pushfw
	cli
	movl	%cs, %eax
	shll	$4, %eax
	addl	$gdt, %eax
	pushl	%eax
	pushw	$gdt_end - gdt - 1
	movw	%sp, %bp
	lgdtl	%ss:(%bp)
	addw	$6, %sp
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	movw	$8, %bp
	movw	%bp, %es
	andb	$0xfe, %al
	movl	%eax, %cr0
	xorw	%ax, %ax
	movw	%ax, %es
	popfw
	ret

	.p2align 3
gdt:
	.quad	0
	.quad	0x00cf92000000ffff
gdt_end:

/* %eax = %bx's config dword at %di, from the PCI BIOS: the guest's. */
config:
	pushl	%ecx
	movw	$0xb10a, %ax
	int	$0x1a
	movl	%ecx, %eax
	popl	%ecx
	ret

print:
	lodsb
	testb	%al, %al
	jz	1f
	movb	$0x0e, %ah
	movw	$0x0007, %bx
	int	$0x10
	jmp	print
1:	ret

/* %edx, eight digits. */
print_hex:
	movw	$8, %cx
1:	roll	$4, %edx
	movb	%dl, %al
	andb	$0xf, %al
	addb	$'0', %al
	cmpb	$'9', %al
	jbe	2f
	addb	$'a' - '9' - 1, %al
2:	movb	$0x0e, %ah
	movw	$0x0007, %bx
	int	$0x10
	loop	1b
	ret

.macro must_be value			/* %eax, or give up */
	cmpl	\value, %eax
	jne	wrong
.endm

.macro address				/* %eax from a BAR; one that is none is given up */
	andb	$0xf0, %al
	testl	%eax, %eax
	jz	wrong
	cmpl	$0xfffffff0, %eax
	je	wrong
.endm

#if DOORS == RADEON_HD || DOORS == RADEON_OLD
/* %eax = register %eax, by MM_INDEX and MM_DATA at I/O %si. */
io_window:
	movw	%si, %dx
	outl	%eax, %dx
	addw	$4, %dx
	inl	%dx, %eax
	ret
#endif

#if DOORS == RADEON_HD
#define CONFIG_MEMSIZE	0x5428
/* Find I/O BAR 4 by port 0x3c3, BAR 2 by it, and all again in the mirror in there. */
find:
	movw	$0x3c3, %dx
	inb	%dx, %al
	movb	%al, %ah
	xorb	%al, %al
	testw	%ax, %ax
	jz	wrong
	movw	%ax, %si
	movl	$0x4000, %eax
	call	io_window
	must_be	$(DEVICE << 16 | VENDOR)
	movl	$0x401c, %eax
	call	io_window
	must_be	$0
	movl	$0x4018, %eax
	call	io_window
	address
	movl	%eax, %ebp
	movl	%eax, found

	movl	%es:0x4000(%ebp), %eax
	must_be	$(DEVICE << 16 | VENDOR)
	movl	%es:0x4018(%ebp), %eax
	address
	must_be	%ebp
	movl	%es:0x4020(%ebp), %eax
	andb	$0xfc, %al
	movzwl	%si, %edi
	must_be	%edi
	movl	%es:CONFIG_MEMSIZE(%ebp), %edi
	movl	$CONFIG_MEMSIZE, %eax
	call	io_window
	must_be	%edi
	testl	%eax, %eax
	jz	wrong
	clc
	ret
#endif

#if DOORS == RADEON_OLD
#define CONFIG_MEMSIZE	0xf8
/* Find BAR 2 by I/O BAR 1, and both memory BARs in the registers. */
find:
	movw	$0x14, %di
	call	config
	andb	$0xfc, %al
	movw	%ax, %si
	movl	$0xf18, %eax
	call	io_window
	address
	movl	%eax, %ebp
	movl	%eax, found
	movl	$0x10c, %eax
	call	io_window
	must_be	%ebp

	movl	%es:0xf00(%ebp), %eax
	must_be	$(DEVICE << 16 | VENDOR)
	movl	%es:0xf18(%ebp), %eax
	address
	must_be	%ebp
	movl	%es:0x10c(%ebp), %eax
	must_be	%ebp
	movl	$0xf18, %es:(%ebp)
	movl	%es:4(%ebp), %eax
	address
	must_be	%ebp
	/* The card's memory is where its registers say, and can be written. */
	movw	$0x10, %di
	call	config
	address
	movl	%eax, %edi
	movl	%es:0x100(%ebp), %eax
	must_be	%edi
	movl	$0x5a6f6f21, %es:(%eax)
	movl	%es:(%edi), %eax
	must_be	$0x5a6f6f21
	movl	$0, %es:(%edi)
	movl	%es:CONFIG_MEMSIZE(%ebp), %eax
	testl	%eax, %eax
	jz	wrong
	clc
	ret
#endif

#if DOORS == GEFORCE_RMA || DOORS == GEFORCE_IO
/* %ax = half of the register at %di: say that an address follows, write it, say read, read. */
rma_word:
	movw	$0x3d4, %dx
	movw	$0x338, %ax
	outw	%ax, %dx
	movb	$0xd0, %dl
	movw	%di, %ax
	outw	%ax, %dx
	movb	$0xd4, %dl
	movw	$0x538, %ax
	outw	%ax, %dx
	movb	$0xd0, %dl
	inw	%dx, %ax
	ret

/* %eax = register %di. */
rma:
	addw	$2, %di
	call	rma_word
	shll	$16, %eax
	subw	$2, %di
	call	rma_word
	pushl	%eax
	movw	$0x3d4, %dx
	movw	$0x38, %ax
	outw	%ax, %dx
	popl	%eax
	ret

/* Find BAR 0 by the VGA ports; it must be there, with the chip's id and config space in two places. */
find:
	movw	$0x3c2, %dx		/* CRTC at 0x3d4, not at 0x3b4 */
	movb	$1, %al
	outb	%al, %dx
	movw	$0x1800, %di
	call	rma
	must_be	$(DEVICE << 16 | VENDOR)
	movw	$0x1810, %di
	call	rma
	address
	movl	%eax, %ebp
	movl	%eax, found
#if DOORS == GEFORCE_IO
	/* The I/O BAR names the same one, from both places. */
	movw	$0x24, %di
	call	config
	andb	$0xfc, %al
	movw	%ax, %si
	movw	%si, %dx
	movl	$1, %eax
	outl	%eax, %dx
	addw	$4, %dx
	outl	%eax, %dx
	movl	$0x1810, %eax
	call	io_window
	address
	must_be	%ebp
	movl	$0x88010, %eax
	call	io_window
	address
	must_be	%ebp
	movl	$0x88000, %eax
	call	io_window
	must_be	$(DEVICE << 16 | VENDOR)
	movw	%si, %dx
	xorl	%eax, %eax
	outl	%eax, %dx
	addw	$4, %dx
	outl	%eax, %dx
#endif
	movl	%es:(%ebp), %eax
	must_be	$BOOT0
	movl	%es:0x1800(%ebp), %eax
	must_be	$(DEVICE << 16 | VENDOR)
	movl	%es:0x1810(%ebp), %eax
	address
	must_be	%ebp
	movl	%es:0x88010(%ebp), %eax
	address
	must_be	%ebp
	clc
	ret

#if DOORS == GEFORCE_IO
/* %eax = register %eax, by I/O %si. */
io_window:
	leaw	8(%si), %dx
	outl	%eax, %dx
	addw	$4, %dx
	inl	%dx, %eax
	ret
#endif
#endif

wrong:
	stc
	ret

line:
	.asciz	LINE ": registers at "
end_of_line:
	.asciz	"\r\n"
	.p2align 2
found:
	.long	0
next:					/* the VGA BIOS's interrupt 0x10 */
	.long	0
	.org	VGABIOS << 4
