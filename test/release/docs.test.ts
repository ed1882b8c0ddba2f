import { CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, parseDocument } from 'yaml';
import { parseKeyFile } from '../../src/keys/parse-key-file.ts';
import { packProviderSchema } from '../../src/pack/manifest.ts';
import { parseFaults } from '../../src/sandbox/faults/faults.ts';
import { parse } from '../support/command-line.ts';
import { codeBlocks } from './code-blocks.js';
import { pageCommands, relayOf } from './commands-of-pages.ts';
import { makeScene, type Scene } from './docs-scene.ts';
import { textOf } from './pages.ts';

/** Why a command that a page tells its reader to run is only parsed here, if so. */
function whyNotRun(words: readonly string[]): string | undefined {
  if (words[0] === 'sandbox') return 'runs until it is stopped';
  if (words.some((word) => word.startsWith('postgres://'))) return 'needs a database';
  return undefined;
}

/** How commands end here, and a line of what they say; the first that fits a command is its own. */
const outcomes: [command: RegExp, exitCode: number, says: RegExp][] = [
  [/^remove .*--access self-service/, 0, /^The host holds nothing of this provider/m],
  // Nobody can be asked here, and without a yes it is refused, as the pages say.
  [/^(?:rollback|remove|revoke) (?!.*--(?:yes|dry-run))/, 2, /^error CONSENT_NEEDED/m],
  [/^doctor --accept-compliance/, 2, /^error CONSENT_NEEDED/m],
  [/^import --pack \.\/acme/, 2, /^error CONSENT_NEEDED: The keys would be sent to/m],
  [/^rollback .*--dry-run/, 0, /^would be removed account "kimi-cn-01"/m],
  [/^rollback .*--yes/, 0, /^undone account "kimi-cn-01"/m],
  [/^revoke .*--output json/, 0, /"schema": "relay.revoke\/1"/],
  [/^revoke .*--file/, 0, /^✔ eu-1 +kimi-cn-08 out of service$/m],
  [/^revoke/, 0, /^✔ kimi-cn-0[78] .* is out of service/m],
  [/^remove/, 0, /8 accounts would be removed/],
  // A pipeline runs all of its shards.
  [/^report merge/, 6, /SHARDS_MISSING: 9 shards missing/],
  [/^plan .*--detailed-exitcode/, 8, /"schema": "relay.plan\/1"/],
  [/^plan --file vendors/, 0, /^Plan of 2 imports: /m],
  [/^plan .*--file/, 0, /^Plan of 6 imports: /m],
  [/^plan/, 0, /^(?:Plan: \d|Nothing to do)/m],
  [/^import --file vendors/, 0, /^✔ 2 imports on .*: 2 succeeded/m],
  [/^import .*--shard/, 0, /^✔ Shard \d+ of \d+: /m],
  [/^import .*--file/, 0, /^✔ 6 imports on 3 hosts: 6 succeeded/m],
  [/^import .*--output json/, 0, /"batchStatus": "succeeded"/],
  [/^import/, 0, /^✔ (?:.* is live on|Nothing to do: )/m],
  [/^resume/, 0, /^✔ Nothing to do: .*8 accounts serve|8 of 8 accounts serve/m],
  [/^connect/, 0, /^ {2}base URL +http/m],
  [/^status .*--output json/, 0, /"schema": "relay\.(?:status|overview)\/\d"/],
  [/^status .*--output csv/, 0, /^kimi-cn,subscription,8,/m],
  [/^status/, 0, /\d of \d (?:accounts )?serve/],
  [/^probe .*--since-last/, 0, /0 of 8 accounts fail|0 newly dead|8 of 8 passed/],
  [/^probe/, 0, /^8 of 8 accounts passed/m],
  [/^doctor .*--output json/, 0, /"schema": "relay.doctor\/1"/],
  [/^doctor .*--file/, 0, /^✔ eu-1 kimi-cn +can work$/m],
  [/^doctor/, 0, /^relay can work on this host\.$/m],
  [/^runs list .*--state/, 0, /./],
  [/^runs list .*--outcome/, 0, /^None of 1 run is so\.$/m],
  [/^runs list/, 0, /succeeded +kimi-cn/],
  [/^runs show/, 0, /^What can be done:$/m],
  [/^runs prune/, 0, /./],
  [/^packs list/, 0, /built-in sha256:/],
  [/^packs show/, 0, /^schema: relay\.pack\/1$/m],
  [/^packs (?:new|fill)/, 0, /\/pack\.yaml$/m],
  [/^(?:packs|config|report) schema/, 0, /"\$schema": "https:\/\/json-schema\.org/],
  [/^validate .*--output junit/, 0, /<testsuites tests="1" failures="0">/],
  [/^validate/, 0, /^ok 1 pack checked, no faults\.$/m],
  [/^config show .*--output json/, 0, /"schema": "relay.settings\/1"/],
  [/^config show/, 0, /^hosts\.prod\.url +http/m],
  [/^completion/, 0, /^# Completion of relay for /m],
  [/^report show .*--as html/, 0, /^<!doctype html>/m],
  [/^report show/, 0, /^run \S+ by relay /m],
  [/^explain --output json/, 0, /"schema": "relay.codes\/1"/],
  [/^explain/, 0, /KEY_REFUSED/],
  [/^help/, 0, /^(?:Usage: relay import|What the host holds)/m],
  [/^--version/, 0, /^\d+\.\d+\.\d+$/m],
];

const shell = pageCommands.filter(({ where }) => where === 'shell');
const here = shell.filter(({ words }) => whyNotRun(words) === undefined);
const blocks = [...new Set(here.map(({ page, block }) => `${page}, block ${block + 1}`))];

describe.each(blocks)('the commands of %s do what they say', (name) => {
  const commands = here.filter(({ page, block }) => `${page}, block ${block + 1}` === name).map(({ words }) => words);
  let scene: Scene;
  beforeAll(async () => {
    scene = await makeScene(commands);
  });
  afterAll(() => scene.end());

  it.each(commands.map((words) => [words.join(' '), words] as const))('relay %s', async (line, words) => {
    const outcome = outcomes.find(([command]) => command.test(line));
    expect(outcome, 'what it should say').toBeDefined();
    const { exitCode, stdout, stderr } = await scene.follow(words);
    expect(`${stdout}\n${stderr}`).toMatch(outcome?.[2] ?? /$./);
    expect(exitCode).toBe(outcome?.[1]);
    // The README says what its first command leaves.
    if (line.includes('packs/kimi/keys.example.txt'))
      expect(await scene.report()).toMatchObject({ accessStatus: 'subscription_ready' });
  });
});

describe('all other commands of the pages', () => {
  it('are these, which are only parsed', () => {
    const left = shell.flatMap(({ page, words }) => {
      const why = whyNotRun(words);
      return why === undefined ? [] : [`${page}: relay ${words.join(' ')} (${why})`];
    });
    expect(left).toEqual([
      'docs/options.md: relay runs list --state postgres://relay@db.example.org/relay (needs a database)',
      'docs/options.md: relay sandbox (runs until it is stopped)',
      'docs/options.md: relay sandbox --host-kind new-api --host-version A --output json (runs until it is stopped)',
      'docs/sandbox.md: relay sandbox (runs until it is stopped)',
      'docs/sandbox.md: relay sandbox --host-kind new-api --api-limit 180/180s (runs until it is stopped)',
    ]);
    // Of jobs of CI systems and of Kubernetes, whose paths and variables are on their machines.
    const inJobs = pageCommands.filter(({ where }) => where === 'yaml').map(({ page }) => page);
    expect([...new Set(inJobs)]).toEqual(['docs/ci.md', 'docs/fleet-ci.md', 'docs/kubernetes.md']);
    expect(inJobs.length).toBeGreaterThan(10);
  });

  const whole = pageCommands.filter(({ words, where }) => where === 'yaml' || whyNotRun(words) !== undefined);
  it.each(whole.map(({ page, words }) => [page, words.join(' '), words] as const))(
    'are taken: %s, relay %s',
    async (_page, _line, words) => {
      const filled = words.map((word) => word.replaceAll(/\{\{.*?\}\}|\$\(?\w+\)?/g, '3'));
      await expect(parse(filled)).resolves.toMatchObject({ command: expect.any(String) as unknown });
    },
  );

  const mentions = pageCommands.filter(({ where, words }) => where === 'prose' && words[0] !== 'COMMAND');
  it.each([...new Set(mentions.map(({ words }) => words.join(' ')))].map((line) => [line]))(
    'are taken where they are mentioned: relay %s',
    async (line) => {
      // What is only mentioned may lack what the reader has to add.
      const lacking = new Set([
        'commander.missingArgument',
        'commander.optionMissingArgument',
        'commander.help',
        'commander.helpDisplayed',
        'commander.version',
      ]);
      const fault: unknown = await parse(line.split(' ')).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(fault instanceof CommanderError && lacking.has(fault.code) ? undefined : fault).toBeUndefined();
    },
  );

  it.each([
    ['import --pack kimi --keys keys.txt --modus partial'],
    ['import --pack kimi --keys keys.txt --mode partly'],
    ['import --pack kimi --keys keys.txt --deadline soon'],
    ['improt'],
  ])('would be found: relay %s', async (line) => {
    await expect(parse(line.split(' '))).rejects.toThrow();
  });
});

describe('what the pages show beside commands', () => {
  const jobs = codeBlocks(textOf('docs/ci.md'), 'yaml');
  it.each(jobs)('docs/ci.md, $section: is well formed', ({ text }) => {
    const { errors, warnings } = parseDocument(text, { strict: true });
    expect([...errors, ...warnings]).toEqual([]);
  });

  it('docs/ci.md runs relay on three services', () => {
    const commands = jobs.map(({ text }) =>
      parseAllDocuments(text).flatMap((document) => relayOf(document.toJS()).map(([name]) => name)),
    );
    expect(commands).toEqual([['import', 'runs', 'resume'], ['import', 'runs', 'resume'], ['import']]);
  });

  it.each(codeBlocks(textOf('docs/key-files.md'), 'text').map(({ text }) => [text]))('is a key file: %s', (text) => {
    expect(parseKeyFile(text)).toMatchObject({ entries: expect.arrayContaining([]) as unknown });
    expect(parseKeyFile(text)).not.toHaveProperty('faults');
  });

  it('is a part of a pack', () => {
    const [block] = codeBlocks(textOf('docs/packs.md'), 'yaml');
    const part: unknown = parseDocument(block?.text ?? '').toJS();
    expect(packProviderSchema.pick({ defaultModels: true, liveModels: true }).parse(part)).toEqual(part);
  });

  it('is a list of faults', () => {
    const [block] = codeBlocks(textOf('docs/sandbox.md'), 'json');
    expect(parseFaults(block?.text ?? '')).toHaveLength(1);
  });
});
