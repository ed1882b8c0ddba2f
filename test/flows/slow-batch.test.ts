import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inHand } from '../../src/host/turns.ts';
import { HostFailure } from '../../src/host/host-failure.ts';
import type { CreatedAccount } from '../../src/host/host.ts';
import type { AccountSpec } from '../../src/host/account.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import type { Secret } from '../../src/core/secrets/secret.ts';
import { holdings, importInto, wholeState, type RunOptions } from '../support/import-run.ts';
import { otherHost } from '../support/other-host.ts';

const keys = [1, 2, 3, 4].map((number) => `sk-good-${'abcd'[number - 1]?.repeat(20)}${number}`);

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.stop());

const timedOut = new HostFailure('HOST_UNREACHABLE', 'POST /accounts/batch was not answered within 30 s.', {
  delivery: 'unknown',
  transient: true,
  maybeInFlight: true,
});

/** A host whose answer to a batch comes too late: it goes on making accounts, one at each look, and may get stuck. */
function slowHost(madeAtOnce: number, madeLater: number): RunOptions {
  const pending: AccountSpec[] = [];
  let keyOf: (spec: AccountSpec) => Secret;
  let later = madeLater;
  return {
    between: otherHost(({ writes, reads }) => {
      const make = async (count: number): Promise<CreatedAccount[]> => {
        const specs = pending.splice(0, count);
        if (specs.length === 0) return [];
        const end = await writes.createAccounts(specs, keyOf, `late-${pending.length}`, inHand);
        return end.status === 'applied' ? end.value : [];
      };
      return {
        writes: {
          createAccounts: async (specs, secretOf) => {
            pending.push(...specs);
            keyOf = secretOf;
            await make(madeAtOnce);
            return { status: 'unknown', failure: timedOut };
          },
        },
        reads: {
          accounts: async () => {
            if (pending.length > 0 && later > 0) {
              later -= 1;
              await make(1);
            }
            return reads.accounts();
          },
        },
      };
    }),
  };
}

describe('a batch whose answer does not come in time, on a host that is still at work on it', () => {
  it('is waited for as long as it grows, and no key is told as refused (N3)', async () => {
    const { report } = await importInto(sandbox, keys, slowHost(1, 10));
    expect(report).toMatchObject({ exitCode: 0, summary: { added: 4, failed: 0, unsettled: 0 }, unsettled: [] });
    expect(holdings(sandbox)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03', 'kimi-cn-04'] });
  });

  it('leaves what never comes unsettled, by name, and keeps what came, partial (N3)', async () => {
    const { report } = await importInto(sandbox, keys, { ...slowHost(2, 0), mode: 'partial' });
    expect(report).toMatchObject({ exitCode: 6, summary: { added: 2, failed: 0, unsettled: 2 } });
    expect(report.unsettled.map(({ kind, name }) => [kind, name])).toEqual([
      ['account', 'kimi-cn-03'],
      ['account', 'kimi-cn-04'],
    ]);
    expect(report.keys.map(({ outcome }) => outcome)).toEqual(['added', 'added', 'unsettled', 'unsettled']);
  });

  it('is undone with all that came, also after everyone had stopped waiting, strict (N3)', async () => {
    const before = wholeState(sandbox);
    const { report } = await importInto(sandbox, keys, slowHost(2, 0));
    expect(report.exitCode).toBe(6);
    expect(report.unsettled).toHaveLength(2);
    expect(wholeState(sandbox)).toEqual(before);
  });
});

describe('a second account of a key that is made while the run is at work', () => {
  let theirs: number;
  const rival = (): RunOptions => ({
    between: otherHost(({ writes }) => ({
      writes: {
        createAccounts: async (specs, ...given) => {
          const end = await writes.createAccounts(specs, ...given);
          const own = [...sandbox.state.accounts.values()].find(({ name }) => name === 'kimi-cn-02')!;
          const marker = { ...(own.extra['relay'] as object), run: 'of-another-machine' };
          theirs = sandbox.state.nextId('accounts');
          sandbox.state.accounts.set(theirs, {
            ...structuredClone(own),
            id: theirs,
            extra: { ...own.extra, relay: marker },
          });
          return end;
        },
      },
    })),
  });

  it('is seen, and the run ends as it began, strict (N12)', async () => {
    const { report } = await importInto(sandbox, keys.slice(0, 2), rival());
    expect(report).toMatchObject({ exitCode: 6, errors: [{ code: 'KEY_HAS_ACCOUNT' }] });
    expect([...sandbox.state.accounts.keys()]).toEqual([theirs]);
    expect(report.leftovers).toMatchObject([
      { kind: 'group', reason: 'used by 1 account of other runs of relay', command: null },
      { kind: 'channel', command: null },
      { kind: 'tariff', command: null },
    ]);
  });

  it('is seen, and the one of this run goes, partial (N12)', async () => {
    const { report } = await importInto(sandbox, keys.slice(0, 2), { ...rival(), mode: 'partial' });
    expect(report).toMatchObject({ exitCode: 5, leftovers: [] });
    expect(report.keys.map(({ outcome }) => outcome)).toEqual(['added', 'failed']);
    expect([...sandbox.state.accounts.values()].map(({ id, name }) => [id === theirs, name])).toEqual([
      [false, 'kimi-cn-01'],
      [true, 'kimi-cn-02'],
    ]);
  });
});
