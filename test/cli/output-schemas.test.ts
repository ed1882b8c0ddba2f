import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { outputNames, type OutputName } from '../../src/report/outputs/output-names.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { importWords, relayBinary, workplace, type Workplace } from '../support/binary.ts';
import { closedSchema } from '../support/closed-schema.ts';

let place: Workplace;
let host: Sandbox;
let env: Record<string, string>;
beforeAll(async () => {
  place = await workplace();
  host = await startSandbox();
  env = { RELAY_ADMIN_KEY: host.adminKey };
  await place.write('keys.txt', 'sk-good-aaaaaaaaaaaaaaaaaaaa1\nsk-dead-bbbbbbbbbbbbbbbbbbbb2\nno key\n');
  await place.write('dead.txt', 'sk-good-aaaaaaaaaaaaaaaaaaaa1\nsk-dead-bbbbbbbbbbbbbbbbbbbb2\n');
  const baseUrl = JSON.stringify(`${host.vendorUrl}/v1`);
  await place.write('imports.yaml', `imports: [{ pack: kimi, keys: keys.txt, mode: partial, baseUrl: ${baseUrl} }]\n`);
  await place.write('broken.yaml', 'schema: relay.pack/1\nid: broken\n');
});
afterAll(async () => {
  await host.stop();
  await place.remove();
});

const run = (...args: string[]) => place.run(args, { env });
const json = (...args: string[]) => run(...args, '--output', 'json');
const onHost = (command: string, ...more: string[]) => json(command, '--pack', 'kimi', '--host', host.url, ...more);
const lastRun = async () =>
  (JSON.parse((await json('runs', 'list')).stdout) as { runs: { id: string }[] }).runs[0]?.id ?? '';

/** In this order, since each finds what those before it have left. */
const commands: [OutputName, string, () => Promise<{ stdout: string }>][] = [
  ['plan', 'plan', () => json('plan', ...importWords(host).slice(1), '--mode', 'partial')],
  ['imports-plan', 'plan --file', () => json('plan', '--file', 'imports.yaml', '--host', host.url)],
  ['import-report', 'import in strict mode, undone', () => json(...importWords(host, '--keys', 'dead.txt'))],
  ['import-report', 'import', () => json(...importWords(host, '--mode', 'partial', '--user', 'user@relay.test=30'))],
  [
    'import-report',
    'plan --report',
    () => run('plan', ...importWords(host, '--keys', 'dead.txt', '--report', '-').slice(1)),
  ],
  ['imports-report', 'import --file', () => json('import', '--file', 'imports.yaml', '--host', host.url)],
  ['fleet', 'status --file', () => json('status', '--file', 'imports.yaml', '--host', host.url)],
  ['fleet', 'probe --file', () => json('probe', '--file', 'imports.yaml', '--host', host.url)],
  ['status', 'status', () => onHost('status', '--keys', 'keys.txt')],
  ['overview', 'status of all', () => json('status', '--host', host.url)],
  ['connect', 'connect', () => onHost('connect')],
  ['probe', 'probe', () => onHost('probe')],
  ['doctor', 'doctor', () => onHost('doctor')],
  ['revoke', 'revoke', () => json('revoke', '--name', 'kimi-cn-01', '--host', host.url, '--yes')],
  ['runs', 'runs list', () => json('runs', 'list')],
  ['run', 'runs show', async () => json('runs', 'show', await lastRun())],
  ['prune', 'runs prune', () => json('runs', 'prune', '--older-than', '30d')],
  ['rollback', 'rollback --dry-run', async () => json('rollback', await lastRun(), '--host', host.url, '--dry-run')],
  ['remove', 'remove --dry-run', () => onHost('remove', '--dry-run')],
  ['remove', 'remove', () => onHost('remove', '--yes')],
  ['rollback', 'rollback', async () => json('rollback', await lastRun(), '--host', host.url, '--yes')],
  ['status', 'status of nothing', () => onHost('status')],
  ['packs', 'packs list', () => json('packs', 'list')],
  ['pack', 'packs show', () => json('packs', 'show', 'kimi')],
  ['validate', 'validate', () => json('validate', './broken.yaml')],
  ['codes', 'explain', () => json('explain')],
  ['code', 'explain CODE', () => json('explain', 'KEY_REFUSED')],
  ['settings', 'config show', () => json('config', 'show', '--mode', 'partial')],
  ['error', 'what could not begin', () => json('status', '--pack', 'absent', '--host', host.url)],
];

it.each(commands)('%s: what is printed by %s is what its schema says, and nothing else', async (name, _, printed) => {
  const schema = JSON.parse((await run('report', 'schema', name)).stdout) as object;
  expect(schema).toMatchObject({ $schema: expect.any(String) as unknown });
  const value = JSON.parse((await printed()).stdout) as { schema: string };
  expect(value.schema).toMatch(new RegExp(`^relay\\.${name}/\\d+$`));
  expect(closedSchema(schema).safeParse(value).error?.issues).toBeUndefined();
});

it.each([
  ['plan', () => importWords(host, '--mode', 'partial').slice(1)],
  ['import', () => importWords(host, '--mode', 'partial').slice(1)],
  ['status', () => ['--pack', 'kimi', '--host', host.url]],
  ['probe', () => ['--pack', 'kimi', '--host', host.url]],
  ['doctor', () => ['--host', host.url]],
  ['connect', () => ['--pack', 'kimi', '--host', host.url]],
  ['remove', () => ['--pack', 'kimi', '--host', host.url, '--yes']],
  ['config', () => ['show']],
] as const)('event: so is each line of %s --output ndjson', async (command, more) => {
  const schema = closedSchema(JSON.parse((await run('report', 'schema', 'event')).stdout));
  const { stdout } = await run(command, ...more(), '--output', 'ndjson');
  const lines = stdout.split('\n').map((line) => JSON.parse(line) as unknown);
  expect(lines.flatMap((line) => schema.safeParse(line).error?.issues ?? [])).toEqual([]);
  expect(lines.at(-1)).toHaveProperty(command === 'import' ? 'report' : command);
});

it.each([
  ['sub2api', { adminEmail: 'admin@relay.test' }],
  ['new-api', { adminUser: '1', adminName: 'root' }],
])('sandbox %s: so is the line that it prints when it listens', async (kind, login) => {
  const running = execa(relayBinary, ['sandbox', '--host-kind', kind, '--output', 'json'], { reject: false });
  const line = await new Promise<string>((resolve) => {
    running.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
  });
  running.kill();
  expect((await running).exitCode).toBe(0);
  const schema = closedSchema(JSON.parse((await run('report', 'schema', 'sandbox')).stdout));
  expect(schema.safeParse(JSON.parse(line)).error?.issues).toBeUndefined();
  expect(JSON.parse(line)).toMatchObject({ schema: 'relay.sandbox/1', kind, ...login });
});

it.each([
  ['--host-kind new-api --host-version 0.1.129', 'but A and B'],
  ['--host-version A', 'but 0.1.129 and 0.1.179'],
  ['--host-kind new-api --api-limit many', 'no limit such as 180/180s'],
  ['--api-limit 1/1s', 'sub2api has no limit of calls'],
])('sandbox %s: is refused', async (options, why) => {
  const { exitCode, stderr } = await run('sandbox', ...options.split(' '));
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(why)]);
});

it('every output has a schema that is shipped; another name is refused with the nearest one', async () => {
  expect(outputNames.filter((name) => !commands.some(([tried]) => tried === name))).toEqual(['sandbox', 'event']);
  const none = await run('report', 'schema', 'statsu');
  expect(none).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/status.*import-report/s) as unknown });
  const { stdout } = await run('report', 'schema');
  expect(stdout).toBe((await run('report', 'schema', 'import-report')).stdout);
  for (const name of outputNames) expect((await run('report', 'schema', '--help')).stdout).toContain(name);
});
