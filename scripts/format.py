#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Is C in the kernel's format, as its own .clang-format has it?

usage: format.py FILE...      show what is not, and exit with status 1
       format.py -i FILE...   put it right

The kernel's style leaves more to the author than clang-format does. Left alone are therefore: blanks inside a line
(values, macros and comments aligned in columns); where a long line is broken, as long as the pieces are indented as
clang-format would; macros of several lines; and the words of the kselftest harness, where FIXTURE() opens a
structure and TH_LOG() continues the statement above it.
"""
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

STYLE = pathlib.Path(__file__).resolve().parent.parent / '.clang-format'
HARNESS = re.compile(r'\s*(FIXTURE\w*|TH_LOG)\(')


def blanks(line):
    return re.sub(r'(\S)\s+', r'\1 ', line).rstrip()


def changes(name, source, columns):
    """Return what clang-format changes in more than blanks: (first line, line behind the last, replacement)."""
    with tempfile.NamedTemporaryFile('w', encoding='utf-8') as style:
        style.write(re.sub(r'(?m)^ColumnLimit:.*', f'ColumnLimit: {columns}', STYLE.read_text(encoding='utf-8')))
        style.flush()
        wanted = subprocess.run(('clang-format', f'--style=file:{style.name}', f'--assume-filename={name}'),
                                input='\n'.join(source) + '\n', stdout=subprocess.PIPE, check=True, text=True)
    wanted = wanted.stdout.splitlines()
    matcher = difflib.SequenceMatcher(None, [blanks(line) for line in source], [blanks(line) for line in wanted], False)
    return [(begin, end, wanted[wanted_begin:wanted_end])
            for kind, begin, end, wanted_begin, wanted_end in matcher.get_opcodes() if kind != 'equal']


def formatted(name, source):
    # Without a limit clang-format keeps the lines as they are broken.
    as_broken = {line for begin, end, _ in changes(name, source, 0) for line in range(begin, max(end, begin + 1))}
    lines = source[:]
    for begin, end, wanted in reversed(changes(name, source, 80)):
        hunk = range(begin, max(end, begin + 1))
        in_macro = any(source[line - 1].endswith('\\') for line in hunk if 0 < line <= len(source))
        if as_broken.intersection(hunk) and not in_macro and not HARNESS.match(''.join(source[begin:end][:1])):
            lines[begin:end] = wanted
    return lines


def main():
    names = sys.argv[1:]
    in_place = names[:1] == ['-i']
    status = 0
    for name in names[in_place:]:
        source = pathlib.Path(name).read_text(encoding='utf-8').splitlines()
        lines = formatted(name, source)
        if lines == source:
            continue
        if in_place:
            pathlib.Path(name).write_text('\n'.join(lines) + '\n', encoding='utf-8')
        else:
            print('\n'.join(difflib.unified_diff(source, lines, name, name + ', formatted', lineterm='')))
            status = 1
    return status


sys.exit(main())
