import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJournalLine } from '../../src/journal/journal-line.ts';
import { addUser } from '../../src/sandbox/sub2api/people/users.ts';
import { workplace, type Finished, type Workplace } from '../support/binary.ts';
import { startSandbox } from '../support/start-sandbox.ts';
import { startVllm } from '../support/upstreams/vllm.ts';
import { codeBlocks } from './code-blocks.js';
import { pathOf, textOf } from './pages.ts';

/** Keys of which the last is the one that the pages call leaked. */
const keysOf = (vendor: string) =>
  [...'abcdefgh'].map((letter) => `sk-${vendor}-${letter.repeat(20)}${letter === 'h' ? '9f3a' : '0001'}`).join('\n');
const [goodKeys, otherKeys] = [keysOf('good'), keysOf('more').replace('9f3a', '0008')];

/** What the pages write in place of what a reader has. */
const stands = {
  run: /^(?:RUN|2026\d+-\d+-\w+)$/,
  fingerprint: 'sha256:0123456789ab',
  server: 'http://127.0.0.1:8000',
};

/** A pattern for what the fake vendor lists. */
const listed = (word: string) => word.replace(/^qwen\*$/, 'kimi*');

/** Where somebody follows the pages. */
export interface Scene {
  /** Runs a command of a page. What others before it would have left is there; nobody can be asked. */
  follow(words: readonly string[]): Promise<Finished>;
  report: Workplace['report'];
  end(): Promise<void>;
}

/** A folder with the files that commands of a page name, the hosts of its configuration, and a local server. */
export async function makeScene(commands: readonly (readonly string[])[]): Promise<Scene> {
  const [place, prod, eu1, eu2, server] = await Promise.all([
    workplace(),
    startSandbox(),
    startSandbox(),
    startSandbox(),
    startVllm(),
  ]);
  const upstream = `${prod.vendorUrl}/v1`;
  const state = join(place.folder, 'state');
  const env = {
    RELAY_HOST: prod.url,
    RELAY_ADMIN_KEY: prod.adminKey,
    RELAY_STATE_DIR: state,
    CI_NODE_INDEX: '1',
    CI_NODE_TOTAL: '2',
  };
  const run = (words: readonly string[]) =>
    place.run(words, { env, where: 'here', ...(words.includes('-') ? { input: goodKeys } : {}) });

  for (const { state: held } of [prod, eu1, eu2]) addUser(held, { email: 'ann@example.org', username: 'ann' });
  for (const folder of ['keys', 'packs']) await mkdir(join(place.folder, folder));
  const files = {
    'keys.txt': goodKeys,
    'before.txt': goodKeys,
    'keys-before.txt': goodKeys,
    'key.txt': goodKeys,
    'kimi.txt': goodKeys,
    'deepseek.txt': otherKeys,
    'zai.txt': otherKeys,
    'ours.txt': otherKeys,
    ...Object.fromEntries(
      ['prod', 'eu-1', 'eu-2'].flatMap((name) =>
        ['', '-kimi'].map((of): [string, string] => [`keys/${name}${of}.txt`, goodKeys]),
      ),
    ),
    'admin-key': prod.adminKey,
    'admin-key-1': eu1.adminKey,
    'admin-key-2': eu2.adminKey,
  };
  for (const [name, text] of Object.entries(files)) await place.write(name, text);
  const names = (pattern: RegExp) => commands.some((words) => words.some((word) => pattern.test(word)));
  const fill = async (id: string, folder = '.') => {
    const words = ['packs', 'fill', id, '--to', folder, '--base-url', prod.vendorUrl, '--key-file', 'key.txt'];
    const { exitCode, stderr } = await run(words);
    if (exitCode !== 0) throw new Error(stderr);
  };
  if (names(/^\.\/my-pack$/)) await fill('my-pack');
  if (names(/^\.\/packs$/)) await fill('mine', 'packs');

  // The configuration and what is imported are those of the pages.
  const yamlOf = (page: string, has = '') =>
    codeBlocks(textOf(page), 'yaml').find(({ text }) => text.includes(has))?.text ?? '';
  const more = Object.entries({ 'eu-1': eu1, 'eu-2': eu2 }).map(
    ([name, { url }], index) => `  ${name}: { url: ${url}, adminKeyFile: ./admin-key-${index + 1} }`,
  );
  const config = yamlOf('docs/configuration.md').replace('https://gateway.example.org', prod.url);
  await place.write('relay.config.yaml', config.replace(/^hosts:$/m, ['$&', ...more].join('\n')));
  await place.write('vendors.yaml', `defaults: { baseUrl: '${upstream}' }\n${yamlOf('README.md')}`);
  if (names(/fleet\.yaml$|^shard/)) {
    await fill('our-pack');
    const { stdout } = await run(['packs', 'show', './our-pack', '--output', 'json']);
    const { digest } = JSON.parse(stdout) as { digest: string };
    const fleet = yamlOf('docs/fleets.md', 'imports:').replace('5f0c…', digest.replace('sha256:', ''));
    await place.write('fleet.yaml', fleet.replace(/^defaults:.*$/m, `$&\n  baseUrl: ${upstream}`));
  }

  const lastRun = async () => {
    const { stdout } = await run(['runs', 'list', '--output', 'json']);
    return (JSON.parse(stdout) as { runs: { id: string }[] }).runs[0]?.id ?? '';
  };

  /** The last run becomes one that was killed before it ended. */
  const cutShort = async () => {
    const file = join(state, 'runs', `${await lastRun()}.jsonl`);
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    const kept = lines.filter((line) => (parseJournalLine(line) as { type?: string }).type !== 'end');
    await writeFile(file, `${kept.join('\n')}\n`);
  };

  /** A command with what a reader has, and with an upstream that is there. */
  const asHere = async (words: readonly string[]): Promise<string[]> => {
    const seventh = [...prod.state.accounts.values()][6]?.extra['relay'] as { fingerprint: string } | undefined;
    const id = words.some((word) => stands.run.test(word)) ? await lastRun() : '';
    const shards = (await readdir(place.folder)).filter((file) => /^shard-.*\.json$/.test(file)).toSorted();
    const placed = words.flatMap((word) =>
      word === 'shard-*.json'
        ? shards
        : word
            .replace(stands.run, id)
            .replace(stands.fingerprint, seventh?.fingerprint ?? '')
            .replace(/^https:\/\/gateway\.example\.org$/, prod.url)
            .replace(/^https:\/\/llm\.example\.org(?=\/v1$|$)/, prod.vendorUrl)
            .replace(stands.server, server.baseUrl.replace('/v1', ''))
            .replace(/^packs\/kimi\/.*$/, pathOf)
            .replace('/srv/relay', join(place.folder, 'srv')),
    );
    const says = (...options: string[]) => options.some((option) => placed.includes(option));
    const [command = '', second] = placed;
    const isOwn = says('--file', '--plan', '--base-url') || placed.some((word) => /^\.\/|^sandbox/.test(word));
    if (['import', 'plan'].includes(command) && !isOwn) return [...placed, '--base-url', upstream];
    if (command === 'packs' && second === 'new' && !says('--base-url'))
      return [...placed, '--base-url', 'https://api.acme.example/v1', '--model', 'acme-small'];
    return placed.some((word) => word.startsWith(prod.vendorUrl)) ? placed.map(listed) : placed;
  };

  const done = new Set<string>();
  /** Does what a reader has done before, once. */
  const first = async (name: string, words: readonly string[]) => {
    if (done.has(name)) return;
    done.add(name);
    const { exitCode, stderr } = await run(await asHere(words));
    if (exitCode !== 0) throw new Error(stderr);
  };

  return {
    report: place.report,
    follow: async (words) => {
      const [command = '', second = ''] = words;
      const looks = ['connect', 'status', 'probe', 'revoke', 'remove', 'runs', 'resume', 'rollback', 'report'];
      if (looks.includes(command) && words.includes('--file')) await first('fleet', ['import', '--file', 'fleet.yaml']);
      else if (looks.includes(command))
        await first('import', ['import', '--pack', 'kimi', '--keys', 'keys.txt', '--user', 'ann@example.org=30']);
      if (words.includes('shard-*.json'))
        await first('shard', ['import', '--file', 'fleet.yaml', '--shard', '3/10', '--report', 'shard-3.json']);
      if (command === 'resume') await cutShort();
      if (command === 'packs' && ['new', 'fill'].includes(second))
        await rm(join(place.folder, words[2] ?? 'acme'), { recursive: true, force: true });
      return run(await asHere(words));
    },
    end: async () => {
      await Promise.all([prod.stop(), eu1.stop(), eu2.stop(), server.close(), place.remove()]);
    },
  };
}
