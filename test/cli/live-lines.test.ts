import { describe, expect, it } from 'vitest';
import { liveLines, noRetries, type Waiting } from '../../src/cli/progress/live-lines.ts';
import { plainView } from '../../src/cli/progress/plain-view.ts';
import { problem } from '../../src/core/relay-error.ts';
import type { RunEvent } from '../../src/core/run-event.ts';
import type { Style } from '../../src/core/style.ts';

const same = (text: string) => text;
const plain: Style = { bold: same, dim: same, good: same, bad: same, unsure: same };
const tested = (done: number, more: object = {}) => ({
  type: 'progress' as const,
  stage: 'verify' as const,
  done,
  total: 5000,
  passed: done,
  warning: 0,
  failed: 0,
  pace: { now: 16, limit: 16, perMinute: null, why: 'growing' as const },
  budget: null,
  ...more,
});

describe('a stage at work on a terminal', () => {
  const waiting: Waiting = { ...noRetries(), progress: tested(1250, { passed: 1200, warning: 46, failed: 4 }) };

  it.each([
    [200, `${'━'.repeat(10)}${'─'.repeat(30)} 1250/5000  1200 passed  46 warning  4 failed`],
    [80, `${'━'.repeat(7)}${'─'.repeat(23)} 1250/5000  1200 passed  46 warning  4 failed`],
    [56, '1250/5000  1200 passed  46 warning  4 failed'],
    [40, '1250/5000  1200 ok  46 warn  4 bad'],
  ])('is one bar with counts at %i columns', (columns, line) => {
    expect(liveLines(waiting, 0, columns, plain)).toEqual([line]);
  });

  it('says what the host takes once it has shown it, and how much of that is used', () => {
    const budget = { now: 174, limit: 180, windowMs: 180_000, why: 'refused' as const, refused: 1, heldBack: 40 };
    const lines = (more: object) =>
      liveLines({ ...noRetries(), progress: tested(3, { budget: { ...budget, ...more } }) }, 0, 80, plain).slice(1);
    expect(lines({})).toEqual(['the host takes 180 requests in 3 minutes, 174 are used']);
    expect(lines({ limit: null })).toEqual([]);
  });

  it('fits into any terminal that counts fit into', () => {
    for (let columns = 40; columns < 220; columns += 1)
      expect(liveLines(waiting, 0, columns, plain)[0]!.length).toBeLessThanOrEqual(columns - 5);
  });

  it('is empty before anything is done, and full when all is', () => {
    const bar = (done: number) => liveLines({ ...noRetries(), progress: tested(done) }, 0, 200, plain)[0];
    expect(bar(0)).toMatch(/^─{40} 0\/5000/);
    expect(bar(5000)).toMatch(/^━{40} 5000\/5000/);
    expect(liveLines({ ...noRetries(), progress: tested(0, { total: 0 }) }, 0, 80, plain)[0]).toContain('0/0');
  });

  it('says what is tried again, why and when, the next first, and forgets what is over', () => {
    const retries: Waiting['retries'] = new Map(
      [9, 1, 5, 3, 7].map((seconds) => [`test ${seconds}`, { until: seconds * 1000, reason: '503 from the vendor' }]),
    );
    const lines = liveLines({ ...noRetries(), retries }, 2500, 60, plain);
    expect(lines).toEqual([
      'again in 1 s: test 3, because 503 from the vendor',
      'again in 3 s: test 5, because 503 from the vendor',
      'again in 5 s: test 7, because 503 from the vendor',
      'and 1 more that wait',
    ]);
    expect(liveLines({ ...noRetries(), retries }, 2500, 40, plain)[0]).toBe('again in 1 s: test 3, because 503…');
    expect(liveLines({ ...noRetries(), retries }, 60_000, 60, plain)).toEqual([]);
  });
});

describe('a log', () => {
  function logOf(events: readonly [atMs: number, event: RunEvent][]): string[] {
    const lines: string[] = [];
    let now = 0;
    const show = plainView(
      (line) => lines.push(line),
      plain,
      () => now,
    );
    for (const [atMs, event] of events) {
      now = atMs;
      void show(event);
    }
    return lines;
  }

  it('stays short where thousands of accounts are tested for minutes', () => {
    const start: RunEvent = { type: 'stage-started', stage: 'verify', title: 'Test 5,000 accounts' };
    const all = Array.from({ length: 5000 }, (_, index): [number, RunEvent] => [index * 120, tested(index + 1)]);
    const lines = logOf([[0, start], ...all]);
    expect(lines.length).toBeLessThan(80);
    expect(lines.at(-1)).toBe('00:09:59 5,000 of 5,000 tested: 5,000 passed, 0 with a warning, 0 failed');
  });

  it('tells one of many retries a second, and how many more there were', () => {
    const again = (what: string): RunEvent => ({ type: 'retry', stage: 'verify', what, reason: '429', pauseMs: 2000 });
    const done: RunEvent = { type: 'stage-finished', stage: 'verify', ok: true, summary: 'fine', ms: 7 };
    expect(
      logOf([
        [5000, again('a')],
        [5100, again('b')],
        [5200, again('c')],
        [6500, again('d')],
        [6600, again('e')],
        [7000, done],
      ]),
    ).toEqual([
      '00:00:05 retry a in 2 s: 429',
      '00:00:06 retry 2 more',
      '00:00:06 retry d in 2 s: 429',
      '00:00:07 retry 1 more',
      '00:00:07 done verify (7 ms): fine',
    ]);
  });

  it('tells one of many warnings of a code, and how many others there were', () => {
    const warned = (code: 'UPSTREAM_BUSY' | 'KEY_UNPROVEN', name: string): RunEvent => ({
      type: 'warning',
      stage: 'verify',
      problem: problem(code, `${name}: said`),
    });
    const begins: RunEvent = { type: 'stage-started', stage: 'access', title: 'Open access' };
    const many = Array.from({ length: 1200 }, (_, index): [number, RunEvent] => [
      5000,
      warned('UPSTREAM_BUSY', `a-${index}`),
    ]);
    expect(logOf([...many, [5000, warned('KEY_UNPROVEN', 'b')], [5001, begins]])).toEqual([
      '00:00:05 warning UPSTREAM_BUSY: a-0: said',
      '00:00:05 warning UPSTREAM_BUSY: 1,199 more',
      '00:00:05 warning KEY_UNPROVEN: b: said',
      '00:00:05 Open access',
    ]);
  });

  it('tells in full what must not be missed, above all else, however narrow the screen is', () => {
    const notice = 'SIGINT: stopping. Nothing new is begun; Ctrl-C again leaves at once.';
    const waiting: Waiting = { ...noRetries(), notices: [notice], said: 'on', progress: tested(3) };
    const lines = liveLines(waiting, 0, 40, plain);
    expect(lines.slice(0, 2).join(' ')).toBe(notice.slice(0, lines.slice(0, 2).join(' ').length));
    expect(lines.join(' ')).toContain('Ctrl-C again leaves at once.');
    expect(lines.every((line) => line.length <= 35)).toBe(true);
  });
});
