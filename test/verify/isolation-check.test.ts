import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ChangeLog } from '../../src/apply/change-log.ts';
import type { ClientKeys } from '../../src/apply/client-keys.ts';
import { noJournal } from '../../src/apply/journal.ts';
import { RelayError } from '../../src/core/relay-error.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import type { Account } from '../../src/host/account.ts';
import type { GatewayAnswer } from '../../src/host/gateway.ts';
import { HostFailure } from '../../src/host/host-failure.ts';
import { stagingName } from '../../src/host/names.ts';
import { checkInIsolation, isOpen } from '../../src/verify/isolation-check.ts';
import type { AccountVerdict } from '../../src/verify/probe-accounts.ts';
import { aGroup, aMarker, anAccount, aProvider, aVerdict } from '../support/builders.ts';
import { memorySub2api } from '../support/memory-sub2api.ts';
import { inTurn } from '../support/scripted-host.ts';
import { toolsOver } from '../support/sub2api-tools.ts';
import { paceOf } from '../support/paces.ts';

const run = 'run-2';
const answered: GatewayAnswer<void> = { ok: true, status: 200, value: undefined };
const busy: GatewayAnswer<void> = { ok: false, status: 429, message: 'too many', retryable: true };
const junk: GatewayAnswer<void> = { ok: false, status: 200, message: 'no completion', retryable: false };
const bad: GatewayAnswer<void> = { ok: false, status: 400, message: 'bad request', retryable: false };

const open = (account: Account): AccountVerdict => aVerdict(account, { validation: 'warning', code: 'KEY_UNPROVEN' });

/** A host with accounts that serve in group 1, whose gateway answers so. */
function hostWith(complete: () => Promise<GatewayAnswer<void>>, count = 1) {
  const memory = memorySub2api();
  const { state } = memory;
  state.groups.set('1', aGroup());
  for (let id = 1; id <= count; id += 1)
    state.accounts.set(String(id), anAccount({ id: String(id), name: `acme-0${id}`, marker: aMarker({ run }) }));
  const stop = new AbortController();
  const { parts, ...rest } = memory.tools;
  const tools = toolsOver(
    { ...parts, asking: (signal) => ({ ...parts.asking(signal) }), gateway: { ...parts.gateway, complete } },
    { ...rest, stop: stop.signal },
  );
  const log = new ChangeLog(noJournal);
  const keys: string[] = [];
  const clientKeys = {
    keyFor: async (place: string) => {
      keys.push(place);
      return new Secret(`key for ${place}`);
    },
  } as unknown as ClientKeys;
  const check = (verdicts: readonly AccountVerdict[], concurrency = 1, with_ = clientKeys) =>
    checkInIsolation(
      verdicts,
      {
        staging: { provider: aProvider(), access: 'subscription', run },
        request: { platform: 'openai', model: 'small', maxTokens: 8, tokensField: 'max_tokens' },
        clientKeys: with_,
        pace: paceOf(concurrency),
      },
      tools,
      log,
    );
  const accounts = () => structuredClone([...state.accounts.values()]);
  return { ...memory, tools, stop, log, keys, check, accounts };
}

describe('which verdicts a completion would tell more of', () => {
  it.each([
    ['warning', 'KEY_UNPROVEN', true],
    ['warning', 'TEST_UNAVAILABLE', true],
    ['warning', 'UPSTREAM_FORBIDDEN', true],
    ['warning', 'UPSTREAM_BUSY', false],
    ['warning', null, false],
    ['failed', 'KEY_UNPROVEN', false],
    ['passed', null, false],
  ] as const)('%s %s: %s', (validation, code, wanted) => {
    expect(isOpen(aVerdict(anAccount(), { validation, code }))).toBe(wanted);
  });
});

describe('an account is proven where it is alone (N13)', () => {
  it.each<[string, GatewayAnswer<void>, Partial<Account>, object]>([
    [
      'a completion proves it',
      answered,
      {},
      { validation: 'passed', code: null, probe: { ok: true, evidence: 'completion' } },
    ],
    [
      'no completion in an answer that is none',
      junk,
      {},
      { validation: 'failed', code: 'UPSTREAM_JUNK', probe: { ok: false, message: 'no completion' } },
    ],
    [
      'a refused completion',
      bad,
      {},
      { validation: 'failed', code: 'TEST_FAILED', probe: { ok: false, message: 'bad request' } },
    ],
    [
      'the host took it out meanwhile, and says why',
      bad,
      { state: 'error', stateMessage: '401' },
      { validation: 'failed', code: 'KEY_REFUSED', probe: { ok: false, message: '401' } },
    ],
    [
      'the host took it out meanwhile without a word',
      busy,
      { state: 'error' },
      { validation: 'failed', code: 'KEY_REFUSED', probe: { message: 'too many' } },
    ],
    [
      'busy all the time: nothing new is known',
      busy,
      {},
      { validation: 'warning', code: 'KEY_UNPROVEN', probe: { evidence: 'test' } },
    ],
  ])('%s', async (_, answer, becomes, wanted) => {
    const host = hostWith(async () => {
      Object.assign(host.state.accounts.get('1')!, becomes);
      return answer;
    });
    const before = structuredClone(host.state);
    const [verdict] = await host.check(host.accounts().map(open));
    expect(verdict).toMatchObject({ ...wanted, account: becomes });
    Object.assign(before.accounts.get('1')!, becomes);
    expect(host.state).toEqual(before);
    expect(host.log.changes).toEqual([]);
  });

  it('asks with a key for a place in which there is nobody else, and which is gone afterwards', async () => {
    const alone: string[][] = [];
    const host = hostWith(async () => {
      const place = host.keys.at(-1)!;
      alone.push(host.accounts().flatMap(({ id, places }) => (places.includes(place) ? [id] : [])));
      expect(host.state.groups.get(place)?.name).toBe(stagingName(run, alone.length));
      // Where users are served, it goes on serving.
      expect(host.accounts().every(({ places }) => places.includes('1'))).toBe(true);
      return answered;
    }, 3);
    const accounts = host.accounts();
    await host.check([open(accounts[0]!), aVerdict(accounts[1]!), open(accounts[2]!)]);
    expect(alone).toEqual([['1'], ['3']]);
    expect(new Set(host.keys).size).toBe(2);
    expect([...host.state.groups.keys()]).toEqual(['1']);
  });

  it('is not done for what is certain', async () => {
    const host = hostWith(async () => answered);
    const verdicts = host.accounts().map((account) => aVerdict(account));
    expect(await host.check(verdicts)).toEqual(verdicts);
    expect(host.sent).toEqual([]);
  });

  it('waits for a gateway that has yet to see the place, longer each time, and a quarter of a minute at most', async () => {
    const answer = inTurn<GatewayAnswer<void>>(busy, busy, busy, answered);
    const host = hostWith(async () => answer());
    expect((await host.check(host.accounts().map(open)))[0]).toMatchObject({ validation: 'passed' });
    const { clock } = host.tools as unknown as { clock: { pauses: number[] } };
    expect(clock.pauses).toEqual([250, 500, 1000]);
    const never = hostWith(async () => busy);
    await never.check(never.accounts().map(open));
    const pauses = (never.tools.clock as unknown as { pauses: number[] }).pauses;
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000]);
  });

  it('an account is bound back to where it was, not to places that are gone or that a dead proof left', async () => {
    const host = hostWith(async () => answered);
    host.state.groups.set('8', aGroup({ id: '8', name: stagingName('run-1', 1) }));
    host.state.groups.set('9', aGroup({ id: '9', name: stagingName(run) }));
    host.state.accounts.get('1')!.places = ['1', '7', '8', '9'];
    await host.check(host.accounts().map(open));
    expect(host.state.accounts.get('1')?.places.toSorted()).toEqual(['1', '9']);
  });

  it.each([1, 3])('the first failure ends it, and leaves nothing behind (%i at once)', async (concurrency) => {
    const host = hostWith(async () => {
      await tick();
      return answered;
    }, 3);
    let asked = 0;
    const failing = {
      keyFor: async () => {
        asked += 1;
        throw new HostFailure('HOST_FAILED', 'no key today', { delivery: 'unknown', transient: false });
      },
    } as unknown as ClientKeys;
    const before = structuredClone(host.state);
    await expect(host.check(host.accounts().map(open), concurrency, failing)).rejects.toThrow('no key today');
    expect(host.state).toEqual(before);
    expect(host.log.changes).toEqual([]);
    if (concurrency === 1) expect(asked).toBe(1);
  });

  it('is not begun for others once the run shall stop, and ends with the reason', async () => {
    const reason = new RelayError('INTERRUPTED', 'stop');
    const host = hostWith(async () => {
      host.stop.abort(reason);
      return answered;
    }, 2);
    const before = structuredClone(host.state);
    await expect(host.check(host.accounts().map(open))).rejects.toBe(reason);
    expect(host.state).toEqual(before);
    const stopped = hostWith(async () => answered, 1);
    stopped.tools.host.resources.list = async () => ({ group: [] });
    stopped.stop.abort(reason);
    const verdicts = stopped.accounts().map(open);
    expect(await stopped.check(verdicts)).toEqual(verdicts);
  });
});
