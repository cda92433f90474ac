# SPDX-License-Identifier: GPL-2.0-only
"""Judge a card's screen and memory against what a guest must have drawn.

check(ppm, spec, memory) is what the lab calls: `ppm` is a screen dump of the card, `memory` a
function that returns bytes of the card's memory (BAR0), `spec` one of the keys of SPECS.  A picture
passes only if every pixel is the expected one and the memory behind it holds the same picture; the
guest itself is never asked.  The memory layout is that of QEMU's VGA: in text mode four bytes a
cell (character, attribute, font plane, unused), elsewhere plain pixels.

The boot sectors are in guests/; each names the function here that computes its picture.
"""
import functools
import hashlib
import json
import os
import re
import socket
import subprocess
import tempfile
import time

VGABIOS = "/usr/share/seabios/vgabios-stdvga.bin"
OVMF = "/usr/share/OVMF/OVMF_CODE_4M.fd"

COLUMNS, ROWS = 80, 25
GLYPH_WIDTH, GLYPH_HEIGHT = 9, 16
# 'S' in the 8x16 font: finds the font in a BIOS image; guests/mark-vgabios inverts it.
GLYPH_S = bytes.fromhex("00007cc6c660380c06c6c67c00000000")

# What guests/wipe_card fills.
WIPED_SIZE = 4 << 20

# What the VBIOSes of selftests/zoo call their cards.
ZOO = {"hd5450": "HD 5450", "hd7850": "HD 7850", "x550": "X550", "gf7300le": "7300 LE", "nvs290": "NVS 290",
       "gf8400gs": "8400 GS", "rv100": "RV100", "rage128p": "Rage 128 Pro"}

# OVMF's splash is compared above the boot menu's progress bar, which moves.
SPLASH_WIDTH, SPLASH_HEIGHT, SPLASH_ROWS = 1280, 800, 736


class Mismatch(Exception):
    """The screen or the memory is not what the guest must have drawn."""


def parse_ppm(ppm):
    """Return (width, height, pixels) of a binary PPM as QEMU writes it."""
    magic, size, depth, pixels = ppm.split(b"\n", 3)
    width, height = map(int, size.split())
    if magic != b"P6" or depth != b"255" or len(pixels) != width * height * 3:
        raise Mismatch("not a complete 8-bit PPM")
    return width, height, pixels


def same(what, got, want, width):
    """Raise a Mismatch that names the first and the number of different pixels."""
    if got == want:
        return
    if len(got) != len(want):
        raise Mismatch(f"{what}: {len(got)} bytes, expected {len(want)}")
    wrong = [i for i in range(0, len(want), 3) if got[i:i + 3] != want[i:i + 3]]
    i = wrong[0]
    raise Mismatch(f"{what}: {len(wrong)} of {len(want) // 3} pixels differ, first "
                   f"({i // 3 % width},{i // 3 // width}): {got[i:i + 3].hex()}, "
                   f"expected {want[i:i + 3].hex()}")


def picture_of(ppm, width, height):
    """Return the pixels of a picture that must have this size."""
    got_width, got_height, pixels = parse_ppm(ppm)
    if (got_width, got_height) != (width, height):
        raise Mismatch(f"screen is {got_width}x{got_height}, expected {width}x{height}")
    return pixels


def dac(value):
    """A 6-bit colour as QEMU's VGA shows it in 8 bits."""
    return value << 2 | (value & 1) * 3


def rgb_from(memory, depth):
    """Red, green and blue bytes from packed blue-first pixels of `depth` bytes."""
    rgb = bytearray(len(memory) // depth * 3)
    for channel in range(3):
        rgb[channel::3] = memory[2 - channel::depth]
    return bytes(rgb)


# Text

def text_palette():
    """The BIOS's sixteen text colours, 8 bits a channel."""
    colours = []
    for i in range(16):
        high = 0x15 if i & 8 else 0
        red, green, blue = (high + (0x2a if i & bit else 0) for bit in (4, 2, 1))
        colours.append(bytes(map(dac, (red, 0x15 if i == 6 else green, blue))))
    return colours


@functools.lru_cache(None)
def bios_font(marked):
    """The 8x16 font, 256 glyphs of 16 bytes, from the card's BIOS image."""
    with open(VGABIOS, "rb") as f:
        image = f.read()
    start = image.index(GLYPH_S) - ord("S") * GLYPH_HEIGHT
    font = image[start:start + 256 * GLYPH_HEIGHT]
    if marked:
        font = font.replace(GLYPH_S, bytes(b ^ 0xff for b in GLYPH_S))
    return font


def glyph_lines(font, character, attribute, palette):
    """The scan lines of one text cell, RGB."""
    foreground, background = palette[attribute & 15], palette[attribute >> 4]
    lines = []
    for bits in font[character * GLYPH_HEIGHT:(character + 1) * GLYPH_HEIGHT]:
        dots = [foreground if bits & 0x80 >> i else background for i in range(8)]
        # The ninth column repeats the eighth for graphic characters only (QEMU's range, not the VGA's).
        dots.append(dots[7] if 0xb0 <= character <= 0xdf else background)
        lines.append(b"".join(dots))
    return lines


def is_cursor(got, want, foreground):
    """Whether a cell differs from its glyph by an underline cursor only."""
    wrong = [i for i in range(GLYPH_HEIGHT) if got[i] != want[i]]
    return (all(i >= GLYPH_HEIGHT - 4 for i in wrong) and
            all(got[i] == foreground * GLYPH_WIDTH for i in wrong))


def check_text(ppm, memory, marked, cursor):
    """Compare a text screen with the cells and font in memory; return the cells (char, attr)."""
    pixels = picture_of(ppm, COLUMNS * GLYPH_WIDTH, ROWS * GLYPH_HEIGHT)
    planes = memory(0, 256 * 32 * 4)
    cells = list(zip(planes[0:COLUMNS * ROWS * 4:4], planes[1:COLUMNS * ROWS * 4:4]))
    font = bios_font(marked)
    plane2 = planes[2::4]
    for c in range(256):
        if plane2[c * 32:c * 32 + 16] != font[c * 16:c * 16 + 16]:
            raise Mismatch(f"glyph {c:#04x} in the card's font is {plane2[c * 32:c * 32 + 16].hex()}, "
                           f"expected {font[c * 16:c * 16 + 16].hex()}")
    palette = text_palette()
    stride = COLUMNS * GLYPH_WIDTH * 3
    cursors = 0
    glyphs = {}
    for n, cell in enumerate(cells):
        if cell not in glyphs:
            glyphs[cell] = glyph_lines(font, *cell, palette)
        start = n // COLUMNS * GLYPH_HEIGHT * stride + n % COLUMNS * GLYPH_WIDTH * 3
        got = [pixels[i:i + GLYPH_WIDTH * 3]
               for i in range(start, start + GLYPH_HEIGHT * stride, stride)]
        if got == glyphs[cell]:
            continue
        cursors += 1
        if cursors > cursor or not is_cursor(got, glyphs[cell], palette[cell[1] & 15]):
            raise Mismatch(f"the screen at column {n % COLUMNS}, row {n // COLUMNS} does not show "
                           f"the cell in memory ({cell[0]:#04x}, attribute {cell[1]:#04x})")
    return cells


def text_cells():
    """The cells guests/text.S writes."""
    return [(n % 256, 1 + n % 127) for n in range(COLUMNS * ROWS)]


def check_pattern_text(ppm, memory):
    """guests/text.S: every cell, in memory and on the screen."""
    cells = check_text(ppm, memory, marked=False, cursor=0)
    wrong = [n for n, (got, want) in enumerate(zip(cells, text_cells())) if got != want]
    if wrong:
        n = wrong[0]
        raise Mismatch(f"{len(wrong)} of {len(cells)} cells differ, first {n}: {cells[n]}, "
                       f"expected {text_cells()[n]}")
    return f"{len(cells)} cells"


def check_seabios(ppm, memory, marked=False):
    """SeaBIOS on a machine with nothing to boot: its first and its last line."""
    cells = check_text(ppm, memory, marked, cursor=1)
    text = bytes(c for c, _ in cells).decode("cp437")
    lines = [text[i:i + COLUMNS].rstrip(" \0") for i in range(0, len(text), COLUMNS)]
    shown = [line for line in lines if line]
    if not shown:
        raise Mismatch("no text")
    if not shown[0].startswith("SeaBIOS (version "):
        raise Mismatch(f"first line is {shown[0]!r}")
    if shown[-1] != "No bootable device.":
        raise Mismatch(f"last line is {shown[-1]!r}")
    return f"{shown[0]!r} ... {shown[-1]!r}"


def check_zoo(ppm, memory, card):
    """A VBIOS of selftests/zoo: its line is the first, with the address that it found."""
    cells = check_text(ppm, memory, marked=False, cursor=1)
    line = bytes(c for c, _ in cells[:COLUMNS]).decode("cp437").rstrip(" \0")
    if not re.fullmatch(f"{card}: registers at [0-9a-f]{{8}}", line):
        raise Mismatch(f"first line is {line!r}")
    return repr(line)


def check_black(ppm, _memory):
    """Nothing was ever lit."""
    width, height, pixels = parse_ppm(ppm)
    lit = len(pixels) // 3 - sum(pixels[i:i + 3] == b"\0\0\0" for i in range(0, len(pixels), 3))
    if lit:
        raise Mismatch(f"{lit} of {width}x{height} pixels are not black")
    return f"{width}x{height} pixels"


# Patterns

@functools.lru_cache(None)
def mode13_pixels():
    """The 320x200 bytes guests/mode13.S draws."""
    return b"".join(bytes((x ^ 3 * y) & 0xff for x in range(320)) for y in range(200))


@functools.lru_cache(None)
def mode13_picture():
    """mode13_pixels() in the sector's palette, doubled both ways as the card scans it out."""
    palette = [bytes((dac(i & 63), dac(3 * i & 63), dac((i ^ 0x2a) & 63))) for i in range(256)]
    pixels = mode13_pixels()
    lines = (b"".join(palette[p] * 2 for p in pixels[y * 320:(y + 1) * 320]) for y in range(200))
    return b"".join(line * 2 for line in lines)


def check_mode13(ppm, memory):
    """guests/mode13.S: every pixel, in memory and on the screen."""
    same("screen", picture_of(ppm, 640, 400), mode13_picture(), 640)
    if memory(0, 64000) != mode13_pixels():
        raise Mismatch("memory does not hold the picture")
    return "64000 pixels"


@functools.lru_cache(None)
def rgb_pixels():
    """The 640x480 picture of guests/vbe.S and guests/second.S, RGB."""
    return b"".join(bytes(((x ^ y) & 0xff, y & 0xff, x & 0xff))
                    for y in range(480) for x in range(640))


def check_rgb(ppm, memory, depth):
    """guests/vbe.S (3 bytes a pixel) or guests/second.S (4): every pixel, memory and screen."""
    want = rgb_pixels()
    same("screen", picture_of(ppm, 640, 480), want, 640)
    same("memory", rgb_from(memory(0, 640 * 480 * depth), depth), want, 640)
    return "307200 pixels"


# OVMF

def qmp(stream, command, **arguments):
    """Run one QMP command and return its answer."""
    stream.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
    stream.flush()
    while True:
        answer = json.loads(stream.readline())
        if "error" in answer:
            raise RuntimeError(f"{command}: {answer['error']['desc']}")
        if "return" in answer:
            return answer["return"]


def is_splash(ppm):
    """Whether a reference picture can be the splash: full size, a small logo on plain black."""
    width, height, pixels = parse_ppm(ppm)
    if (width, height) != (SPLASH_WIDTH, SPLASH_HEIGHT):
        return False
    body = pixels[:width * SPLASH_ROWS * 3]
    lit = len(body) // 3 - sum(body[i:i + 3] == b"\0\0\0" for i in range(0, len(body), 3))
    colours = {body[i:i + 3] for i in range(0, len(body), 3)}
    return 5000 < lit < 50000 and len(colours) > 50


def make_splash_reference(qemu):
    """Boot OVMF on an emulated VGA here and return the screen that shows its splash."""
    with tempfile.TemporaryDirectory() as directory:
        path, dump = os.path.join(directory, "qmp"), os.path.join(directory, "ppm")
        guest = subprocess.Popen(
            [qemu, "-accel", "tcg", "-machine", "q35", "-m", "256", "-nodefaults",
             "-display", "none", "-vga", "std", "-boot", "menu=on,splash-time=60000",
             "-drive", f"if=pflash,format=raw,readonly=on,file={OVMF}",
             "-qmp", f"unix:{path},server=on,wait=off"], stdin=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 60
            connection = socket.socket(socket.AF_UNIX)
            while connection.connect_ex(path):
                if guest.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("QEMU for OVMF's reference picture did not start")
                time.sleep(0.1)
            with connection, connection.makefile("rw") as stream:
                stream.readline()
                qmp(stream, "qmp_capabilities")
                while time.monotonic() < deadline:
                    qmp(stream, "screendump", filename=dump)
                    with open(dump, "rb") as f:
                        ppm = f.read()
                    if is_splash(ppm):
                        return ppm
                    time.sleep(0.5)
        finally:
            guest.kill()
            guest.wait()
    raise RuntimeError("OVMF shows no splash on an emulated VGA here")


@functools.lru_cache(None)
def splash_reference():
    """The splash on an emulated VGA: pixels above the progress bar.  Cached across runs."""
    qemu = os.environ.get("LAB_QEMU", "qemu-system-x86_64")
    with open(OVMF, "rb") as f:
        key = hashlib.sha256(f.read())
    key.update(subprocess.run([qemu, "--version"], check=True, capture_output=True).stdout)
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
                         "vfio-pci-vga")
    path = os.path.join(cache, f"ovmf-splash-{key.hexdigest()[:16]}.ppm")
    try:
        with open(path, "rb") as f:
            ppm = f.read()
    except FileNotFoundError:
        ppm = make_splash_reference(qemu)
        os.makedirs(cache, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=cache, delete=False) as f:
            f.write(ppm)
        os.replace(f.name, path)
    return picture_of(ppm, SPLASH_WIDTH, SPLASH_HEIGHT)[:SPLASH_WIDTH * SPLASH_ROWS * 3]


def check_splash(ppm, memory):
    """OVMF's splash, every pixel above the progress bar, in memory and on the screen."""
    pixels = picture_of(ppm, SPLASH_WIDTH, SPLASH_HEIGHT)
    want = splash_reference()
    same("screen", pixels[:len(want)], want, SPLASH_WIDTH)
    same("memory", rgb_from(memory(0, len(want) // 3 * 4), 4), want, SPLASH_WIDTH)
    return f"{len(want) // 3} pixels"


def check_untouched(_ppm, memory):
    """Nothing drawn: the memory is as guests/wipe_card left it, whatever mode shows it."""
    wiped = b"\xa5" * WIPED_SIZE
    found = memory(0, WIPED_SIZE)
    if found != wiped:
        where = next(i for i in range(WIPED_SIZE) if found[i] != 0xa5)
        raise Mismatch(f"memory has been written to, first at {where:#x}")
    return f"{WIPED_SIZE} bytes"


SPECS = {
    "text": check_pattern_text,
    "mode13": check_mode13,
    "vbe": functools.partial(check_rgb, depth=3),
    "second": functools.partial(check_rgb, depth=4),
    "seabios": check_seabios,
    "seabios-marked": functools.partial(check_seabios, marked=True),
    "ovmf-splash": check_splash,
    "untouched": check_untouched,
    "black": check_black,
    **{f"zoo-{card}": functools.partial(check_zoo, card=name) for card, name in ZOO.items()},
}


def check(ppm, spec, memory):
    """Return (ok, message) for a screen dump and the memory behind it."""
    try:
        return True, f"{spec}: {SPECS[spec](ppm, memory)}"
    except KeyError:
        return False, f"no such specification: {spec}"
    except Mismatch as difference:
        return False, f"{spec}: {difference}"
