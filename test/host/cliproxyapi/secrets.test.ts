import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../src/sandbox/faults/faults.ts';
import { ask } from '../../sandbox/cliproxyapi/client.ts';
import { leaksIn } from '../../support/canaries.ts';
import { aKeySpec, cliProxyPorts, create, done } from '../../support/cliproxyapi-ports.ts';
import { refusal } from '../../support/refusal.ts';

const start = cliProxyPorts();
const root = '/v0/management';
const own = 'first upstream key 0001';

/** Keys and passwords of others, none of which has the form of one. */
const theirs = {
  'a key of a provider': 'their upstream word 7741',
  'a key of the list of claude': 'their claude word 8852',
  'a key of the list of gemini': 'their gemini word 9963',
  'a client key': 'their client word 3317',
  'a value of a header': 'their header word 5529',
  'a password of a proxy': 'their-proxy-word-6643',
};
const [provider, claude, gemini, client, header, proxy] = Object.values(theirs);

async function held() {
  const port = await start();
  const { sandbox, clock } = port;
  const base = { 'base-url': 'https://elsewhere.example' };
  const entry = {
    ...base,
    name: 'theirs',
    headers: { 'X-Api-Key': header, 'X-Team': 'entry' },
    'api-key-entries': [{ 'api-key': provider, 'proxy-url': `http://ann:${proxy}@proxy.example:3128` }],
  };
  for (const [call, body] of [
    ['PUT /openai-compatibility', [entry]],
    ['PUT /claude-api-key', [{ ...base, 'api-key': claude }]],
    ['PUT /gemini-api-key', [{ ...base, 'api-key': gemini }]],
    ['PATCH /api-keys', { old: client, new: client }],
  ] as const) {
    await ask(sandbox, call, body);
    await clock.sleep(1000);
  }
  expect(Object.values(theirs).filter((secret) => !sandbox.state.file.includes(secret))).toEqual([]);
  return port;
}

/** A failure in which the host quotes such a secret. */
const quoting = (secret: string, rule: Partial<FaultRule>): FaultRule => ({
  path: '*',
  fault: 'status',
  status: 400,
  body: { error: `cannot take entry "${secret}" as it is` },
  times: 0,
  ...rule,
});

describe('what a CLIProxyAPI quotes', () => {
  it.each(Object.entries(theirs))('is not shown when it is %s, and a write is refused', async (_, secret) => {
    const { open, sandbox } = await held();
    const host = await open();
    sandbox.addFault(quoting(secret, { method: 'PUT' }));
    const platform = secret === claude ? 'anthropic' : secret === gemini ? 'gemini' : 'openai';
    const end = await create(host, own, aKeySpec(sandbox, own, { platform }));
    if (end.status === 'applied') throw new Error('it was not refused');
    const { message, said, hint } = end.failure;
    expect(leaksIn([message, said, hint].join('\n'), [secret])).toEqual([]);
    expect(message).toContain('cannot take entry');
  });

  it.each(Object.entries(theirs))('is not shown when it is %s, and a read fails', async (_, secret) => {
    const { open, sandbox } = await held();
    const host = await open();
    await host.reads.accounts();
    sandbox.addFault(quoting(secret, { method: 'GET', path: `${root}/*` }));
    expect(leaksIn((await refusal(host.reads.accounts())).message, [secret])).toEqual([]);
  });

  it('is not shown when it is a key of relay, in whatever it says of it', async () => {
    const { open, sandbox } = await held();
    const host = await open();
    done(await create(host, own, aKeySpec(sandbox, own)));
    const [account] = (await host.reads.accounts()).filter(({ marker }) => marker !== null);
    sandbox.addFault(quoting(own, { method: 'DELETE' }));
    const end = await host.writes.deleteAccount(account?.id ?? '');
    expect(end.status).toBe('rejected');
    if (end.status === 'rejected') expect(leaksIn(end.failure.message, [own])).toEqual([]);
  });
});

describe('what relay tells of entries of others', () => {
  it('holds no key, and no name or address that is one', async () => {
    const { open, sandbox, clock } = await held();
    const keys = [provider ?? '', claude ?? ''];
    const entry = {
      name: provider,
      'base-url': `https://a.example/${encodeURIComponent(claude ?? '')}`,
      models: [{ name: 'up', alias: provider }],
      'api-key-entries': keys.map((key) => ({ 'api-key': key })),
    };
    await ask(sandbox, 'PUT /openai-compatibility', [entry]);
    await clock.sleep(1000);
    const host = await open();
    const told = JSON.stringify([await host.reads.accounts(), (await host.resources.list())['provider']]);
    expect(leaksIn(told, Object.values(theirs))).toEqual([]);
  });
});
