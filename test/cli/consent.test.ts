import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirmHosts } from '../../src/cli/session/confirm-host.ts';
import { askConsent } from '../../src/cli/session/consent.ts';
import type { Io } from '../../src/cli/io.ts';
import { Interruption } from '../../src/core/relay-error.ts';

const terminal = () => Object.assign(new PassThrough(), { isTTY: true });

/** Asks on a terminal, and does this once the question is there. */
async function ask(
  then: (stdin: PassThrough) => void,
  stop?: AbortSignal,
  env: Record<string, string> = {},
  question = (io: Io) => askConsent(['One account would be removed.'], io, { input: true }, stop),
): Promise<string> {
  const [stdin, stderr] = [terminal(), terminal()];
  let said = '';
  stderr.on('data', (chunk: Buffer) => {
    const before = said;
    said += chunk.toString();
    if (said.includes('goes on: ') && !before.includes('goes on: ')) setImmediate(() => then(stdin));
  });
  const io: Io = { stdin, stderr, stdout: terminal(), env, cwd: '/', uid: undefined, version: '0' };
  await question(io);
  return said;
}

describe('a question on a terminal', () => {
  it.each(['yes\r', 'YES \n'])('is agreed to with %j', async (answer) => {
    expect(await ask((stdin) => stdin.write(answer))).toContain('One account would be removed.\n');
  });

  it.each([
    ['no', 'no\r'],
    ['nothing', '\r'],
    ['y', 'y\r'],
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('is not agreed to with %s', async (_name, answer) => {
    await expect(ask((stdin) => stdin.write(answer))).rejects.toMatchObject({
      code: 'CONSENT_NEEDED',
      hint: 'Answer "yes", or add --yes, to agree.',
    });
  });

  it('is not agreed to when the terminal goes away', async () => {
    await expect(ask((stdin) => stdin.end())).rejects.toMatchObject({ code: 'CONSENT_NEEDED' });
  });

  it.each(['true', '1', 'TRUE'])('is not asked in a CI system that has a terminal (CI=%s)', async (CI) => {
    const asked = ask(() => undefined, undefined, { CI });
    await expect(asked).rejects.toMatchObject({ code: 'CONSENT_NEEDED', hint: 'Add --yes to agree.' });
  });

  it.each(['', '0', 'false'])('is asked where CI=%j says that there is none', async (CI) => {
    expect(await ask((stdin) => stdin.write('yes\r'), undefined, { CI })).toContain('One account');
  });

  it('ends with the signal that ends the run', async () => {
    const stop = new AbortController();
    const asked = ask(() => stop.abort(new Interruption('SIGTERM')), stop.signal);
    await expect(asked).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 143 });
  });
});

describe('a host that only a file in a folder above names', () => {
  const above = { kind: 'url' as const, url: 'https://h.example', onlyIn: '/srv/.relayrc' };
  const confirm = (from: string) => (io: Io) => confirmHosts([{ ...above, login: { from } }], { input: true }, io);

  it('is asked about on a terminal (A17)', async () => {
    const said = await ask((stdin) => stdin.write('yes\r'), undefined, {}, confirm('RELAY_ADMIN_KEY'));
    expect(said).toContain('RELAY_ADMIN_KEY would be sent to https://h.example, which only /srv/.relayrc');
    const refused = ask((stdin) => stdin.write('no\r'), undefined, {}, confirm('RELAY_ADMIN_KEY'));
    await expect(refused).rejects.toMatchObject({
      code: 'CONSENT_NEEDED',
      hint: 'If it is meant, add --host https://h.example, or --config /srv/.relayrc.',
    });
  });

  it('is not asked about when the file gives the login', async () => {
    expect(await ask(() => undefined, undefined, {}, confirm('configuration file'))).toBe('');
  });
});
