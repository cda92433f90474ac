#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The driver's sources without include/compat.h, for one kernel's tree.

usage: uncompat.py KSRC FILE      print FILE as it is in that tree

What compat.h has for the tree's version is put where it is used. A helper is an alias, a macro of one expression or
of statements, or an inline function, which stays one: in the only file that uses it, else in vfio_pci_vga.h. unifdef
decides the conditions.
"""
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
HOME = 'vfio_pci_vga.h'


class Helper:
    """One name of compat.h: what to write in its place, and what that needs."""

    def __init__(self, params, body, includes):
        self.params = params
        self.body = body
        self.includes = includes


def tree_version(ksrc):
    """Return LINUX_VERSION_CODE of a kernel's tree."""
    makefile = (ksrc / 'Makefile').read_text(encoding='utf-8')
    number = dict(re.findall(r'^(VERSION|PATCHLEVEL|SUBLEVEL) = (\d+)$', makefile, re.M))
    return (int(number['VERSION']) << 16) + (int(number['PATCHLEVEL']) << 8) + min(int(number['SUBLEVEL']), 255)


def unifdef(text, symbols):
    """Decide the conditions that depend on symbols (name -> value, or None where it is not defined)."""
    words = [f'-U{name}' if value is None else f'-D{name}={value}' for name, value in symbols.items()]
    # It knows no macros with arguments.
    text = re.sub(r'KERNEL_VERSION\((\d+), (\d+), (\d+)\)',
                  lambda m: str((int(m[1]) << 16) + (int(m[2]) << 8) + int(m[3])), text)
    return subprocess.run(('unifdef', '-x', '2', *words), input=text, stdout=subprocess.PIPE, check=True,
                          text=True).stdout


def read_helpers(version):
    """Return name -> Helper, and name -> text of the inline functions, of compat.h for this version."""
    text = unifdef((TOP / 'include/compat.h').read_text(encoding='utf-8'), {'LINUX_VERSION_CODE': version})
    helpers, functions = {}, {}
    # A helper is a comment and what follows; blank lines are inside functions as well.
    for part in re.split(r'\n\n(?=/\*|#)', text):
        code = re.sub(r'/\*.*?\*/\n?', '', part, flags=re.S)
        function = re.search(r'^static inline [^(]*\b(\w+)\(', code, re.M)
        if function:
            functions[function[1]] = re.sub(r'^#include.*\n', '', code, flags=re.M).strip() + '\n'
            continue
        includes = re.findall(r'^#include (<.*>)$', code, re.M)
        for name, params, body in re.findall(r'^#define (\w+)(\([^)]*\))?[ \t]*((?:.*\\\n)*.*)$', code, re.M):
            lines = [line.rstrip('\\').rstrip() for line in body.split('\n')]
            helpers[name] = Helper(re.findall(r'\w+', params) if params else None,
                                   '\n'.join(lines).strip('\n'), includes)
    helpers.pop('VFIO_PCI_VGA_COMPAT_H')
    return helpers, functions


def arguments(text, start):
    """Split the arguments of a call whose parenthesis opens at start; return them and where the call ends."""
    depth, begin, found = 0, start + 1, []
    for position in range(start, len(text)):
        depth += (text[position] in '([{') - (text[position] in ')]}')
        if (text[position] == ',' and depth == 1) or depth == 0:
            found.append(' '.join(text[begin:position].split()))
            begin = position + 1
        if depth == 0:
            return found, position + 1
    raise ValueError('a call that does not end')


def fill_in(body, values):
    """Put the arguments where the parameters are, without the parentheses that only a macro needs."""
    def one(match):
        value = values[match['name']]
        simple = re.fullmatch(r'[\w.>&*-]+', value)
        if match['arrow'] and simple:
            return value[1:] + '.' if value.startswith('&') else value + '->'
        return (value if simple or not match['open'] else f'({value})') + (match['arrow'] or '')

    names = '|'.join(values)
    return re.sub(rf'(?P<open>(?<!\w)\()?\b(?P<name>{names})\b(?(open)\))(?P<arrow>->)?', one, body) if values else body


def statements(body, indent):
    """The statements of do { } while (0), or the one expression."""
    loop = re.fullmatch(r'\s*do \{(.*)\} while \(0\)', body, re.S)
    if loop:
        return '\n'.join(indent * bool(number) + line.strip()
                         for number, line in enumerate(loop[1].strip().splitlines())).rstrip(';')
    if body.startswith('(') and body.endswith(')') and arguments(body, 0)[1] == len(body):
        return body[1:-1]
    return body


def expand(text, name, helper):
    """Replace every use of one helper."""
    pieces, done = [], 0
    for match in re.finditer(rf'\b{name}\b', text):
        if match.start() < done:
            continue
        end, values = match.end(), {}
        if helper.params is not None:
            found, end = arguments(text, end)
            values = dict(zip(helper.params, found))
        indent = re.search(r'[ \t]*$', text[:match.start()])[0]
        body = statements(helper.body, indent).lstrip()
        start = match.start()
        if not body and text[end] == '\n':
            # Nothing is left of the line.
            start, end = start - len(indent), end + 1
        pieces += [text[done:start], fill_in(body, values)]
        done = end
    return ''.join(pieces) + text[done:]


def add_includes(text, includes):
    """Add <linux/...> headers, in the order of their names."""
    for include in includes:
        line = f'#include {include}\n'
        if line in text:
            continue
        later = [m for m in re.finditer(r'^#include <linux/.*>\n', text, re.M) if m[0] > line]
        every = list(re.finditer(r'^#include <linux/.*>\n', text, re.M))
        position = later[0].start() if later else every[-1].end() if every else text.index('#include')
        text = text[:position] + line + ('' if every else '\n') + text[position:]
    return text


def add_function(text, code):
    """Add a function behind the last #include."""
    position = list(re.finditer(r'^#include .*\n', text, re.M))[-1].end()
    return text[:position] + '\n' + code + text[position:]


def features(ksrc, text):
    """Which of the constants that a text looks for does the tree's user interface have, or its test harness?"""
    uapi = (ksrc / 'include/uapi/linux/vfio.h').read_text(encoding='utf-8')
    harness = (ksrc / 'tools/testing/selftests/kselftest_harness.h').read_text(encoding='utf-8')
    found = {name: 1 if re.search(rf'^#define {name}\b', uapi, re.M) else None
             for name in re.findall(r'^#ifn?def (VFIO_DEVICE_\w+)', text, re.M)}
    if '#ifdef _SETJMP_H' in text:
        found['_SETJMP_H'] = 1 if '#include <setjmp.h>' in harness else None
    return found


def decide(ksrc, text, helpers=()):
    """Decide what depends on the tree's user interface, and on whether compat.h defines a name for it."""
    symbols = features(ksrc, text) | {name: 1 if name in helpers else None
                                      for name in re.findall(r'^#ifdef (VFIO_VGA_\w+)', text, re.M)}
    return re.sub(r'\n{3,}', '\n\n', unifdef(text, symbols)) if symbols else text


def allocations(ksrc, text):
    """Allocate by object where the tree can: its checkpatch wants nothing else. Older kernels cannot say it so."""
    if '#define kzalloc_obj(' not in (ksrc / 'include/linux/slab.h').read_text(encoding='utf-8'):
        return text
    return re.sub(r'\b(k[mz]alloc)\(sizeof\(([^()]+)\), GFP_KERNEL\)', r'\1_obj(\2)', text)


def sources(ksrc, files):
    """Return name -> text of the driver's files (name -> text) for the tree at ksrc, without compat.h."""
    helpers, functions = read_helpers(tree_version(ksrc))
    users = {name: [file for file, text in files.items() if re.search(rf'\b{name}\b', text)] for name in functions}
    result = {}
    for file, text in files.items():
        text = re.sub(r'^#include "compat\.h"\n', '', text, flags=re.M)
        text = allocations(ksrc, decide(ksrc, text, helpers))
        # Members of a structure: clang-format puts helpers that stand for them into one line.
        text = re.sub(r'^(\t+)((?:VFIO_VGA_\w+_OPS ?)+)$', lambda m: '\n'.join(m[1] + name for name in m[2].split()),
                      text, flags=re.M)
        for name, helper in helpers.items():
            if re.search(rf'\b{name}\b', text):
                text = add_includes(expand(text, name, helper), helper.includes)
        for name, code in functions.items():
            if users[name] == [file] or (len(users[name]) > 1 and file == HOME):
                text = add_function(text, code)
        # Nothing may be left of an empty list of #includes.
        result[file] = re.sub(r'\n{3,}', '\n\n', text)
    return result


def main():
    file = pathlib.Path(sys.argv[2])
    print(sources(pathlib.Path(sys.argv[1]), {file.name: file.read_text(encoding='utf-8')})[file.name], end='')


if __name__ == '__main__':
    main()
