#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does screen.py refuse what it must?  Every judgement is shown a right screen and many wrong ones.

Prints TAP; needs no card and, but for OVMF's reference picture, no QEMU.
"""
import sys

import screen

WRONG_PIXEL = 100003


def ppm(width, height, pixels):
    return b"P6\n%d %d\n255\n" % (width, height) + pixels


def cells_and_font(cells, marked=False):
    """A card's memory in text mode."""
    memory = bytearray(256 * 32 * 4)
    for n, (character, attribute) in enumerate(cells):
        memory[4 * n], memory[4 * n + 1] = character, attribute
    font = screen.bios_font(marked)
    for c in range(256):
        memory[c * 128 + 2:c * 128 + 66:4] = font[c * 16:c * 16 + 16]
    return bytes(memory)


def rendered(cells, marked=False):
    """The picture of a text screen, drawn from its definition: dot by dot, not glyph by glyph."""
    font, palette = screen.bios_font(marked), screen.text_palette()
    out = bytearray()
    for y in range(400):
        for x in range(720):
            character, attribute = cells[y // 16 * 80 + x // 9]
            bits = font[character * 16 + y % 16]
            dot = x % 9 < 8 and bits >> (7 - x % 9) & 1
            if x % 9 == 8 and 0xb0 <= character <= 0xdf:
                dot = bits & 1
            out += palette[attribute & 15 if dot else attribute >> 4]
    return bytes(out)


def seabios_cells(lines):
    text = "".join(line.ljust(80) for line in lines).ljust(2000)
    return [(ord(c), 7) for c in text]


def packed(rgb, depth):
    memory = bytearray(len(rgb) // 3 * depth)
    for channel in range(3):
        memory[2 - channel::depth] = rgb[channel::3]
    return bytes(memory)


def right_screens():
    """(spec, width, height, pixels, memory) of what must pass."""
    text = screen.text_cells()
    seabios = seabios_cells(["SeaBIOS (version 1.16)", "", "", "No bootable device."])
    doubled = screen.mode13_picture()
    rgb = screen.rgb_pixels()
    yield "text", 720, 400, rendered(text), cells_and_font(text)
    yield "seabios", 720, 400, rendered(seabios), cells_and_font(seabios)
    yield ("seabios-marked", 720, 400, rendered(seabios, True),
           cells_and_font(seabios, True))
    yield "mode13", 640, 400, doubled, screen.mode13_pixels()
    yield "vbe", 640, 480, rgb, packed(rgb, 3)
    yield "second", 640, 480, rgb, packed(rgb, 4)
    splash = screen.splash_reference()
    whole = splash + bytes(1280 * 800 * 3 - len(splash))
    yield "ovmf-splash", 1280, 800, whole, packed(splash, 4)


def flip(data, position):
    return data[:position] + bytes((data[position] ^ 0xff,)) + data[position + 1:]


def outcomes():
    """(promise, kept)."""
    def check(spec, picture, memory):
        ok, message = screen.check(picture, spec,
                                   lambda start, size: memory[start:start + size].ljust(size, b"\0"))
        print(f"# {message}")
        return ok

    right = list(right_screens())
    for spec, width, height, pixels, memory in right:
        good = ppm(width, height, pixels)
        black = ppm(width, height, bytes(len(pixels)))
        yield f"{spec} passes when screen and memory are right", check(spec, good, memory)
        yield f"{spec} refuses a black screen", not check(spec, black, memory)
        yield (f"{spec} refuses a black screen over empty memory",
               not check(spec, black, bytes(len(memory))))
        yield f"{spec} refuses a right screen over empty memory", not check(spec, good, bytes(len(memory)))
        yield (f"{spec} refuses one wrong pixel",
               not check(spec, ppm(width, height, flip(pixels, WRONG_PIXEL)), memory))
        yield f"{spec} refuses one wrong byte of memory", not check(spec, good, flip(memory, 4000))
        yield f"{spec} refuses another size", not check(spec, ppm(width, height - 1, pixels[width * 3:]), memory)
        yield f"{spec} refuses a torn picture", not check(spec, good[:-1], memory)
        for other, other_width, other_height, other_pixels, other_memory in right:
            # vbe and second draw the same picture, in different layouts.
            if other != spec:
                yield (f"{spec} refuses what {other} shows",
                       not check(spec, ppm(other_width, other_height, other_pixels), other_memory))

    for name, lines in (("without its last line", ["SeaBIOS (version 1.16)", "Booting from Hard Disk..."]),
                        ("without its first line", ["", "No bootable device."]),
                        ("with another last line", ["SeaBIOS (version 1.16)", "No bootable device. Really."])):
        cells = seabios_cells(lines)
        yield (f"seabios refuses a screen {name}",
               not check("seabios", ppm(720, 400, rendered(cells)), cells_and_font(cells)))

    _, width, height, pixels, memory = right[1]
    cursor = bytearray(pixels)
    for y in (16 * 5 + 13, 16 * 5 + 14):
        cursor[y * 720 * 3:(y * 720 + 9) * 3] = screen.text_palette()[7] * 9
    yield "seabios passes with an underline cursor", check("seabios", ppm(width, height, cursor), memory)
    for y in (16 * 7 + 13, 16 * 7 + 14):
        cursor[y * 720 * 3:(y * 720 + 9) * 3] = screen.text_palette()[7] * 9
    yield "seabios refuses two cursors", not check("seabios", ppm(width, height, cursor), memory)

    one = ppm(4, 2, b"\1\2\3" * 8)
    wiped = b"\xa5" * screen.WIPED_SIZE
    yield "untouched passes over wiped memory", check("untouched", one, wiped)
    yield "untouched refuses one byte written", not check("untouched", one, flip(wiped, len(wiped) - 1))
    yield "an unknown specification is refused", not check("nothing", one, b"")


def main():
    print("TAP version 13")
    count = failed = 0
    for promise, kept in outcomes():
        count += 1
        failed += not kept
        print(f"{'ok' if kept else 'not ok'} {count} {promise}")
    print(f"1..{count}")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
