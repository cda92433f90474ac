/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a Multiboot loader enters sweep.c: in 32 bits, with flat segments, paging and interrupts off. */
#define MAGIC		0x1badb002
#define CHECKSUM	-MAGIC
/* In the loader's information. */
#define COMMAND_LINE	16

	.text
	.p2align 2
	.long	MAGIC, 0, CHECKSUM

	.globl	_start
_start:
	movl	$stack, %esp
	cld
	pushl	COMMAND_LINE(%ebx)
	call	sweep_main
1:	cli
	hlt
	jmp	1b

	.bss
	.p2align 4
	.skip	0x4000
stack:
