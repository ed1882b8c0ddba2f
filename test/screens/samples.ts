import { buildReport } from '../../src/report/build-report.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { providerStatus } from '../../src/plan/provider-status.ts';
import type { ProviderStatus } from '../../src/plan/status-schema.ts';
import { overviewOf, type Overview } from '../../src/plan/overview.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { viewPlan, type PlanView } from '../../src/plan/plan-view.ts';
import type { HostSnapshot, Desired } from '../../src/plan/observed.ts';
import { sub2apiLayout } from '../../src/host/sub2api/layout/layout.ts';
import type { Account } from '../../src/host/account.ts';
import {
  aChannel,
  aDesired,
  aGatewayCheck,
  aGroup,
  aMarker,
  anAccount,
  anEmptyHost,
  aPrice,
  aProvider,
  aRecord,
  aServingHost,
  aTariff,
  aVerdict,
  fingerprintOf,
  keysOf,
  madeAccount,
  noon,
} from '../support/builders.ts';

const host = { url: 'https://gateway.example.org', kind: 'sub2api', version: '0.1.179' };
const keyOf = (index: number) => `key-of-acme-number-${index}`;

/** How the first import of so many keys ended, of which some fail in three ways. */
export function importOf(count: number, failing: number, changes: Partial<Desired> = {}): Report {
  const keys = Array.from({ length: count }, (_, index) => keyOf(index));
  const record = aRecord(`${keys.join('\n')}\n`, changes);
  const codes = ['KEY_REFUSED', 'BALANCE_EXHAUSTED', 'UPSTREAM_JUNK'] as const;
  const messages = ['API returned 401: no such key', 'Insufficient balance', 'the answer is a web page'];
  for (const [index, step] of record.plan.accounts.entries()) {
    const account = madeAccount(step, String(100 + index));
    record.outcomes.set(step.fingerprint, { outcome: 'created', account });
    const [code, message = ''] = [codes[index % 3], messages[index % 3]];
    const fails = index < failing;
    const verdict = aVerdict(account, fails ? { validation: 'failed', code: code ?? null } : {});
    if (fails && verdict.probe !== null) verdict.probe = { ...verdict.probe, message };
    record.verdicts.set(step.fingerprint, verdict);
    if (fails && code !== undefined)
      record.errors.push({ code, message: `${step.name}: ${message}`, hint: 'Replace the key.', stage: 'verify' });
  }
  void record.log.note([
    ...record.plan.resources.map(
      ({ kind, name }) => ({ kind, name, action: 'created', id: null, before: null, after: {} }) as const,
    ),
    ...record.plan.accounts.map(
      ({ name }) => ({ kind: 'account', name, action: 'created', id: null, before: null, after: {} }) as const,
    ),
  ]);
  void record.log.made(
    record.log.changes.map((change, index) => ({ change, id: String(index < 3 ? index + 1 : 97 + index) })),
  );
  record.gateway = aGatewayCheck();
  record.host = host;
  record.connect = {
    baseUrl: `${host.url}/v1`,
    access: 'relay-acme-subscription',
    models: ['big', 'small'],
    example: `curl '${host.url}/v1/chat/completions' -H 'Authorization: Bearer YOUR_KEY' -d '{"model":"small"}'`,
  };
  record.run.stages = [{ name: 'apply', startedAt: noon, durationMs: 1000 }];
  record.run.finishedAt = noon + 49_309;
  return buildReport(record);
}

/** An import that found everything as it should be. */
export function importOfNothing(): Report {
  const record = aRecord('test-key-one\n', {}, aServingHost());
  record.host = host;
  return buildReport(record);
}

function planOf(desired: Partial<Desired>, snapshot: HostSnapshot): PlanView {
  const result = buildPlan(aDesired(desired), snapshot);
  if (!('plan' in result)) throw new Error('no plan');
  const { id, displayName, baseUrl } = aProvider();
  return viewPlan(result.plan, { host, provider: { id, displayName, baseUrl } }, (text) => text);
}

export const firstPlan = (): PlanView => planOf({ keys: keysOf(keyOf(1), keyOf(2), keyOf(3)) }, anEmptyHost());

/** A plan that adds, changes and removes. */
export function changingPlan(): PlanView {
  const account = (id: string, index: number, more: Partial<Account> = {}) =>
    anAccount({ id, name: `acme-0${id}`, marker: aMarker({ fingerprint: fingerprintOf(keyOf(index)) }), ...more });
  const accounts = [
    account('1', 1, { concurrency: 3 }),
    account('2', 2, { concurrency: 3 }),
    account('3', 3, { baseUrl: 'https://old.acme.example/v1' }),
    account('4', 99),
  ];
  const channels = [aChannel({ prices: [aPrice({ models: ['big'], input: 1e-6, output: 10e-6 })] })];
  return planOf({ keys: keysOf(keyOf(1), keyOf(2), keyOf(3), keyOf(5)) }, aServingHost({ accounts, channels }));
}

/** A provider with a thousand accounts of which seven fail in three ways. */
export function largeStatus(failures: Record<number, Partial<Account>> = failuresOfAll): ProviderStatus {
  const accounts = Array.from({ length: 1000 }, (_, index) =>
    anAccount({
      id: String(index + 1),
      name: `acme-${String(index + 1).padStart(2, '0')}`,
      marker: aMarker({ fingerprint: fingerprintOf(keyOf(index)) }),
      ...failures[index],
      lastUsedAt: noon - index * 1000,
    }),
  );
  const resources = { group: [aGroup()], channel: [aChannel()], tariff: [aTariff()] };
  const held = { layout: sub2apiLayout, resources, accounts, clients: [], now: noon };
  return {
    schema: 'relay.status/2',
    host,
    provider: { pack: 'acme', id: 'acme', displayName: 'Acme AI' },
    grants: [],
    ...providerStatus(aProvider(), ['subscription'], held, null),
  };
}

/** What an import leaves that was stopped after 900 tests. */
export const untestedHundred = Object.fromEntries(
  Array.from({ length: 100 }, (_, index) => [900 + index, { enabled: false, paused: true, tested: false }]),
);

const failuresOfAll: Record<number, Partial<Account>> = {
  3: { state: 'error', stateMessage: 'Authentication failed (401): the key was revoked by its owner' },
  40: { state: 'error', stateMessage: 'Authentication failed (401): the key was revoked by its owner' },
  41: { state: 'error', stateMessage: 'Insufficient balance' },
  42: { limitedUntil: noon + 3_600_000 },
  500: { enabled: false, paused: true },
  501: { enabled: false },
  999: { tested: false },
};

export function overview(): Overview {
  const ids = ['kimi-cn', 'deepseek', 'zai'];
  const name = (id: string) => `relay-${id}-subscription`;
  const group = ids.map((id, index) =>
    aGroup({ id: `${index}`, name: name(id), description: `[relay ${id} subscription run-1]` }),
  );
  const channel = ids.map((id, index) => aChannel({ id: `${index}`, name: name(id), groupIds: [`${index}`] }));
  const of = (provider: string, more: Partial<Account> = {}) =>
    anAccount({
      marker: aMarker({ provider, fingerprint: `${provider}${JSON.stringify(more)}` }),
      places: [`${ids.indexOf(provider)}`],
      lastUsedAt: noon,
      ...more,
    });
  const accounts = [
    of('kimi-cn'),
    of('kimi-cn', { lastUsedAt: null }),
    of('deepseek', { state: 'error' }),
    of('deepseek'),
    of('zai', { enabled: false }),
    of('zai', { places: [] }),
  ];
  const held = { layout: sub2apiLayout, resources: { group, channel, tariff: [] }, accounts, clients: [], now: noon };
  return { schema: 'relay.overview/1', host, ...overviewOf(held) };
}
