#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""This project's Markdown as the kernel's reStructuredText.

usage: md2rst.py FILE

Knows what docs/ uses: headings, paragraphs, lists, tables, indented code, links, pictures (left out). What lies
between <!-- not for the kernel's tree --> and <!-- end --> is left out.
"""
import pathlib
import re
import sys
import textwrap

WIDTH = 80
UNDERLINES = {2: '=', 3: '-'}


def inline(text, link):
    """Code, links; code is not looked into for anything else."""
    parts = re.split(r'(`[^`]*`)', re.sub(r'!\[[^]]*\]\([^)]*\)\n?', '', text))
    parts[1::2] = [f'`{part}`' for part in parts[1::2]]
    return re.sub(r'\[([^]]*)\]\(([^)]*)\)', lambda m: link(m[1], m[2]), ''.join(parts))


def heading(line, link):
    level, text = len(line) - len(line.lstrip('#')), inline(line.lstrip('# '), link)
    if level == 1:
        return ['=' * len(text), text, '=' * len(text)]
    return [text, UNDERLINES[level] * len(text)]


def table(lines, link):
    result = ['.. list-table::', '   :header-rows: 1', '']
    for number, line in enumerate(lines):
        if number == 1:
            continue
        for column, cell in enumerate(re.split(r'(?<!\\)\|', line.strip().strip('|'))):
            mark = '     - ' if column else '   - - '
            result += textwrap.wrap(inline(cell.strip(), link), WIDTH, initial_indent=mark, subsequent_indent=' ' * 7,
                                    break_long_words=False, break_on_hyphens=False) or [mark.rstrip()]
    return result


def listing(lines, link):
    result = []
    for item in re.split(r'\n(?=- )', '\n'.join(lines)):
        result += textwrap.wrap(inline(item[2:], link), WIDTH, initial_indent='- ', subsequent_indent='  ',
                                break_long_words=False, break_on_hyphens=False)
    return result


def blocks(text):
    """Paragraphs, with blank lines inside indented code kept."""
    found = []
    for block in re.split(r'\n{2,}', text.strip('\n')):
        if found and block.startswith('    ') and found[-1].startswith('    '):
            found[-1] += '\n\n' + block
        else:
            found.append(block)
    return found


def convert(text, link):
    """Return the reStructuredText; link(text, target) says what becomes of a link."""
    text = re.sub(r"<!-- not for the kernel's tree -->\n.*?<!-- end -->\n+", '', text, flags=re.S)
    text = re.sub(r'^<!-- (SPDX.*) -->\n', r'.. \1\n\n', text)
    result = []
    for block in blocks(text):
        lines = block.split('\n')
        if block.startswith('.. '):
            result.append(block)
        elif block.startswith('#'):
            result += ['\n'.join(heading(lines[0], link)), *lines[1:]]
        elif block.startswith('|'):
            result.append('\n'.join(table(lines, link)))
        elif block.startswith('- '):
            result.append('\n'.join(listing(lines, link)))
        elif block.startswith('    '):
            if result[-1].endswith(':'):
                result[-1] += ':'
            else:
                result.append('::')
            result.append(block)
        elif inline(block, link).strip():
            result.append('\n'.join(textwrap.wrap(inline(block, link), WIDTH, break_long_words=False,
                                                  break_on_hyphens=False)))
    return '\n\n'.join(result) + '\n'


if __name__ == '__main__':
    print(convert(pathlib.Path(sys.argv[1]).read_text(encoding='utf-8'), lambda text, target: target), end='')
