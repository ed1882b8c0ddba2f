import { setImmediate as tick } from 'node:timers/promises';
import { noJournal } from '../../src/apply/journal.ts';
import type { RunTools } from '../../src/apply/run-tools.ts';
import type { RunEvent } from '../../src/core/run-event.ts';
import type { Account } from '../../src/host/account.ts';
import type { Capabilities } from '../../src/host/capabilities.ts';
import type { Gateway } from '../../src/host/gateway.ts';
import type { Host } from '../../src/host/host.ts';
import type { AccountTest, ProofPort } from '../../src/host/proof.ts';
import { capabilities } from './builders.ts';
import { quickClock } from './clocks.ts';
import { paceOf } from './paces.ts';

/** What a host answers to whoever tests on it. */
export interface Script {
  /** What the host shows; tests may change it as the host would. */
  accounts?: Account[];
  can?: Partial<Capabilities>;
  proof?: Partial<ProofPort>;
  gateway?: Partial<Gateway>;
}

export const passes: AccountTest = { outcome: 'passed', answered: true, message: '' };
export const errs: AccountTest = { outcome: 'error', timedOut: false, message: 'no test today' };
export const fails = (why: Extract<AccountTest, { outcome: 'failed' }>['why']): AccountTest => ({
  outcome: 'failed',
  why,
  message: `it says ${why}`,
});

/** The tools of a run on a host of which only the answers to tests are written down. */
export function scriptedHost({ accounts = [], can = {}, proof = {}, gateway = {} }: Script) {
  const clock = quickClock();
  const stop = new AbortController();
  const events: RunEvent[] = [];
  const refreshed: string[] = [];
  const host = {
    info: { kind: 'scripted', version: '1', url: 'scripted:', warnings: [], capabilities: { ...capabilities, ...can } },
    reads: {
      accounts: async () => structuredClone(accounts),
      account: async (id: string) => structuredClone(accounts.find((each) => each.id === id)),
    },
    budget: () => null,
    writes: {
      refreshAccount: async ({ name }: Account) => {
        refreshed.push(name);
        await tick();
        return { status: 'applied', value: undefined };
      },
    },
    proof: {
      testAccount: async () => passes,
      accountModels: async () => ['big', 'small'],
      upstreamModels: async () => ({ outcome: 'listed', models: ['big', 'small'] }),
      ...proof,
    },
    gateway,
  } as unknown as Host;
  const tools: RunTools = {
    host,
    base: host,
    clock,
    emit: (event) => void events.push(event),
    journal: noJournal,
    phaseOf: async () => 'unknown',
    calls: paceOf(4, clock),
    stop: stop.signal,
  };
  return { tools, clock, stop, events, refreshed };
}

/** Gives these one after the other, and the last again and again. */
export function inTurn<T>(...list: readonly [T, ...T[]]): () => T {
  let next = 0;
  return () => list[Math.min(next++, list.length - 1)] as T;
}
