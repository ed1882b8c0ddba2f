import { describe, expect, it } from 'vitest';
import { accessModes, type AccessMode, type Platform } from '../../../src/core/modes.ts';
import { entryKind, entryLayout, isPlace } from '../../../src/host/cliproxyapi/layout.ts';
import { listOf } from '../../../src/host/cliproxyapi/lists/units.ts';
import { markHeader, withMark } from '../../../src/host/cliproxyapi/marks.ts';
import { resourceName } from '../../../src/host/names.ts';
import { ask, list } from '../../sandbox/cliproxyapi/client.ts';
import { aProvider, fingerprintOf } from '../../support/builders.ts';
import { aKeySpec, cliProxyPorts, create, done } from '../../support/cliproxyapi-ports.ts';

const start = cliProxyPorts();
const name = 'relay-acme-self-service';
const key = 'first-upstream-key-01';

const owner = (changes: Parameters<typeof aProvider>[0] = {}, access: AccessMode = 'self_service') => ({
  provider: aProvider(changes),
  access,
  run: 'run-1',
  adopt: false,
});

const headers = (provider = 'acme', access: AccessMode = 'self_service') =>
  withMark(
    {},
    { provider, access, keys: new Map([[fingerprintOf(key), { name: 'acme-01', run: 'run-1', tested: true }]]) },
  );
const entry = (more: Record<string, unknown>) => ({
  name,
  'base-url': 'https://api.acme.example/v1',
  'api-key-entries': [{ 'api-key': key }],
  ...more,
});

/** What the layout says of a host that holds these. */
async function planned(entries: Partial<Record<Platform, unknown[]>>, job = owner()) {
  const port = await start();
  for (const [platform, each] of Object.entries(entries) as [Platform, unknown[]][]) {
    await ask(port.sandbox, `PUT /${listOf[platform]}`, each);
    await port.clock.sleep(1000);
  }
  const host = await port.open();
  const held = { resources: await host.resources.list(), accounts: await host.reads.accounts() };
  const found = host.layout.status(job, held, true);
  return { ...host.layout.plan(job, held), found, held, host };
}
const codes = ({ problems }: { problems: readonly { code: string }[] }) => problems.map(({ code }) => code);

describe('a provider that somebody has switched off', () => {
  it('is told, and nothing is added to it', async () => {
    const { problems, found } = await planned({ openai: [entry({ headers: headers(), disabled: true })] });
    expect(problems).toMatchObject([
      { code: 'HOST_CANNOT', message: expect.stringContaining('switched off') as unknown },
    ]);
    expect(found).toMatchObject([{ kind: entryKind, name, state: 'switched_off' }]);
  });
});

describe('the place of a provider on a CLIProxyAPI', () => {
  it.each(accessModes)('has its name before anything stands there, and no steps: %s', async (access) => {
    const { place, steps, problems, warnings, host } = await planned({}, owner({}, access));
    const own = resourceName('acme', access);
    expect({ place, steps, problems, warnings }).toEqual({
      place: { kind: entryKind, id: own, name: own },
      steps: [],
      problems: [],
      warnings: [],
    });
    const survey = await host.resources.survey([], new Set());
    expect([survey.placeExists(own), survey.placeExists('relay-acme')]).toEqual([true, false]);
  });

  it.each([
    ['relay-acme-self-service', true],
    ['relay-acme-subscription', true],
    ['relay-a-self-service-subscription', true],
    ['relay--subscription', false],
    ['relay-subscription', false],
    ['relay-acme-self_service', false],
    ['relay-acme-subscription ', false],
    ['my relay-acme-subscription', false],
    ['openai-compatibility:mine', false],
    ['claude-api-key:', false],
    ['', false],
  ])('"%s" is one: %s', (id, is) => {
    expect(isPlace(id)).toBe(is);
  });

  it('is that of its mark, whatever a person has called it, and in either list', async () => {
    const single = { 'api-key': key, 'base-url': 'https://api.acme.example', headers: headers() };
    for (const entries of [{ openai: [entry({ name: 'Renamed', headers: headers() })] }, { anthropic: [single] }]) {
      const { problems, found, held } = await planned(entries);
      expect([problems, found]).toEqual([[], []]);
      expect(held.accounts).toMatchObject([{ name: 'acme-01', places: [name], tested: true }]);
    }
  });
});

describe('what stands in the way of a provider on a CLIProxyAPI', () => {
  it.each([
    ['of its name', [entry({})]],
    ['of its name in other letters', [entry({ name: 'Relay-ACME-self-Service' })]],
    ['with the mark of another provider', [entry({ headers: headers('other') })]],
    ['with the mark of the other mode', [entry({ headers: headers('acme', 'subscription') })]],
    ['with a mark that cannot be read', [entry({ headers: { [markHeader]: '$relay:v1 {"p":"acme"}' } })]],
    ['beside its own', [entry({ headers: headers() }), entry({})]],
  ])('is an entry %s', async (_, entries) => {
    const plan = await planned({ openai: entries });
    expect(codes(plan)).toEqual(['FOREIGN_OBJECT']);
    expect(plan.found).toMatchObject([{ kind: entryKind, state: 'foreign' }]);
  });

  it('is no entry of another name, or without one', async () => {
    const others = [entry({ name: `${name}-2` }), entry({ name: 'relay-acme' }), entry({ name: '' })];
    const plan = await planned({ openai: others, gemini: [{ 'api-key': key, 'base-url': 'https://a.example' }] });
    expect([plan.problems, plan.found]).toEqual([[], []]);
  });

  it.each<[string, Partial<Record<Platform, unknown[]>>]>([
    ['in one list', { openai: [entry({ headers: headers() }), entry({ name: 'copy', headers: headers() })] }],
    [
      'in two lists',
      {
        openai: [entry({ headers: headers() })],
        gemini: [{ 'api-key': key, 'base-url': 'https://a.example', headers: headers() }],
      },
    ],
  ])('are two entries with its mark %s', async (_, entries) => {
    const plan = await planned(entries);
    expect(codes(plan)).toEqual(['NAME_AMBIGUOUS']);
    expect(plan.problems[0]?.message).toContain('2 providers');
  });

  it('are no two keys of one list that bear its mark each', async () => {
    const single = (word: string) => ({ 'api-key': word, 'base-url': 'https://a.example', headers: headers() });
    expect(codes(await planned({ anthropic: [single(key), single('second-upstream-key-02')] }))).toEqual([]);
  });

  it.each<[Platform, string, boolean]>([
    ['openai', 'https://a.example/v1', true],
    ['openai', 'https://a.example', true],
    ['openai', 'https://a.example/api/paas/v4/', true],
    ['anthropic', 'https://a.example', true],
    ['anthropic', 'https://a.example/anthropic/', true],
    ['anthropic', 'https://a.example/v1', false],
    ['anthropic', 'https://a.example/v1/', false],
    ['gemini', 'https://a.example', true],
    ['gemini', 'https://a.example/v1beta', false],
  ])('for %s, of the address %s: nothing is %s', (platform, baseUrl, isFine) => {
    const plan = entryLayout.plan(owner({ platform, baseUrl }), { resources: {}, accounts: [] });
    expect(codes(plan)).toEqual(isFine ? [] : ['HOST_CANNOT']);
    if (!isFine) expect(plan.problems[0]?.hint).toContain('--base-url');
  });
});

describe('the entry of a provider', () => {
  it('comes with its first key and goes with its last', async () => {
    const { sandbox, open } = await start();
    const host = await open();
    done(await create(host, key, aKeySpec(sandbox, key)));
    expect(await list(sandbox)).toMatchObject([{ name, models: [{ name: 'kimi-k2.6', alias: 'big' }] }]);
    const [account] = await host.reads.accounts();
    expect(account?.places).toEqual([name]);
    done(await host.writes.deleteAccount(account?.id ?? ''));
    expect(await list(sandbox)).toEqual([]);
    expect((await host.writes.deleteAccount(account?.id ?? '')).status).toBe('rejected');
  });
});
