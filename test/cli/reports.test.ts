import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tellGithub, writeExtraReports } from '../../src/cli/output/extra-reports.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { workplace, type Workplace } from '../support/binary.ts';
import { parseXml } from '../support/parse-xml.ts';
import { asUnit, fleetOf, sampleReports } from '../support/sample-reports.ts';
import { goodKeys } from '../support/keys.ts';

const good = goodKeys.slice(0, 2);

let place: Workplace;
let host: Sandbox;
beforeAll(async () => {
  place = await workplace();
  await place.write('keys.txt', good.join('\n'));
  await place.write('some-dead-keys.txt', [good[0], 'sk-dead-dddddddddddddddddddd4'].join('\n'));
  await mkdir(join(place.folder, 'folder'));
});
afterAll(() => place.remove());

const run = (args: readonly string[], env: Record<string, string> = {}) => {
  const where = ['--pack', 'kimi', '--host', host.url, '--base-url', `${host.vendorUrl}/v1`];
  const [command = '', ...more] = args;
  return place.run([command, ...where, ...more], { env: { RELAY_ADMIN_KEY: host.adminKey, ...env } });
};
const fileOf = (name: string) => readFile(join(place.folder, name), 'utf8');
/** But for the one that says that the keys of a test look like nobody's. */
const annotationsIn = (text: string) =>
  text.split('\n').filter((line) => line.startsWith('::') && !line.includes('KEY_UNUSUAL'));

describe('an import that is asked for more reports', () => {
  afterEach(() => host.stop());

  const all = ['--html', 'r.html', '--junit', 'r.xml', '--markdown', 'r.md'];
  const some = ['import', '--keys', 'some-dead-keys.txt', '--mode', 'partial'];

  it('writes them beside the JSON report, adds to the step summary, and annotates', async () => {
    host = await startSandbox();
    await place.write('summary.md', 'before\n');
    const done = await run([...some, ...all, '--github'], { GITHUB_STEP_SUMMARY: 'summary.md' });
    expect(done.exitCode).toBe(5);
    expect(await fileOf('r.html')).toMatch(/^<!doctype html>[^]*KEY_REFUSED/);
    expect(parseXml(await fileOf('r.xml')).attributes).toMatchObject({ failures: '2' });
    const markdown = await fileOf('r.md');
    expect(markdown).toMatch(/^## ⚠️ Kimi, China site: partially succeeded/);
    expect(await fileOf('summary.md')).toBe(`before\n${markdown}\n`);
    expect(annotationsIn(done.stdout)).toEqual([
      expect.stringMatching(/^::error title=Kimi%2C China site%3A KEY_REFUSED::kimi-cn-02: .*%0AReplace the key\./),
    ]);
    expect(done.stdout).toContain('Report: relay-report.json, r.md, r.html, r.xml');
    expect(done.stderr).toContain('--html r.html --junit r.xml --markdown r.md --github');
    expect((await place.report()).exitCode).toBe(5);
  });

  it.each([[['--output', 'json', '--no-report']], [['--report', '-']]])(
    'keeps standard output to the report with %j',
    async (how) => {
      host = await startSandbox();
      const done = await run([...some, ...how, '--github']);
      expect(JSON.parse(done.stdout)).toMatchObject({ exitCode: 5 });
      expect(annotationsIn(done.stderr)).toHaveLength(1);
    },
  );

  it.each([
    [['--html', '-'], 'USAGE: --html needs a file; only --report can go to standard output.'],
    [['--junit', 'a', '--html', './a'], 'USAGE: --html and --junit name the same file.'],
    [['--markdown', 'relay-report.json'], 'USAGE: --report and --markdown name the same file.'],
    [['--html', 'absent/r.html'], 'FILE_UNWRITABLE: The report cannot be written to'],
    [['--junit', 'folder'], 'it is a folder.'],
  ])('refuses %j before it touches the host', async (args, said) => {
    host = await startSandbox();
    const refused = await run(['import', '--keys', 'keys.txt', ...args]);
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(said) as unknown });
    expect(refused.stderr).toMatch(/To do: (?:Give|Choose another place with) .*--|To do: Give each/);
    expect(host.requests).toEqual([]);
  });

  it.each([
    ['went well', 'keys.txt', 1],
    ['went partly well', 'some-dead-keys.txt', 5],
  ])('tells of a run that %s also when a report is lost', async (_, keys, exitCode) => {
    host = await startSandbox();
    const env = { GITHUB_STEP_SUMMARY: 'absent/summary.md' };
    const done = await run(['import', '--keys', keys, '--mode', 'partial', '--html', 'r.html', '--github'], env);
    expect(done.exitCode).toBe(exitCode);
    expect(done.stderr).toContain(
      'FILE_UNWRITABLE: The step summary could not be written to absent/summary.md (ENOENT).',
    );
    expect(done.stderr).toContain(exitCode === 1 ? 'The host holds what was wanted.' : '1 of 2 accounts serve.');
  });

  it('writes them of a dry run, and of a run that could not start', async () => {
    host = await startSandbox();
    const plan = await run(['plan', '--keys', 'keys.txt', ...all, '--github']);
    expect([plan.exitCode, annotationsIn(plan.stdout)]).toEqual([0, []]);
    expect(await fileOf('r.md')).toMatch(/^## ✅ Kimi, China site: dry run\n\nNothing was written to the host\./);
    expect(parseXml(await fileOf('r.xml')).attributes).toMatchObject({ failures: '0', skipped: '2' });
    const refused = await run(['import', '--keys', 'keys.txt', '--user', 'nobody@x.example', ...all, '--github']);
    expect(refused.exitCode).toBe(2);
    expect(annotationsIn(refused.stdout)).toEqual([expect.stringContaining('USER_NOT_FOUND') as unknown]);
    expect(parseXml(await fileOf('r.xml')).attributes).toMatchObject({ failures: '2', skipped: '2' });
    expect(await fileOf('r.html')).toContain('USER_NOT_FOUND');
  });

  it('may be a resumed one', async () => {
    host = await startSandbox();
    expect((await run(['import', '--keys', 'keys.txt'])).exitCode).toBe(0);
    const { run: made } = await place.report();
    const args = ['resume', made.id, '--keys', 'keys.txt', '--host', host.url];
    const env = { RELAY_ADMIN_KEY: host.adminKey };
    expect(await place.run([...args, '--html', '-'], { env })).toMatchObject({ exitCode: 2 });
    expect(await place.run([...args, '--html', 'resumed.html'], { env })).toMatchObject({ exitCode: 0 });
    expect(await fileOf('resumed.html')).toContain(made.id);
  });
});

describe('reports beside the JSON report', () => {
  const ioWith = (env: Record<string, string> = {}) => ({
    stdin: new PassThrough(),
    stdout: new PassThrough({ encoding: 'utf8' }),
    stderr: new PassThrough({ encoding: 'utf8' }),
    env,
    uid: undefined,
    version: '0',
    cwd: place.folder,
  });

  it('lose no other report with one that cannot be written', async () => {
    const { report } = (await sampleReports()).fine;
    const flags = { markdown: 'absent/r.md', html: 'folder', junit: 'kept.xml' };
    const { written, lost } = await writeExtraReports([report], flags, ioWith());
    expect([written, lost.map(({ code }) => code)]).toEqual([['kept.xml'], ['FILE_UNWRITABLE', 'FILE_UNWRITABLE']]);
    expect(parseXml(await fileOf('kept.xml')).name).toBe('testsuites');
  });

  it.each([
    [12, /^## ⚠️ 12 imports on 6 hosts: /, /<h1>12 imports on 6 hosts<\/h1>/, 24, 4],
    [0, /^## Nothing to import\n/, /<h1>There was nothing to import\.<\/h1>/, 0, 0],
  ])('are one file each over %i imports, and so is what GitHub is told', async (count, md, page, suites, told) => {
    const reports = fleetOf(await sampleReports(), count);
    const flags = { markdown: 'all.md', html: 'all.html', junit: 'all.xml', github: true };
    await place.write('step.md', '');
    const io = ioWith({ GITHUB_STEP_SUMMARY: 'step.md' });
    expect(await writeExtraReports(reports, flags, io)).toEqual({
      written: ['all.md', 'all.html', 'all.xml'],
      lost: [],
    });
    expect(await fileOf('all.md')).toMatch(md);
    expect(await fileOf('all.html')).toMatch(page);
    expect(parseXml(await fileOf('all.xml')).children).toHaveLength(suites);
    expect(await tellGithub(reports, flags, false, io)).toEqual([]);
    expect(await fileOf('step.md')).toBe(`${await fileOf('all.md')}\n`);
    expect(annotationsIn(String(io.stdout.read() ?? ''))).toHaveLength(told);
  });
});

describe('relay report show', () => {
  beforeAll(async () => {
    await place.write('shown.json', JSON.stringify((await sampleReports()).fine.report));
    const { fine, mixed } = await sampleReports();
    const { startedAt, finishedAt, relayVersion } = fine.report.run;
    const all = {
      schema: 'relay.imports-report/1',
      startedAt,
      finishedAt,
      relayVersion,
      exitCode: 5,
      fleet: { digest: 'sha256:00', shard: { index: 1, of: 1 }, missing: [] },
      imports: [
        asUnit(fine.report, { host: 'eu-1' }),
        asUnit(
          { ...mixed.report, provider: { ...mixed.report.provider, id: 'zai' } },
          { host: 'eu-2', provider: 'zai' },
        ),
      ],
    };
    await place.write('several.json', JSON.stringify(all));
    await place.write('newer.json', '{"schema":"relay.import-report/3"}');
  });

  it.each([
    ['text', /^✔ Kimi, China site is live on [^]*\nrun \S+ by relay .*, exit\s+code 0\nstages connect .* ms/],
    ['markdown', /^## ✅ Kimi/],
    ['html', /^<!doctype html>[^]*<\/html>$/],
    ['junit', /^<\?xml version="1.0"[^]*<\/testsuites>$/],
  ])('shows a report as %s', async (form, desired) => {
    const shown = await place.run(['report', 'show', 'shown.json', '--as', form]);
    expect([shown.exitCode, shown.stderr]).toEqual([0, '']);
    expect(shown.stdout).toMatch(desired);
  });

  it.each([
    ['text', [], /^! 2 imports on 2 hosts: 1 partially succeeded, 1 succeeded[^]*\n! eu-2 zai [^]*\n✔ eu-1 kimi-cn /],
    ['text', ['--provider', 'zai'], /^! Partially succeeded: /],
    ['markdown', [], /^## ⚠️ 2 imports on /],
    ['html', [], /^<!doctype html>[^]*<article id="[\w.-]*\.zai\.subscription">[^]*<\/html>$/],
    ['junit', [], /^<\?xml version="1.0"[^]* name="relay import of 2 imports"[^]*<\/testsuites>$/],
    ['markdown', ['--provider', 'zai'], /^## ⚠️ Kimi, China site: partially succeeded\n/],
    [
      'junit',
      ['--provider', 'zai'],
      /^<\?xml version="1.0"[^]* name="relay import of (?:zai|1 import)"[^]*<\/testsuites>$/,
    ],
  ])('shows several as %s %j in one document', async (form, more, desired) => {
    const shown = await place.run(['report', 'show', 'several.json', '--as', form, ...more]);
    expect([shown.exitCode, shown.stderr]).toEqual([0, '']);
    expect(shown.stdout).toMatch(desired);
  });

  it('reads it from standard input, and shows it as text, when told nothing else', async () => {
    const input = await fileOf('shown.json');
    const shown = await place.run(['report', 'show', '-'], { input });
    expect(shown.stdout).toMatch(/^✔ Kimi, China site is live on/);
    expect((await place.run(['report', 'show', '-'], { input: 'x' })).stderr).toContain(
      'on standard input cannot be used',
    );
  });

  it.each([
    ['absent.json', 'FILE_UNREADABLE', 'Check the path and its permissions.'],
    ['keys.txt', 'REPORT_UNREADABLE', 'Give the file that --report wrote.'],
    ['newer.json', 'relay.import-report/3, and this relay reads relay.import-report/2', 'Use the relay that wrote it'],
  ])('refuses %s in a line, with a hint', async (file, said, hint) => {
    const { exitCode, stdout, stderr } = await place.run(['report', 'show', file]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
    expect(stderr.split('\n')).toHaveLength(3);
    expect(stderr).toContain(`To do: ${hint}`);
  });
});
