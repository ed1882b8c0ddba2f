import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { workplace, type Workplace } from '../support/binary.ts';

let place: Workplace;
let host: Sandbox | undefined;
beforeAll(async () => {
  place = await workplace();
  await place.write('keys.txt', 'sk-good-aaaaaaaaaaaaaaaaaaaa1\nsk-plan-bbbbbbbbbbbbbbbbbbbb2');
});
afterAll(() => place.remove());
afterEach(async () => {
  await host?.stop();
  host = undefined;
});

const start = [
  'packs',
  'new',
  'acme',
  '--base-url',
  'https://api.acme.example/v1',
  '--model',
  'big:1',
  '--model',
  'true',
];

async function newPack(change: (text: string) => string = (text) => text): Promise<string> {
  await rm(join(place.folder, 'acme'), { recursive: true, force: true });
  const made = await place.run(start);
  expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/acme\/pack\.yaml$/) as unknown });
  const file = join(place.folder, 'acme/pack.yaml');
  await writeFile(file, change(await readFile(file, 'utf8')));
  return file;
}

describe('packs new', () => {
  it('writes a pack that is valid, also strictly, with its schema, and never over another', async () => {
    await newPack();
    expect(await place.run(['validate', '--strict', './acme'])).toMatchObject({
      exitCode: 0,
      stdout: 'ok 1 pack checked, no faults.',
    });
    const schema = await place.run(['packs', 'schema']);
    expect(await readFile(join(place.folder, 'acme/pack.schema.json'), 'utf8')).toBe(`${schema.stdout}\n`);
    expect(await place.run(start)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('is there already') as unknown,
    });
    const shown = await place.run(['packs', 'show', './acme', '--output', 'json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      origin: 'path',
      providers: [{ id: 'acme', platform: 'openai', defaultModels: ['big:1', 'true'], smokeTestModel: 'big:1' }],
    });
  });

  it.each([
    ['nobody is there to be asked', ['packs', 'new', 'beta'], 'Add --base-url URL and --model MODEL'],
    ['the id is none', ['packs', 'new', 'Beta', ...start.slice(3)], 'begins with a letter or digit'],
    [
      'the base URL would not work',
      [...start.slice(0, 2), 'beta', '--base-url', 'https://a/v1/chat/completions', '--model', 'm'],
      'BASE_URL_FORM',
    ],
    [
      'the base URL is none',
      [...start.slice(0, 2), 'beta', '--base-url', "a'b", '--model', 'm'],
      'must be an http or https URL',
    ],
    [
      'the base URL is another than it looks',
      [...start.slice(0, 2), 'beta', '--base-url', 'https://api.acme.example\\@evil.example/v1', '--model', 'm'],
      'BASE_URL_DISGUISED',
    ],
    ['a word is near another', ['packs', 'new', 'beta', '--platform', 'openia'], 'Did you mean "openai"?'],
  ])('refuses when %s', async (_, args, says) => {
    expect(await place.run(args)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(says) as unknown });
    await expect(readFile(join(place.folder, 'beta/pack.yaml'))).rejects.toThrow('ENOENT');
  });
});

describe('a word that leads to no pack', () => {
  it('is told what it may mean: a folder that stands here, or a provider of a pack', async () => {
    await newPack((text) => text);
    const folder = await place.run(['status', '--pack', 'acme', '--host', 'sandbox']);
    expect(folder).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Did you mean ./acme?') as unknown });
    expect(folder.stderr).toMatch(/\nTo do: A path begins with "\." or "\/": write \.\/acme\.$/m);
    const provider = await place.run(['plan', '--pack', 'kimi-coding', '--keys', 'k.txt', '--host', 'sandbox']);
    expect(provider.stderr).toContain('There is no pack "kimi-coding". It is a provider of the pack "kimi".');
    expect(provider.stderr).toMatch(/\nTo do: Write --pack kimi --provider kimi-coding\.$/m);
  });

  it.each([
    ['acme', /^error acme:1:1: There is no pack "acme"\. Did you mean \.\/acme\?/, 'relay validate ./acme'],
    ['kimi-coding', /It is a provider of the pack "kimi"/, 'relay validate kimi'],
    ['kimmi', /Did you mean "kimi"\?/, 'relay packs list'],
  ])('is no file to be corrected: validate %s', async (word, says, next) => {
    await newPack((text) => text);
    const run = await place.run(['validate', word]);
    expect(run).toMatchObject({ exitCode: 2, stdout: expect.stringMatching(says) as unknown });
    expect(run.stderr.split('\n').at(-1)).toBe(`Next: ${next}`);
    expect((await place.run(next.split(' ').slice(1))).exitCode).toBe(0);
  });
});

describe('validate', () => {
  it('tells every fault in each of its forms, with exit 2', async () => {
    await newPack((text) =>
      text.replace('platform: openai', 'platform: opnai').replace('displayName: acme', 'dispalyName: acme'),
    );
    const text = await place.run(['validate', './acme', 'kimi', 'absent']);
    expect(text.exitCode).toBe(2);
    expect(text.stdout.split('\n')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^error acme\/pack\.yaml:5:1: unknown field "dispalyName"\. Did you mean "displayName"\?/,
        ),
        '  5 | dispalyName: acme',
        '    | ^',
        expect.stringContaining('"openai" or "anthropic" or "gemini"'),
        expect.stringContaining('There is no pack "absent".'),
      ]),
    );
    expect(text.stderr.split('\n')).toEqual([
      '4 faults in 2 of 3 packs.',
      'To do: Correct them.',
      expect.stringMatching(/^Next: relay validate \S+ \S+$/),
    ]);
    const json = await place.run(['validate', './acme', '--output', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      findings: [
        {
          file: 'acme/pack.yaml',
          line: 3,
          column: 1,
          code: 'MISSING_FIELD',
          severity: 'error',
          hint: expect.any(String) as unknown,
        },
        { line: 5, code: 'UNKNOWN_FIELD' },
        { line: 12, column: 15, code: 'INVALID_VALUE' },
      ],
    });
    expect((await place.run(['validate', './acme', '--output', 'github'])).stdout).toMatch(
      /^::error file=acme\/pack.yaml,line=3,/,
    );
    const junit = await place.run(['validate', './acme', '--output', 'junit']);
    expect(junit).toMatchObject({
      exitCode: 2,
      stdout: expect.stringContaining('<testsuites tests="1" failures="1">') as unknown,
    });
  });

  it('asks the host that is named, and only reads', async () => {
    host = await startSandbox({ hostVersion: '0.1.129' });
    const env = { RELAY_ADMIN_KEY: host.adminKey };
    await newPack((text) => text.replace('>=0.1.129', '>=0.1.140'));
    const old = await place.run(['validate', './acme', '--host', host.url], { env });
    expect(old).toMatchObject({
      exitCode: 2,
      stdout: expect.stringContaining(
        'needs a host >=0.1.140; this one is 0.1.129. [HOST_TOO_OLD_FOR_PACK]',
      ) as unknown,
    });
    await newPack();
    await fetch(`${host.url}/api/v1/admin/groups`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': host.adminKey },
      body: JSON.stringify({ name: 'relay-acme-subscription', platform: 'openai', rate_multiplier: 1 }),
    });
    const before = host.requests.length;
    const taken = await place.run(['validate', './acme', '--host', host.url], { env });
    expect(taken).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('[FOREIGN_OBJECT]') as unknown });
    expect(host.requests.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
    expect((await place.run(['validate', 'groq', '--host', host.url], { env })).exitCode).toBe(0);
    expect(
      (await place.run(['validate', 'kimi'], { env: { ...env, RELAY_HOST: 'https://nowhere.invalid' } })).exitCode,
    ).toBe(0);
  });
});

describe('packs of the folders that the configuration names', () => {
  it('are found by name, say what they hide, and are asked about as any from outside', async () => {
    await newPack();
    await mkdir(join(place.folder, 'mine/kimi'), { recursive: true });
    const text = (await readFile(join(place.folder, 'acme/pack.yaml'), 'utf8')).replaceAll(': acme', ': kimi');
    await writeFile(join(place.folder, 'mine/kimi/pack.yaml'), text);
    await writeFile(join(place.folder, 'relay.config.yaml'), 'packDirs: [./mine]\n');
    const listed = await place.run(['packs', 'list', '--output', 'json']);
    const { packs } = JSON.parse(listed.stdout) as { packs: { id: string }[] };
    expect(packs.find(({ id }) => id === 'kimi')).toMatchObject({
      origin: 'folder',
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown,
      shadows: [expect.stringMatching(/packs\/kimi$/)],
    });
    expect((await place.run(['packs', 'list'])).stdout).toMatch(
      /^kimi [^]*?mine\/kimi\s+sha256:[0-9a-f]{12} hides\s+\S+packs\/kimi$/m,
    );
    host = await startSandbox();
    const onto = ['--pack', 'kimi', '--keys', 'keys.txt', '--host', host.url];
    const login = { env: { RELAY_ADMIN_KEY: host.adminKey } };
    const plan = await place.run(['plan', ...onto, '--output', 'json'], login);
    expect(JSON.parse(plan.stdout)).toMatchObject({
      warnings: expect.arrayContaining([expect.objectContaining({ code: 'PACK_SHADOWED' })]) as unknown,
    });
    const refused = await place.run(['import', ...onto], login);
    expect(refused).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('The keys would be sent to https://api.acme.example/v1') as unknown,
    });
    expect(refused.stderr).toMatch(/sha256:[0-9a-f]{64}/);
    await rm(join(place.folder, 'relay.config.yaml'));
  });
});

describe('what is agreed to before keys are sent', () => {
  const terms = (text: string) =>
    text
      .replace('default: true', 'default: false')
      .replace(
        '    asOf',
        "    terms: { id: acme-2026, url: https://acme.example/terms, says: 'For one person only.' }\n    asOf",
      );
  const onto = (there: Sandbox) => ['--pack', './acme', '--keys', 'keys.txt', '--host', there.url];

  it('is the digest of an outside pack: the pinned one needs no question, another is refused', async () => {
    host = await startSandbox();
    const { vendorUrl } = host;
    await newPack((text) => text.replace('https://api.acme.example', vendorUrl));
    const login = { env: { RELAY_ADMIN_KEY: host.adminKey } };
    const { digest } = JSON.parse((await place.run(['packs', 'show', './acme', '--output', 'json'])).stdout) as {
      digest: string;
    };
    const other = await place.run(['import', ...onto(host), '--pack-sha256', 'a'.repeat(64)], login);
    expect(other).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/PACK_DIGEST_DIFFERS.*sha256:/) as unknown,
    });
    const none = await place.run(['import', ...onto(host), '--pack-sha256', 'abc'], login);
    expect(none).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('64 hexadecimal digits') as unknown });
    expect(host.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    const pinned = await place.run(
      ['import', ...onto(host), '--pack-sha256', digest.toUpperCase().replace('SHA256:', '')],
      login,
    );
    expect(pinned.exitCode).toBe(0);
  });

  it('are the terms of a wallet, by their id; a plan only shows them', async () => {
    await newPack(terms);
    host = await startSandbox();
    const login = { env: { RELAY_ADMIN_KEY: host.adminKey } };
    const upstream = ['--base-url', `${host.vendorUrl}/v1`];
    for (const more of [[], ['--accept-terms', 'other'], ['--yes']]) {
      const refused = await place.run(['import', ...onto(host), ...upstream, ...more], login);
      expect(refused).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('--accept-terms acme-2026') as unknown,
      });
    }
    expect(host.requests).toEqual([]);
    expect((await place.run(['plan', ...onto(host), ...upstream], login)).stdout).toContain('For one person only.');
    const agreed = await place.run(['import', ...onto(host), ...upstream, '--accept-terms', 'acme-2026'], login);
    expect(agreed.exitCode).toBe(0);
    expect((await place.report()).warnings).toContainEqual(expect.objectContaining({ code: 'TERMS_APPLY' }));
  });

  it('is told of keys that look like those of another wallet', async () => {
    await newPack((text) => {
      const other = text
        .slice(text.indexOf('  - id: acme'))
        .replace('- id: acme', '- id: acme-plan')
        .replace('default: true', 'default: false');
      const hinted = text.replace(
        '    asOf',
        "    keyHints: { pattern: '^sk-good-', otherWallets: [{ pattern: '^sk-plan-', provider: acme-plan }] }\n    asOf",
      );
      return `${hinted}\n${other}`;
    });
    host = await startSandbox();
    const run = await place.run(['plan', ...onto(host)], { env: { RELAY_ADMIN_KEY: host.adminKey } });
    expect(run).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/KEY_OF_OTHER_WALLET: The key on line 2 .*"acme-plan"/) as unknown,
    });
  });
});

describe('relay packs list --kind', () => {
  it.each([
    ['local', ['lm-studio', 'ollama', 'vllm']],
    ['gateway', ['clinvoker', 'cliproxyapi', 'lingma', 'litellm', 'new-api']],
  ])('%s lists those alone', async (kind, ids) => {
    const { stdout } = await place.run(['packs', 'list', '--kind', kind, '--output', 'json'], { where: 'here' });
    const { packs } = JSON.parse(stdout) as { packs: { id: string; kind: string }[] };
    expect(packs.map(({ id }) => id)).toEqual(ids);
    expect(packs.every((each) => each.kind === kind)).toBe(true);
    expect((await place.run(['packs', 'list', '--kind', kind])).stdout).toContain(`, ${kind}  built-in`);
  });

  it('refuses a kind that there is not', async () => {
    expect(await place.run(['packs', 'list', '--kind', 'locale'])).toMatchObject({ exitCode: 2 });
  });
});
