#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Make the benchmark's table, JSON and plot out of what the lab measured.

  bench_report.py OUT RUN [ICOUNT_RUN]

RUN and ICOUNT_RUN are directories of lab runs of selftests/qemu/bench.list, the latter with --icount; OUT gets
bench.txt, bench.json and bench.png. A figure is the median over all rounds, with quartiles; a ratio is the median of
the rounds' ratios. What must hold is judged by time; where instructions were counted, by those if the quartiles lie on
both sides of the limit or the limit is a few percent, and for single accesses beside vgacon: its turns, which keep its bytes
on its card (stock lets them stray), switch the bridges back and forth, and that takes an emulator a millisecond each
time and a machine next to nothing. But only time judges where one side makes other accesses to the device than the
other, or sleeps: instructions do not count what the device takes. Status 1 if something does not hold or was not
measured.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys

STOCK, OURS = 'vfio-pci', 'vfio-pci-vga'
GROUPS = (('calls', 'Calls on the VGA region, and on BAR0 as the floor'),
          ('mapped', 'Loads and stores of the mapped window, faults included, and of the mapped BAR0'),
          ('rest', 'What is not the VGA region'), ('life', 'Opening and closing'),
          ('kvm', 'The smallest KVM guest'), ('guest', 'Guests in unmodified QEMU'),
          ('contend', 'Cards that contend: all accesses together'), ('share', 'Cards that contend: the least share'))
# Instructions are counted where the clock counts them, at 8 ns each.
ICOUNT_NS = 8
# Nearer to 1 no time can be told from another on an emulated machine.
FINE = 0.03
# Calls that make one access to the device at most.
SINGLE = re.compile(r'(pread|pwrite) [124] ')

Figure = collections.namedtuple('Figure', 'low median high')


def figure(values):
    values = sorted(values)
    if len(values) < 2:
        return Figure(*values * 3) if values else None
    low, median, high = statistics.quantiles(values, n=4, method='inclusive')
    return Figure(low, median, high)


class Measured:
    """The samples of one lab run, by console, driver, row and round."""

    def __init__(self, directory, scale=1):
        self.rows = {}  # (console, group, row) -> driver -> round -> samples; in order
        self.result = json.loads((directory / 'result.json').read_text())
        for line in (directory / 'tap.txt').read_text().splitlines():
            fields = line.split('# bench\t')[-1].split('\t')
            if '# bench\t' not in line or len(fields) != 6:
                continue
            console, number, group, driver, row, values = fields
            rounds = self.rows.setdefault((console, group, row), {}).setdefault(driver, {})
            if values != '-':
                rounds.setdefault(int(number), []).extend(float(value) / scale for value in values.split())

    def samples(self, console, group, row, driver):
        return self.rows.get((console, group, row), {}).get(driver, {})

    def figure(self, *what):
        return figure([value for values in self.samples(*what).values() for value in values])

    def ratio(self, above, below):
        """The rounds' ratios of two rows' medians; below may be several rows, of which the cheapest counts."""
        ratios = []
        belows = [self.samples(*what) for what in below]
        for number, values in self.samples(*above).items():
            others = [statistics.median(other[number]) for other in belows if other.get(number)]
            if values and others:
                ratios.append(statistics.median(values) / min(others))
        return figure(ratios)

    def paired(self, above, below):
        """As ratio(), where sample by sample was taken by turns."""
        ratios = []
        others = self.samples(*below)
        for number, values in self.samples(*above).items():
            ratios += [a / b for a, b in zip(values, others.get(number, ()))]
        return figure(ratios)


def floor_of(row):
    """The BAR0 row to compare a row with, or None."""
    match = re.fullmatch(r'(.*) (chain 4|text|port)', row)
    return f'{match[1]} BAR0' if match else None


def limits(console):
    """Yield what must hold: text, group of what is measured, ratio's ends, 'most' or 'least', limit, paired."""
    def ours(row, group='calls'):
        return console, group, row, OURS

    def stock(row, group='calls'):
        return console, group, row, STOCK

    for verb in 'pread', 'pwrite':
        one = f'{verb} 1 chain 4'
        yield f'{verb} of 1 byte, chain 4, to BAR0', ours(one), [ours(f'{verb} 1 BAR0')], 'most', 1.15, False
        yield f'{verb} of 1 byte, chain 4, stock to ours', stock(one), [ours(one)], 'least', 6, False
    ports = [stock(f'{verb} {size} port') for verb in ('pread', 'pwrite') for size in (1, 2, 4)]
    for _, _, row, _ in ports:
        yield f"{row}, to stock's cheapest port", ours(row), ports, 'most', 1.10, False
    for size in 32768, 64000:
        row = f'pwrite {size} chain 4'
        yield f'pwrite of {size} bytes, chain 4, to BAR0', ours(row), [ours(f'pwrite {size} BAR0')], 'most', 1.05, False
    yield ('stock pwrite to mapped store, 1 byte, text', stock('pwrite 1 text'), [ours('store 1 text', 'mapped')],
           'least', 50, False)
    yield ('KVM guest, text: stock through exits to window in memory',
           stock('KVM guest: store 1 text, through exits', 'kvm'),
           [ours('KVM guest: store 1 text, window in memory', 'kvm')], 'least', 200, False)
    row = 'QEMU guest: scroll text, per row of 80'
    yield 'unmodified QEMU, text scroll, stock to ours', stock(row, 'guest'), [ours(row, 'guest')], 'least', 1.3, False


def rest_limits(console, measured):
    # A reset is not the same here: it waits as long as PCI Express wants, and looks at the card (docs/reset.md).
    for where, group, row in measured.rows:
        if where == console and group in ('rest', 'life') and row != 'reset':
            yield (f'{row}, to stock', (console, group, row, OURS), [(console, group, row, STOCK)], 'most', 1.02, True)


def judge(consoles, wall, icount):
    """Return a verdict per limit: text, verdict, wall ratio, instruction ratio, by which, wanted."""
    verdicts = []
    for console in consoles:
        for text, above, below, sense, limit, paired in (*limits(console), *rest_limits(console, wall)):
            ratios = []
            for measured in (wall, icount):
                if not measured:
                    ratios.append(None)
                elif paired:
                    ratios.append(measured.paired(above, below[0]))
                else:
                    ratios.append(measured.ratio(above, below))

            def holds(value):
                return value <= limit if sense == 'most' else value >= limit
            times, counts = ratios
            by = None
            if times:
                clear = holds(times.low) == holds(times.high) and abs(limit - 1) > FINE
                counted = all(group == 'rest' and row != 'reset' or group == 'calls' and SINGLE.match(row)
                              for _, group, row, _ in (above, *below))
                turns = console == 'vgacon' and above[1] == 'calls'
                by = 'instructions' if counts and counted and (turns or not clear) else 'time'
            chosen = counts if by == 'instructions' else times
            verdict = '-' if not chosen else 'PASS' if holds(chosen.median) else 'FAIL'
            verdicts.append({'console': console, 'what': text, 'sense': sense, 'limit': limit, 'verdict': verdict,
                             'time': times, 'instructions': counts, 'judged_by': by})
    return verdicts


def number(value, unit=''):
    if value is None:
        return '-'
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f'{value:.{digits}f}{unit}'


def spread(fig):
    return f'{number(fig.median)} ({number(fig.low)}-{number(fig.high)})' if fig else '-'


def median(fig):
    return number(fig.median) if fig else '-'


def table(consoles, wall, icount):
    lines = []
    for console in consoles:
        lines += ['', f'Console of the host: {console}']
        for group, title in GROUPS:
            rows = [key for key in wall.rows if key[:2] == (console, group)]
            if not rows:
                continue
            lines += ['', f'  {title}', '  {:42} {:>28} {:>28} {:>10} {:>9} {:>9} {:>9} {:>13}'.format(
                '', 'stock, ns (quartiles)', 'ours, ns (quartiles)', 'stock/ours', 'ours/BAR0', 'stock, i', 'ours, i',
                'ratios, i')]
            for key in rows:
                floor = (*key[:2], floor_of(key[2]), OURS)
                ours, stock = (*key, OURS), (*key, STOCK)
                cells = [spread(wall.figure(*stock)), spread(wall.figure(*ours)), median(wall.ratio(stock, [ours])),
                         median(wall.ratio(ours, [floor]))]
                cells += [median(icount.figure(*stock)), median(icount.figure(*ours)),
                          f'{median(icount.ratio(stock, [ours]))} {median(icount.ratio(ours, [floor])):>6}'
                          ] if icount else ['-'] * 3
                lines.append('  {:42} {:>28} {:>28} {:>10} {:>9} {:>9} {:>9} {:>13}'.format(key[2], *cells))
    return lines


def verdict_lines(verdicts):
    lines = ['', 'What must hold (ratios; quartiles of the rounds; i: of instructions)', '']
    for verdict in verdicts:
        sense = 'at most' if verdict['sense'] == 'most' else 'at least'
        by = ', judged by instructions' if verdict['judged_by'] == 'instructions' else ''
        counted = f', i {median(verdict["instructions"])}' if verdict['instructions'] else ''
        lines.append(f'  {verdict["verdict"]:4} {verdict["console"]:6} {verdict["what"]}: {sense} {verdict["limit"]}, '
                     f'is {spread(verdict["time"])}{counted}{by}')
    count = collections.Counter(verdict['verdict'] for verdict in verdicts)
    lines += ['', f'{count["PASS"]} hold, {count["FAIL"]} do not, {count["-"]} were not measured']
    return lines, count['PASS'] == len(verdicts) > 0


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.strip()


def describe(wall, icount):
    """What was measured, on which machine."""
    models = re.findall(r'^model name\s*: (.*)$', pathlib.Path('/proc/cpuinfo').read_text(), re.M)
    emulator = os.environ.get('LAB_QEMU', 'qemu-system-x86_64')
    machine = {
        'cpu': f'{models[0] if models else "unknown"}, {os.cpu_count()} CPUs',
        'load when reported': f'{os.getloadavg()[2]:.1f} (average of 15 minutes)',
        'host kernel': os.uname().release,
        'qemu': output_of(emulator, '--version').partition('\n')[0],
        'kernel under test': wall.result['kernel'],
        'accelerator': wall.result['accel'],
        'revision': output_of('git', 'describe', '--always', '--dirty') or 'unknown',
    }
    if icount:
        machine['instructions'] = f'counted with -icount on one virtual CPU, {ICOUNT_NS} ns of its clock each'
    return machine


PLOT = (
    ('pread 1 B\\ntext', 'calls', 'pread 1 text', 'mapped', 'load 1 text'),
    ('pwrite 1 B\\ntext', 'calls', 'pwrite 1 text', 'mapped', 'store 1 text'),
    ('pread 1 B\\nchain 4', 'calls', 'pread 1 chain 4', 'mapped', 'load 1 chain 4'),
    ('pwrite 1 B\\nchain 4', 'calls', 'pwrite 1 chain 4', 'mapped', 'store 1 chain 4'),
    ('pread 1 B\\nport', 'calls', 'pread 1 port', None, None),
    ('pwrite 4000\\ntext', 'calls', 'pwrite 4000 text', 'mapped', 'store 4000 text'),
    ('pwrite 32768\\nchain 4', 'calls', 'pwrite 32768 chain 4', 'mapped', 'store 32768 chain 4'),
    ('pwrite 64000\\nchain 4', 'calls', 'pwrite 64000 chain 4', 'mapped', 'store 64000 chain 4'),
    ('KVM guest\\n1 B, text', 'kvm', 'KVM guest: store 1 text, through exits', 'kvm',
     'KVM guest: store 1 text, window in memory'),
    ('QEMU guest\\nscroll a row', 'guest', 'QEMU guest: scroll text, per row of 80', None, None),
    ('QEMU guest\\nfill a row', 'guest', 'QEMU guest: fill mode 13h, per row of 320', None, None),
)


def plot(out, console, wall):
    def cell(*what):
        fig = wall.figure(*what)
        return str(fig.median / 1000) if fig else '?'

    rows = []
    for label, group, row, mapped_group, mapped in PLOT:
        floor = floor_of(row)
        if (console, group, row) not in wall.rows:
            continue
        rows.append(' '.join((f'"{label}"', cell(console, group, row, STOCK), cell(console, group, row, OURS),
                              cell(console, mapped_group, mapped, OURS) if mapped else '?',
                              cell(console, group, floor, OURS) if floor else '?')))
    script = '''
set terminal pngcairo size 1400,620 font "sans,11"
set output "{}"
set title "Stock vfio-pci and vfio-pci-vga: time per operation (medians)"
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.9 border -1
set logscale y
set ylabel "microseconds, less is better"
set grid ytics
set datafile missing "?"
set key outside top center horizontal
set boxwidth 0.9
set bmargin 4
set xrange [-0.6:{}]
$rows << EOD
{}
EOD
plot $rows using 2:xtic(1) title "stock vfio-pci" linecolor rgb "#b04040", \\
     "" using 3 title "vfio-pci-vga" linecolor rgb "#4070b0", \\
     "" using 4 title "vfio-pci-vga, window mapped" linecolor rgb "#40a060", \\
     "" using 5 title "the same on BAR0" linecolor rgb "#b0b0b0"
'''.format(out, len(rows) - 0.4, '\n'.join(rows))
    subprocess.run(('gnuplot',), input=script, text=True, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in 'out', 'run':
        parser.add_argument(name, type=pathlib.Path)
    parser.add_argument('icount_run', type=pathlib.Path, nargs='?')
    options = parser.parse_args()

    wall = Measured(options.run)
    icount = Measured(options.icount_run, ICOUNT_NS) if options.icount_run else None
    if not wall.rows:
        sys.exit(f'{options.run}: nothing was measured')
    consoles = list(dict.fromkeys(console for console, _, _ in wall.rows))
    machine = describe(wall, icount)
    verdicts = judge(consoles, wall, icount)
    lines, success = verdict_lines(verdicts)

    head = ['SPDX-License-Identifier: GPL-2.0-only', '', 'Stock vfio-pci and vfio-pci-vga, by turns, in one boot', '']
    head += [f'  {name}: {text}' for name, text in machine.items()]
    head += ['', 'Quartiles in brackets. i: instructions of the machine under test per operation, and the same two ratios',
             'of these. -: not offered or not measured.']
    options.out.mkdir(parents=True, exist_ok=True)
    text = '\n'.join([*head, *table(consoles, wall, icount), *lines, ''])
    (options.out / 'bench.txt').write_text(text)

    def rows_of(measured):
        return [{'console': console, 'group': group, 'row': row,
                 **{driver: {'figure': measured.figure(console, group, row, driver), 'rounds': rounds}
                    for driver, rounds in drivers.items()}}
                for (console, group, row), drivers in measured.rows.items()]

    (options.out / 'bench.json').write_text(json.dumps({
        'license': 'SPDX-License-Identifier: GPL-2.0-only', 'machine': machine, 'limits': verdicts,
        'figures': ['lower quartile', 'median', 'upper quartile'], 'nanoseconds': rows_of(wall),
        'instructions': rows_of(icount) if icount else []}, indent=None, separators=(',', ':')) + '\n')
    plot(options.out / 'bench.png', consoles[0], wall)
    print(text)
    return 0 if success else 1


if __name__ == '__main__':
    sys.exit(main())
