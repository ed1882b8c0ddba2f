import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyAccounts } from '../../src/apply/accounts/apply-accounts.ts';
import type { AccountOutcome, AccountsJob, CreateStep } from '../../src/apply/accounts/making.ts';
import { ChangeLog } from '../../src/apply/change-log.ts';
import { noJournal } from '../../src/apply/journal.ts';
import { findUnrecorded } from '../../src/apply/undo/find-unrecorded.ts';
import { undo } from '../../src/apply/undo/undo.ts';
import type { RunEvent } from '../../src/core/run-event.ts';
import { RelayError } from '../../src/core/relay-error.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import type { Account, AccountSpec } from '../../src/host/account.ts';
import type { Capabilities } from '../../src/host/capabilities.ts';
import type { CreatedAccount } from '../../src/host/host.ts';
import { HostFailure, type WriteResult } from '../../src/host/host-failure.ts';
import { aGroup, aMarker, anAccount } from '../support/builders.ts';
import type { QuickClock } from '../support/clocks.ts';
import { memorySub2api, type MemoryState } from '../support/memory-sub2api.ts';
import { toolsOver } from '../support/sub2api-tools.ts';
import { runs } from '../support/sweep.ts';

const run = 'run-2';

function stepsOf(count: number): CreateStep[] {
  return Array.from({ length: count }, (_, index) => {
    const fingerprint = `sha256:${index + 1}`;
    const name = `acme-0${index + 1}`;
    const marker = aMarker({ run, fingerprint });
    const { platform: _platform, baseUrl, mapping } = anAccount();
    const spec = {
      name,
      platform: 'openai',
      baseUrl: baseUrl!,
      mapping,
      concurrency: 10,
      priority: 50,
      marker,
    } as const;
    const settings = { 'extra.mode': 'fast' };
    return {
      line: index + 1,
      fingerprint,
      last4: '',
      enabled: true,
      action: 'create',
      name,
      spec: { ...spec, settings },
    };
  });
}

type Make = (specs: readonly AccountSpec[]) => Promise<WriteResult<CreatedAccount[]>>;

/** Between relay and the making of accounts: what the host does in truth, and what it says. */
type Between = (make: Make, request: number, state: MemoryState) => Make;

const failure = (facts: Partial<ConstructorParameters<typeof HostFailure>[2]>) =>
  new HostFailure('HOST_FAILED', 'it said no', { delivery: 'unknown', transient: false, ...facts });
const rejected = (transient = false): WriteResult<never> => ({
  status: 'rejected',
  failure: failure({ delivery: 'not_applied', transient }),
});
const lost = (maybeInFlight = false): WriteResult<never> => ({
  status: 'unknown',
  failure: failure({ maybeInFlight }),
});

function making(between: Between = (make) => make, count = 3, batchSize = 2, can: Partial<Capabilities> = {}) {
  const memory = memorySub2api();
  const { state } = memory;
  state.groups.set('1', aGroup());
  const stop = new AbortController();
  const events: RunEvent[] = [];
  const requests: string[][] = [];
  const clock = memory.tools.clock as QuickClock;
  /** What the host does on its own while relay waits. */
  const meanwhile: (() => void)[] = [];
  const sleep = async (ms: number) => {
    await clock.sleep(ms);
    meanwhile.shift()?.();
  };
  const { parts } = memory.tools;
  const writes = {
    ...parts.writes,
    createAccounts: ((specs, keyOf, id, turns) => {
      for (const spec of specs) expect(keyOf(spec).open()).toBe(`key of ${spec.marker.fingerprint}`);
      requests.push(specs.map(({ name }) => name));
      const make: Make = (list) => parts.writes.createAccounts(list, keyOf, id, turns);
      return between(make, requests.length, state)(specs);
    }) satisfies typeof parts.writes.createAccounts,
  };
  const tools = toolsOver(
    { ...parts, info: { ...parts.info, capabilities: { ...parts.info.capabilities, ...can } }, writes },
    { ...memory.tools, clock: { ...clock, sleep }, emit: (event) => void events.push(event), stop: stop.signal },
  );
  const log = new ChangeLog(noJournal);
  const outcomes = new Map<string, AccountOutcome>();
  const job: AccountsJob = {
    steps: stepsOf(count),
    place: '1',
    batchSize,
    keyOf: (fingerprint) => new Secret(`key of ${fingerprint}`),
    known: new Set(),
    outcomes,
  };
  const apply = (more: Partial<AccountsJob> = {}) => applyAccounts({ ...job, ...more }, tools, log);
  const ends = () => [...outcomes.values()].map((each) => ('code' in each ? each.code : each.outcome));
  /** What the host holds after the run's own are found again and undone. */
  const undone = async () => {
    await findUnrecorded(tools, log);
    const { leftovers } = await undo([...log.changes], tools, log);
    return { leftovers, accounts: [...state.accounts.values()] };
  };
  return { ...memory, tools, stop, events, requests, clock, meanwhile, log, outcomes, apply, ends, undone };
}

describe('accounts are made in batches, and count as made when the host shows them', () => {
  it('in the order of the steps, a request for each batch', async () => {
    const host = making(undefined, 5);
    await host.apply();
    expect(host.requests).toEqual([['acme-01', 'acme-02'], ['acme-03', 'acme-04'], ['acme-05']]);
    expect(host.ends()).toEqual(Array.from({ length: 5 }, () => 'created'));
    expect(host.events).toMatchObject([2, 4, 5].map((count) => ({ text: `${count} of 5 accounts created` })));
    expect(host.log.changes.map(({ id }) => id)).toEqual([...host.state.accounts.keys()]);
    expect(await host.undone()).toEqual({ leftovers: [], accounts: [] });
  });

  it('of nothing there is nothing to ask', async () => {
    const host = making(undefined, 0);
    await host.apply();
    expect([host.requests, host.log.changes, host.ends()]).toEqual([[], [], []]);
  });

  it.each<[string, Between, string[], number]>([
    ['a refused batch ends it', () => async () => rejected(), ['WRITE_REFUSED', 'WRITE_REFUSED', 'not_tried'], 1],
    [
      'what passes is tried again',
      (make, at) => (at === 1 ? async () => rejected(true) : make),
      ['created', 'created', 'created'],
      3,
    ],
    [
      'a lost answer of what was done',
      (make) => async (specs) => (await make(specs), lost()),
      ['created', 'created', 'created'],
      2,
    ],
    ['a lost answer of what was not', () => async () => lost(), ['WRITE_REFUSED', 'WRITE_REFUSED', 'not_tried'], 1],
    [
      'a lost answer of what may be under way',
      () => async () => lost(true),
      ['unsettled', 'unsettled', 'not_tried'],
      1,
    ],
    [
      'half a batch, then the line was cut',
      (make) => async (specs) => (await make(specs.slice(1)), lost()),
      ['WRITE_REFUSED', 'created', 'WRITE_REFUSED'],
      2,
    ],
    [
      'half a batch, and the host may be at work',
      (make) => async (specs) => (await make(specs.slice(0, 1)), lost(true)),
      ['created', 'unsettled', 'created'],
      2,
    ],
    [
      'ids that are not told',
      (make) => async (specs) => unnamed(await make(specs)),
      ['created', 'created', 'created'],
      2,
    ],
    [
      'a word for nothing',
      () => async (specs) => ({ status: 'applied', value: specs.map(() => ({ ok: true, id: null })) }),
      ['unsettled', 'unsettled', 'unsettled'],
      2,
    ],
    ['a wrong id', (make) => async (specs) => wrong(await make(specs)), ['created', 'created', 'created'], 2],
    [
      'an id of nothing',
      () => async (specs) => ({ status: 'applied', value: specs.map(() => ({ ok: true, id: '7' })) }),
      ['SETTINGS_DROPPED', 'SETTINGS_DROPPED', 'SETTINGS_DROPPED'],
      2,
    ],
    [
      'one refused among others',
      (make) => async (specs) => refusedFirst(await make(specs.slice(1))),
      ['WRITE_REFUSED', 'created', 'WRITE_REFUSED'],
      2,
    ],
    [
      'fewer answers than accounts',
      (make) => async (specs) => (await make(specs), { status: 'applied', value: [] }),
      ['WRITE_REFUSED', 'WRITE_REFUSED', 'WRITE_REFUSED'],
      2,
    ],
  ])('%s', async (_, between, ends, requests) => {
    const host = making(between);
    await host.apply();
    expect(host.ends()).toEqual(ends);
    expect(host.requests).toHaveLength(requests);
    expect(await host.undone()).toEqual({ leftovers: [], accounts: [] });
  });

  it('one that was refused and stands all the same is made, where it stands in its place', async () => {
    const host = making(
      (make) => async (specs) => (await make(specs), refusedFirst({ status: 'applied', value: [] })),
      1,
    );
    await host.apply();
    expect(host.ends()).toEqual(['created']);
  });

  it('and is the run’s own, but failed, where it stands without it', async () => {
    const host = making(
      (make, _, state) => async (specs) => {
        await make(specs);
        for (const account of state.accounts.values()) account.places = [];
        return refusedFirst({ status: 'applied', value: [] });
      },
      1,
    );
    await host.apply();
    expect([...host.outcomes.values()]).toMatchObject([{ outcome: 'failed', code: 'WRITE_REFUSED', id: '101' }]);
    expect(await host.undone()).toEqual({ leftovers: [], accounts: [] });
  });

  it('a batch that grows is watched until it is whole', async () => {
    const host = making(
      (make) => async (specs) => {
        await make(specs.slice(0, 1));
        host.meanwhile.push(...specs.slice(1).map((spec) => () => void make([spec])));
        return lost(true);
      },
      4,
      4,
    );
    await host.apply();
    expect(host.ends()).toEqual(['created', 'created', 'created', 'created']);
    expect(host.clock.pauses).toEqual([500, 1000, 2000]);
  });

  it.each([
    ['half a minute, where the host may be at work', true, 30_000],
    ['some seconds, where the line was cut', false, 3000],
  ])('a batch that stands still is given up after %s', async (_, maybeInFlight, patience) => {
    const host = making((make) => async (specs) => (await make(specs.slice(0, 1)), lost(maybeInFlight)), 3, 3);
    await host.apply();
    const { pauses } = host.clock;
    const waited = pauses.reduce((sum, each) => sum + each, 0);
    expect(waited).toBeGreaterThanOrEqual(patience);
    expect(waited - pauses.at(-1)!).toBeLessThan(patience);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(4000);
  });

  it('each that is added gives it as long again', async () => {
    const host = making(
      (make) => async (specs) => {
        await make(specs.slice(0, 1));
        const nothing = () => undefined;
        host.meanwhile.push(
          nothing,
          () => void make([specs[1]!]),
          nothing,
          () => void make([specs[2]!]),
        );
        return lost();
      },
      3,
      3,
    );
    await host.apply();
    expect(host.ends()).toEqual(['created', 'created', 'created']);
  });

  it('what is no failure of one batch ends the run', async () => {
    const host = making(() => () => Promise.reject(new RelayError('LOCK_LOST', 'gone')));
    await expect(host.apply()).rejects.toMatchObject({ code: 'LOCK_LOST' });
    const fault = making(() => () => Promise.reject(new TypeError('a fault of relay')));
    await expect(fault.apply()).rejects.toThrow('a fault of relay');
  });

  it('after a stop no batch begins, and what was made is judged', async () => {
    const host = making((make) => async (specs) => {
      host.stop.abort(new RelayError('INTERRUPTED', 'stop'));
      return make(specs);
    });
    await expect(host.apply()).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(host.ends()).toEqual(['created', 'created', 'not_tried']);
    expect(host.requests).toHaveLength(1);
  });
});

describe('what the host made otherwise than it was told', () => {
  it.each<[string, Partial<Account>]>([
    ['base URL', { baseUrl: 'https://other.example' }],
    ['model mapping', { mapping: { big: 'tiny' } }],
    ['concurrency', { concurrency: 1 }],
    ['priority', { priority: 1 }],
    ['mode', { settings: { 'extra.mode': 'slow' } }],
    ['place', { places: [] }],
  ])('is named: another %s; it is the run’s all the same, and is undone', async (word, changes) => {
    const host = making(
      (make, _, state) => async (specs) => {
        const answer = await make(specs);
        for (const account of state.accounts.values()) Object.assign(account, changes);
        return answer;
      },
      2,
    );
    await host.apply();
    expect([...host.outcomes.values()]).toMatchObject(
      [1, 2].map(() => ({
        outcome: 'failed',
        code: 'SETTINGS_DROPPED',
        message: `The host stored the account with another ${word} than was sent.`,
      })),
    );
    expect(await host.undone()).toEqual({ leftovers: [], accounts: [] });
  });

  it('what a host has no setting for is no difference, neither now nor when it is undone', async () => {
    const none = { possible: false, why: 'it has none' } as const;
    const without: Between = (make, _, state) => async (specs) => {
      const answer = await make(specs);
      for (const account of state.accounts.values()) Object.assign(account, { concurrency: null, priority: null });
      return answer;
    };
    const host = making(without, 3, 2, { accountSettings: { concurrency: none, priority: none } });
    await host.apply();
    expect(host.ends()).toEqual(['created', 'created', 'created']);
    expect(await host.undone()).toEqual({ leftovers: [], accounts: [] });
  });

  it('what others change of it afterwards stays', async () => {
    const host = making();
    await host.apply();
    Object.assign([...host.state.accounts.values()][0]!, { baseUrl: 'https://theirs.example' });
    const { leftovers, accounts } = await host.undone();
    expect(leftovers).toMatchObject([{ name: 'acme-01', command: null }]);
    expect(accounts).toHaveLength(1);
  });
});

describe('a second account of a key', () => {
  it.each<[string, Partial<Account>, boolean, string]>([
    ['made meanwhile: the run’s own is not wanted', {}, false, 'KEY_HAS_ACCOUNT'],
    ['known from the plan', {}, true, 'created'],
    ['of another provider', { marker: aMarker({ provider: 'other', fingerprint: 'sha256:1' }) }, false, 'created'],
    [
      'of another access mode',
      { marker: aMarker({ access: 'self_service', fingerprint: 'sha256:1' }) },
      false,
      'created',
    ],
    ['of no key that is known', { marker: null }, false, 'created'],
  ])('%s', async (_, changes, isKnown, end) => {
    const host = making(undefined, 1);
    const rival = anAccount({ id: '7', name: 'rival', marker: aMarker({ fingerprint: 'sha256:1' }), ...changes });
    host.state.accounts.set('7', rival);
    await host.apply({ known: new Set(isKnown ? ['7'] : []) });
    expect(host.ends()).toEqual([end]);
    expect((await host.undone()).accounts).toEqual([rival]);
  });

  it.each<[string, Partial<Account>]>([
    ['another run', { marker: aMarker({ run: 'run-1', fingerprint: 'sha256:1' }) }],
    ['another name', { name: 'theirs' }],
  ])('is not taken for the run’s own where it has %s', async (_, changes) => {
    const host = making(
      (make, __, state) => async (specs) => {
        await make(specs);
        Object.assign([...state.accounts.values()][0]!, changes);
        return lost();
      },
      1,
    );
    await host.apply();
    expect(host.ends()).not.toEqual(['created']);
  });
});

function unnamed(result: WriteResult<CreatedAccount[]>): WriteResult<CreatedAccount[]> {
  if (result.status !== 'applied') return result;
  return { ...result, value: result.value.map(() => ({ ok: true, id: null })) };
}

/** The host answers ids of something else. */
function wrong(result: WriteResult<CreatedAccount[]>): WriteResult<CreatedAccount[]> {
  if (result.status !== 'applied') return result;
  return { ...result, value: result.value.map(() => ({ ok: true, id: '9999' })) };
}

function refusedFirst(result: WriteResult<CreatedAccount[]>): WriteResult<CreatedAccount[]> {
  if (result.status !== 'applied') return result;
  return { ...result, value: [{ ok: false, message: 'not this one' }, ...result.value] };
}

describe('whatever a host does with batches', () => {
  const does = fc.record({
    made: fc.constantFrom('all', 'none', 'first', 'last'),
    says: fc.constantFrom('applied', 'unnamed', 'rejected', 'again', 'lost', 'in flight'),
  });

  it('an account is called made only if the host shows it, and nothing is left once the run is undone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(does, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 3 }),
        async (list, batchSize) => {
          const host = making(
            (make, at) => async (specs) => {
              const { made, says } = list[(at - 1) % list.length]!;
              const parts = { all: specs, none: [], first: specs.slice(0, 1), last: specs.slice(-1) };
              const answer = await make(parts[made]);
              if (answer.status !== 'applied' || says === 'rejected' || says === 'again')
                return rejected(says === 'again');
              if (says === 'lost' || says === 'in flight') return lost(says === 'in flight');
              const own = answer.value.slice();
              const value = specs.map((spec): CreatedAccount =>
                (parts[made] as readonly AccountSpec[]).includes(spec) ? own.shift()! : { ok: false, message: 'no' },
              );
              return says === 'unnamed' ? unnamed({ status: 'applied', value }) : { status: 'applied', value };
            },
            4,
            batchSize,
          );
          await host.apply();
          expect(host.outcomes.size).toBe(4);
          for (const each of host.outcomes.values())
            if (each.outcome === 'created') expect(host.state.accounts.get(each.account.id)).toEqual(each.account);
          expect(await host.undone()).toEqual({ leftovers: [], accounts: [] });
        },
      ),
      { numRuns: runs(60) },
    );
  });
});
