import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { workplace, type Workplace } from '../support/binary.ts';

const english = 'I have read, understood, and agree to the Sub2API Deployment and Operation Compliance Commitment';
const chinese = '我已阅读、理解并同意 Sub2API 部署与运营合规承诺';

let place: Workplace;
let host: Sandbox;
beforeAll(async () => {
  place = await workplace();
});
afterAll(() => place.remove());
beforeEach(async () => {
  host = await startSandbox({ complianceGate: true });
});
afterEach(() => host.stop());

const login = () => ({ RELAY_ADMIN_KEY: host.adminKey });
const accepted = () => host.requests.filter(({ path }) => path.endsWith('/compliance/accept'));

/** The command on a terminal where this is typed once it asks. */
async function onTerminal(typed: string, ...more: string[]) {
  const terminal = () => Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  const [stdin, stdout, stderr] = [terminal(), terminal(), terminal()];
  const said = { out: '', err: '' };
  stdout.on('data', (chunk: Buffer) => {
    said.out += chunk.toString();
  });
  stderr.on('data', (chunk: Buffer) => {
    const asked = said.err.includes('> ');
    said.err += chunk.toString();
    if (!asked && said.err.includes('> ')) setImmediate(() => stdin.write(typed));
  });
  const words = ['doctor', '--accept-compliance', '--host', host.url, '--no-color', ...more];
  const env = { ...login(), TERM: 'dumb' };
  const exitCode = await main(words, { stdin, stdout, stderr, env, cwd: place.folder, uid: undefined, version: '0' });
  return { exitCode, ...said };
}

describe('a host that waits for its terms to be accepted', () => {
  it('fails that check, and names the command that shows and accepts them', async () => {
    const env = { ...login(), COLUMNS: '400' };
    const run = await place.run(['doctor', '--host', host.url, '--pack', 'kimi'], { env });
    expect(run.exitCode).toBe(3);
    expect(run.stdout).toMatch(/^failure {2}Compliance terms .*v2026\.06\.10.*admin-compliance\.en\.md/m);
    expect(run.stdout).toMatch(/^pass {5}Login/m);
    expect(run.stdout).toMatch(/^skipped .*because of Compliance terms: .*Names of the pack/m);
    expect(run.stderr).toMatch(/\nTo do: Read the document\.\nNext: relay doctor .*--pack kimi --accept-compliance$/);
    const asked = await place.run(['status', '--pack', 'kimi', '--host', host.url], { env: login() });
    expect(asked).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('`relay doctor --accept-compliance`') as unknown,
    });
    expect(accepted()).toEqual([]);
  });

  it.each([
    ['without a terminal', [], 'Run this on a terminal'],
    ['where nobody may be asked', ['--no-input'], 'Leave --no-input out'],
  ])('is accepted by nobody %s, and is not even asked', async (_name, more, hint) => {
    const args = ['doctor', '--accept-compliance', '--host', host.url, ...more];
    const run = await place.run(args, { env: { ...login(), CI: 'true' }, input: `${english}\n` });
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('CONSENT_NEEDED') as unknown });
    expect(run.stderr).toContain(hint);
    expect(host.requests).toEqual([]);
  });

  it.each([
    ['English', english, 'en'],
    ['English, with white space around', `  ${english} `, 'en'],
    ['Chinese', chinese, 'zh'],
  ])('opens when the phrase is typed in %s, and the examination goes on', async (_name, phrase, language) => {
    const { exitCode, out, err } = await onTerminal(`${phrase}\r`);
    expect(exitCode).toBe(0);
    expect(err).toContain('version v2026.06.10:');
    expect(err).toContain('docs/legal/admin-compliance.en.md');
    expect(err).toContain('Accepted: version v2026.06.10.');
    expect(out).toContain('pass     Compliance terms  nothing to accept');
    expect(out).toContain('relay can work on this host.');
    expect(accepted().map(({ body }) => body)).toEqual([{ phrase: phrase.trim(), language }]);
  });

  it.each([
    ['yes', 'yes\r'],
    ['the phrase in capitals', `${english.toUpperCase()}\r`],
    ['a part of it', `${english.slice(0, -1)}\r`],
    ['nothing', '\r'],
    ['Ctrl-D', '\u0004'],
  ])('stays closed after %s', async (_name, typed) => {
    const { exitCode, out, err } = await onTerminal(typed);
    expect(exitCode).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('the compliance terms were not accepted');
    expect(err).toContain('Nothing was written to the host.');
    expect(accepted()).toEqual([]);
  });

  it('tells when another check fails after the acceptance', async () => {
    host.addFault({ method: 'GET', path: '/api/v1/admin/groups', fault: 'status', status: 500, times: 0 });
    const { exitCode, err } = await onTerminal(`${english}\r`);
    expect(exitCode).toBe(3);
    expect(err).toContain('has noted that its compliance terms are accepted; nothing else was written.');
  });

  it('says so when the host refuses what was typed', async () => {
    host.addFault({ method: 'POST', path: '/api/v1/admin/compliance/accept', fault: 'status', status: 400 });
    const { exitCode, err } = await onTerminal(`${english}\r`);
    expect(exitCode).toBe(3);
    expect(err).toContain('400');
  });

  it('does not know what became of an acceptance whose answer was lost', async () => {
    host.addFault({ method: 'POST', path: '/api/v1/admin/compliance/accept', fault: 'drop-after' });
    const { exitCode, err } = await onTerminal(`${english}\r`);
    expect(exitCode).toBe(3);
    expect(err).toContain('It is not known whether the host has noted the acceptance.');
  });
});

it('asks nothing where there is nothing to accept', async () => {
  host.state.acknowledgement = { version: 'v2026.06.10' };
  const { exitCode, err } = await onTerminal('');
  expect(exitCode).toBe(0);
  expect(err).toContain('There is nothing to accept.');
});
