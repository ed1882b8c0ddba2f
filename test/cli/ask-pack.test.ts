import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { askPack, type PackFlags } from '../../src/cli/commands/packs/ask-pack.ts';

/** Answers on a terminal, one answer for each question, and tells what was said. */
async function answered(answers: readonly string[], flags: Partial<PackFlags> = {}) {
  const terminal = () => Object.assign(new PassThrough(), { isTTY: true });
  const [stdin, stderr] = [terminal(), terminal()];
  const left = [...answers];
  let said = '';
  stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.endsWith(': ')) setImmediate(() => (left.length === 0 ? stdin.end() : stdin.write(`${left.shift()}\r`)));
  });
  const io = { stdin, stderr, stdout: terminal(), env: { TERM: 'dumb' }, cwd: '/', uid: undefined, version: '0' };
  const start = await askPack('acme', { input: true, color: true, ...flags }, io);
  return { start, said: said.replaceAll(/\u001B\[[0-9;]*[A-Za-z]/g, ''), left };
}

const url = 'https://api.acme.example/v1';
const good = { id: 'acme', displayName: 'acme', baseUrl: url, platform: 'openai', models: ['small', 'big'] };

it.each<[string, string[], string, Partial<PackFlags>?]>([
  ['what is no URL', ['', 'acme-small', url, '', 'small big'], 'The base URL must be an http or https URL.'],
  [
    'a path that the host adds',
    ['', `${url}/chat/completions`, '', url, '', 'small big'],
    'so the base URL must end before it.',
  ],
  ['what is read otherwise', ['', 'https://a\\@evil.example', url, '', 'small big'], 'The base URL holds a backslash'],
  ['no address', ['', '', url, '', 'small big'], 'A base URL is needed, such as'],
  ['a mistyped protocol', ['', url, 'opnai', 'openai', 'small big'], 'Did you mean "openai"?'],
  ['an address of another protocol', ['', url, 'anthropic', url, 'openai', 'small big'], 'so it must not end in /v1.'],
  ['no model', ['', url, '', '', ' , ', 'small big'], 'At least one model is needed.'],
  ['a model twice', ['', url, '', 'small small', 'small big'], 'The name "small" stands here twice.'],
  [
    'no model where all else is given',
    ['', 'small, big'],
    'At least one model',
    { baseUrl: url, platform: 'openai', displayName: 'acme' },
  ],
])('asks again, with the reason, after %s', async (_, answers, reason, flags) => {
  const { start, said, left } = await answered(answers, flags);
  expect([start, left]).toEqual([good, []]);
  expect(said).toContain(reason);
});

it('says nothing more where the answers are right, and gives up where there are none', async () => {
  const { start, said } = await answered(['Acme', url, '', 'small big']);
  expect(start).toEqual({ ...good, displayName: 'Acme' });
  expect(said.match(/: /g)).toHaveLength(5);
  await expect(answered(['Acme'])).rejects.toMatchObject({ code: 'CONSENT_NEEDED' });
});
