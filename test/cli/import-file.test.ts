import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventSchema } from '../../src/report/outputs/event-schema.ts';
import { importsReportSchema } from '../../src/report/outputs/imports-schema.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { passTimeoutAt, stallAt, workplace, type Workplace } from '../support/binary.ts';

let place: Workplace;
let host: Sandbox | undefined;
beforeAll(async () => {
  place = await workplace();
  await place.write('kimi-keys.txt', 'sk-good-aaaaaaaaaaaaaaaaaaaa1\nsk-good-bbbbbbbbbbbbbbbbbbbb2');
  await place.write('groq-keys.txt', 'sk-good-cccccccccccccccccccc3');
  await place.write('dead-keys.txt', 'sk-dead-dddddddddddddddddddd4');
});
afterAll(() => place.remove());
afterEach(async () => {
  await host?.stop();
  host = undefined;
});

const run = (...args: string[]) =>
  place.run([...args, '--file', 'imports.yaml'], {
    env: host === undefined ? {} : { RELAY_ADMIN_KEY: host.adminKey, RELAY_HOST: host.url },
  });
const writes = (there: Sandbox) => there.requests.filter(({ method }) => method !== 'GET');

async function list(there: Sandbox, deadMode = 'strict'): Promise<void> {
  await place.write(
    'imports.yaml',
    `imports:
  - { pack: kimi, keys: ./kimi-keys.txt, users: [user@relay.test=7], baseUrl: '${there.vendorUrl}/v1' }
  - { pack: kimi, keys: kimi-keys.txt, access: self-service, baseUrl: '${there.vendorUrl}/v1' }
  - { pack: zhipu, provider: zai, keys: dead-keys.txt, mode: ${deadMode}, baseUrl: '${there.vendorUrl}/v1' }
  - { pack: groq, keys: groq-keys.txt, baseUrl: '${there.vendorUrl}/v1' }
`,
  );
}

describe('several imports in one go', () => {
  it('are planned as one, and each stands for itself: what fails is undone, and the others are kept', async () => {
    host = await startSandbox();
    await list(host);
    const plan = await run('plan', '--output', 'json');
    expect(plan.exitCode).toBe(0);
    const { imports } = JSON.parse(plan.stdout) as { imports: { provider: { id: string } }[] };
    expect(imports.map(({ provider }) => provider.id)).toEqual(['kimi-cn', 'kimi-cn', 'zai', 'groq']);
    expect(writes(host)).toEqual([]);
    const done = await run('import', '--junit', 'out.xml', '--html', 'out.html');
    expect(done.exitCode).toBe(5);
    expect(done.stdout).toMatch(
      /^! 4 imports on http:[\d./:]+: 1 rolled back, 3 succeeded; 5 of 6\s+accounts\s+serve\n {2}keys: 5 added, 1 rolled back · tests: 5 passed, 1 failed/,
    );
    const report = importsReportSchema.parse(
      JSON.parse(await readFile(join(place.folder, 'relay-report.json'), 'utf8')),
    );
    expect(report).toMatchObject({
      exitCode: 5,
      imports: [
        {
          provider: { id: 'kimi-cn' },
          accessMode: 'subscription',
          exitCode: 0,
          grants: [{ user: 'user@relay.test' }],
        },
        { provider: { id: 'kimi-cn' }, accessMode: 'self_service', exitCode: 0 },
        { provider: { id: 'zai' }, exitCode: 4, batchStatus: 'rolled_back' },
        { provider: { id: 'groq' }, exitCode: 0 },
      ],
    });
    const page = await readFile(join(place.folder, 'out.html'), 'utf8');
    expect(page.match(/<article id="[^"]+"/g)).toHaveLength(4);
    const shown = await place.run(['report', 'show', 'relay-report.json', '--as', 'html']);
    expect(shown.stdout.trimEnd()).toBe(page.trimEnd());
    for (const each of report.imports) expect(each.run.stages.map(({ name }) => name)).toContain('apply');
    expect([...host.state.groups.values()].map(({ name }) => name)).toEqual([
      'default',
      'relay-kimi-cn-subscription',
      'relay-kimi-cn-self-service',
      'relay-groq-subscription',
    ]);
    expect(done.stderr.split('\n').slice(-4)).toEqual([
      '1 of 4 imports did not end well.',
      'The other 3 are on their hosts as wanted.',
      'To do: Do what is said of each.',
      'Next: relay import --junit out.xml --html out.html --file imports.yaml',
    ]);
    const suites = await readFile(join(place.folder, 'out.xml'), 'utf8');
    expect(suites.match(/<testsuite /g)).toHaveLength(2 * 4);
    const runs = await place.run(['runs', 'list', '--output', 'json']);
    expect((JSON.parse(runs.stdout) as { runs: unknown[] }).runs).toHaveLength(4);
  });

  it('speak to programs: a line for each event, and the reports last; again there is nothing to do', async () => {
    host = await startSandbox();
    await list(host, 'partial');
    expect((await run('plan', '--detailed-exitcode')).exitCode).toBe(8);
    const first = await run('import', '--output', 'ndjson', '--no-report', '--gateway-wait', '1s');
    const lines = first.stdout.split('\n').map((line) => eventSchema.parse(JSON.parse(line)));
    expect(lines.at(-1)).toMatchObject({ type: 'reports', reports: { exitCode: 7 } });
    expect(lines).toContainEqual(
      expect.objectContaining({
        type: 'unit-finished',
        unit: { host: host.url, provider: 'groq', access: 'subscription' },
        exitCode: 0,
        done: 4,
        total: 4,
      }),
    );
    await place.write(
      'imports.yaml',
      `imports: [{ pack: groq, keys: groq-keys.txt, baseUrl: '${host.vendorUrl}/v1' }]`,
    );
    expect((await run('plan', '--detailed-exitcode')).exitCode).toBe(0);
  });

  it('write nothing when one of them cannot begin, and tell the faults of all', async () => {
    host = await startSandbox();
    await place.write(
      'imports.yaml',
      'imports: [{ pack: kimi, keys: kimi-keys.txt }, { pack: kimmi, keys: kimi-keys.txt }, { pack: groq, keys: absent.txt }, { pack: kimi, provider: kimi-coding, keys: kimi-keys.txt }]',
    );
    const refused = await run('import');
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.stderr).toContain(
      'error PACK_NOT_FOUND: imports[1]: There is no pack "kimmi". Did you mean "kimi"?',
    );
    expect(refused.stderr).toContain('imports[2]: FILE_UNREADABLE');
    expect(refused.stderr).toContain('imports[3]: TERMS_NOT_ACCEPTED');
    await place.write(
      'imports.yaml',
      "imports: [{ pack: kimi, keys: kimi-keys.txt }, { pack: groq, keys: groq-keys.txt, users: ['nobody@relay.test'] }]",
    );
    const unknown = await run('import');
    expect(unknown).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`USER_NOT_FOUND: groq on ${host.url}: `) as unknown,
    });
    expect(writes(host)).toEqual([]);
  });

  it.each([
    [
      'an unknown field',
      'imports:\n  - { pack: kimi, key: a.txt }',
      'imports.yaml:2:19: unknown field "key" in imports[0]. Did you mean "keys"?',
    ],
    ['a missing list', 'import: []', 'Did you mean "imports"?'],
    ['an empty list', 'imports: []', 'imports.yaml:1:10'],
    ['no YAML', 'imports: [', 'imports.yaml:1:'],
    [
      'the same twice',
      'imports: [{ pack: kimi, keys: kimi-keys.txt }, { pack: kimi, keys: groq-keys.txt }]',
      'imported twice',
    ],
  ])('refuse a file with %s', async (_, text, says) => {
    await place.write('imports.yaml', text);
    const refused = await run('import', '--host', 'sandbox');
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(says) as unknown });
    expect(refused.stderr).toContain('IMPORTS_INVALID');
  });

  it.each([
    [['--pack', 'kimi'], '--pack and --file say two things'],
    [['--base-url', 'https://a.example'], '--base-url and --file'],
    [['--probe-key-file', 'kimi-keys.txt'], 'opens one group'],
  ])('refuse %j beside the file', async (more, says) => {
    await place.write('imports.yaml', 'imports: [{ pack: kimi, keys: kimi-keys.txt }]');
    expect(await run('import', ...more)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(says) as unknown,
    });
  });
});

describe('several imports that are stopped', () => {
  it('end with --deadline as a single one does, and those that were not begun are named', async () => {
    host = await startSandbox();
    await list(host);
    passTimeoutAt(stallAt(host, 'POST', '*/test'), 7_200_000);
    const late = await place.run(['import', '--file', 'imports.yaml', '--deadline', '2h', '--html', 'late.html'], {
      env: { RELAY_ADMIN_KEY: host.adminKey, RELAY_HOST: host.url },
      where: 'here',
    });
    expect(late.exitCode).toBe(4);
    expect(late.stderr).toContain('DEADLINE_PASSED');
    expect(late.stderr).toContain('groq:\n  DEADLINE_PASSED: It was not begun any more.');
    expect(late.stderr).toContain('None of them is on its host as wanted.');
    expect(host.state.accounts.size).toBe(0);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('end with %s as a single one does', async (signal, exitCode) => {
    host = await startSandbox();
    await list(host);
    const stopped = await place.run(['import', '--file', 'imports.yaml'], {
      env: { RELAY_ADMIN_KEY: host.adminKey, RELAY_HOST: host.url },
      signalAt: { moment: stallAt(host, 'POST', '*/test'), signal },
    });
    expect(stopped.exitCode).toBe(exitCode);
    expect(host.state.accounts.size).toBe(0);
  });
});
