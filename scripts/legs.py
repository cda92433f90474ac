#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Print a table of the legs that were run: kernel, QEMU, results of the lab, and which boots of it others had only."""
import collections
import json
import pathlib

TOP = pathlib.Path(__file__).resolve().parent.parent
ROW = '{:9} {:26} {:10} {:>6} {:>6} {:>7} {:>7}  {}'


def main():
    legs = collections.defaultdict(dict)
    for path in [*TOP.glob('build/check/*/result.json'), *TOP.glob('build/root-*/check/*/result.json')]:
        leg, _, boot = path.parent.name.partition('-')
        legs[leg][boot] = json.loads(path.read_text(encoding='utf-8'))
    every = {boot for boots in legs.values() for boot in boots}
    print(ROW.format('leg', 'kernel', 'QEMU', 'passed', 'failed', 'skipped', 'minutes', 'left out'))
    for leg, boots in sorted(legs.items(), key=lambda item: next(iter(item[1].values()))['kernel']):
        results = list(boots.values())
        total = {key: sum(result[key] for result in results) for key in ('passed', 'failed', 'skipped', 'seconds')}
        print(ROW.format(leg, results[0]['kernel'], '+'.join(sorted({result['qemu'] for result in results})),
                         total['passed'], total['failed'], total['skipped'], round(total['seconds'] / 60),
                         ' '.join(sorted(every - set(boots))) or '-'))


if __name__ == '__main__':
    main()
