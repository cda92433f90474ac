# SPDX-License-Identifier: GPL-2.0-only
"""Judging: what a test's output, its exit status and the kernel log come to."""
import re

# Every line in the kernel log that no test may cause. 'Call Trace' alone catches reports that forget a header.
KERNEL_COMPLAINT = re.compile(
    r'\bBUG\b|WARNING|Oops|Call Trace|Kernel panic|general protection|unable to handle|page allocation failure|'
    r'nobody cared|possible recursive locking|possible circular locking|inconsistent lock state|suspicious RCU|'
    r'blocked for more than|soft lockup|hard LOCKUP|'
    r'self-detected stall|detected stalls|KASAN|(?<!CONFIG_)KCSAN|UBSAN|kmemleak: [1-9]|refcount_t|'
    r'bad page|list_(?:add|del) corruption|scheduling while atomic|sleeping function|held lock|still has locks held|'
    r'lockdep(?! checking is enabled)|DMAR: \[DMA|DMAR: DRHD: handling fault|printk messages dropped')

RESULT = re.compile(r'(not )?ok\b(?: (\d+))?(?: *-)? *(.*)')
PLAN = re.compile(r'1\.\.(\d+)(.*)')
DIRECTIVE = re.compile(r'#\s*(SKIP|TODO)\b\s*(.*)', re.I)

PASS, FAIL, SKIP = 'pass', 'fail', 'skip'
KSFT_SKIP = 4


def kernel_complaints(text):
    return [line.rstrip() for line in text.splitlines() if KERNEL_COMPLAINT.search(line)]


class Test:
    """One program of a run: collects its lines as they come and judges them when it has ended."""

    def __init__(self, name, limit):
        self.name = name
        self.limit = limit
        self.lines = []
        self.results = []  # (outcome, description), one per leaf
        self.seconds = 0.0

    def fail(self, why):
        self.results.append((FAIL, why))

    def judge(self, status):
        """@status: exit status as text, 'timeout', 'stuck', or 'lost' for a test L1 did not survive."""
        planned, seen, reason = None, [], ''
        for line in self.lines:
            if match := RESULT.match(line):
                failed, number, text = match.groups()
                seen.append(number or str(len(seen) + 1))
                directive = DIRECTIVE.search(text)
                text = DIRECTIVE.sub('', text).strip() or f'result {seen[-1]}'
                if failed:
                    self.fail(text)
                elif directive and directive[1].upper() == 'SKIP':
                    self.results.append((SKIP, f'{text}: {directive[2]}'))
                else:
                    self.results.append((PASS, text))
            elif match := PLAN.match(line):
                if planned is not None:
                    self.fail('printed two plans')
                planned, reason = int(match[1]), match[2]
            elif line.startswith('Bail out!'):
                self.fail(line)
        spoke_tap = planned is not None or seen or any(line.startswith('TAP version') for line in self.lines)
        skipped_whole = (status == str(KSFT_SKIP) and not seen and planned in (None, 0)
                         or planned == 0 and 'SKIP' in reason)
        if spoke_tap and not skipped_whole:
            if planned is None:
                self.fail('ended without a plan')
            elif seen != [str(number) for number in range(1, planned + 1)]:
                self.fail(f'planned 1..{planned}, reported {" ".join(seen) or "nothing"}')
        if status == 'timeout':
            self.fail(f'still running after {self.limit} s')
        elif status == 'stuck':
            self.fail('left a task that cannot be killed')
        elif status == 'lost':
            pass  # why is the caller's to tell
        elif skipped_whole and status in ('0', str(KSFT_SKIP)):
            text = DIRECTIVE.sub(r'\2', reason).strip() or ' '.join(self.lines[-1:])
            self.results.append((SKIP, text))
        elif status == str(KSFT_SKIP) and seen and all(outcome == SKIP for outcome, _ in self.results):
            pass
        elif status != '0' and (int(status) > 128 or not any(outcome == FAIL for outcome, _ in self.results)):
            self.fail(f'exit status {status}')
        elif not self.results:
            self.results.append((PASS, 'exit status 0'))


def count(tests):
    outcomes = [outcome for test in tests for outcome, _ in test.results]
    return outcomes.count(PASS), outcomes.count(FAIL), outcomes.count(SKIP)


def tap(tests):
    """One flat TAP document out of all leaf results."""
    lines, number = ['TAP version 13'], 0
    for test in tests:
        lines += [f'# {test.name} ({test.seconds:.1f} s)'] + [f'#   {line}' for line in test.lines]
        for outcome, text in test.results:
            number += 1
            directive = ' # SKIP' if outcome == SKIP else ''
            lines.append(f'{"not ok" if outcome == FAIL else "ok"} {number} {test.name}: {text}{directive}')
    return '\n'.join(lines + [f'1..{number}', ''])
