#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Which lines of the module were run by the tests on the debug kernel: coverage.py OUT BUILD RUN...

BUILD is where the module was built, RUN the directories of the lab's runs, each with a coverage.tar.gz. Writes
OUT/report.txt, OUT/uncovered.txt and, with its count before every line, OUT/FILE.gcov. Every line that was not run
needs a reason in selftests/qemu/uncovered, and every reason there a line that was not run. TAP.
"""
import collections
import json
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent
REASONS = TOP / 'selftests/qemu/uncovered'
LIMIT = 95.0
# Of the tracepoints' header the compiler makes code that is not this project's.
IGNORED = {'vfio_pci_vga_trace.h'}


def sources():
    return {path.name: path for path in [*TOP.glob('*.c'), *TOP.glob('include/*.h')] if path.name not in IGNORED}


def add_run(run, build, lines):
    """Add the counts of one run to @lines: (file, line) -> [count, function]."""
    with tempfile.TemporaryDirectory() as scratch:
        place = pathlib.Path(scratch)
        with tarfile.open(run / 'coverage.tar.gz') as tar:
            tar.extractall(place)
        for counts in sorted(place.glob('*.gcda')):
            notes = build / f'{counts.stem}.gcno'
            if counts.stem.endswith('.mod') or not notes.exists():
                continue
            shutil.copy(notes, place)
            text = subprocess.run(('gcov', '--json-format', '--stdout', counts.name), cwd=place, check=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
            for file in json.loads(text)['files']:
                name = pathlib.Path(file['file']).name
                for line in file['lines']:
                    entry = lines.setdefault((name, line['line_number']), [0, ''])
                    entry[0] += line['count']
                    entry[1] = line.get('function_name', entry[1]) or entry[1]


class Reason:
    """FILE | FUNCTION or * | part of the line, or nothing | reason; with 'sometimes: ' such a line may have been run."""

    def __init__(self, line):
        self.file, self.function, self.part, self.text = (word.strip() for word in line.split('|'))
        self.lines = 0

    def covers(self, name, function, text):
        return self.file == name and self.function in ('*', function) and self.part in text


def read_reasons():
    return [Reason(line) for line in REASONS.read_text().splitlines() if line and not line.startswith('#')]


def annotate(out, name, text, lines):
    with open(out / f'{name}.gcov', 'w') as file:
        for number, line in enumerate(text, 1):
            count = lines.get((name, number))
            file.write(f'{"" if count is None else count[0] or "#####":>9} {number:5} {line}\n')


def main():
    out, build, *runs = map(pathlib.Path, sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    lines = {}
    for run in runs:
        add_run(run, build, lines)
    known = sources()
    lines = {key: value for key, value in lines.items() if key[0] in known}
    reasons = read_reasons()

    report, uncovered, unexplained = [], [], []
    totals = collections.Counter()
    for name in sorted({name for name, _ in lines}):
        text = known[name].read_text().splitlines()
        annotate(out, name, text, lines)
        mine = {number: value for (of, number), value in lines.items() if of == name}
        run = sum(count > 0 for count, _ in mine.values())
        totals['lines'] += len(mine)
        totals['run'] += run
        report.append(f'{name:24} {run:5} of {len(mine):5} lines {100 * run / len(mine):6.1f} %')
        for number, (count, function) in sorted(mine.items()):
            line = text[number - 1].strip()
            known_reasons = [reason for reason in reasons if reason.covers(name, function, line)]
            for reason in known_reasons:
                reason.lines += not count or reason.text.startswith('sometimes: ')
            if not count:
                uncovered.append(f'{name}:{number}: {function}: {line}')
                if known_reasons:
                    uncovered.append(f'    {known_reasons[0].text}')
                else:
                    unexplained.append(uncovered[-1])
    unused = [f'{reason.file} | {reason.function} | {reason.part}' for reason in reasons if not reason.lines]
    percent = 100 * totals['run'] / max(totals['lines'], 1)
    report.append(f'{"all":24} {totals["run"]:5} of {totals["lines"]:5} lines {percent:6.1f} %')
    (out / 'report.txt').write_text('\n'.join(report) + '\n')
    (out / 'uncovered.txt').write_text('\n'.join(uncovered) + '\n')

    results = ((totals['lines'] > 0 and percent >= LIMIT, f'at_least_{LIMIT:.0f}_percent_of_lines_are_run', report),
               (not unexplained, 'every_line_that_is_not_run_has_a_reason', unexplained),
               (not unused, 'every_reason_has_a_line_that_is_not_run', unused))
    print(f'TAP version 13\n1..{len(results)}')
    for number, (good, promise, told) in enumerate(results, 1):
        for line in told:
            print('#', line)
        print(f'{"" if good else "not "}ok {number} {promise}')
    failed = sum(not good for good, *_ in results)
    print(f'{len(results) - failed} passed, {failed} failed, 0 skipped')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
