import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseProvider, findPack, isPackPath, knownPacks, locatePack } from '../../src/pack/find-pack.ts';
import { findingText } from '../../src/pack/finding.ts';
import type { Provider } from '../../src/pack/manifest.ts';
import { effectiveMapping, overlap, overlappingPairs } from '../../src/pack/model-mapping.ts';
import { accountSettings, hostVersions } from '../../src/pack/provider-hosts.ts';
import { inspectPack, manifestNames, readPack, type Pack } from '../../src/pack/read-pack.ts';
import { aManifest, aProvider, settled } from '../support/builders.ts';
import { refusal } from '../support/refusal.ts';
import { writeInto } from '../support/write-into.ts';

/** Only what is required, in two writings. */
const required = `schema: relay.pack/1
id: acme
displayName: Acme
providers:
  - id: acme
    displayName: Acme AI
    platform: openai
    accountType: apikey
    baseUrl: https://api.acme.example/v1
    defaultModels: [big]
    smokeTestModel: big
    channelTemplate: { modelMapping: {} }
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-packs-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const fileOf = (name: string, content: string | Uint8Array = required) => writeInto(folder, name, content);

function aPack(providers = [aProvider()]): Pack {
  return { ...aManifest(providers), origin: 'path', file: 'pack.yaml', digest: 'sha256:0', shadows: [] };
}

describe('a manifest of only what is required (B5)', () => {
  it('gets the defaults', async () => {
    const pack = await readPack(await fileOf('defaults.yaml'), 'path');
    expect(pack.providers[0]).toMatchObject({
      default: false,
      smokeTest: { maxTokens: 256, tokensField: 'max_tokens' },
      groupTemplate: { rateMultiplier: 1 },
      accountTemplate: { concurrency: 10, priority: 50 },
      hosts: {},
      keyCheck: 'models-list',
      deadCodes: [],
      sources: [],
    });
  });

  it('is named by the digest of its bytes', async () => {
    const pack = await readPack(await fileOf('digest.yaml'), 'path');
    expect(pack.digest).toBe(`sha256:${createHash('sha256').update(required, 'utf8').digest('hex')}`);
  });

  it.each([
    ['with a byte-order mark', `\uFEFF${required}`],
    ['with CRLF', required.replaceAll('\n', '\r\n')],
    [
      'with free fields anywhere',
      required
        .replace('id: acme\n', 'id: acme\nx-note: { any: [thing] }\n')
        .replace('{ rateMultiplier: 1 }', '{ rateMultiplier: 1, x-why: fair }'),
    ],
    ['with comments', `# head\n${required.replace('id: acme\n', 'id: acme # tail\n')}`],
    ['with a schema for editors', `$schema: ./pack.schema.json\n${required}`],
    [
      'with an anchor',
      required
        .replace('[big]', '&models [big]')
        .replace('smokeTestModel: big', 'smokeTestModel: big\n    x-models: *models'),
    ],
  ])('is read %s', async (_, text) => {
    const { pack, findings } = await inspectPack(await fileOf('variant.yaml', text), 'path');
    expect(findings).toEqual([]);
    expect(pack?.providers[0]?.groupTemplate).toEqual({ rateMultiplier: 1 });
  });

  it('keeps models whose names begin with "x-": in a map they are no free fields', async () => {
    const text = required.replaceAll('big', 'x-ai/big').replace('modelMapping: {', 'modelMapping: { x-alias: x-ai/big');
    const { pack, findings } = await inspectPack(await fileOf('variant.yaml', text), 'path');
    expect(findings).toEqual([]);
    expect(Object.keys(pack?.providers[0]?.channelTemplate.modelMapping ?? {})).toContain('x-alias');
    const provider = aProvider({
      defaultModels: ['x-ai/big'],
      smokeTestModel: 'x-ai/big',
      channelTemplate: { modelMapping: {} },
      prices: { currency: 'USD', perMillionTokens: { 'x-ai/big': { input: 1, output: 2 } } },
    });
    provider.hosts = { sub2api: { account: { credentials: {}, extra: { 'x-one': { 'x-two': 2 } } } } };
    const priced = await inspectPack(await fileOf('priced.json', JSON.stringify(aManifest([provider]))), 'path');
    expect(priced.findings).toEqual([]);
    expect(priced.pack?.providers[0]?.prices).toHaveProperty(['perMillionTokens', 'x-ai/big']);
    expect(priced.pack?.providers[0]?.hosts.sub2api?.account.extra).toEqual({ 'x-one': { 'x-two': 2 } });
  });

  it.each(['\t', 2, 0])('is read as JSON, indented by %j', async (indent) => {
    const text = JSON.stringify(aManifest(), null, indent);
    expect((await readPack(await fileOf('variant.json', text), 'path')).providers).toEqual([aProvider()]);
  });

  it('may use plain http, with a warning, unless the address is the own machine', async () => {
    const plain = await fileOf(
      'plain.yaml',
      required.replace('https://api.acme.example/v1', 'http://api.acme.example/v1'),
    );
    const { pack, findings } = await inspectPack(plain, 'path');
    expect(pack).toBeDefined();
    expect(findings).toEqual([
      expect.objectContaining({ code: 'PLAIN_HTTP', severity: 'warning', line: 9, column: 14 }),
    ]);
    const own = await fileOf('own.yaml', required.replace('https://api.acme.example/v1', 'http://127.0.0.1:9/v1'));
    expect((await inspectPack(own, 'path')).findings).toEqual([]);
  });
});

describe('a pack that must be right', () => {
  it('is refused with every fault, its place and code', async () => {
    const file = await fileOf(
      'wrong.yaml',
      `${required.replace('platform: openai', 'platform: openapi')}    planTemplate: { price: 0, validityDays: 30, validityUnit: day }\n`,
    );
    const error = await refusal(readPack(file, 'path'));
    expect(error).toMatchObject({ code: 'MANIFEST_INVALID', message: `The pack ${file} has 2 faults.` });
    expect(error.details).toEqual([
      expect.stringContaining(`${file}:7:15: `),
      expect.stringContaining(`${file}:13:28: `),
    ]);
    expect(error.details[0]).toMatch(/ \[INVALID_VALUE\]$/);
  });

  it('has findings in the form that editors make a link of', () => {
    expect(findingText({ file: 'a.yaml', line: 3, column: 4, code: 'X', severity: 'error', message: 'wrong' })).toBe(
      'a.yaml:3:4: wrong [X]',
    );
  });

  it.each(manifestNames)('is found in its folder as %s', async (name) => {
    await fileOf(`as-${name}/${name}`, name.endsWith('.json') ? JSON.stringify(aManifest()) : required);
    expect((await readPack(join(folder, `as-${name}`), 'path')).file).toBe(join(folder, `as-${name}`, name));
  });

  it.each([
    ['does not exist', () => join(folder, 'absent'), 'PACK_NOT_FOUND'],
    ['is an empty folder', () => fileOf('empty/other.yaml').then((file) => join(file, '..')), 'PACK_NOT_FOUND'],
    [
      'has a folder for a manifest',
      () => mkdir(join(folder, 'odd/pack.yaml'), { recursive: true }).then(() => join(folder, 'odd')),
      'PACK_NOT_FOUND',
    ],
    ['is not UTF-8', () => fileOf('latin.yaml', Buffer.from([0x61, 0xff])), 'MANIFEST_INVALID'],
    [
      'is larger than 128 KiB',
      () => fileOf('large.yaml').then(async (file) => (await truncate(file, 128 * 1024 + 1), file)),
      'MANIFEST_INVALID',
    ],
  ])('is refused when it %s', async (_, path, code) => {
    expect((await refusal(readPack(await path(), 'path'))).code).toBe(code);
  });
});

const siliconFlow = [
  'deepseek-ai/DeepSeek-V4-Flash',
  'deepseek-ai/DeepSeek-V4-Pro',
  'Pro/zai-org/GLM-5.1',
  'Qwen/Qwen3-8B',
];
const modelScope = ['ZhipuAI/GLM-5.2', 'deepseek-ai/DeepSeek-V4-Flash', 'Qwen/Qwen3-30B-A3B-Instruct-2507'];

/** Models that the shipped packs do not price. Plans are flat and need no reason. */
const unpriced: Record<string, string[]> = {
  // Only the lowest of several tiers is known, or nothing.
  'hunyuan-cn': ['hy3', 'hy4-preview'],
  'hunyuan-cn-anthropic': ['hy3', 'hy4-preview'],
  // The list in CNY was not captured.
  'siliconflow-cn': siliconFlow,
  'siliconflow-cn-anthropic': siliconFlow,
  // Free at the vendor.
  modelscope: modelScope,
  'modelscope-anthropic': modelScope,
  sensenova: ['sensenova-6.8-flash-lite'],
  spark: ['lite'],
  zhipu: ['glm-4.7-flash'],
  'zhipu-anthropic': ['glm-4.7-flash'],
};

async function shipped(): Promise<Pack[]> {
  return Promise.all([...(await knownPacks([])).keys()].map((id) => findPack(id)));
}

/** Those of vendors, whose facts do not depend on who runs them. */
async function shippedProviders(): Promise<Provider[]> {
  const vendors = (await shipped()).filter(({ kind }) => kind === 'vendor');
  return vendors.flatMap((pack) => pack.providers.map(settled));
}

const samples = new Map<string, string[]>();

/** Some keys of a form. */
function keysOf(pattern: string): string[] {
  const known = samples.get(pattern) ?? fc.sample(fc.stringMatching(new RegExp(pattern, 'u')), 10);
  samples.set(pattern, known);
  return known;
}

describe('the shipped packs', () => {
  it('are listed in alphabetical order', async () => {
    const ids = [...(await knownPacks([])).keys()];
    expect(ids).toEqual(expect.arrayContaining(['deepseek', 'kimi', 'zhipu']));
    expect(ids).toEqual(ids.toSorted());
  });

  it('are without a fault or warning, and bear the name of their folder', async () => {
    for (const id of (await knownPacks([])).keys()) {
      const { path, origin } = await locatePack(id);
      const { pack, findings } = await inspectPack(path, origin);
      expect(findings, id).toEqual([]);
      expect(pack).toMatchObject({ id, origin: 'built-in' });
    }
  });

  it('have one default, which needs no consent and speaks the main protocol of its vendor', async () => {
    for (const pack of await shipped()) {
      const defaults = pack.providers.filter((provider) => provider.default);
      expect(defaults, pack.id).toHaveLength(1);
      expect(defaults[0]?.terms, pack.id).toBeUndefined();
      expect(defaults[0]?.platform, pack.id).toBe(
        pack.providers.some((provider) => provider.platform === 'openai') ? 'openai' : defaults[0]?.platform,
      );
    }
  });

  it('hold no id of a provider twice, since names on the host begin with it (B6)', async () => {
    const ids = (await shippedProviders()).map((provider) => provider.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('name providers by site, wallet and protocol, in the same words', async () => {
    for (const pack of await shipped()) {
      // Z.ai is the name of Zhipu abroad.
      const vendor = pack.id === 'zhipu' ? '(?:zhipu|zai)' : pack.id;
      const form = new RegExp(`^${vendor}(?:-(?:cn|intl|eu|sgp))?(-coding|-plan|-token-plan)?(-anthropic)?$`);
      for (const provider of pack.providers) {
        const [whole, wallet, protocol] = form.exec(provider.id) ?? [];
        expect(whole, provider.id).toBeDefined();
        expect(wallet !== undefined, provider.id).toBe(provider.terms !== undefined);
        if (pack.id !== 'anthropic')
          expect(protocol !== undefined, provider.id).toBe(provider.platform === 'anthropic');
      }
    }
  });

  it('say of each provider when its facts were true, and where from', async () => {
    for (const provider of (await shipped()).flatMap(({ providers }) => providers)) {
      expect(provider.asOf, provider.id).toBeDefined();
      expect(provider.sources.length, provider.id).toBeGreaterThan(0);
      for (const source of provider.sources) expect(source, provider.id).toMatch(/20\d\d/);
    }
  });

  it('price every model, for what a vendor asks, except those whose price nobody knows or that cost nothing', async () => {
    const without = (await shippedProviders())
      .filter((provider) => provider.terms === undefined)
      .flatMap((provider) => {
        const priced = Object.keys(provider.prices?.perMillionTokens ?? {});
        const missing = provider.defaultModels.filter((model) => !priced.includes(model));
        return missing.length === 0 ? [] : [[provider.id, missing] as const];
      });
    expect(Object.fromEntries(without)).toEqual(unpriced);
    for (const provider of await shippedProviders()) {
      if (provider.terms !== undefined) expect(provider.prices, provider.id).toBeUndefined();
      if (provider.prices?.currency === 'CNY') expect(provider.prices.usdRate, provider.id).toBe(7.1);
      for (const price of Object.values(provider.prices?.perMillionTokens ?? {}))
        expect(Math.min(price.input, price.output, price.cacheRead ?? 1, price.cacheWrite ?? 1)).toBeGreaterThan(0);
    }
  });

  it('have a day beside each price, and are as of the oldest of them', async () => {
    for (const pack of await shipped()) {
      const text = await readFile(pack.file, 'utf8');
      const blocks = text.split(/^ {2}- id: /m).slice(1);
      for (const [index, provider] of pack.providers.entries()) {
        if (provider.prices === undefined || provider.prices === 'free') continue;
        const own = blocks[index] ?? '';
        const shared = /^ {4}prices: \*(\S+)/m.exec(own)?.[1];
        const block = shared === undefined ? own : (blocks.find((each) => each.includes(`prices: &${shared}\n`)) ?? '');
        const days = [...block.matchAll(/\{ input: .* \} # (\d{4}-\d\d(?:-\d\d)?)\b/g)].map(([, day = '']) => day);
        expect(days, provider.id).toHaveLength(Object.keys(provider.prices.perMillionTokens).length);
        const oldest = days.toSorted()[0] ?? '';
        expect(provider.asOf, provider.id).toBe(oldest.padEnd(10, '-01'));
      }
    }
  });

  it('say how hosts speak to the vendor, and ask for a host that can', async () => {
    for (const provider of await shippedProviders()) {
      const version = hostVersions(provider, 'sub2api');
      const settings = accountSettings(provider, 'sub2api');
      const mode = settings['extra.openai_responses_mode'];
      const scheme = settings['extra.anthropic_apikey_auth_scheme'];
      const bearer = scheme === 'authorization_bearer';
      expect(version, provider.id).toBe(bearer ? '>=0.1.143' : '>=0.1.129');
      expect(mode !== undefined, provider.id).toBe(provider.platform === 'openai');
      expect(['auto', 'force_chat_completions', undefined], provider.id).toContain(mode);
      expect(scheme !== undefined, provider.id).toBe(provider.platform === 'anthropic');
      expect(['x_api_key', 'authorization_bearer', undefined], provider.id).toContain(scheme);
    }
  });

  it('hold no two providers that are one for the host, unless their keys tell the wallets apart', async () => {
    for (const pack of await shipped()) {
      for (const one of pack.providers) {
        for (const other of pack.providers) {
          if (one === other || one.platform !== other.platform || one.baseUrl !== other.baseUrl) continue;
          expect(
            one.keyHints?.otherWallets.map((wallet) => wallet.provider),
            one.id,
          ).toContain(other.id);
        }
      }
    }
    const vendors = (await shipped()).filter(({ kind }) => kind === 'vendor');
    const hosts = vendors.map((pack) => new Set(pack.providers.map(({ baseUrl }) => new URL(baseUrl).host)));
    expect(hosts.reduce((sum, each) => sum + each.size, 0)).toBe(new Set(hosts.flatMap((each) => [...each])).size);
  });

  it('know the keys of other wallets from their own, both ways', async () => {
    for (const pack of await shipped()) {
      const byId = new Map(pack.providers.map((provider) => [provider.id, provider]));
      for (const provider of pack.providers) {
        const { pattern, otherWallets } = provider.keyHints ?? { otherWallets: [] };
        if (pattern === undefined) {
          expect(otherWallets, provider.id).toEqual([]);
          continue;
        }
        for (const key of keysOf(pattern)) {
          for (const other of otherWallets) {
            expect(key, provider.id).not.toMatch(new RegExp(other.pattern, 'u'));
            const back = byId.get(other.provider)?.keyHints;
            expect(
              back?.otherWallets.some((wallet) => new RegExp(wallet.pattern, 'u').test(key)),
              `${other.provider} with a key of ${provider.id}`,
            ).toBe(true);
            for (const foreign of keysOf(back?.pattern ?? '^$'))
              expect(foreign, provider.id).toMatch(new RegExp(other.pattern, 'u'));
          }
        }
      }
    }
  });

  it('have terms that one consent covers in both protocols of a wallet', async () => {
    for (const provider of await shippedProviders()) {
      if (provider.terms === undefined) continue;
      expect(provider.terms.id).toBe(`${provider.id.replace(/-anthropic$/, '')}-2026`);
      expect(provider.terms.says.match(/\.(?: |$)/g)?.length, provider.id).toBeLessThanOrEqual(2);
    }
  });

  it('are proposed when a name is nearly right', async () => {
    expect(await refusal(findPack('kimmi'))).toMatchObject({
      code: 'PACK_NOT_FOUND',
      message: 'There is no pack "kimmi". Did you mean "kimi"?',
    });
    expect((await refusal(findPack('nothing-like-it'))).message).not.toContain('Did you mean');
  });

  it.each(['../packs', 'kimi/..', 'KIMI', '', 'constructor'])('are not reached by the word "%s"', async (word) => {
    expect((await refusal(findPack(word))).code).toBe('PACK_NOT_FOUND');
  });
});

describe('a word for a pack', () => {
  it.each(['.', '..', './kimi', '../kimi', '/packs/kimi', String.raw`.\kimi`, 'C:/packs', String.raw`c:\packs`])(
    'is a path: %s',
    (word) => {
      expect(isPackPath(word)).toBe(true);
    },
  );

  it.each(['kimi', 'packs/kimi', '.kimi', '...', 'kimi.yaml', 'C:kimi', '~kimi'])('is an id: %s', (word) => {
    expect(isPackPath(word)).toBe(false);
  });

  it('that is a path is read from there', async () => {
    const file = await fileOf('named.yaml');
    expect(await findPack(file)).toMatchObject({ id: 'acme', origin: 'path', file });
  });
});

describe('the provider of a pack', () => {
  const one = aProvider({ id: 'one' });
  const two = aProvider({ id: 'two', default: true });
  const three = aProvider({ id: 'three' });

  it.each([
    ['the named one', [one, two], 'one', 'one'],
    ['the default', [one, two], undefined, 'two'],
    ['the only one', [one], undefined, 'one'],
  ])('is %s', (_, providers, asked, chosen) => {
    expect(chooseProvider(aPack(providers), asked).id).toBe(chosen);
  });

  it.each([
    ['unknown', [one, two], 'twoo', 'has no provider "twoo". Did you mean "two"? It has one, two.'],
    ['unclear', [one, three], undefined, 'has several providers and no default: one, three.'],
  ])('is refused when it is %s', (_, providers, asked, message) => {
    expect(() => chooseProvider(aPack(providers), asked)).toThrow(
      expect.objectContaining({ code: 'PROVIDER_NOT_FOUND', message: expect.stringContaining(message) }),
    );
  });
});

describe('the mapping that is sent to the host (B10)', () => {
  it.each<[string, string[], Record<string, string>, Record<string, string>]>([
    ['each model under its own name', ['a', 'b'], {}, { a: 'a', b: 'b' }],
    ['aliases too', ['a'], { latest: 'a' }, { latest: 'a', a: 'a' }],
    ['what the manifest says of a model', ['a', 'b'], { a: 'b' }, { a: 'b', b: 'b' }],
  ])('holds %s', (_, defaultModels, modelMapping, desired) => {
    expect(effectiveMapping({ defaultModels, channelTemplate: { modelMapping } })).toEqual(desired);
  });
});

describe('two names that one model could match', () => {
  it.each([
    ['a', 'a', true],
    ['A', 'a', true],
    ['a', 'ab', false],
    ['a*', 'ab', true],
    ['ab', 'a*', true],
    ['a*', 'a', true],
    ['a*', 'b', false],
    ['a*', 'ab*', true],
    ['ab*', 'a*', true],
    ['ab*', 'ac*', false],
    ['*', 'anything', true],
    ['K3*', 'k3-pro', true],
  ])('%s and %s: %s', (one, other, both) => {
    expect(overlap(one, other)).toBe(both);
    expect(overlap(other, one)).toBe(both);
  });

  it('are found in a list, each pair once', () => {
    expect(overlappingPairs(['a*', 'ab', 'c', 'abc'])).toEqual([
      ['a*', 'ab'],
      ['a*', 'abc'],
    ]);
  });
});
