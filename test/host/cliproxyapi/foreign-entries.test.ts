import { describe, expect, it } from 'vitest';
import type { Platform } from '../../../src/core/modes.ts';
import { listOf } from '../../../src/host/cliproxyapi/lists/units.ts';
import { markHeader } from '../../../src/host/cliproxyapi/marks.ts';
import { inHand } from '../../../src/host/turns.ts';
import { ask, list } from '../../sandbox/cliproxyapi/client.ts';
import type { Loose } from '../../sandbox/exchange.ts';
import { aKeySpec, cliProxyPorts, create, done, writesOf } from '../../support/cliproxyapi-ports.ts';
import { aMarker, fingerprintOf } from '../../support/builders.ts';
import { refusal } from '../../support/refusal.ts';
import type { CliProxy } from '../../support/start-sandbox.ts';

const start = cliProxyPorts();
const [one, two] = ['first-upstream-key-01', 'second-upstream-key-02'];
const [theirs, spare] = ['key-of-somebody-else', 'spare-key-of-others'];

const ofAll = {
  'base-url': 'https://elsewhere.example/v1',
  priority: 7,
  prefix: 'team',
  headers: { Authorization: 'Bearer x', 'X-Team': '$copied' },
  models: [{ name: 'up', alias: 'down', 'display-name': 'Down', 'force-mapping': true, thinking: { levels: ['low'] } }],
  'disable-cooling': true,
  'request-retry': 2,
  'request-scoped-errors': [{ status: 418 }],
};
const single = {
  ...ofAll,
  'api-key': theirs,
  weight: 0,
  'proxy-url': 'http://proxy.example:3128',
  'excluded-models': ['big-*'],
};

/** Entries of others, with all that such a list can hold and relay knows nothing of. */
const foreign: Record<Platform, Loose[]> = {
  openai: [
    {
      ...ofAll,
      name: 'Ours: "quoted" ünd',
      disabled: true,
      'support-prompt-cache-key': true,
      'api-key-entries': [{ 'api-key': theirs, weight: 3, 'proxy-url': 'socks5://p.example' }, { 'api-key': spare }],
    },
    { name: 'keyless', 'base-url': 'https://keyless.example', headers: { 'X-Relay-Mark': '$relay:v9 {}' } },
    { name: '', 'base-url': 'https://nameless.example', 'api-key-entries': [{ 'api-key': '' }, { 'api-key': '' }] },
  ],
  anthropic: [{ ...single, 'fingerprint-profile': 'own', 'rebuild-mid-system-message': true }, single, single],
  gemini: [single, { ...single, 'api-key': spare }],
};
const platforms = Object.keys(foreign) as Platform[];

const withoutIndex = (entries: Loose) =>
  JSON.parse(JSON.stringify(entries, (name, value: unknown) => (name === 'auth-index' ? undefined : value))) as Loose[];
const isOwn = (entry: Loose) => entry['headers']?.[markHeader]?.startsWith('$relay:v1 ') === true;

async function holding(platform: Platform, entries = foreign[platform]) {
  const port = await start();
  const { sandbox } = port;
  const shown = async () => withoutIndex(await list(sandbox, listOf[platform]));
  const others = async () => (await shown()).filter((each) => !isOwn(each));
  await ask(sandbox, `PUT /${listOf[platform]}`, entries);
  await port.clock.sleep(1000);
  const before = await shown();
  sandbox.requests.length = 0;
  const host = await port.open();
  const add = (key: string, name = 'acme-01') => create(host, key, aKeySpec(sandbox, key, { platform, name }));
  return { ...port, host, shown, others, before, add };
}

/** Another hand on the list, as a request beside those of relay. */
const change = (sandbox: CliProxy, platform: Platform, entries: Loose) =>
  ask(sandbox, `PUT /${listOf[platform]}`, entries);

describe.each(platforms)('entries of others in the list of %s', (platform) => {
  it('keep all that they hold while relay makes, changes and removes its own', async () => {
    const { add, before, host, others, shown } = await holding(platform);
    expect(before).toHaveLength(foreign[platform].length);
    expect(before[0]).toMatchObject(platform === 'openai' ? foreign.openai[0] : single);
    done(await add(one));
    done(await add(two, 'acme-02'));
    expect(await others()).toEqual(before);
    const own = (await host.reads.accounts()).filter(({ marker }) => marker !== null);
    expect(own.map(({ name }) => name)).toEqual(['acme-01', 'acme-02']);
    const ids = own.map(({ id }) => id);
    done(await host.writes.changeAccount(ids[0] ?? '', { name: 'acme-07', mapping: { other: 'kimi-k2.6' } }));
    done(await host.writes.markTested(ids, 'run-2', inHand));
    expect(await others()).toEqual(before);
    for (const id of ids) {
      done(await host.writes.deleteAccount(id));
      expect(await others()).toEqual(before);
    }
    expect(await shown()).toEqual(before);
  });

  it('stay what they are in the file, as they are shown', async () => {
    const { add, before, clock, sandbox } = await holding(platform);
    done(await add(one));
    const { file } = sandbox.state;
    expect(file).toContain(one);
    sandbox.state.file = `${file}\n# touched\n`;
    await ask(sandbox, 'GET /api-keys');
    await clock.sleep(1000);
    expect(withoutIndex(await list(sandbox, listOf[platform])).filter((each) => !isOwn(each))).toEqual(before);
  });

  it.each([
    ['base-url', 'https://other.example'],
    ['priority', 77],
  ])('give away another writer by a change of %s between two writes, after which nothing is sent', async (name, to) => {
    const { add, before, clock, sandbox, shown } = await holding(platform);
    done(await add(one));
    const now = await shown();
    const changed = now.map((each) => (isOwn(each) ? each : { ...each, [name]: to }));
    await change(sandbox, platform, changed);
    await clock.sleep(1000);
    sandbox.requests.length = 0;
    expect(await refusal(add(two))).toMatchObject({ code: 'OTHER_WRITER' });
    expect(writesOf(sandbox)).toEqual([]);
    expect((await shown()).filter((each) => !isOwn(each))).not.toEqual(before);
  });

  it('give away another writer by a change while a write is looked for', async () => {
    const { add, clock, sandbox, shown } = await holding(platform);
    const { sleep } = clock;
    let left = 2;
    clock.sleep = async (ms, signal) => {
      left -= 1;
      if (left === 0) await change(sandbox, platform, (await shown()).slice(1));
      return sleep(ms, signal);
    };
    expect(await refusal(add(one))).toMatchObject({ code: 'OTHER_WRITER' });
    // That of relay, and that of the other.
    expect(writesOf(sandbox)).toHaveLength(2);
  });
});

describe.each(platforms)('what others have set of an entry of relay in the list of %s', (platform) => {
  it('stays when relay changes it', async () => {
    const { add, clock, open, sandbox, shown } = await holding(platform, []);
    done(await add(one));
    const set = { 'X-Own': 'of a person', 'x-second': '$copied' };
    const [entry] = await shown();
    const [key] = entry?.['api-key-entries'] ?? [];
    const more = {
      ...entry,
      priority: 5,
      headers: { ...entry?.['headers'], ...set },
      ...(key === undefined
        ? { 'proxy-url': 'http://proxy.example:1', weight: 4 }
        : { 'api-key-entries': [{ ...key, 'proxy-url': 'http://proxy.example:1', weight: 4 }] }),
    };
    await change(sandbox, platform, [more]);
    await clock.sleep(1000);
    const host = await open();
    const [account] = await host.reads.accounts();
    done(await host.writes.markTested([account?.id ?? ''], 'run-2', inHand));
    done(await create(host, two, aKeySpec(sandbox, two, { platform, name: 'acme-02' })));
    const [after] = await shown();
    expect(after).toMatchObject({ priority: 5, headers: set });
    expect(after?.['api-key-entries']?.[0] ?? after).toMatchObject({
      'proxy-url': 'http://proxy.example:1',
      weight: 4,
    });
    expect(isOwn(after ?? {})).toBe(true);
  });
});
describe('an entry of others that bears the name of the managed one', () => {
  const name = 'relay-acme-self-service';

  it.each(['before', 'behind'])('stays when it stands %s it and relay adds and removes', async (where) => {
    const alike = { name, 'base-url': 'https://elsewhere.example', 'api-key-entries': [{ 'api-key': theirs }] };
    const { add, before, clock, open, others, sandbox, shown } = await holding('openai', [alike]);
    done(await add(one));
    if (where === 'behind') await change(sandbox, 'openai', (await shown()).toReversed());
    await clock.sleep(1000);
    const host = await open();
    done(await create(host, two, aKeySpec(sandbox, two)));
    expect(await others()).toEqual(before);
    for (const { id, marker } of await host.reads.accounts())
      if (marker !== null) done(await host.writes.deleteAccount(id));
    expect(await shown()).toEqual(before);
  });
});
describe('another provider of relay', () => {
  it('is no other writer', async () => {
    const { add, host, sandbox } = await holding('openai');
    done(await add(one));
    const marker = aMarker({ provider: 'other', access: 'self_service', fingerprint: fingerprintOf(two) });
    done(await create(host, two, aKeySpec(sandbox, two, { name: 'other-01', marker })));
    done(await add('third-upstream-key-03', 'acme-02'));
    expect((await host.reads.accounts()).filter(({ marker: own }) => own !== null)).toHaveLength(3);
  });
});
