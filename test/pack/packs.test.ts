import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseProvider, findPack, isPackPath, knownPacks, locatePack } from '../../src/pack/find-pack.ts';
import { findingText } from '../../src/pack/finding.ts';
import { effectiveMapping, overlap, overlappingPairs } from '../../src/pack/model-mapping.ts';
import { inspectPack, manifestNames, readPack, type Pack } from '../../src/pack/read-pack.ts';
import { RelayError } from '../../src/terms/relay-error.ts';
import { aManifest, aProvider } from '../support/builders.ts';

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
    groupTemplate: { rateMultiplier: 1 }
    channelTemplate: { modelMapping: {} }
    planTemplate: { price: 9, validityDays: 30, validityUnit: day }
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-packs-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function fileOf(name: string, content: string | Uint8Array = required): Promise<string> {
  const file = join(folder, name);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, content);
  return file;
}

function aPack(providers = [aProvider()]): Pack {
  return { ...aManifest(providers), origin: 'path', file: 'pack.yaml', digest: 'sha256:0', shadows: [] };
}

async function refusal(reading: Promise<unknown>): Promise<RelayError> {
  const error: unknown = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RelayError);
  return error as RelayError;
}

describe('a manifest of only what is required (B5)', () => {
  it('gets the defaults', async () => {
    const pack = await readPack(await fileOf('defaults.yaml'), 'path');
    expect(pack.providers[0]).toMatchObject({
      default: false,
      smokeTest: { maxTokens: 256, tokensField: 'max_tokens' },
      planTemplate: { forSale: false },
      accountTemplate: { concurrency: 10, priority: 50, credentials: {}, extra: {} },
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
    provider.accountTemplate.extra = { 'x-one': { 'x-two': 2 } };
    const priced = await inspectPack(await fileOf('priced.json', JSON.stringify(aManifest([provider]))), 'path');
    expect(priced.findings).toEqual([]);
    expect(priced.pack?.providers[0]?.prices?.perMillionTokens).toHaveProperty(['x-ai/big']);
    expect(priced.pack?.providers[0]?.accountTemplate.extra).toEqual({ 'x-one': { 'x-two': 2 } });
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
      required.replace('platform: openai', 'platform: openapi').replace('price: 9', 'price: 0'),
    );
    const error = await refusal(readPack(file, 'path'));
    expect(error).toMatchObject({ code: 'MANIFEST_INVALID', message: `The pack ${file} has 2 faults.` });
    expect(error.details).toEqual([
      expect.stringContaining(`${file}:7:15: `),
      expect.stringContaining(`${file}:14:28: `),
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

  it('is the YAML one where a folder holds both', async () => {
    await fileOf('both/pack.json', JSON.stringify(aManifest()));
    await fileOf('both/pack.yaml');
    expect((await readPack(join(folder, 'both'), 'path')).file).toBe(join(folder, 'both', 'pack.yaml'));
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

describe('the shipped packs', () => {
  it('are listed in alphabetical order', async () => {
    const ids = [...(await knownPacks([])).keys()];
    expect(ids).toEqual(expect.arrayContaining(['deepseek', 'kimi', 'zhipu']));
    expect(ids).toEqual(ids.toSorted());
  });

  it('are without a fault or warning, bear the name of their folder, price no other model, and have a default', async () => {
    for (const id of (await knownPacks([])).keys()) {
      const { path, origin } = await locatePack(id);
      const { pack, findings } = await inspectPack(path, origin);
      expect(findings, id).toEqual([]);
      expect(pack).toMatchObject({ id, origin: 'built-in' });
      expect(chooseProvider(pack!, undefined), id).toBeDefined();
      for (const provider of pack!.providers)
        expect(provider.defaultModels, provider.id).toEqual(
          expect.arrayContaining(Object.keys(provider.prices?.perMillionTokens ?? {})),
        );
    }
  });

  it('hold no id of a provider twice, since names on the host begin with it (B6)', async () => {
    const packs = await Promise.all([...(await knownPacks([])).keys()].map((id) => findPack(id)));
    const ids = packs.flatMap((pack) => pack.providers.map((provider) => provider.id));
    expect(new Set(ids).size).toBe(ids.length);
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
  ])('holds %s', (_, defaultModels, modelMapping, wanted) => {
    expect(effectiveMapping({ defaultModels, channelTemplate: { modelMapping } })).toEqual(wanted);
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
