// SPDX-License-Identifier: GPL-2.0-only
/*
 * Users of a card that are killed at random moments while they use it or wait
 * for it, one after the other. A tool for tests; vga_killed.c has promises.
 *
 *	vga_kill BDF SECONDS
 *
 * Prints "killed=N". Exits with 1 if one did not die.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/vfio_vga_test.h"

int main(int argc, char **argv)
{
	unsigned int seed = 1, killed = 0;
	struct vga_card card;
	uint8_t bytes[256];
	uint64_t end;
	pid_t child;
	int ret;

	if (argc != 3) {
		fprintf(stderr, "usage: vga_kill BDF SECONDS\n");
		return 2;
	}
	ret = vga_open(&card, argv[1], VGA_OPEN_GROUP);
	if (!ret)
		ret = vga_command_set(&card,
				      PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	if (ret) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(-ret));
		return 1;
	}
	end = vga_now_ns() + strtoull(argv[2], NULL, 0) * 1000000000ULL;
	while (vga_now_ns() < end) {
		child = fork();
		if (!child) {
			vga_die_with_parent();
			while (vga_read(&card, VGA_MEM, bytes, sizeof(bytes)) > 0)
				;
			_exit(1);
		}
		usleep(rand_r(&seed) % 5000);
		kill(child, SIGKILL);
		if (vga_wait_for_exit(child, 5000) != -EINTR) {
			fprintf(stderr, "%s: process %d: not killed\n",
				argv[1], child);
			return 1;
		}
		killed++;
	}
	vga_close(&card);
	printf("killed=%u\n", killed);
	return 0;
}
