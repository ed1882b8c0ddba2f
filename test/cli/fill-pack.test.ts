import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPack } from '../../src/pack/read-pack.ts';
import { workplace, type Workplace } from '../support/binary.ts';
import { startSandbox } from '../support/start-sandbox.ts';
import { startCliproxyapi } from '../support/upstreams/cliproxyapi.ts';
import { startClinvoker } from '../support/upstreams/clinvoker.ts';
import { startLingma } from '../support/upstreams/lingma.ts';
import { startLitellm } from '../support/upstreams/litellm.ts';
import { startLmStudio } from '../support/upstreams/lm-studio.ts';
import { startNewApi } from '../support/upstreams/new-api.ts';
import { startOllama } from '../support/upstreams/ollama.ts';
import type { Upstream } from '../support/upstreams/upstream.ts';
import { startVllm } from '../support/upstreams/vllm.ts';

let place: Workplace;
const ends: (() => Promise<void>)[] = [];
beforeEach(async () => {
  place = await workplace();
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await place.remove();
});

const run = (...args: string[]) => place.run(args, { where: 'here' });
const started = async <Server extends Upstream>(starting: Promise<Server>): Promise<Server> => {
  const upstream = await starting;
  ends.push(() => upstream.close());
  return upstream;
};
const fill = async (upstream: Upstream, address: string, ...more: string[]) => {
  await place.write('key.txt', `${upstream.key}\n`);
  const key = upstream.key === null ? [] : ['--key-file', 'key.txt'];
  return run('packs', 'fill', 'acme', '--base-url', address, ...key, ...more);
};
const pack = () => readPack(join(place.folder, 'acme'), 'path');

describe('a pack that is filled from what an upstream lists', () => {
  it.each([
    ['lingma', startLingma, ['lingma-chat'], 'models-list', undefined],
    ['CLIProxyAPI', startCliproxyapi, ['gpt-5-codex'], 'models-list', undefined],
    ['new-api', startNewApi, ['claude-sonnet-4-6', 'gpt-5-mini'], 'models-list', undefined],
    ['LiteLLM', startLitellm, ['gpt-5-mini'], 'models-list', undefined],
    ['Ollama', startOllama, ['llama3.2:latest', 'someone/tuned:7b'], 'none', 'none'],
    ['vLLM', startVllm, ['Qwen/Qwen3-8B'], 'none', 'none'],
    ['LM Studio', startLmStudio, null, 'none', 'none'],
  ] as const)('%s passes validate, and imports', async (_, start, models, keyCheck, keys) => {
    const upstream = await started<Upstream>(start());
    const done = await fill(upstream, upstream.baseUrl.replace('/v1', ''));
    expect([done.exitCode, done.exitCode === 0 ? '' : done.stderr]).toEqual([0, '']);
    expect(done.stdout).toBe(join(place.folder, 'acme', 'pack.yaml'));
    const { providers } = await pack();
    const [provider] = providers;
    expect(provider).toMatchObject({ platform: 'openai', baseUrl: upstream.baseUrl, keyCheck });
    expect(provider?.keys).toBe(keys);
    expect(provider?.prices).toBeUndefined();
    expect(provider?.asOf).toBe(new Date().toISOString().slice(0, 10));
    if (models !== null) expect(provider?.defaultModels).toEqual(models);
    expect((await run('validate', '--strict', './acme')).exitCode).toBe(0);
    const asks = upstream.requests.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`);
    expect(asks.filter((each) => !each.startsWith('GET '))).toEqual(['POST /v1/chat/completions']);
    const host = await startSandbox();
    ends.push(() => host.stop());
    const env = { RELAY_ADMIN_KEY: host.adminKey, RELAY_STATE_DIR: join(place.folder, 'state') };
    const key = upstream.key === null ? [] : ['--keys', 'key.txt'];
    const words = ['import', '--pack', './acme', ...key, '--host', host.url, '--yes'];
    const imported = await place.run(words, { env, where: 'here' });
    expect([imported.exitCode, imported.exitCode === 0 ? '' : imported.stdout + imported.stderr]).toEqual([0, '']);
  });

  it('says what it found, what it left out, and that it knows no price', async () => {
    const upstream = await started(startOllama({ models: ['chat:1', 'nomic-embed-text:latest'] }));
    const { stderr } = await fill(upstream, upstream.baseUrl);
    expect(stderr).toContain(`${upstream.baseUrl} speaks openai and offers 1 model; chat:1 answered.`);
    expect(stderr).toContain('nomic-embed-text:latest.');
    expect(stderr.replace(/\s+/g, ' ')).toContain('What it costs is not known');
    expect(await readFile(join(place.folder, 'acme', 'pack.yaml'), 'utf8')).toContain(
      'Left out: nomic-embed-text:latest.',
    );
  });

  it('has the models that were asked for, tested with the first name', async () => {
    const upstream = await started(startOllama({ models: ['a:1', 'b:2', 'b:3', 'c:4'], embedding: [] }));
    await fill(upstream, upstream.baseUrl, '--model', 'b*', '--model', 'a:1');
    const { providers } = await pack();
    expect(providers[0]).toMatchObject({ defaultModels: ['a:1', 'b:2', 'b:3'], smokeTestModel: 'a:1' });
  });

  it('is named by the address where no name is given, and never written over', async () => {
    const upstream = await started(startVllm());
    const words = ['packs', 'fill', '--base-url', upstream.baseUrl];
    const { port } = new URL(upstream.baseUrl);
    expect((await run(...words)).stdout).toBe(join(place.folder, `local-${port}`, 'pack.yaml'));
    expect(await run(...words)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('FILE_UNWRITABLE') as string,
    });
    expect(await run(...words, '--to', 'elsewhere')).toMatchObject({ exitCode: 0 });
  });
});

describe('names in a list', () => {
  it('that no pack can hold are left out, and counted', async () => {
    const odd = [
      'xai-grok-4-1-fast-non-reasoning',
      'sk-looks-like-a-key-0001112223',
      '__proto__',
      'no',
      '1e3',
      'a: b',
      '#x',
    ];
    const upstream = await started(startOllama({ models: ['Chat', 'chat', ...odd], embedding: [] }));
    const { stderr, exitCode } = await fill(
      upstream,
      upstream.baseUrl,
      '--model',
      'xai-grok-4-1-fast-non-reasoning',
      '--model',
      '*',
    );
    expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([3, expect.stringContaining('UPSTREAM_MODEL_FAILS')]);
    upstream.models = upstream.models.map((name) => (name.includes(':') ? name : `${name}:latest`));
    const again = await fill(upstream, upstream.baseUrl);
    expect([again.exitCode, again.exitCode === 0 ? '' : again.stderr]).toEqual([0, '']);
    const { providers } = await pack();
    expect(providers[0]?.defaultModels).toContain('xai-grok-4-1-fast-non-reasoning:latest');
    expect(JSON.stringify(providers)).not.toContain('looks-like-a-key');
    expect((await run('validate', '--strict', './acme')).exitCode).toBe(0);
  });
});

describe('an upstream of which no pack can be made', () => {
  const refused = async (upstream: Upstream, ...more: string[]) => {
    const { exitCode, stderr } = await fill(upstream, upstream.baseUrl, ...more);
    await expect(pack()).rejects.toThrow();
    return [exitCode, /error (\w+)/.exec(stderr)?.[1]];
  };

  it('answers 200 with an error inside', async () => {
    const upstream = await started(startClinvoker({ backendMissing: true }));
    expect(await refused(upstream)).toEqual([3, 'UPSTREAM_MODEL_FAILS']);
  });

  it('refuses the model that was tried', async () => {
    const upstream = await started(startOllama({ models: ['embedder:1'], embedding: ['embedder:1'] }));
    expect(await refused(upstream, '--model', 'embedder:1')).toEqual([3, 'UPSTREAM_MODEL_FAILS']);
  });

  it('has pulled nothing', async () => {
    expect(await refused(await started(startOllama({ models: [] })))).toEqual([3, 'UPSTREAM_LIST_UNUSABLE']);
  });

  it('refuses the key', async () => {
    const upstream = await started(startVllm({ key: 'the-right-key-1' }));
    expect(await refused({ ...upstream, key: 'another-key-1' })).toEqual([3, 'UPSTREAM_REFUSED']);
    expect(await refused({ ...upstream, key: null })).toEqual([3, 'UPSTREAM_REFUSED']);
  });

  it.each([
    ['ftp://x', 'USAGE'],
    ['http://10.1.2.3:8000', 'HTTP_REFUSED'],
    ['http://127.0.0.1:1', 'UPSTREAM_UNREACHABLE'],
  ])('is at %s: %s', async (address, code) => {
    const { stderr } = await run('packs', 'fill', 'acme', '--base-url', address);
    expect(stderr).toContain(`error ${code}`);
  });

  it('is not asked for where the name is none', async () => {
    const upstream = await started(startVllm());
    const { exitCode, stderr } = await run('packs', 'fill', 'Not A Name', '--base-url', upstream.baseUrl);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('The id of a pack')]);
    expect(upstream.requests).toEqual([]);
  });
});
