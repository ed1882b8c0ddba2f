import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseJournalLine } from '../../src/journal/journal-line.ts';
import type { FaultRule } from '../../src/sandbox/faults/faults.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../support/start-sandbox.ts';
import { addUser } from '../../src/sandbox/sub2api/people/users.ts';
import { systemClock } from '../../src/core/clock.ts';
import { codes, type Code } from '../../src/core/codes.ts';
import { importWords, stallAt, workplace, type Finished, type Workplace } from '../support/binary.ts';
import { parse } from '../support/command-line.ts';
import { always, closeServers, inFrontOf, serve } from '../support/small-server.ts';
import { wordsOf } from '../release/code-blocks.js';
import { goodKeys as good } from '../support/keys.ts';

const noRun = '20261121-101530-4f2a91';
const files = {
  'keys.txt': good.join('\n'),
  'two.txt': good.slice(0, 2).join('\n'),
  'one.txt': good[0] ?? '',
  'empty.txt': '# no key\n',
  'malformed.txt': `${good[0]}\n${good[1]}\nsk-with white space\n`,
  'wallet.txt': 'sk-kimi-aaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  'named.csv': `key,name\n${good[0]},main\n`,
  'other.json':
    '{"schema":"relay.import-report/2","host":{"url":"https://other.example"},"provider":{"id":"kimi-cn"},"accessMode":"subscription","keys":[]}',
  'bad.yaml': 'schema: relay.pack/1\n',
  'imports.yaml': 'import: []\n',
  'all.yaml': 'imports: [{ pack: kimi, keys: keys.txt, hosts: all }]\n',
  'dead.txt': 'sk-dead-aaaaaaaaaaaaaaaaaaaa1',
  'shadow.yaml': 'packDirs: [mine]\n',
};

let place: Workplace;
let host: Sandbox;
const hosts: Sandbox[] = [];
let env: Record<string, string>;
let states = 0;
beforeAll(async () => {
  place = await workplace();
  for (const [name, text] of Object.entries(files)) await place.write(name, text);
  const shown = await place.run(['packs', 'show', 'kimi', '--output', 'json'], { where: 'here' });
  const { origin: _1, file: _2, digest: _3, shadows: _4, ...pack } = JSON.parse(shown.stdout);
  const [provider] = pack.providers;
  const copy = (changes: object) =>
    JSON.stringify({ ...pack, providers: [{ ...provider, default: true, keyHints: undefined, ...changes }] });
  await mkdir(join(place.folder, 'mine/kimi'), { recursive: true });
  await place.write('mine/kimi/pack.json', copy({}));
  await place.write('newer.json', copy({ hosts: { sub2api: { version: '>=9' } } }));
  await place.write('unpriced.json', copy({ prices: undefined }));
});
afterAll(() => place.remove());
afterEach(async () => {
  vi.restoreAllMocks();
  closeServers();
  for (const each of hosts.splice(0)) await each.stop();
});

async function start(options: SandboxOptions = {}): Promise<void> {
  host = await startSandbox(options);
  hosts.push(host);
  states += 1;
  env = { RELAY_ADMIN_KEY: host.adminKey, RELAY_STATE_DIR: join(place.folder, `state-${states}`) };
}

/** Pauses cost nothing: the clock goes on by them. */
function withoutPauses(): void {
  let ahead = 0;
  const { now } = systemClock;
  vi.spyOn(systemClock, 'now').mockImplementation(() => now() + ahead);
  vi.spyOn(systemClock, 'monotonic').mockImplementation(() => now() + ahead);
  vi.spyOn(systemClock, 'sleep').mockImplementation(async (ms) => void (ahead += ms));
}

const run = (...args: string[]) => place.run(args, { env, where: 'here' });
const onto = (...more: string[]) => run(...importWords(host, ...more));
const plan = (...more: string[]) => run('plan', ...importWords(host, ...more).slice(1));
const onHost = (...args: string[]) => run(...args, '--host', host.url);
const fleetOf = (...imports: string[]) =>
  place.write('fleet.yaml', `defaults: { baseUrl: '${host.vendorUrl}/v1' }\nimports: [${imports.join(', ')}]\n`);
/** The report of one shard of two. */
async function oneHalf(): Promise<string> {
  await fleetOf('{ pack: kimi, keys: keys.txt }');
  await onHost('import', '--file', 'fleet.yaml', '--shard', '1/2', '--report', 'half.json');
  return 'half.json';
}
const account = () => {
  const [first] = host.state.accounts.values();
  if (first === undefined) throw new Error('no account');
  return first;
};
const ownGroup = () => {
  const group = [...host.state.groups.values()].find(({ name }) => name.startsWith('relay-'));
  if (group === undefined) throw new Error('no group');
  return group;
};

const fault = (method: string, path: string, more: Partial<FaultRule> = {}): FaultRule => ({
  method,
  path,
  fault: 'status',
  status: 400,
  times: 0,
  ...more,
});
const faulty = async (...faults: FaultRule[]) => {
  withoutPauses();
  await start({ faults });
};

/** An import of a gateway at an address. */
const gatewayAt = (baseUrl: string, ...more: string[]) =>
  onHost(
    'import',
    '--pack',
    'litellm',
    '--base-url',
    baseUrl,
    ...(more.includes('--keys') ? [] : ['--keys', 'keys.txt']),
    ...more,
  );

/** A good import, and then something else. */
const afterImport =
  (then: () => Promise<Finished> | Finished, ...more: string[]) =>
  async () => {
    await start();
    const first = await onto(...more);
    if (first.exitCode !== 0) throw new Error(first.stderr);
    return then();
  };
const onFresh =
  (then: () => Promise<Finished>, options: SandboxOptions = {}): (() => Promise<Finished>) =>
  async () => {
    await start(options);
    return then();
  };
const withFault =
  (then: () => Promise<Finished>, ...faults: FaultRule[]): (() => Promise<Finished>) =>
  async () => {
    await faulty(...faults);
    return then();
  };
/** A key that asks the fake vendor for trouble. */
const withKey = (text: string, ...more: string[]) =>
  onFresh(async () => {
    await place.write('trouble-keys.txt', text);
    return onto('--keys', 'trouble-keys.txt', ...more);
  });

/** The run that has written its report last; ids of the same second do not sort. */
const lastId = async () => (await place.report()).run.id;
const journalOf = (id: string) => join(env['RELAY_STATE_DIR'] ?? '', 'runs', `${id}.jsonl`);

/** The journal of the last run, as it would be if relay had been killed before it ended. */
async function cutJournal(): Promise<string> {
  const id = await lastId();
  const file = journalOf(id);
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  const kept = lines.filter((line) => (parseJournalLine(line) as { type?: string }).type !== 'end');
  await writeFile(file, `${kept.join('\n')}\n`);
  return id;
}

/** One real situation for each code. */
const situations: Partial<Record<Code, () => Promise<Finished>>> = {
  USAGE: onFresh(() => run('import', '--kees', 'x')),
  CONFIG_INVALID: onFresh(() => run('--config', 'nowhere.yaml', 'status', '--pack', 'kimi', '--host', 'sandbox')),
  CONFIG_UNTRUSTED: onFresh(async () => {
    await mkdir(join(place.folder, 'open'), { recursive: true });
    await place.write('open/.relayrc', 'mode: partial\n');
    await chmod(join(place.folder, 'open/.relayrc'), 0o666);
    return place.run(['runs', 'list'], { env, where: 'here', inside: 'open' });
  }),
  FILE_UNREADABLE: onFresh(() => onto('--keys', 'nowhere.txt')),
  FILE_UNWRITABLE: onFresh(() => onto('--report', 'nowhere/report.json')),
  REPORT_UNREADABLE: onFresh(() => run('report', 'show', 'keys.txt')),
  REPORT_DIFFERS: onFresh(() => onto('--only-failed', '--from-report', 'other.json')),
  STATE_UNWRITABLE: onFresh(() => {
    env['RELAY_STATE_DIR'] = join(place.folder, 'keys.txt');
    return onto();
  }),
  STATE_UNREACHABLE: () => {
    withoutPauses();
    return run('runs', 'list', '--state', 'postgres://relay@127.0.0.1:1/relay');
  },
  STATE_UNREADABLE: afterImport(async () => {
    const id = await lastId();
    const file = journalOf(id);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('\n', ' damaged\n'));
    return run('runs', 'show', id);
  }),
  RUN_NOT_FOUND: onFresh(() => run('rollback', noRun)),
  RUN_FINISHED: async () => {
    await withKey('sk-dead-aaaaaaaaaaaaaaaaaaaa1')();
    return run('resume', await lastId(), '--keys', 'trouble-keys.txt');
  },
  RUN_KEYS_DIFFER: afterImport(async () => run('resume', await cutJournal(), '--keys', 'two.txt')),
  RUN_HOST_DIFFERS: afterImport(async () => run('rollback', await lastId(), '--yes', '--host', 'http://127.0.0.1:1')),
  PACK_NOT_FOUND: onFresh(() => onHost('status', '--pack', 'kimmi')),
  PROVIDER_NOT_FOUND: onFresh(() => onto('--provider', 'kimi-cm')),
  IMPORTS_INVALID: onFresh(() => onHost('import', '--file', 'imports.yaml')),
  HOST_TWICE: onFresh(async () => {
    const other = await serve(inFrontOf(host.url, () => ({})));
    await place.write('twice.yaml', `hosts: { one: { url: '${host.url}' }, other: { url: '${other}' } }\n`);
    return run('--config', 'twice.yaml', 'status', '--file', 'all.yaml');
  }),
  NOT_BEGUN: onFresh(async () => {
    await fleetOf('{ pack: kimi, keys: dead.txt }', '{ pack: groq, keys: keys.txt }');
    return onHost('import', '--file', 'fleet.yaml', '--fail-fast');
  }),
  SHARDS_DIFFER: onFresh(async () => {
    const half = await oneHalf();
    return run('report', 'merge', half, half);
  }),
  SHARDS_MISSING: onFresh(async () => run('report', 'merge', await oneHalf())),
  PACK_SHADOWED: onFresh(() => run('--config', 'shadow.yaml', 'plan', ...importWords(host).slice(1))),
  PACK_DIGEST_DIFFERS: onFresh(() => onto('--pack-sha256', '0'.repeat(64))),
  TERMS_NOT_ACCEPTED: onFresh(() => onto('--provider', 'kimi-coding')),
  TERMS_APPLY: onFresh(() => plan('--provider', 'kimi-coding')),
  KEY_OF_OTHER_WALLET: onFresh(() => plan('--keys', 'wallet.txt')),
  KEY_UNUSUAL: onFresh(() => plan()),
  MANIFEST_INVALID: onFresh(() => onHost('status', '--pack', './bad.yaml')),
  KEYS_EMPTY: onFresh(() => onto('--keys', 'empty.txt')),
  KEYS_MALFORMED: onFresh(() => onto('--keys', 'malformed.txt')),
  CONSENT_NEEDED: afterImport(() => onto('--keys', 'two.txt')),
  REMOVALS_HELD_BACK: afterImport(() => plan('--keys', 'malformed.txt', '--mode', 'partial')),
  MASS_REMOVAL: afterImport(() => onto('--keys', 'one.txt')),
  BASE_URL_NEEDED: onFresh(() => onHost('import', '--pack', 'litellm', '--keys', 'keys.txt', '--no-input')),
  UPSTREAM_LOOP: onFresh(() => gatewayAt(`${host.url}/v1`)),
  UPSTREAM_UNREACHABLE: onFresh(() => gatewayAt('http://127.0.0.1:1/v1')),
  UPSTREAM_REFUSED: onFresh(async () => {
    await place.write('dead.txt', 'sk-dead-0001112223334445\n');
    return gatewayAt(`${host.vendorUrl}/v1`, '--keys', 'dead.txt');
  }),
  UPSTREAM_WRONG_ADDRESS: onFresh(() => gatewayAt(`${host.url}/elsewhere`)),
  UPSTREAM_LIST_UNUSABLE: onFresh(() => gatewayAt(`${host.vendorUrl}/v1`, '--model', 'nothing*')),
  UPSTREAM_MODEL_FAILS: onFresh(() =>
    run('packs', 'fill', 'acme', '--base-url', host.vendorUrl, '--key-file', 'keys.txt', '--model', 'no-such-model'),
  ),
  KEY_PLACEHOLDER: onFresh(() => onHost('import', '--pack', 'ollama', '--base-url', `${host.vendorUrl}/v1`, '--yes')),
  HTTP_REFUSED: onFresh(() => run('status', '--pack', 'kimi', '--host', 'http://gateway.example.org')),
  USER_NOT_FOUND: onFresh(() => onto('--user', 'nobody@relay.test')),
  USER_TWICE: onFresh(() => {
    const [, user] = host.state.users.keys();
    return onto('--user', 'user@relay.test=30', '--user', `${user}=90`);
  }),
  FOREIGN_OBJECT: afterImport(() => {
    ownGroup().description = 'by hand';
    return onto();
  }),
  NAME_AMBIGUOUS: afterImport(() => onto('--keys', 'named.csv', '--access', 'self-service'), '--keys', 'named.csv'),
  GROUP_IN_FOREIGN_CHANNEL: afterImport(() => {
    for (const channel of host.state.channels.values()) channel.name = 'by hand';
    return onto();
  }),
  GROUP_MISMATCH: afterImport(() => {
    ownGroup().platform = 'anthropic';
    return onto();
  }),
  HOST_TOO_OLD_FOR_PACK: onFresh(() => onto('--pack', './newer.json')),
  HOST_UNREACHABLE: onFresh(() => run('status', '--pack', 'kimi', '--host', 'http://127.0.0.1:1')),
  HOST_WRONG_ADDRESS: onFresh(() => run('status', '--pack', 'kimi', '--host', host.vendorUrl)),
  HOST_REDIRECTS: onFresh(async () => {
    const url = await serve(always(301, 'text/html', '', { location: 'https://login.example.org/' }));
    return run('status', '--pack', 'kimi', '--host', url);
  }),
  HOST_IN_SETUP: onFresh(() => onto(), { needsSetup: true }),
  HOST_VERSION_UNSUPPORTED: onFresh(() => onto(), { settings: { version: '0.1.128' } }),
  HOST_NEWER_THAN_KNOWN: onFresh(() => plan(), { settings: { version: '9.9.9' } }),
  LOGIN_MISSING: onFresh(() => {
    env = {};
    return onto();
  }),
  LOGIN_REFUSED: onFresh(() => {
    env['RELAY_ADMIN_KEY'] = 'admin-0000000000000000000000000000';
    return onto();
  }),
  LOGIN_NEEDS_KEY: onFresh(
    () => {
      env = { RELAY_ADMIN_PASSWORD: host.adminPassword };
      return onto('--admin-email', host.adminEmail);
    },
    { settings: { turnstile_enabled: true } },
  ),
  COMPLIANCE_GATE: onFresh(() => onto(), { complianceGate: true }),
  PROBE_KEY_IMPOSSIBLE: onFresh(() => onto(), { settings: { turnstile_enabled: true } }),
  HOST_REPLY_UNEXPECTED: withFault(
    () => onto(),
    fault('GET', '/api/v1/admin/groups', { status: 200, body: { code: 0, data: { items: 'none' } } }),
  ),
  HOST_FAILED: withFault(() => onto(), fault('GET', '/api/v1/admin/groups')),
  WRITE_REFUSED: withFault(() => onto(), fault('POST', '/api/v1/admin/accounts/batch')),
  OTHER_RUN: afterImport(() => {
    const { relay } = account().extra as { relay: Record<string, unknown> };
    for (const name of Object.keys(account().extra)) if (/tested/.test(name)) delete account().extra[name];
    for (const name of Object.keys(relay)) if (/tested/.test(name)) delete relay[name];
    return plan();
  }),
  PACK_CHANGED: onFresh(async () => {
    await place.write('changing.json', await readFile(join(place.folder, 'unpriced.json'), 'utf8'));
    await onto('--pack', './changing.json');
    const id = await cutJournal();
    await place.write('changing.json', await readFile(join(place.folder, 'mine/kimi/pack.json'), 'utf8'));
    return run('resume', id, '--keys', 'keys.txt');
  }),
  RESTORED_NOTHING: afterImport(async () => {
    await onto('--keys', 'two.txt', '--yes');
    return run('rollback', await lastId(), '--yes');
  }),
  KEY_REFUSED: withKey('sk-dead-aaaaaaaaaaaaaaaaaaaa1'),
  BALANCE_EXHAUSTED: withKey('sk-exhausted-aaaaaaaaaaaaaaaaaaaa1'),
  TEST_ERROR: withFault(() => onto('--keys', 'one.txt'), fault('POST', '*/test')),
  UPSTREAM_JUNK: withKey('sk-html-aaaaaaaaaaaaaaaaaaaa1'),
  UPSTREAM_BUSY: async () => {
    withoutPauses();
    return withKey('sk-throttled-aaaaaaaaaaaaaaaaaaaa1', '--mode', 'partial', '--probe', 'none')();
  },
  FAILED_BEFORE: async () => {
    await withKey(`${good.join('\n')}\nsk-dead-aaaaaaaaaaaaaaaaaaaa1`, '--mode', 'partial')();
    return onto('--keys', 'trouble-keys.txt', '--mode', 'partial', '--failed', 'remove');
  },
  PRICE_MISSING: onFresh(() => plan('--pack', './unpriced.json')),
  DRIFT: afterImport(() => {
    ownGroup().rate_multiplier = 3;
    return plan();
  }),
  KEY_REVOKED: afterImport(
    async () => {
      await onHost('revoke', '--name', 'kimi-cn-01', '--yes');
      return onto('--keys', 'one.txt');
    },
    '--keys',
    'one.txt',
  ),
  FOREIGN_ACCOUNT: afterImport(() => {
    account().extra = {};
    return plan('--keys', 'two.txt');
  }),
  GATEWAY_NOT_READY: withFault(
    () => onto('--gateway-wait', '1ms'),
    fault('POST', '/v1/chat/completions', { status: 503 }),
  ),
  SUBSCRIPTION_FAILED: withFault(
    () => onto('--user', 'user@relay.test', '--mode', 'partial', '--probe', 'none'),
    fault('POST', '/api/v1/admin/subscriptions/*'),
  ),
  MODEL_LIST_LAGS: withFault(
    () => onto('--gateway-wait', '1ms'),
    fault('GET', '/v1/models', { status: 200, body: { object: 'list', data: [] } }),
  ),
  SUBSCRIPTION_DIFFERS: afterImport(() => plan('--user', 'user@relay.test=90'), '--user', 'user@relay.test=30'),
  REMOVAL_FAILED: async () => {
    await faulty();
    await onto();
    host.addFault(fault('DELETE', '/api/v1/admin/accounts/*'));
    return onto('--keys', 'two.txt', '--yes', '--mode', 'partial');
  },
  KEY_NOT_FOUND: afterImport(() => onHost('revoke', '--name', 'nobody', '--yes')),
  KEY_AMBIGUOUS: afterImport(async () => {
    await onto('--access', 'self-service');
    return onHost(
      'revoke',
      '--fingerprint',
      (account().extra['relay'] as { fingerprint: string }).fingerprint,
      '--yes',
    );
  }),
  NOT_THERE: onFresh(() => onHost('connect', '--pack', 'kimi')),
  PLAN_UNUSABLE: onFresh(async () => {
    await place.write('none.json', '{}');
    return run('import', '--plan', 'none.json', '--keys', 'keys.txt');
  }),
  PLAN_DIFFERS: onFresh(async () => {
    await plan('--out', 'plan.json');
    await onto();
    return run('import', '--plan', 'plan.json', '--keys', 'keys.txt');
  }),
  PROBE_USER_LEFT: onFresh(() => {
    addUser(host.state, { email: `relay-probe-${noRun}@relay.invalid`, username: 'probe' });
    return plan();
  }),
  INTERRUPTED: onFresh(() =>
    place.run(['status', '--pack', 'kimi', '--host', host.url], {
      env,
      signalAt: { moment: stallAt(host, 'GET', '*/admin/groups'), signal: 'SIGINT' },
    }),
  ),
  DEADLINE_PASSED: onFresh(() => {
    void stallAt(host, 'GET', '*/admin/groups');
    return onHost('status', '--pack', 'kimi', '--deadline', '50ms');
  }),
};

/** Codes for which no situation is made here, and why. */
const notProduced: Partial<Record<Code, string>> = {
  UPSTREAM_ON_HOST: 'needs a host that is not on this machine; test/flows/live-models.test.ts',
  MODELS_LEFT_OUT: 'needs an upstream that lists what cannot be offered; test/flows/live-models.test.ts',
  LOCKED: 'needs a second process at work; test/cli/one-writer.test.ts',
  WRITE_UNSETTLED: 'needs a lost answer that looking does not settle; test/flows/import.test.ts',
  JOURNAL_FAILED: 'needs a disk that fills up in the middle of a run; test/flows',
  LOCK_LOST: 'needs another machine that takes the lock of a run at work; test/cli/one-writer.test.ts',
  SETTINGS_DROPPED: 'needs a host that stores otherwise than it was sent, which no fault plays; test/flows',
  KEY_HAS_ACCOUNT: 'needs somebody who makes an account at the same moment; test/flows/late-arrivals.test.ts',
  TEST_FAILED: 'needs a vendor answer that is none of the known ones; test/verify/verdict.test.ts',
  MODEL_NOT_SEEN: 'the sandbox lists the model of every account; test/verify/verdict.test.ts',
  ACCOUNT_HELD_OUT: 'needs a host that takes an account out while it is tested; test/flows',
  UPSTREAM_FORBIDDEN:
    'the fake vendor forbids the list of models too, and so refuses the key; test/verify/verdict.test.ts',
  TEST_UNAVAILABLE: 'needs an old host and a vendor without the Responses API; test/verify/verdict.test.ts',
  KEY_UNPROVEN: 'the same, where the list of models proves nothing either; test/verify/verdict.test.ts',
  TEST_NOT_NOTED: 'a warning that asks for nothing; test/flows',
  PROBE_LEFT_BEHIND: 'needs a killed run, and a host that refuses to remove its user; test/flows/left-behind.test.ts',
  HOST_CANNOT: 'needs a host of another kind: the sandbox can do all that may be asked for',
  GATEWAY_OPEN: 'the same, one that keeps client keys in a list; test/cli/cliproxyapi.test.ts',
  OTHER_WRITER: 'the same, and somebody who writes at the same moment; test/cli/cliproxyapi.test.ts',
  USER_ELSEWHERE: 'the same, one on which a user is in one group at a time; test/cli/new-api-subscription.test.ts',
  PRICE_NEEDED: 'needs a host of another kind: the sandbox serves models without a price',
  HOST_IGNORES: 'the same: the sandbox honours all that a pack may say',
  INTERNAL: 'a fault of relay, which nothing is known to cause',
};

/** Commands that stand to be pasted: after `Next:`, or as another way. */
function commandsIn(stderr: string): string[] {
  return stderr
    .split('\n')
    .filter((line) => /^(?:Next|To keep|To remove|Only those)/.test(line))
    .flatMap((line) => /(?:^Next:|^To keep[^:]*:|^Only[^:]*:|^To remove[^:]*:) (relay .*)$/.exec(line)?.[1] ?? []);
}

/** A command that is only mentioned may lack what the reader has to add; all that it says must be right. */
async function isAccepted(mention: string): Promise<boolean> {
  const lacking = new Set(['commander.missingArgument', 'commander.help', 'commander.helpDisplayed']);
  return parse(wordsOf(mention).slice(1)).then(
    () => true,
    (error: unknown) => error instanceof CommanderError && lacking.has(error.code),
  );
}

it('every code is produced here, or listed with the reason why not, and none is both', () => {
  const known = [...Object.keys(situations), ...Object.keys(notProduced)];
  expect(known.toSorted()).toEqual(Object.keys(codes).toSorted());
});

describe('what is said to do next is accepted by relay, word for word', () => {
  it.each(Object.entries(situations))('%s', async (code, produce) => {
    const { stdout, stderr, exitCode } = await produce();
    expect(`${stdout}\n${stderr}`).toMatch(new RegExp(String.raw`\b${code}\b`));
    if (exitCode !== 0) expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^Next: relay \S+(?: (?!then:)|$)/);
    for (const command of commandsIn(stderr)) {
      const words = wordsOf(command).map((word) => ({ FILE: 'keys.txt', URL: `${host.vendorUrl}/v1` })[word] ?? word);
      if (words.at(-1) !== '--help') await parse(words.slice(1));
      const next = await place.run(words.slice(1), { env, where: 'here' });
      expect(next.stderr, command).not.toContain('error USAGE');
    }
  });

  it.each([[[]], [['import']]])('and the examples of %j for the sandbox work', async (words) => {
    await start();
    const { stdout } = await run(...words, '--help');
    const examples = stdout.split('\n').filter((line) => /^ {2}relay .*--host sandbox/.test(line));
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const { exitCode, stderr } = await run(...wordsOf(example.trim()).slice(1), '--no-report');
      expect([example, exitCode, exitCode === 0 ? '' : stderr]).toEqual([example, 0, '']);
    }
  });

  it('and so is each command that the table of codes mentions', async () => {
    for (const { hint } of Object.values(codes))
      for (const [, mention = ''] of hint.matchAll(/`(relay [^`]*)`/g))
        expect([mention, await isAccepted(mention)]).toEqual([mention, true]);
  });
});
