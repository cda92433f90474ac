#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write the driver as a series of patches for a kernel's tree.

usage: patches.py KSRC [OUT]

OUT (default: build/patches) gets the files that git am takes. The sources are this checkout's without what other
kernels need (uncompat.py), the documents its docs/. contrib/linux has the rest: patches to the kernel itself, and for
every other commit a text, its message, whose lines '# files:' say which files of the tree it brings or changes.
Author and sign-off are git's user.
"""
import fnmatch
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import md2rst
import uncompat

TOP = pathlib.Path(__file__).resolve().parent.parent
DATA = TOP / 'contrib/linux'
DRIVER = 'drivers/vfio/pci/vga'
DOCS = 'Documentation/driver-api/vfio-pci-vga'
TESTS = 'tools/testing/selftests/vfio/vga'
NAME = 'vfio-pci-vga'
CONFIG = 'VGA_VFIO_PCI'
TITLE = 'VFIO VGA PCI DRIVER'
# Trace headers are not clang-format's.
FORMATTED = re.compile(r'(?<!_trace)\.[ch]$')


class Wrong(Exception):
    """What is wrong, in one line."""


def read(path):
    return path.read_text(encoding='utf-8')


def insert(text, line, before):
    """Insert a line before the first one for which before() holds; there must be one."""
    lines = text.splitlines(keepends=True)
    for number, other in enumerate(lines):
        if before(other):
            return ''.join(lines[:number] + [line] + lines[number:])
    raise Wrong(f'the tree has no place for: {line.strip()}')


def insert_behind(text, line, behind):
    """Insert a line behind the last one for which behind() holds; there must be one."""
    lines = text.splitlines(keepends=True)
    places = [number for number, other in enumerate(lines) if behind(other)]
    if not places:
        raise Wrong(f'the tree has no place for: {line.strip()}')
    return ''.join(lines[:places[-1] + 1] + [line] + lines[places[-1] + 1:])


def documents():
    """Where the documents go: path in the checkout -> path in the tree."""
    places = {'docs/ABI/sysfs-driver-vfio-pci-vga': 'Documentation/ABI/testing/sysfs-driver-vfio-pci-vga'}
    for path in sorted((TOP / 'docs/ABI').glob('*.rst')):
        places[f'docs/ABI/{path.name}'] = f'{DOCS}/{path.name}'
    for path in sorted((TOP / 'docs').glob('*.md')):
        if path.name not in ('faq.md', 'checking.md', 'boot.md'):
            places[f'docs/{path.name}'] = f'{DOCS}/{path.stem}.rst'
    return places


def width(line):
    return len(line.expandtabs(8))


def refill(text):
    """Fill paragraphs anew from lines that a longer path made too long: comments, and text that is indented alike."""
    lines, number = text.split('\n'), 0
    while number < len(lines):
        prefix = re.match(r'[ \t]*(\* )?', lines[number])[0]
        if width(lines[number]) <= 80 or DOCS not in lines[number] or '"' in lines[number]:
            number += 1
            continue
        end = number + 1
        while end < len(lines) and re.match(re.escape(prefix) + r'[^\s*/@=|]', lines[end]):
            end += 1
        words, filled = ' '.join(line[len(prefix):] for line in lines[number:end]).split(), [prefix]
        for word in words:
            if width(f'{filled[-1]} {word}') > 80 and filled[-1] != prefix:
                filled.append(prefix)
            filled[-1] += word if filled[-1] == prefix else f' {word}'
        lines[number:end] = filled
        number += len(filled)
    return '\n'.join(lines)


def moved(text, places):
    """Name the documents where they are in the tree."""
    for old, new in sorted(places.items(), reverse=True):
        text = re.sub(rf'(?<![\w/]){re.escape(old)}', new, text)
    return refill(text)


def objects():
    """The objects of the module, in Kbuild's order."""
    return re.findall(r'(\w+)\.o\b', ' '.join(re.findall(rf'^{NAME}-y.*=(.*)$', read(TOP / 'Kbuild'), re.M)))


def formatted(files):
    """Indent what names of other lengths have put out of line."""
    with tempfile.TemporaryDirectory() as directory:
        paths = []
        for name, text in files.items():
            if FORMATTED.search(name):
                paths.append(pathlib.Path(directory, name))
                paths[-1].write_text(text, encoding='utf-8')
        subprocess.run((TOP / 'scripts/format.py', '-i', *paths), check=True)
        return {**files, **{path.name: read(path) for path in paths}}


def driver(ksrc, places):
    """The module's sources: name -> text."""
    files = {path.name: read(path) for path in [*(TOP / f'{name}.c' for name in objects()),
                                                *sorted((TOP / 'include').glob('*.h'))] if path.name != 'compat.h'}
    return formatted({name: moved(text, places) for name, text in uncompat.sources(ksrc, files).items()})


def markdown(path, places):
    """A document in Markdown as reStructuredText, its links as paths, of which the kernel's Sphinx makes links."""
    def link(text, target):
        new = places.get(os.path.normpath(f'docs/{target}'))
        if new is None:
            raise Wrong(f'{path}: {target} does not go into the tree')
        return new if text.endswith(('.md', '.rst')) else f'{text} ({new})'

    return md2rst.convert(read(TOP / path), link)


def documentation(places):
    files = {new: moved(markdown(old, places) if old.endswith('.md') else read(TOP / old), places)
             for old, new in places.items()}
    pages = sorted(pathlib.Path(new).stem for new in places.values() if new.startswith(DOCS))
    files[f'{DOCS}/index.rst'] = read(DATA / 'index.rst') + ''.join(f'   {page}\n' for page in pages)
    return files


def selftests(ksrc, places):
    """The kselftests, and of the other programs those that they run."""
    makefile = read(TOP / 'selftests/Makefile')
    names = {kind: re.search(rf'^{kind} := (.*)$', makefile, re.M)[1].split()
             for kind in ('TEST_GEN_PROGS', 'TEST_GEN_PROGS_EXTENDED', 'TEST_PROGS')}
    scripts = ''.join(read(TOP / 'selftests' / name) for name in names['TEST_PROGS'])
    names['TEST_GEN_PROGS_EXTENDED'] = [name for name in names['TEST_GEN_PROGS_EXTENDED']
                                        if f'$PROGRAMS/{name}' in scripts]
    library = sorted((TOP / 'selftests/lib').iterdir())
    files = {f'{TESTS}/{name}.c': read(TOP / f'selftests/{name}.c')
             for kind in ('TEST_GEN_PROGS', 'TEST_GEN_PROGS_EXTENDED') for name in names[kind]}
    files |= {f'{TESTS}/{name}': read(TOP / f'selftests/{name}') for name in names['TEST_PROGS']}
    files |= {f'{TESTS}/lib/{path.name}': read(path) for path in library}
    files = {path: moved(uncompat.decide(ksrc, text), places) for path, text in files.items()}
    text = read(DATA / 'selftests.mk')
    for kind, value in names.items():
        text = text.replace(f'@{kind}@', ' \\\n\t'.join(value))
    files[f'{TESTS}/Makefile'] = text
    files[f'{TESTS}/settings'] = 'timeout=' + re.search(r'^TIMEOUT \?= (\d+)$', makefile, re.M)[1] + '\n'
    files[f'{TESTS}/config'] = f'CONFIG_{CONFIG}=m\n'
    files[f'{TESTS}/.gitignore'] = '# SPDX-License-Identifier: GPL-2.0-only\n' + ''.join(
        f'{name}\n' for name in sorted(names['TEST_GEN_PROGS'] + names['TEST_GEN_PROGS_EXTENDED']))
    return files


def changes(ksrc, person):
    """What the tree's own files become."""
    def change(path, line, before=None, behind=None):
        text = read(ksrc / path)
        return {path: insert(text, line, before) if before else insert_behind(text, line, behind)}

    entry = f'{TITLE}\nM:\t{person}\nL:\tkvm@vger.kernel.org\nS:\tMaintained\n' + ''.join(
        f'F:\t{path}\n' for path in sorted([f'{DOCS}/', f'{DRIVER}/', f'{TESTS}/',
                                            'Documentation/ABI/testing/sysfs-driver-vfio-pci-vga'])) + '\n'
    maintainers = read(ksrc / 'MAINTAINERS')
    later = min((title for title in re.findall(r'^(VFIO .*)\n[A-Z]:\t', maintainers, re.M) if title > TITLE),
                default='VGA_SWITCHEROO')
    return (change('MAINTAINERS', entry, before=lambda line: line == f'{later}\n') |
            change('drivers/vfio/pci/Makefile', f'\nobj-$(CONFIG_{CONFIG}) += vga/\n',
                   behind=lambda line: line.startswith('obj-$(CONFIG_')) |
            change('drivers/vfio/pci/Kconfig', f'\nsource "{DRIVER}/Kconfig"\n',
                   behind=lambda line: line.startswith('source "drivers/vfio/pci/')) |
            change('Documentation/driver-api/index.rst', '   vfio-pci-vga/index\n',
                   behind=lambda line: line.strip() == 'vfio-pci-device-specific-driver-acceptance') |
            change('tools/testing/selftests/Makefile', 'TARGETS += vfio/vga\n',
                   before=lambda line: re.match(r'TARGETS \+= (vfio/.|v[g-z]|[w-z])', line) or
                   line.startswith('TARGETS_HOTPLUG')))


class Series:
    """The commits, made one after the other in a repository that has only the files concerned."""

    def __init__(self, repository, ksrc):
        self.repository = repository
        self.person = self.git('var', 'GIT_AUTHOR_IDENT', cwd=TOP).rpartition(' ')[0].rpartition(' ')[0]
        places = documents()
        self.sources = {f'{DRIVER}/{name}': text for name, text in driver(ksrc, places).items()}
        self.files = (self.sources | documentation(places) | selftests(ksrc, places) | changes(ksrc, self.person) |
                      {f'{DRIVER}/Kconfig': read(DATA / 'Kconfig')})
        self.left = dict.fromkeys(self.files)
        self.makefile = (f'# SPDX-License-Identifier: GPL-2.0-only\nobj-$(CONFIG_{CONFIG}) += {NAME}.o\n'
                         f'\n# The trace events are created here.\n{self.tracer()} := -I$(src)\n\n')
        self.git('init', '-q')
        for path in self.base():
            if (ksrc / path).exists():
                self.write(path, read(ksrc / path))
        self.commit('base')

    def git(self, *words, cwd=None, **options):
        return subprocess.run(('git', *words), cwd=cwd or self.repository, check=True, stdout=subprocess.PIPE,
                              text=True, **options).stdout.strip()

    def base(self):
        """The tree's files that the series changes."""
        patched = [path for patch in DATA.glob('*.patch') for path in re.findall(r'^--- a/(.*)$', read(patch), re.M)]
        return [*self.files, *patched]

    def tracer(self):
        for path, text in self.sources.items():
            if '#define CREATE_TRACE_POINTS' in text:
                return f'CFLAGS_{pathlib.Path(path).stem}.o'
        raise Wrong('no source creates the trace events')

    def write(self, path, text):
        target = self.repository / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding='utf-8')
        original = TOP / 'selftests' / os.path.relpath(path, TESTS)
        if path.startswith(TESTS) and original.is_file() and os.access(original, os.X_OK):
            target.chmod(0o755)

    def commit(self, message):
        self.git('add', '-A')
        self.git('commit', '-q', '--cleanup=whitespace', '-s', '-F', '-', input=message)

    def with_headers(self, paths):
        """The files, and the headers that they need and that are not there yet."""
        wanted = list(paths)
        for path in wanted:
            for header in re.findall(r'^#include "(.*)"$', self.files[path], re.M) if path in self.sources else []:
                name = f'{DRIVER}/{header}'
                if name in self.left and name not in wanted:
                    wanted.append(name)
        return wanted

    def add(self, description):
        """One commit: the files of which the description says that it brings them, and what they need."""
        text = read(description)
        patterns = ' '.join(re.findall(r'^# files: (.*)$', text, re.M)).split()
        named = [path for path in self.left if any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)]
        if not named:
            raise Wrong(f'{description.name}: no file is named like {" ".join(patterns)}')
        for path in self.with_headers(named):
            self.write(path, self.files[path])
            del self.left[path]
        there = {pathlib.Path(path).stem for path in self.sources if path.endswith('.c') and path not in self.left}
        new = [name for name in objects() if name in there and f' {name}.o' not in self.makefile]
        if new:
            self.makefile += f'{NAME}-y += ' + ' '.join(f'{name}.o' for name in new) + '\n'
            self.write(f'{DRIVER}/Makefile', self.makefile)
        self.commit(re.sub(r'^#.*\n', '', text, flags=re.M).lstrip())

    def apply(self, patch):
        """A patch to the kernel itself; one line of context is enough, what git format-patch writes has it all."""
        try:
            self.git('am', '-q', '-s', '-C1', str(patch), stderr=subprocess.PIPE)
        except subprocess.CalledProcessError as error:
            raise Wrong(f'{patch.name} does not apply to this tree: {error.stderr.strip()}') from error

    def write_patches(self, out):
        for step in sorted(DATA.glob('[0-9]*')):
            if step.suffix == '.patch':
                self.apply(step)
            else:
                self.add(step)
        if self.left:
            raise Wrong(f'in no commit of contrib/linux: {" ".join(self.left)}')
        out.mkdir(parents=True, exist_ok=True)
        for old in out.glob('[0-9]*.patch'):
            old.unlink()
        first = self.git('rev-list', '--max-parents=0', 'HEAD')
        return self.git('format-patch', '-q', '--stat=72', '-o', str(out), first)


def main():
    if not 2 <= len(sys.argv) <= 3 or sys.argv[1].startswith('-'):
        sys.exit(__doc__)
    ksrc, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else TOP / 'build/patches')
    if not (ksrc / 'drivers/vfio/pci/Kconfig').is_file():
        sys.exit(f'patches.py: {ksrc} is not the source of a kernel with vfio-pci')
    # The same sources make the same patches.
    date = subprocess.run(('git', 'log', '-1', '--format=%ci'), cwd=TOP, stdout=subprocess.PIPE, text=True,
                          check=False).stdout.strip()
    if date:
        os.environ |= {'GIT_AUTHOR_DATE': date, 'GIT_COMMITTER_DATE': date}
    with tempfile.TemporaryDirectory() as directory:
        try:
            Series(pathlib.Path(directory), ksrc).write_patches(out.resolve())
        except Wrong as what:
            sys.exit(f'patches.py: {what}')
    for path in sorted(out.glob('[0-9]*.patch')):
        print(path)


if __name__ == '__main__':
    main()
