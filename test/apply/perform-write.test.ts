import { describe, expect, it } from 'vitest';
import { noJournal } from '../../src/apply/journal.ts';
import { performWrite, type Look, type Write } from '../../src/apply/perform-write.ts';
import type { RunTools } from '../../src/apply/run-tools.ts';
import { codes } from '../../src/core/codes.ts';
import { Interruption } from '../../src/core/relay-error.ts';
import { HostFailure, type WriteResult } from '../../src/host/host-failure.ts';
import type { Host } from '../../src/host/host.ts';
import { quickClock } from '../support/clocks.ts';
import { paceOf } from '../support/paces.ts';

interface Facts {
  transient?: boolean;
  maybeInFlight?: boolean;
  retryAfterMs?: number;
}

const failure = (delivery: 'not_applied' | 'unknown', { transient = false, ...more }: Facts = {}) =>
  new HostFailure('HOST_FAILED', 'no', { delivery, transient, ...more });
const applied: WriteResult<unknown> = { status: 'applied', value: 'answer' };
const rejected = (facts?: Facts): WriteResult<unknown> => ({
  status: 'rejected',
  failure: failure('not_applied', facts),
});
const unknown = (facts?: Facts): WriteResult<unknown> => ({ status: 'unknown', failure: failure('unknown', facts) });

const found: Look<string> = { value: 'object', differences: [] };
const other: Look<string> = { value: 'object', differences: ['price'] };
const gone = undefined;
const silent = 'silent';

type Seen = Look<string> | undefined | typeof silent;

/** A write whose sending ends so, one result an attempt, and after which the host shows so, one look after the other. */
function scripted(results: readonly WriteResult<unknown>[], looks: readonly Seen[], more: Partial<Write<string>> = {}) {
  const clock = quickClock();
  const told: string[] = [];
  let sent = 0;
  let looked = 0;
  const stop = new AbortController();
  const tools: RunTools = {
    host: {} as Host,
    base: {} as Host,
    clock,
    emit: (event) => void told.push(event.type),
    journal: noJournal,
    phaseOf: async () => 'unknown',
    calls: paceOf(4, clock),
    stop: stop.signal,
  };
  const write: Write<string> = {
    kind: 'group',
    name: 'g',
    what: 'create the group "g"',
    stage: 'apply',
    makes: true,
    send: async () => results[sent++] ?? applied,
    look: async () => {
      const seen = looks[Math.min(looked++, looks.length - 1)];
      if (seen === silent) throw failure('unknown');
      return seen;
    },
    ...more,
  };
  let refusal: unknown;
  const outcome = performWrite(write, tools).then(
    ({ value, differences }) => ({ value, differences }),
    (error: { code: string }) => {
      refusal = error;
      return error.code;
    },
  );
  return { refusal: () => refusal, outcome, clock, told, stop, sent: () => sent, looked: () => looked };
}

describe('a write is carried to its end (N3)', () => {
  it.each<[string, readonly WriteResult<unknown>[], readonly Seen[], unknown, number]>([
    ['applied and shown', [applied], [found], found, 1],
    ['applied and shown after a while', [applied], [gone, gone, found], found, 1],
    ['applied and never shown: nobody can tell', [applied], [gone], 'WRITE_UNSETTLED', 1],
    ['applied, and the host cannot be asked: nobody can tell', [applied], [silent], 'WRITE_UNSETTLED', 1],
    ['applied and made otherwise: it is what was made', [applied], [other], other, 1],
    ['rejected for good', [rejected()], [gone], 'WRITE_REFUSED', 1],
    ['rejected for a while, then applied', [rejected({ transient: true }), applied], [gone, found], found, 2],
    ['rejected again and again', [1, 2, 3, 4].map(() => rejected({ transient: true })), [gone], 'WRITE_REFUSED', 3],
    ['a lost answer, and it is there', [unknown()], [found], found, 1],
    ['a lost answer, and it comes late', [unknown()], [gone, gone, gone, found], found, 1],
    ['a lost answer, and it is not there: not carried out', [unknown()], [gone], 'WRITE_REFUSED', 1],
    [
      'a lost answer, sent again once nothing is there',
      [unknown({ transient: true }), applied],
      [gone, gone, gone, gone, found],
      found,
      2,
    ],
    [
      'a lost answer of a host that may be at work: never sent again',
      [unknown({ transient: true, maybeInFlight: true })],
      [gone],
      'WRITE_UNSETTLED',
      1,
    ],
    [
      'a lost answer, and the host cannot be asked: never sent again',
      [unknown({ transient: true })],
      [silent],
      'WRITE_UNSETTLED',
      1,
    ],
    // The first attempt made it after all, which is why the second is refused: the very rule against doubles.
    [
      'rejected after a lost answer, and it is there',
      [unknown({ transient: true }), rejected()],
      [gone, gone, gone, gone, found],
      found,
      2,
    ],
  ])('%s', async (_, results, looks, wanted, sent) => {
    const run = scripted(results, looks);
    expect(await run.outcome).toEqual(wanted);
    expect(run.sent()).toBe(sent);
  });

  it.each<[string, readonly WriteResult<unknown>[], readonly Seen[], unknown]>([
    ['is done when the host shows it', [applied], [found], found],
    ['is not done while the host shows another state', [applied], [other, other, found], found],
    ['that the host drops is told as such', [applied], [other], 'SETTINGS_DROPPED'],
    ['whose answer is lost is in place only when nothing differs', [unknown()], [other], 'WRITE_REFUSED'],
  ])('an edit %s', async (_, results, looks, wanted) => {
    expect(await scripted(results, looks, { makes: false }).outcome).toEqual(wanted);
  });

  it('waits as long as the host asks, and a minute at most, before it is sent again', async () => {
    const run = scripted(
      [rejected({ transient: true, retryAfterMs: 7000 }), rejected({ transient: true, retryAfterMs: 9e9 })],
      [gone, gone, found],
    );
    expect(await run.outcome).toEqual(found);
    expect(run.clock.pauses).toEqual([7000, 60_000, 500]);
    expect(run.told).toEqual(['retry', 'retry']);
  });

  it('takes its word where what it proves is proven later, without a look', async () => {
    const run = scripted([applied], [gone], { trust: (answer) => String(answer) });
    expect(await run.outcome).toEqual({ value: 'answer', differences: [] });
    expect(run.looked()).toBe(0);
  });

  it('is not begun once the run was told to stop', async () => {
    const stopped = scripted([rejected({ transient: true }), applied], [gone], {
      send: async () => {
        await Promise.resolve();
        stopped.stop.abort(new Interruption('SIGINT'));
        return rejected({ transient: true });
      },
    });
    expect(await stopped.outcome).toBe('INTERRUPTED');
  });

  it('that begins with a read which fails was never sent', async () => {
    const run = scripted([], [gone], { send: () => Promise.reject(failure('unknown')) });
    expect(await run.outcome).toBe('WRITE_REFUSED');
    expect(run.looked()).toBe(0);
  });

  it.each<[string, readonly WriteResult<unknown>[], number[]]>([
    ['said to be done, for a moment', [applied], [500, 1500]],
    ['whose answer was lost, for longer', [unknown()], [500, 1500, 4000]],
  ])('%s, is looked for again and again', async (_, results, pauses) => {
    const run = scripted(results, [gone]);
    await run.outcome;
    expect(run.clock.pauses).toEqual(pauses);
    expect(run.looked()).toBe(pauses.length + 1);
  });

  it.each([
    ['said to be done', applied],
    ['whose answer was lost', unknown()],
  ])('%s, and a fault of relay in looking for it is no silence of the host', async (_, result) => {
    const run = scripted([result], [gone], { look: () => Promise.reject(new TypeError('relay')) });
    // It has no code.
    expect(await run.outcome).toBeUndefined();
  });

  it.each<[string, object, RegExp | string]>([
    ['gives a reason', { status: 400 }, codes.WRITE_REFUSED.hint],
    ['has failed itself', { status: 500 }, /^The host failed/],
    ['gave no answer at all', {}, /^The host failed/],
    ['is known better', { status: 503, hint: 'Do this.' }, 'Do this.'],
  ])('tells what to do where a host that refuses %s', async (_, facts, hint) => {
    const why = new HostFailure('HOST_FAILED', 'no', { delivery: 'not_applied', transient: false, ...facts });
    const run = scripted([{ status: 'rejected', failure: why }], [gone]);
    await run.outcome;
    expect(run.refusal()).toMatchObject({
      cause: why,
      hint: typeof hint === 'string' ? hint : expect.stringMatching(hint),
    });
  });
});
