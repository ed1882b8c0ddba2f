import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RelayError } from '../../src/core/relay-error.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import type { AccountSpec } from '../../src/host/account.ts';
import { HostFailure } from '../../src/host/host-failure.ts';
import type { AccountTest, ProofPort } from '../../src/host/proof.ts';
import { testKeys, verdictOfMade, type KeyVerdict } from '../../src/verify/test-keys.ts';
import { aMarker, anAccount, aProvider, noon } from '../support/builders.ts';
import { errs, fails, inTurn, passes, scriptedHost } from '../support/scripted-host.ts';
import { paceOf } from '../support/paces.ts';

const provider = aProvider();
const down = new HostFailure('HOST_FAILED', 'the host is down', { delivery: 'unknown', transient: true });

const specs = ['one', 'two', 'three'].map((key): AccountSpec => ({
  name: `acme-${key}`,
  platform: 'openai',
  baseUrl: 'https://api.acme.example/v1',
  mapping: {},
  concurrency: 1,
  priority: 1,
  place: '1',
  settings: {},
  marker: aMarker({ fingerprint: key }),
}));

function testing(testKey: NonNullable<ProofPort['testKey']>, concurrency = 1) {
  const run = scriptedHost({ proof: { testKey } });
  const keyOf = (fingerprint: string) => new Secret(`key ${fingerprint}`);
  return { ...run, verdicts: () => testKeys({ specs, keyOf, provider, pace: paceOf(concurrency) }, run.tools) };
}

const outcomes = (verdicts: ReadonlyMap<string, KeyVerdict>) =>
  [...verdicts].map(([fingerprint, { validation, code }]) => [fingerprint, validation, code]);

describe('keys that no account holds yet', () => {
  it('are each tested with their own key, and judged by fingerprint', async () => {
    const { verdicts } = testing(async (spec, key) => {
      expect(key.open()).toBe(`key ${spec.marker.fingerprint}`);
      return spec.name === 'acme-two' ? fails('refused') : passes;
    });
    expect(outcomes(await verdicts())).toEqual([
      ['one', 'passed', null],
      ['two', 'failed', 'KEY_REFUSED'],
      ['three', 'passed', null],
    ]);
  });

  it.each<[string, readonly [AccountTest, ...AccountTest[]], object, number[]]>([
    [
      'busy, then fine',
      [fails('busy'), passes],
      { validation: 'passed', probe: { ok: true, attempts: 2, ms: 1000 } },
      [1000],
    ],
    [
      'no test, again and again',
      [errs],
      { validation: 'failed', code: 'TEST_ERROR', probe: { ok: false, attempts: 3, ms: 5000 } },
      [1000, 4000],
    ],
    [
      'untestable: the key stays unproven',
      [fails('untestable')],
      { validation: 'warning', code: 'KEY_UNPROVEN', probe: { ok: false, attempts: 1 } },
      [],
    ],
  ])('%s', async (_, answers, wanted, pauses) => {
    const answer = inTurn(...answers);
    const run = testing(async () => answer());
    const first = (
      await testKeys({ specs: specs.slice(0, 1), keyOf: () => new Secret('key'), provider, pace: paceOf(1) }, run.tools)
    ).get('one');
    expect(first).toMatchObject(wanted);
    expect(run.clock.pauses).toEqual(pauses);
  });

  it('are tested as many at once as was asked for', async () => {
    let now = 0;
    let most = 0;
    const { verdicts } = testing(async () => {
      most = Math.max(most, (now += 1));
      await tick();
      now -= 1;
      return passes;
    }, 2);
    await verdicts();
    expect(most).toBe(2);
  });

  it('a host that fails tells so of the key at hand, and of no other', async () => {
    const { verdicts } = testing(async ({ name }) => {
      if (name === 'acme-two') throw down;
      return passes;
    });
    const all = await verdicts();
    expect(outcomes(all).map(([, validation, code]) => [validation, code])).toEqual([
      ['passed', null],
      ['failed', 'TEST_ERROR'],
      ['passed', null],
    ]);
    expect(all.get('two')?.probe).toMatchObject({ ok: false, message: 'the host is down' });
  });

  it('what is no failure of the host is not taken for one', async () => {
    const { verdicts } = testing(() => Promise.reject(new TypeError('a fault of relay')));
    await expect(verdicts()).rejects.toThrow('a fault of relay');
  });

  it('are not tried after a stop, and the one that was broken off is not judged', async () => {
    const reason = new RelayError('INTERRUPTED', 'stop');
    const run = testing(async ({ name }) => {
      if (name === 'acme-one') return passes;
      run.stop.abort(reason);
      throw reason;
    });
    expect(outcomes(await run.verdicts())).toEqual([
      ['one', 'passed', null],
      ['two', 'not_tried', null],
      ['three', 'not_tried', null],
    ]);
  });

  it('a failure that the stop did not cause is told, also after it', async () => {
    const run = testing(async () => {
      run.stop.abort(new RelayError('INTERRUPTED', 'stop'));
      throw down;
    });
    expect(outcomes(await run.verdicts())[0]).toEqual(['one', 'failed', 'TEST_ERROR']);
  });

  it('are nothing that a host without such a test is asked for', async () => {
    const { tools } = scriptedHost({});
    await expect(
      testKeys({ specs, keyOf: () => new Secret(''), provider, pace: paceOf(1) }, tools),
    ).rejects.toMatchObject({
      code: 'INTERNAL',
    });
  });
});

describe('what the test of a key says of the account that is made of it', () => {
  const passed: KeyVerdict = {
    validation: 'passed',
    code: null,
    probe: { ok: true, message: 'The test passed.', evidence: 'test', attempts: 1, startedAt: noon, ms: 5 },
  };
  const account = anAccount();
  const judged = (models: string[], verdict = passed, smokeTestModel = 'small') =>
    verdictOfMade(
      account,
      verdict,
      aProvider({ smokeTestModel }),
      scriptedHost({ proof: { accountModels: async () => models } }).tools,
    );

  it('is what it said of the key, where the account offers the model', async () => {
    expect(await judged(['small', 'big'])).toEqual({
      account,
      smokeModelSeen: true,
      models: ['small', 'big'],
      ...passed,
    });
    expect(await judged(['small'], passed, ' small')).toMatchObject({ validation: 'passed' });
  });

  it('counts for nothing, where it does not', async () => {
    expect(await judged(['big'])).toMatchObject({
      validation: 'failed',
      code: 'MODEL_NOT_SEEN',
      smokeModelSeen: false,
      probe: { ok: false, attempts: 1 },
    });
    expect(await judged(['big'], { validation: 'not_tried', code: null, probe: null })).toMatchObject({ probe: null });
  });
});
