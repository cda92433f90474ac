# SPDX-License-Identifier: GPL-2.0-only
"""Does the lab notice? Runs programs of selfcheck/ that misbehave, and looks at what the lab made of each."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import image
import results

HERE = pathlib.Path(__file__).resolve().parent

# What must come of each program: its results in order, as outcome and a part of the text.
CLEAN = (('pass', 'first'), ('skip', 'second'))
TOGETHER = (
    ('passes.sh', CLEAN),
    ('fails.sh', (('pass', 'first'), ('fail', 'second'))),
    ('exits.sh', (('pass', 'first'), ('fail', 'exit status 3'))),
    ('silent.sh 0', (('pass', 'exit status 0'),)),
    ('silent.sh 1', (('fail', 'exit status 1'),)),
    ('silent.sh 4', (('skip', ''),)),
    ('hangs.sh', (('fail', 'reported nothing'), ('fail', 'still running after 5 s'))),
    ('leaves.sh', (('pass', 'first'),)),
    ('complains.sh', (('pass', 'first'), ('fail', 'kernel log: '))),
    ('dies.sh', (('pass', 'first'), ('fail', 'planned 1..2, reported 1'), ('fail', 'exit status 137'))),
    ('stops.sh', (('pass', 'first'), ('fail', 'planned 1..2, reported 1'))),
    ('skips.sh', (('skip', 'no reason'),)),
    ('asks.sh', (('pass', ''),) * 9),
    ('passes.sh again', CLEAN),
)
PANIC = (
    ('passes.sh', CLEAN),
    ('panics.sh', (('fail', 'QEMU ended'), ('pass', 'first'), ('fail', 'sysrq triggered crash'),
                   ('fail', 'Call Trace'))),
    ('passes.sh again', (('fail', 'did not run'),)),
)
# Programs that do not end; the others get time even on a busy machine.
BRIEF = ('hangs.sh', 'freezes.sh')
# What takes longer on kernels with checkers.
SECONDS = {'../tests/kmemleak.sh': 240, 'planted.sh data_race': 240}
FREEZE = (('freezes.sh', (('fail', 'time is up'), ('fail', 'reported nothing'))),)
ONLY_SKIPPED = (('skips.sh', (('skip', 'no reason'),)),)
ALL_WELL = (('passes.sh', CLEAN), ('leaves.sh', (('pass', 'first'),)))

# Mistakes in the kernel (modules/planted.c), and which words the lab must have found in its log or a test's results;
# after any report lockdep is off.
DEBUG = (
    ('planted.sh none', ''),
    ('planted.sh double_unlock', 'kernel log: .*WARNING: bad unlock balance detected'),
    ('planted.sh use_after_free', 'kernel log: .*KASAN: slab-use-after-free in planted_init'),
    ('planted.sh leak', ''),
    ('../tests/kmemleak.sh', 'no_memory_is_left_behind'),
)
KCSAN = (
    ('planted.sh none', ''),
    ('planted.sh data_race', 'kernel log: .*KCSAN: data-race in count_up'),
)

# What kernels say when something is wrong, and what they say when nothing is.
COMPLAINTS = (
    'BUG: kernel NULL pointer dereference, address: 0000000000000008',
    'WARNING: CPU: 1 PID: 312 at drivers/pci/vgaarb.c:88 vga_put+0x10/0x20',
    'Oops: 0000 [#1] PREEMPT SMP NOPTI', 'Call Trace:',
    'WARNING: possible circular locking dependency detected', 'WARNING: possible recursive locking detected',
    'INFO: task vga_io:412 blocked for more than 20 seconds.',
    'watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [kworker/0:1:9]',
    'rcu: INFO: rcu_preempt self-detected stall on CPU',
    'BUG: KASAN: slab-use-after-free in vfio_pci_core_disable+0x10/0x20',
    'UBSAN: array-index-out-of-bounds in vfio_pci_rdwr.c:12:3',
    'kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)',
    'refcount_t: underflow; use-after-free.', 'Kernel panic - not syncing: Fatal exception',
    'DMAR: [DMA Read NO_PASID] Request device [02:00.0] fault addr 0x1000 [fault reason 0x06]',
    '** 312 printk messages dropped **', 'irq 16: nobody cared (try booting with the "irqpoll" option)',
)
HARMLESS = (
    'Linux version 6.1.0-56-amd64', 'kasan: KernelAddressSanitizer initialized (generic)',
    'kcsan: non-strict mode configured - use CONFIG_KCSAN_STRICT=y to see all data races',
    '... MAX_LOCKDEP_SUBCLASSES:  8', 'Lock dependency validator: Copyright (c) 2006 Red Hat, Inc., Ingo Molnar',
    'kmemleak: Kernel memory leak detector initialized (mem pool available: 15679)', 'DMAR: IOMMU enabled',
    'CONFIG_DEBUG_KERNEL=y',
)


class Count:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, promise, true, seen=''):
        if true:
            self.passed += 1
        else:
            self.failed += 1
        print(f'{"ok" if true else "not ok"} {self.passed + self.failed} {promise}', flush=True)
        if not true:
            print(f'# {seen}', flush=True)


def lab(expected, *arguments):
    """Run the lab with the programs; return (exit status, last line, result.json or None, its words)."""
    with tempfile.TemporaryDirectory(prefix='vfio-vga-selfcheck-') as directory:
        scratch = pathlib.Path(directory)
        (scratch / 'list').write_text(''.join(
            f'timeout={5 if name in BRIEF else SECONDS.get(name, 60)} {HERE}/selfcheck/{name}\n' for name, _ in expected))
        process = subprocess.run(
            (sys.executable, HERE / 'lab', 'run', '--driver', 'none', '--list', scratch / 'list',
             '--out', scratch / 'out', *arguments),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        sys.stderr.write(process.stderr)
        try:
            result = json.loads((scratch / 'out/result.json').read_text())
        except FileNotFoundError:
            result = None
        return process.returncode, process.stdout.splitlines()[-1:], result, process.stderr


def matches(got, expected):
    return len(got) == len(expected) and all(
        outcome == want and part in text for (outcome, text), (want, part) in zip(got, expected))


def check_run(count, name, expected, success, words, *arguments):
    image.log(f'selfcheck: {name}')
    status, last, result, told = lab(expected, *arguments)
    count.check(f'{name}: exit status says {"success" if success else "failure"}', (status == 0) == success, status)
    if result is None:
        count.check(f'{name}: leaves its results', False, told)
        return
    seen = [test['results'] for test in result['tests']]
    for (program, want), got in zip(expected, seen):
        count.check(f'{name}: {program} comes to {", ".join(outcome for outcome, _ in want)}', matches(got, want), got)
    outcomes = [outcome for test in seen for outcome, _ in test]
    line = ', '.join(f'{outcomes.count(kind)} {word}'
                     for kind, word in (('pass', 'passed'), ('fail', 'failed'), ('skip', 'skipped')))
    count.check(f'{name}: the last line counts all of them', last == [line], f'{last}, expected {line}')
    for word in words:
        count.check(f'{name}: it is told that "{word}"', word in told, told[-500:])


def check_planted(count, kernel):
    """Boot a kernel with checkers; each mistake must fail its test, and nothing else may fail."""
    kcsan = 'CONFIG_KCSAN=y' in (pathlib.Path(kernel) / 'build/.config').read_text()
    planted = KCSAN if kcsan else DEBUG
    _, _, result, told = lab(planted, '--kernel', kernel)
    for (program, complaint), test in zip(planted, result['tests'] if result else [{'results': []}] * len(planted)):
        failures = [text for outcome, text in test['results'] if outcome == 'fail']
        good = any(re.search(complaint, text) for text in failures) if complaint else test['results'] and not failures
        count.check(f'{program} {"fails" if complaint else "passes"}', good, test['results'] or told[-500:])


def check_lab(count):
    for line in COMPLAINTS:
        count.check(f'the kernel log may not say "{line}"', results.kernel_complaints(line))
    for line in HARMLESS:
        count.check(f'the kernel log may say "{line}"', not results.kernel_complaints(line))
    check_run(count, 'all well', ALL_WELL, True, ('booted in',), '--kernel', 'cloud')
    check_run(count, 'trouble', TOGETHER, False, ('FAIL',))
    check_run(count, 'panic', PANIC, False, ('QEMU ended', '| ', 'Kernel panic'))
    check_run(count, 'freeze', FREEZE, False, ('time is up', 'sysrq: Show Blocked State'))
    check_run(count, 'only skipped', ONLY_SKIPPED, False, ('no test executed',))
    check_run(count, 'no boot', (('passes.sh', (('fail', 'did not run'),)),), False, ('end of the serial log',),
              '--append', 'rdinit=/nothing')


def main(checkers):
    """Return an exit status; print TAP and the line with the counts. @checkers: a kernel that has some, or None."""
    count = Count()
    print('TAP version 13')
    if checkers:
        check_planted(count, checkers)
    else:
        check_lab(count)
    print(f'1..{count.passed + count.failed}')
    print(f'{count.passed} passed, {count.failed} failed, 0 skipped', flush=True)
    return 0 if count.passed and not count.failed else 1


if __name__ == '__main__':
    os.chdir(HERE.parent.parent)
    sys.exit(main())
