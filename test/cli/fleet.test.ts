import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { direct } from '../../src/host/http/direct.ts';
import { eventSchema } from '../../src/report/outputs/event-schema.ts';
import { fleetResultSchema } from '../../src/report/outputs/fleet-schema.ts';
import { importsPlanSchema, importsReportSchema } from '../../src/report/outputs/imports-schema.ts';
import { workplace, type Workplace } from '../support/binary.ts';
import { newApis, sandboxes } from '../support/sandboxes.ts';
import { closeServers, inFrontOf, serve } from '../support/small-server.ts';
import type { NewApi, Sandbox } from '../support/start-sandbox.ts';

const start = sandboxes();
const startNewApi = newApis();
let place: Workplace;
let eu1: Sandbox;
let eu2: Sandbox;
let us1: NewApi;
beforeAll(async () => {
  place = await workplace();
  await place.write('kimi-keys.txt', 'sk-good-aaaaaaaaaaaaaaaaaaaa1\nsk-good-bbbbbbbbbbbbbbbbbbbb2');
  await place.write('groq-keys.txt', 'sk-good-cccccccccccccccccccc3');
  await place.write('dead-keys.txt', 'sk-good-dddddddddddddddddddd4\nsk-dead-eeeeeeeeeeeeeeeeeeee5');
});
afterAll(() => place.remove());
afterEach(() => {
  vi.restoreAllMocks();
  closeServers();
});

beforeEach(async () => {
  // Pauses cost nothing: the clock goes on by them.
  let ahead = 0;
  const { now } = systemClock;
  vi.spyOn(systemClock, 'now').mockImplementation(() => now() + ahead);
  vi.spyOn(systemClock, 'monotonic').mockImplementation(() => now() + ahead);
  vi.spyOn(systemClock, 'sleep').mockImplementation(async (ms) => void (ahead += ms));
  [eu1, eu2, us1] = await Promise.all([start(), start({ hostVersion: '0.1.129' }), startNewApi()]);
  for (const [name, { adminKey }] of Object.entries({ 'eu-1': eu1, 'eu-2': eu2, 'us-1': us1 }))
    await place.write(`${name}-key`, adminKey);
  await configure({ 'eu-1': eu1.url, 'eu-2': eu2.url, 'us-1': us1.url });
  await fleet('{ pack: kimi, keys: kimi-keys.txt, hosts: all }');
});

/** Has a host take no connection for as long as that holds. */
function downWhile({ url: base }: { url: string }, isDown: () => boolean): void {
  const carry = direct.carry.bind(direct);
  vi.spyOn(direct, 'carry').mockImplementation((url, request) =>
    isDown() && url.href.startsWith(base)
      ? Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))
      : carry(url, request),
  );
}

async function configure(hosts: Record<string, string>, keys: Record<string, string> = {}): Promise<void> {
  const entries = Object.entries(hosts).map(([name, url]) => {
    return `  ${name}: { url: '${url}', adminKeyFile: ./${keys[name] ?? name}-key }`;
  });
  await place.write('relay.config.yaml', ['hosts:', ...entries, ''].join('\n'));
}

async function fleet(...imports: string[]): Promise<void> {
  const defaults = `defaults: { baseUrl: '${eu1.vendorUrl}/v1' }`;
  await place.write('fleet.yaml', [defaults, 'imports:', ...imports.map((each) => `  - ${each}`), ''].join('\n'));
}

const run = (words: string, options: Parameters<Workplace['run']>[1] = {}) =>
  place.run([...words.split(' '), '--file', 'fleet.yaml'], options);
const report = async (name = 'relay-report.json') =>
  importsReportSchema.parse(JSON.parse(await readFile(join(place.folder, name), 'utf8')));
const writesTo = ({ requests }: { requests: readonly { method: string }[] }) =>
  requests.filter(({ method }) => method !== 'GET').length;
const accounts = () => [eu1.state.accounts.size, eu2.state.accounts.size];

describe('a fleet', () => {
  it('is planned, brought up, looked at, tested and removed in one go each, and every unit is named', async () => {
    await fleet(
      '{ pack: kimi, keys: kimi-keys.txt, hosts: all }',
      '{ pack: groq, keys: groq-keys.txt, hosts: [eu-1, us-1], access: self-service }',
    );
    const units = [
      { host: 'eu-1', provider: 'kimi-cn', access: 'subscription' },
      { host: 'eu-1', provider: 'groq', access: 'self_service' },
      { host: 'eu-2', provider: 'kimi-cn', access: 'subscription' },
      { host: 'us-1', provider: 'kimi-cn', access: 'subscription' },
      { host: 'us-1', provider: 'groq', access: 'self_service' },
    ];
    const planned = await run('plan --output json');
    expect(planned.exitCode).toBe(0);
    const plan = importsPlanSchema.parse(JSON.parse(planned.stdout));
    expect(plan.imports.map(({ unit }) => unit)).toEqual(units);
    expect(plan.failed).toEqual([]);
    expect([eu1, eu2, us1].map(writesTo)).toEqual([0, 0, 0]);

    const done = await run('import --output ndjson --yes --junit out.xml');
    expect(done).toMatchObject({ exitCode: 0 });
    const events = done.stdout.split('\n').map((line) => eventSchema.parse(JSON.parse(line)));
    expect(events.at(-1)).toMatchObject({ type: 'reports', reports: { exitCode: 0 } });
    const finished = events.filter(({ type }) => type === 'unit-finished').map(({ unit }) => unit);
    expect(finished).toHaveLength(5);
    expect(finished).toEqual(expect.arrayContaining(units));
    for (const event of events)
      if (event.type === 'progress' || event.type === 'step') expect(units).toContainEqual(event.unit);
    const written = await report();
    expect(written.imports.map(({ unit, exitCode }) => ({ ...unit, exitCode }))).toEqual(
      units.map((unit) => ({ ...unit, exitCode: 0 })),
    );
    expect(written.fleet).toEqual({
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown,
      shard: { index: 1, of: 1 },
      missing: [],
    });
    expect(await readFile(join(place.folder, 'out.xml'), 'utf8')).toContain('relay.us-1.groq.self-service.run');

    for (const command of ['status', 'probe', 'doctor', 'remove --dry-run']) {
      const told = await run(`${command} --output json`);
      const value = fleetResultSchema.parse(JSON.parse(told.stdout));
      expect([command, told.exitCode, value.exitCode]).toEqual([command, 0, 0]);
      expect(value.units.map(({ unit }) => unit)).toEqual(units);
      expect(value.units.every(({ result, error }) => result !== null && error === null)).toBe(true);
    }
    const table = await run('status');
    expect(table.stdout).toContain('✔ us-1 groq self-service  1 of 1 serve');

    const refused = await run('remove --no-input');
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('CONSENT_NEEDED') as unknown });
    expect(accounts()).toEqual([3, 2]);
    expect(await run('remove --yes')).toMatchObject({ exitCode: 0 });
    expect(accounts()).toEqual([0, 0]);
  });

  it('takes one leaked key out of service wherever it is', async () => {
    await fleet(
      '{ pack: kimi, keys: kimi-keys.txt, hosts: [eu-1, us-1] }',
      '{ pack: groq, keys: groq-keys.txt, host: eu-2 }',
    );
    expect(await run('import --yes --no-report')).toMatchObject({ exitCode: 0 });
    const revoked = await run('revoke --last4 aaa1 --yes --output json');
    const value = fleetResultSchema.parse(JSON.parse(revoked.stdout));
    expect(value).toMatchObject({
      command: 'revoke',
      exitCode: 0,
      units: [
        { unit: { host: 'eu-1', provider: null, access: null }, result: { done: 'disabled' } },
        { unit: { host: 'us-1' }, result: { done: 'disabled' } },
        { unit: { host: 'eu-2' }, result: null, error: null },
      ],
    });
    // Two hosts with different keys that end alike: nobody can mean both.
    await place.write('alike-keys.txt', 'sk-good-zzzzzzzzzzzzzzzzzaaa1');
    await fleet('{ pack: groq, keys: alike-keys.txt, host: eu-2 }');
    expect(await run('import --yes --allow-mass-removal --no-report')).toMatchObject({ exitCode: 0 });
    await fleet('{ pack: kimi, keys: kimi-keys.txt, hosts: all }');
    expect(await run('revoke --last4 aaa1 --yes')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('KEY_AMBIGUOUS: Accounts with 2 different keys may be meant.') as unknown,
    });
    expect(await run('revoke --last4 aaa1 --pack groq --yes')).toMatchObject({ exitCode: 0 });
    const nowhere = await run('revoke --last4 zzzz --yes');
    expect(nowhere).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('KEY_NOT_FOUND') as unknown });
  });

  it('has a host that is down as one failed unit among others, and tries it again at the end', async () => {
    await configure({ 'eu-1': eu1.url, down: 'http://127.0.0.1:1', 'us-1': us1.url }, { down: 'eu-2' });
    const done = await run('import --yes');
    expect(done.exitCode).toBe(5);
    const { imports } = await report();
    expect(imports.map(({ unit, exitCode, errors: [first] }) => [unit.host, exitCode, first?.code])).toEqual([
      ['eu-1', 0, undefined],
      ['down', 3, 'HOST_UNREACHABLE'],
      ['us-1', 0, undefined],
    ]);
    expect(done.stderr.match(/down kimi-cn: /g)).toHaveLength(1);
    const plan = await run('plan --output json');
    expect(plan.exitCode).toBe(3);
    expect(importsPlanSchema.parse(JSON.parse(plan.stdout)).failed).toMatchObject([
      { unit: { host: 'down' }, code: 'HOST_UNREACHABLE' },
    ]);
    expect((await run('status --output json')).exitCode).toBe(3);
  });

  it('brings up at the end a host that was down when all were looked at', async () => {
    let isUp = false;
    downWhile(eu2, () => !isUp);
    await configure({ late: eu2.url, 'eu-1': eu1.url }, { late: 'eu-2' });
    const push = eu1.requests.push.bind(eu1.requests);
    eu1.requests.push = (...more) => {
      isUp ||= more.some(({ method }) => method === 'POST');
      return push(...more);
    };
    await fleet('{ pack: groq, keys: groq-keys.txt, hosts: all }', '{ pack: kimi, keys: kimi-keys.txt, host: late }');
    const done = await run('import --yes --hosts-at-once 1', { where: 'here' });
    expect(done.exitCode).toBe(0);
    expect((await report()).imports.map(({ unit, exitCode }) => [unit.host, unit.provider, exitCode])).toEqual([
      ['late', 'groq', 0],
      ['late', 'kimi-cn', 0],
      ['eu-1', 'groq', 0],
    ]);
    expect(accounts()).toEqual([1, 3]);
  });
});

describe('a login in a fleet', () => {
  it('is that of the host itself before that of the command, and goes nowhere else', async () => {
    const env = { RELAY_ADMIN_KEY: 'admin-key-of-somebody-else-00000000', RELAY_HOST: 'https://elsewhere.example' };
    expect(await run('status', { env })).toMatchObject({ exitCode: 0 });
    // A host that has none gets what the command brings.
    await place.write('relay.config.yaml', `hosts:\n  eu-1: { url: '${eu1.url}' }\n`);
    expect(await run('status', { env: { RELAY_ADMIN_KEY: eu1.adminKey } })).toMatchObject({ exitCode: 0 });
    expect(await run('status', { env })).toMatchObject({ exitCode: 3 });
  });

  it.each([
    ['{ pack: kimi, keys: kimi-keys.txt }', '{ pack: groq, keys: groq-keys.txt, hosts: [eu-1] }'],
    ['{ pack: groq, keys: groq-keys.txt, hosts: [eu-1] }', '{ pack: kimi, keys: kimi-keys.txt }'],
  ])('is the same for a host that is named in two ways: %s, %s', async (...imports) => {
    await place.write(
      'relay.config.yaml',
      `host: eu-1\nhosts:\n  eu-1: { url: '${eu1.url}', adminKeyFile: ./eu-1-key }\n`,
    );
    await fleet(...imports);
    const env = { RELAY_ADMIN_KEY: 'admin-key-of-somebody-else-00000000' };
    for (const command of ['plan', 'status', 'doctor'])
      expect([command, (await run(command, { env })).exitCode]).toEqual([command, 0]);
  });

  it('is not completed by that of others where only half of it is named', async () => {
    await place.write('relay.config.yaml', `hosts:\n  eu-1: { url: '${eu1.url}', adminEmail: ann@example.org }\n`);
    expect(await run('status', { env: { RELAY_ADMIN_KEY: eu1.adminKey } })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('in the configuration is not whole') as unknown,
    });
  });
});

describe('a removal', () => {
  it('that a host does not see to its end tells what may be left, and does not say that nothing was done', async () => {
    await fleet('{ pack: kimi, keys: kimi-keys.txt, hosts: [eu-1, eu-2] }');
    expect(await run('import --yes --no-report')).toMatchObject({ exitCode: 0 });
    let deletes = 0;
    const push = eu2.requests.push.bind(eu2.requests);
    eu2.requests.push = (...more) => {
      deletes += more.filter(({ method }) => method === 'DELETE').length;
      return push(...more);
    };
    downWhile(eu2, () => deletes > 0);
    const done = await run('remove --yes --output json', { where: 'here' });
    expect(done.exitCode).toBe(6);
    const { units } = fleetResultSchema.parse(JSON.parse(done.stdout));
    expect(units.map(({ unit, exitCode }) => [unit.host, exitCode])).toEqual([
      ['eu-1', 0],
      ['eu-2', 6],
    ]);
    expect(done.stderr).toMatch(/eu-2 kimi-cn: left: account "kimi-cn-0\d"/);
  });
});

describe('what was shown before the first write', () => {
  it('is planned anew where the host has changed since, and refused where that would need a yes', async () => {
    await place.write(
      'three-keys.txt',
      `${await readFile(join(place.folder, 'kimi-keys.txt'), 'utf8')}\nsk-good-ffffffffffffffffffff6`,
    );
    await fleet('{ pack: kimi, keys: three-keys.txt, host: eu-2 }');
    expect(await run('import --no-report')).toMatchObject({ exitCode: 0 });
    const third = [...eu2.state.accounts.values()].at(-1);
    if (third === undefined) throw new Error('there is no account');
    eu2.state.accounts.delete(third.id);
    // While the first host is worked on, the second gets back an account whose key is not in the file any more.
    const push = eu1.requests.push.bind(eu1.requests);
    eu1.requests.push = (...more) => {
      if (more.some(({ method }) => method === 'POST')) eu2.state.accounts.set(third.id, third);
      return push(...more);
    };
    await fleet('{ pack: groq, keys: groq-keys.txt, host: eu-1 }', '{ pack: kimi, keys: kimi-keys.txt, host: eu-2 }');
    const changed = await run('import --hosts-at-once 1 --no-input --output json');
    const { imports } = importsReportSchema.parse(JSON.parse(changed.stdout));
    expect(imports.map(({ unit, exitCode, errors: [first] }) => [unit.host, exitCode, first?.code])).toEqual([
      ['eu-1', 0, undefined],
      ['eu-2', 2, 'CONSENT_NEEDED'],
    ]);
    expect(eu2.state.accounts.size).toBe(3);
    expect(await run('import --yes')).toMatchObject({ exitCode: 0 });
    expect(eu2.state.accounts.size).toBe(2);
  });

  it('is asked about once for all, with where it would happen', async () => {
    await fleet('{ pack: kimi, keys: kimi-keys.txt, hosts: [eu-1, eu-2] }');
    await run('import --yes --no-report');
    await place.write('one-key.txt', 'sk-good-aaaaaaaaaaaaaaaaaaaa1');
    await fleet('{ pack: kimi, keys: one-key.txt, hosts: [eu-1, eu-2] }');
    const refused = await run('import --no-input');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('error CONSENT_NEEDED: eu-1 kimi-cn, eu-2 kimi-cn: 1 account would be removed');
    expect(accounts()).toEqual([2, 2]);
    // The report of an earlier time does not stand in for one that was refused.
    const again = await run('import --no-input --report named.json --junit named.xml');
    expect(again.exitCode).toBe(2);
    expect(await report('named.json')).toMatchObject({
      exitCode: 2,
      imports: [{ exitCode: 2, errors: [{ code: 'CONSENT_NEEDED' }] }, { exitCode: 2 }],
    });
    expect(await readFile(join(place.folder, 'named.xml'), 'utf8')).toContain('CONSENT_NEEDED');
  });
});

describe('--fail-fast', () => {
  it('begins nothing more once one has failed', async () => {
    await fleet('{ pack: kimi, keys: dead-keys.txt, hosts: all }');
    const done = await run('import --yes --fail-fast --hosts-at-once 1');
    expect(done.exitCode).toBe(4);
    expect((await report()).imports.map(({ exitCode, errors: [first] }) => [exitCode, first?.code])).toEqual([
      [4, 'KEY_REFUSED'],
      [3, 'NOT_BEGUN'],
      [3, 'NOT_BEGUN'],
    ]);
    expect(writesTo(eu2)).toBe(0);
  });

  it('writes nothing where a host is down', async () => {
    await configure({ down: 'http://127.0.0.1:1', 'eu-1': eu1.url }, { down: 'eu-2' });
    expect(await run('import --yes --fail-fast')).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('error HOST_UNREACHABLE: kimi-cn on down: ') as unknown,
    });
    expect(writesTo(eu1)).toBe(0);
  });
});

describe('shards', () => {
  it('have each host once, and are merged to the report of the whole', async () => {
    const names: string[] = [];
    for (const shard of ['1/3', '2/3', '3/3']) {
      const name = `shard-${shard[0]}.json`;
      expect(await run(`import --yes --shard ${shard} --report ${name}`)).toMatchObject({ exitCode: 0 });
      names.push(name);
    }
    const all = await Promise.all(names.map(report));
    expect(all.flatMap(({ imports }) => imports.map(({ unit }) => unit.host)).toSorted()).toEqual([
      'eu-1',
      'eu-2',
      'us-1',
    ]);
    expect(new Set(all.map(({ fleet: { digest } }) => digest)).size).toBe(1);
    const merged = await place.run([
      'report',
      'merge',
      ...names,
      '--output',
      'json',
      '--report',
      'whole.json',
      '--junit',
      'whole.xml',
    ]);
    expect(merged.exitCode).toBe(0);
    const whole = importsReportSchema.parse(JSON.parse(merged.stdout));
    expect(whole).toEqual(await report('whole.json'));
    expect(whole.imports.map(({ unit }) => unit.host).toSorted()).toEqual(['eu-1', 'eu-2', 'us-1']);
    expect(whole.fleet).toMatchObject({ shard: { index: 1, of: 1 }, missing: [] });

    const missing = await place.run(['report', 'merge', ...names.slice(1)]);
    expect(missing.exitCode).toBe(6);
    expect(missing.stdout).toContain('1 shard is missing: 1/3.');
    await place.run([
      'report',
      'merge',
      ...names.slice(1),
      '--report',
      'part.json',
      '--junit',
      'part.xml',
      '--markdown',
      'part.md',
      '--html',
      'part.html',
    ]);
    for (const file of ['part.xml', 'part.md', 'part.html'])
      expect([file, await readFile(join(place.folder, file), 'utf8')]).toEqual([
        file,
        expect.stringMatching(/shards? is missing|SHARDS_MISSING/),
      ]);
    for (const form of ['markdown', 'html', 'junit'])
      expect((await place.run(['report', 'show', 'part.json', '--as', form])).stdout).toMatch(
        /shard is missing|SHARDS_MISSING/,
      );
    expect(missing.stderr.split('\n').at(-1)).toBe('Next: relay import --file FILE --shard 1/3');
    // One that was never written is missing as well.
    expect(await place.run(['report', 'merge', 'absent.json', ...names.slice(1)])).toMatchObject({
      exitCode: 6,
      stderr: expect.stringContaining('warning FILE_UNREADABLE: The report') as unknown,
    });

    const twice = await place.run(['report', 'merge', ...names, names[0] ?? '']);
    expect(twice).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('both of shard 1/3') as unknown });
    await configure({ 'eu-1': eu1.url, 'us-1': us1.url });
    await run('import --yes --shard 1/3 --report other.json');
    expect(await place.run(['report', 'merge', 'other.json', ...names.slice(1)])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('of different fleets') as unknown,
    });
    await run('import --yes --shard 1/2 --report half.json');
    expect(await place.run(['report', 'merge', 'half.json', 'other.json'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('shard') as unknown,
    });
  });

  it('without a host end with 0, and with a report without imports', async () => {
    await fleet('{ pack: kimi, keys: kimi-keys.txt, host: eu-1 }');
    const ends = [];
    for (const shard of [1, 2, 3]) {
      const done = await run(`import --yes --shard ${shard}/3 --html empty.html --junit empty.xml`);
      ends.push({ exitCode: done.exitCode, count: (await report()).imports.length });
    }
    expect(ends.toSorted((a, b) => a.count - b.count)).toEqual([
      { exitCode: 0, count: 0 },
      { exitCode: 0, count: 0 },
      { exitCode: 0, count: 1 },
    ]);
  });
});

describe('a fleet that cannot be right', () => {
  it.each([
    ['--host beside hosts of the file', 'import --host sandbox', {}, '--host and the file of --file name hosts'],
    ['a pack beside the file', 'status --pack kimi', {}, '--pack and --file say two things'],
    ['a mode beside the file', 'import --mode partial', {}, '--mode and --file say two things'],
    ['an access beside the file', 'remove --access self-service --yes', {}, '--access and --file say two things'],
    ['what no file can say', 'import --only-failed', {}, 'Leave it out: it is for a single import'],
    ['a shard that is none', 'import --shard 11/10', {}, '--shard "11/10" is no shard'],
    ['auto where nothing is set', 'import --shard auto', {}, 'finds no shard in the environment'],
    [
      'a key for all gateways',
      'import',
      { RELAY_PROBE_KEY: 'sk-user-aaaaaaaaaaaaaaaaaaaa' },
      'A user key opens one group',
    ],
    ['terms to accept', 'doctor --accept-compliance', {}, 'host by host'],
    ['a table of accounts', 'status --output csv', {}, 'of one provider'],
  ])('is refused with %s', async (_, words, env, says) => {
    const refused = await run(words, { env });
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(says) as unknown });
    expect(refused.stderr).toContain('USAGE');
  });

  it.each([
    [
      'an unknown host',
      '{ pack: kimi, keys: k, hosts: [eu-1, eu-9] }',
      '"eu-9" is no URL and no host of the configuration file. Did you mean "eu-1"?',
    ],
    [
      'the same twice',
      '{ pack: kimi, keys: k, hosts: [eu-1] }\n  - { pack: kimi, keys: k, host: eu-1 }',
      '"kimi-cn" is imported twice with the same access on eu-1',
    ],
    [
      '{host} for an address',
      "{ pack: kimi, keys: 'keys-{host}', host: 'https://a.example' }",
      '"https://a.example" is an address',
    ],
    ['no host', '{ pack: kimi, keys: k, hosts: [] }', 'names no host'],
  ])('is refused with %s', async (_, text, says) => {
    await fleet(text.replaceAll('keys: k,', 'keys: kimi-keys.txt,'));
    const refused = await run('import --yes');
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(says) as unknown });
  });

  it.each(['--shard 1/2', '--fail-fast', '--hosts-at-once 3'])(
    'so are options for many hosts without one: %s',
    async (words) => {
      const refused = await place.run(['status', '--host', 'sandbox', ...words.split(' ')]);
      expect(refused).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('means nothing without --file') as unknown,
      });
    },
  );

  it('is refused where "all" means none', async () => {
    await place.write('relay.config.yaml', 'mode: strict\n');
    expect(await run('plan')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('it names none') as unknown,
    });
  });

  it('is refused where two names have one address, before anything is asked', async () => {
    await configure({ 'eu-1': eu1.url, again: eu1.url.replace('127.0.0.1', 'localhost') }, { again: 'eu-1' });
    const refused = await run('status');
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('they are one host') as unknown });
    expect(eu1.requests).toEqual([]);
  });

  it('is refused where two addresses lead to one host', async () => {
    const other = await serve(inFrontOf(eu1.url, () => ({})));
    await configure({ 'eu-1': eu1.url, again: other }, { again: 'eu-1' });
    const refused = await run('import --yes');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(
      /error HOST_TWICE: kimi-cn on (?:again|eu-1): \S+ \(\S+\) and \S+ \(\S+\) are one host\./,
    );
    expect(writesTo(eu1)).toBe(0);
  });
});

it('takes the keys of each host by its name', async () => {
  await place.write('eu-1-groq-keys.txt', 'sk-good-gggggggggggggggggggg7');
  await place.write('eu-2-groq-keys.txt', 'sk-good-hhhhhhhhhhhhhhhhhhhh8\nsk-good-iiiiiiiiiiiiiiiiiiii9');
  await fleet("{ pack: groq, keys: '{host}-groq-keys.txt', hosts: [eu-1, eu-2] }");
  expect(await run('import --yes --no-report')).toMatchObject({ exitCode: 0 });
  expect(accounts()).toEqual([1, 2]);
});

it('works with the access of the configuration, whatever it does', async () => {
  await place.write(
    'relay.config.yaml',
    `access: self-service\nhosts:\n  eu-1: { url: '${eu1.url}', adminKeyFile: ./eu-1-key }\n`,
  );
  for (const command of ['plan', 'status', 'remove --dry-run']) {
    const told = await run(`${command} --output json`);
    expect([command, told.stdout]).toEqual([command, expect.stringContaining('"access": "self_service"')]);
  }
});
