import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workplace, type Workplace } from '../support/binary.ts';
import { startCliProxy, startNewApi, startSandbox } from '../support/start-sandbox.ts';
import { startCliproxyapi } from '../support/upstreams/cliproxyapi.ts';
import { startClinvoker } from '../support/upstreams/clinvoker.ts';
import { startLingma } from '../support/upstreams/lingma.ts';
import { startLitellm } from '../support/upstreams/litellm.ts';
import { startLmStudio } from '../support/upstreams/lm-studio.ts';
import { startNewApi as startNewApiUpstream } from '../support/upstreams/new-api.ts';
import { startOllama } from '../support/upstreams/ollama.ts';
import type { Upstream } from '../support/upstreams/upstream.ts';
import { startVllm } from '../support/upstreams/vllm.ts';

const hosts = {
  'sub2api 0.1.129': () => startSandbox({ hostVersion: '0.1.129' }),
  'sub2api 0.1.179': () => startSandbox(),
  'new-api': async () => {
    const host = await startNewApi();
    // What has no price is refused there otherwise.
    host.state.options.set('SelfUseModeEnabled', 'true');
    return host;
  },
  CLIProxyAPI: () => startCliProxy(),
};

/** Each upstream, and which models users may ask for there. */
const upstreams: Record<string, { start: () => Promise<Upstream>; models: string[] }> = {
  clinvoker: { start: () => startClinvoker(), models: ['claude-haiku-5-5', 'gemini-3.1-flash-lite', 'gpt-6-luna'] },
  lingma: { start: () => startLingma(), models: ['lingma-chat'] },
  cliproxyapi: { start: () => startCliproxyapi(), models: ['gpt-5-codex'] },
  'new-api': { start: () => startNewApiUpstream(), models: ['claude-sonnet-4-6', 'gpt-5-mini'] },
  litellm: { start: () => startLitellm(), models: ['gpt-5-mini'] },
  ollama: { start: () => startOllama(), models: ['llama3.2:latest', 'someone/tuned:7b'] },
  vllm: { start: () => startVllm(), models: ['Qwen/Qwen3-8B'] },
  'lm-studio': { start: () => startLmStudio(), models: [] },
};

let place: Workplace;
const ends: (() => Promise<void>)[] = [];
beforeEach(async () => {
  place = await workplace();
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await place.remove();
});

describe.each(Object.entries(hosts))('on %s', (_, startHost) => {
  it.each(Object.entries(upstreams))('%s serves a completion', async (pack, { start, models }) => {
    const [host, upstream] = await Promise.all([startHost(), start()]);
    ends.push(
      () => host.stop(),
      () => upstream.close(),
    );
    await place.write('keys.txt', `${upstream.key}\n`);
    const args = ['--pack', pack, '--base-url', upstream.baseUrl, '--host', host.url, '--access', 'self-service'];
    const keys = upstream.key === null ? [] : ['--keys', 'keys.txt'];
    const env = { RELAY_ADMIN_KEY: host.adminKey, RELAY_STATE_DIR: `${place.folder}/state` };
    const done = await place.run(['import', ...args, ...keys, '--yes', '--allow-http'], { env, where: 'here' });
    expect([done.exitCode, done.exitCode === 0 ? '' : done.stdout + done.stderr]).toEqual([0, '']);
    const { provider, connect, warnings } = await place.report();
    expect(provider.baseUrl).toBe(upstream.baseUrl);
    if (models.length > 0) expect(connect?.models.toSorted()).toEqual(models);
    expect(warnings.some(({ code }) => code === 'KEY_PLACEHOLDER')).toBe(upstream.key === null);
    const again = await place.run(['plan', ...args, ...keys, '--detailed-exitcode'], { env, where: 'here' });
    expect([again.exitCode, again.exitCode === 0 ? '' : again.stdout + again.stderr]).toEqual([0, '']);
  });
});
