import { afterEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { importInto } from '../support/import-run.ts';
import { goodKeys } from '../support/keys.ts';

const good = goodKeys.slice(0, 2);
const name = 'relay-kimi-cn-subscription';

let sandbox: Sandbox | undefined;
afterEach(async () => {
  await sandbox?.stop();
  sandbox = undefined;
});

/** A host on which somebody made group, channel and plan by hand, under managed names. */
async function handMade(description: string, hostVersion: '0.1.129' | '0.1.179' = '0.1.179'): Promise<Sandbox> {
  sandbox = await startSandbox({ hostVersion });
  const call = async (path: string, body: unknown): Promise<number> => {
    const reply = await fetch(`${sandbox?.url}/api/v1/admin${path}`, {
      method: 'POST',
      headers: { 'x-api-key': sandbox?.adminKey ?? '', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { data } = (await reply.json()) as { data: { id: number } };
    return data.id;
  };
  await call('/groups', {
    name,
    description,
    platform: 'openai',
    subscription_type: 'subscription',
    rate_multiplier: 2,
    daily_limit_usd: 5,
  });
  const other = await call('/groups', {
    name: 'other',
    platform: 'openai',
    subscription_type: 'subscription',
    rate_multiplier: 1,
  });
  await call('/channels', {
    name,
    group_ids: [other],
    model_mapping: { openai: { mine: 'mine' }, anthropic: { a: 'b' } },
    model_pricing: [{ platform: 'openai', models: ['mine'], input_price: 0.000001 }],
  });
  await call('/payment/plans', { name, group_id: other, price: 5, validity_days: 1, validity_unit: 'month' });
  return sandbox;
}

const pick = (host: Sandbox) =>
  structuredClone({
    groups: [...host.state.groups.values()].map((group) => [
      group.name,
      group.description,
      group.daily_limit_usd,
      group.rate_multiplier,
    ]),
    channels: [...host.state.channels.values()].map((channel) => [
      channel.name,
      channel.group_ids,
      channel.model_mapping,
      channel.model_pricing.map((price) => [price.platform, price.models, price['input_price']]),
      channel.restrict_models,
    ]),
    plans: [...host.state.plans.values()].map((plan) => [plan.name, plan.group_id, plan.price]),
    accounts: host.state.accounts.size,
  });

describe('objects that relay did not make', () => {
  it('stop the run, all named at once (N4)', async () => {
    const host = await handMade('by hand');
    await expect(importInto(host, good)).rejects.toMatchObject({
      code: 'FOREIGN_OBJECT',
      details: [expect.stringContaining('channel'), expect.stringContaining('tariff')],
    });
  });

  it('are taken over with --adopt, keeping limits, other groups, other mappings and other prices (N4, N7)', async () => {
    const host = await handMade('by hand');
    const { report } = await importInto(host, good, { adopt: true });
    expect(report).toMatchObject({
      exitCode: 0,
      resources: [
        { kind: 'group', action: 'adopted' },
        { kind: 'channel', action: 'adopted' },
        { kind: 'tariff', action: 'adopted' },
      ],
    });
    const [, group, other] = [...host.state.groups.values()];
    const [channel] = [...host.state.channels.values()];
    expect(group).toMatchObject({
      daily_limit_usd: 5,
      rate_multiplier: 2,
      description: expect.stringMatching(/^by hand \[relay kimi-cn subscription /),
    });
    expect(channel?.group_ids).toEqual([other?.id, group?.id]);
    expect(channel?.model_mapping['anthropic']).toEqual({ a: 'b' });
    expect(
      channel?.model_pricing.some((price) => price.models.includes('mine') && price['input_price'] === 0.000001),
    ).toBe(true);
    expect((await importInto(host, good)).report).toMatchObject({
      exitCode: 0,
      resources: [
        { kind: 'group', action: 'unchanged' },
        { kind: 'channel', action: 'unchanged' },
        { kind: 'tariff', action: 'unchanged' },
      ],
    });
  });

  it('get their earlier state back when the run fails (N7, B17)', async () => {
    const host = await handMade('by hand');
    const before = pick(host);
    const { report } = await importInto(host, ['sk-dead-000000000000000000001'], { adopt: true });
    expect(report).toMatchObject({
      exitCode: 4,
      batchStatus: 'rolled_back',
      resources: [
        { kind: 'group', action: 'restored' },
        { kind: 'channel', action: 'restored' },
        { kind: 'tariff', action: 'restored' },
      ],
      leftovers: [],
    });
    expect(pick(host)).toEqual(before);
  });

  it('are named when the host cannot give the earlier state back: 0.1.129 keeps a description that was empty (N7)', async () => {
    const host = await handMade('', '0.1.129');
    const { report } = await importInto(host, ['sk-dead-000000000000000000001'], { adopt: true });
    expect(report).toMatchObject({ exitCode: 6, batchStatus: 'failed', leftovers: [{ kind: 'group', name }] });
    expect(report.leftovers[0]?.command).not.toContain('DELETE');
  });
});

describe('a managed channel that someone changed by hand', () => {
  async function importedAndChanged() {
    const host = await startSandbox();
    sandbox = host;
    await importInto(host, good);
    const [channel] = host.state.channels.values();
    if (channel === undefined) throw new Error('no channel');
    channel.model_mapping['openai'] = { 'kimi-k2.6': 'kimi-k2.6' };
    return { host, channel };
  }

  it('is brought back by the next import, which keeps prices that others set (B7, N7)', async () => {
    const { host, channel } = await importedAndChanged();
    channel.model_pricing.push({
      id: host.state.nextId('pricing'),
      platform: 'openai',
      models: ['theirs'],
      billing_mode: 'token',
      input_price: 0.5,
      intervals: [],
    });
    const { report, plan } = await importInto(host, good);
    expect(plan.resources.find(({ kind }) => kind === 'channel')).toMatchObject({
      action: 'update',
      differences: ['model mapping'],
    });
    expect(report).toMatchObject({ exitCode: 0 });
    expect(report.resources[1]).toMatchObject({ kind: 'channel', action: 'updated' });
    const [now] = [...host.state.channels.values()];
    expect(Object.keys(now?.model_mapping['openai'] ?? {})).toContain('kimi-latest');
    expect(now?.model_pricing.some((price) => price.models.includes('theirs'))).toBe(true);
  });

  it('gets its state back when a run that edited it fails (N7)', async () => {
    const { host } = await importedAndChanged();
    const before = pick(host);
    const { report } = await importInto(host, [...good, 'sk-dead-000000000000000000001']);
    expect(report).toMatchObject({ exitCode: 4 });
    expect(report.resources[1]).toMatchObject({ kind: 'channel', action: 'restored' });
    expect(pick(host)).toEqual(before);
  });
});
