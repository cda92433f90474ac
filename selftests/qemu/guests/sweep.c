// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that reads its card, and finds where it gives away the host's
 * addresses: started by a Multiboot loader, in 32 bits and without paging. Its
 * command line is the first six lines of the card's "resource" in the host's
 * sysfs, and then how many bytes are read of each BAR, 0 for all, and how many
 * behind each address register, a multiple of 4.
 *
 * It moves the card's BARs to places of its own, so that no address is the
 * host's by chance, and reads in 1, 2 and 4 bytes: the legacy ports, I/O BARs and
 * the first MiB of memory BARs at every offset, the rest of a BAR up to 16 MiB
 * where the width is aligned; and the registers behind known address and data
 * registers. What a larger BAR has beyond that, and the legacy memory, is plain
 * memory: all of it is read by dwords.
 * A line per leak goes to port 0x402, and at last leaks=N.
 */
#include "../../lib/leak_search.h"

#define CONFIG_ADDRESS	0xcf8
#define CONFIG_DATA	0xcfc
#define DEBUG_PORT	0x402

#define VENDOR_ID	0x00
#define COMMAND		0x04
#define CLASS		0x08
#define BAR_0		0x10

#define VGA_CLASS	0x0300
#define DECODE_IO_MEM	3
#define DENSE		0x100000u
/* What is larger is memory. */
#define REGISTERS_MAX	0x1000000u
#define LINES_MAX	60

#define LEGACY_MEM	0xa0000u
#define LEGACY_MEM_END	0xc0000u

/* Where the guest has put each BAR. */
static uint32_t place[LEAK_BARS];
static uint32_t card;
static uint64_t limit;

static void out8(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" : : "a"(value), "d"(port));
}

static void out16(uint16_t port, uint16_t value)
{
	asm volatile("outw %0, %1" : : "a"(value), "d"(port));
}

static void out32(uint16_t port, uint32_t value)
{
	asm volatile("outl %0, %1" : : "a"(value), "d"(port));
}

static uint32_t in(uint16_t port, int width)
{
	uint32_t value = 0;

	if (width == 1)
		asm volatile("inb %1, %b0" : "+a"(value) : "d"(port));
	else if (width == 2)
		asm volatile("inw %1, %w0" : "+a"(value) : "d"(port));
	else
		asm volatile("inl %1, %0" : "=a"(value) : "d"(port));
	return value;
}

static uint32_t load(uint32_t address, int width)
{
	uint32_t value;

	if (width == 1)
		asm volatile("movzbl (%1), %0" : "=r"(value) : "r"(address));
	else if (width == 2)
		asm volatile("movzwl (%1), %0" : "=r"(value) : "r"(address));
	else
		asm volatile("movl (%1), %0" : "=r"(value) : "r"(address));
	return value;
}

static void say(const char *text)
{
	while (*text)
		out8(DEBUG_PORT, *text++);
}

static void say_number(uint32_t number, uint32_t base)
{
	if (number >= base)
		say_number(number / base, base);
	out8(DEBUG_PORT, "0123456789abcdef"[number % base]);
}

static void say_value(const char *name, uint32_t number, uint32_t base)
{
	say(name);
	say_number(number, base);
}

static void found(const char *window, uint32_t region, uint64_t offset,
		  int width, unsigned int bar, unsigned int shift,
		  uint32_t value)
{
	static unsigned int lines;

	if (lines++ >= LINES_MAX)
		return;
	say_value("region=", region, 10);
	say_value(" offset=0x", offset, 16);
	say_value(" width=", width, 10);
	say_value(" bar=", bar, 10);
	say_value(" shift=", shift, 10);
	say_value(" value=0x", value, 16);
	if (window) {
		say(" window=");
		say(window);
	}
	say("\n");
}

static uint32_t config_read(uint32_t function, uint32_t offset)
{
	out32(CONFIG_ADDRESS, 1u << 31 | function << 8 | offset);
	return in(CONFIG_DATA, 4);
}

static void config_write(uint32_t function, uint32_t offset, uint32_t value)
{
	out32(CONFIG_ADDRESS, 1u << 31 | function << 8 | offset);
	out32(CONFIG_DATA, value);
}

static uint32_t card_read(uint32_t region, uint64_t offset, int width)
{
	if (region == LEAK_PORTS)
		return in(offset, width);
	if (bars[region].io)
		return in(place[region] + offset, width);
	return load(place[region] + (uint32_t)offset, width);
}

static void card_write(uint32_t region, uint64_t offset, uint32_t value,
		       int width)
{
	uint16_t port = offset;

	if (region != LEAK_PORTS && !bars[region].io) {
		*(volatile uint32_t *)(place[region] + (uint32_t)offset) = value;
		return;
	}
	if (region != LEAK_PORTS)
		port += place[region];
	if (width == 1)
		out8(port, value);
	else if (width == 2)
		out16(port, value);
	else
		out32(port, value);
}

/* The next number of the command line, which all start with 0x. */
static uint64_t next_number(const char **text)
{
	const char *at = *text;
	uint64_t number = 0;

	while (*at && !(at[0] == '0' && at[1] == 'x'))
		at++;
	for (at += *at ? 2 : 0; *at && *at != ' '; at++)
		number = number << 4 | (*at <= '9' ? *at - '0' : *at - 'a' + 10);
	*text = at;
	return number;
}

static void read_command_line(const char *text)
{
	int bar;

	for (bar = 0; bar < LEAK_BARS; bar++) {
		uint64_t start = next_number(&text), end = next_number(&text);
		uint64_t flags = next_number(&text);

		bars[bar].start = start;
		bars[bar].size = flags ? end - start + 1 : 0;
		bars[bar].io = flags & 0x100;
	}
	limit = next_number(&text);
	registers = next_number(&text);
}

static bool find_card(void)
{
	for (card = 0; card < 0x100; card++)
		if (config_read(card, CLASS) >> 16 == VGA_CLASS)
			return true;
	return false;
}

/* An upper half is no BAR of its own and becomes zero. */
static void move_bars(void)
{
	uint32_t command = config_read(card, COMMAND) & 0xffff;
	int bar;

	config_write(card, COMMAND, command & ~DECODE_IO_MEM);
	for (bar = 0; bar < LEAK_BARS; bar++) {
		place[bar] = guest_address(bar);
		config_write(card, BAR_0 + bar * 4, place[bar]);
	}
	config_write(card, COMMAND, command | DECODE_IO_MEM);
}

/* Wherever an access fits; if it must be @aligned, there only. */
static void sweep(uint32_t region, uint32_t start, uint32_t end, bool aligned)
{
	uint32_t at, value, width;

	for (at = start; at < end; at++) {
		for (width = 4; width; width /= 2) {
			if (end - at < width || (aligned && at % width))
				continue;
			value = card_read(region, at, width);
			if (value && is_leak(0, region, at, width, width, value))
				break;
		}
	}
}

/* Memory is the same in every width, and holds many words that are alike. */
static void sweep_memory(uint32_t region, uint32_t address, uint32_t start,
			 uint32_t end)
{
	uint32_t at, value;

	for (at = start; at < end; at += 4) {
		value = load(address + at, 4);
		if (value)
			is_leak(0, region, at, 4, 4, value);
	}
}

static void sweep_bar(unsigned int bar)
{
	uint32_t size = bars[bar].size, dense, narrow;

	if (limit && size > limit)
		size = limit;
	dense = size < DENSE ? size : DENSE;
	narrow = bars[bar].size > REGISTERS_MAX ? dense : size;
	sweep(bar, 0, dense, false);
	sweep(bar, dense, narrow, true);
	sweep_memory(bar, place[bar], narrow, size);
}

static void sweep_all(void)
{
	unsigned int bar;

	for (bar = 0; bar < LEAK_BARS; bar++)
		sweep_bar(bar);
	sweep_memory(LEAK_PORTS, 0, LEGACY_MEM, LEGACY_MEM_END);
	sweep(LEAK_PORTS, 0x3b0, 0x3bc, false);
	sweep(LEAK_PORTS, 0x3c0, 0x3e0, false);
}

/**
 * sweep_main - called from sweep_start.S
 * @command_line: what the loader was given, the kernel's name first
 */
void sweep_main(const char *command_line)
{
	read_command_line(command_line);
	if (!find_card()) {
		say("sweep: no card\n");
		return;
	}
	move_bars();
	sweep_all();
	sweep_windows(config_read(card, VENDOR_ID));
	say_value("leaks=", leaks, 10);
	say("\n");
}
