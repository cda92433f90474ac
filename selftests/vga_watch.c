// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the VGA arbiter and the kernel log say about a card while somebody uses
 * it. A tool for tests.
 *
 *	vga_watch BDF
 *
 * Prints "begin" and watches until its standard input ends. Then it prints one
 * line:
 *
 *	count=N-N decodes=WHAT[,WHAT...] notices=N lines=N
 *
 * count is the smallest and largest count of cards that decode, decodes what
 * this one was said to, in order, notices how often the arbiter woke those who
 * poll it, which it does whenever a lock or a card changes, and lines how many
 * lines of the kernel log tell of changed decoding.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define LOOK_MS		5
#define DECODES_CHANGED	"VGA decodes"

static int arbiter = -1, kmsg = -1;
static int count_min, count_max, lines;
static char decodes[256], last[16];

static int look(void)
{
	char text[256], now[16];
	ssize_t len;
	int count;

	len = read(arbiter, text, sizeof(text) - 1);
	if (len <= 0)
		return -EIO;
	text[len] = '\0';
	if (sscanf(text, "count:%d,PCI:%*[^,],decodes=%15[^,]", &count, now) != 2)
		return -EIO;

	if (!*last || count < count_min)
		count_min = count;
	if (!*last || count > count_max)
		count_max = count;
	if (strcmp(last, now) && strlen(decodes) + sizeof(now) < sizeof(decodes)) {
		if (*last)
			strcat(decodes, ",");
		strcat(decodes, now);
		strcpy(last, now);
	}
	return 0;
}

static void read_log(void)
{
	char record[2048];
	ssize_t len;

	for (;;) {
		len = read(kmsg, record, sizeof(record) - 1);
		if (len < 0 && errno == EPIPE)
			continue;
		if (len <= 0)
			return;
		record[len] = '\0';
		lines += !!strstr(record, DECODES_CHANGED);
	}
}

int main(int argc, char **argv)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC), notices = 0;
	char target[64], ignored[64];

	if (argc != 2) {
		fprintf(stderr, "usage: vga_watch BDF\n");
		return 2;
	}
	arbiter = open("/dev/vga_arbiter", O_RDWR | O_CLOEXEC);
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	snprintf(target, sizeof(target), "target PCI:%s", argv[1]);
	if (arbiter < 0 || kmsg < 0 || epoll < 0 ||
	    write(arbiter, target, strlen(target)) < 0 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, arbiter, &event) || look()) {
		perror(argv[1]);
		return 1;
	}
	lseek(kmsg, 0, SEEK_END);
	/* Its file is always readable: only edges tell, and the first is ours. */
	epoll_wait(epoll, &event, 1, 0);
	printf("begin\n");
	fflush(stdout);

	for (;;) {
		if (poll(&input, 1, LOOK_MS) > 0 &&
		    read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0)
			break;
		notices += epoll_wait(epoll, &event, 1, 0) > 0;
		if (look()) {
			perror(argv[1]);
			return 1;
		}
	}
	notices += epoll_wait(epoll, &event, 1, 0) > 0;
	if (look()) {
		perror(argv[1]);
		return 1;
	}
	read_log();
	printf("count=%d-%d decodes=%s notices=%d lines=%d\n", count_min,
	       count_max, decodes, notices, lines);
	return 0;
}
