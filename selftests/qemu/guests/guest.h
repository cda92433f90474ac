/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the boot sectors share.  They are assembled for 16-bit real mode, linked to run at 0x7c00
 * and never report anything: whether they worked is read from the card.
 */
	.code16
	.globl	_start

/* Zero segments, a stack below the sector. */
.macro guest_start
_start:
	cld
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	$0x7c00, %sp
.endm

/* Make %es a flat 4 GiB data segment ("unreal mode"); clobbers %ax. */
.macro guest_flat_es
	cli
	lgdtl	gdtr
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	movw	$8, %bx
	movw	%bx, %es
	andb	$0xfe, %al
	movl	%eax, %cr0
.endm

.macro guest_gdt
	.p2align 3
gdt:
	.quad	0
	.quad	0x00cf92000000ffff
gdtr:
	.word	gdtr - gdt - 1
	.long	gdt
.endm

.macro guest_end
stop:
	cli
	hlt
	jmp	stop
.endm

.macro guest_signature
	.org	510
	.word	0xaa55
.endm
