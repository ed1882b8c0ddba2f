import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptedKeys } from '../../src/keys/key-file.ts';
import { readKeyFile } from '../../src/keys/read-key-file.ts';
import type { ImportMode } from '../../src/core/modes.ts';
import { refusal } from '../support/refusal.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-keys-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function fileOf(content: string | Uint8Array, name = 'keys.txt'): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

const nothing = Readable.from([]);

function fromInput(text: string, mode: ImportMode = 'strict') {
  return readKeyFile('-', mode, Readable.from([Buffer.from(text)]));
}

describe('a key file', () => {
  it('is read from a path', async () => {
    const file = await readKeyFile(await fileOf('\uFEFFtest-key-a\r\ntest-key-b\r\n'), 'strict', nothing);
    expect(acceptedKeys(file).map((entry) => entry.key.open())).toEqual(['test-key-a', 'test-key-b']);
  });

  it('is read from standard input, in whatever pieces it comes', async () => {
    const bytes = Buffer.from('test-key-a\n# ü\ntest-key-b\n');
    const pieces = [...bytes].map((byte) => Buffer.from([byte]));
    const file = await readKeyFile('-', 'strict', Readable.from(pieces));
    expect(acceptedKeys(file).map((entry) => entry.key.open())).toEqual(['test-key-a', 'test-key-b']);
  });

  it.each(['', '\n\n', '# only a comment\n', '\uFEFF', ' \t '])('without any key is refused: %j (B4)', async (text) => {
    expect((await refusal(fromInput(text))).code).toBe('KEYS_EMPTY');
  });

  it('is refused in strict mode when a line is malformed, and names all of these by number only (N2)', async () => {
    const error = await refusal(fromInput('test-key-a\nSECRET one\ntest-key-b\nSECRET\u0000two\nSECRETü\n'));
    expect(error).toMatchObject({ code: 'KEYS_MALFORMED', message: 'The key file - has 3 malformed lines.' });
    expect(error.details.map((detail) => detail.split(':')[1])).toEqual(['2', '4', '5']);
    expect(error.details.join('\n')).not.toContain('SECRET');
  });

  it('names at most twenty malformed lines, and counts them all', async () => {
    const error = await refusal(fromInput('a b\n'.repeat(30)));
    expect(error.message).toContain('30 malformed lines');
    expect(error.details).toHaveLength(20);
  });

  it('is taken without its malformed lines in partial mode (N2)', async () => {
    const file = await fromInput('test-key-a\ntest-key b\ntest-key-c\n', 'partial');
    expect(acceptedKeys(file).map((entry) => entry.line)).toEqual([1, 3]);
    expect(file.entries.filter((entry) => entry.kind === 'malformed').map((entry) => entry.line)).toEqual([2]);
  });

  it('is refused in partial mode too when no key is left (B4)', async () => {
    const error = await refusal(fromInput('test-key b\n\n', 'partial'));
    expect(error).toMatchObject({
      code: 'KEYS_EMPTY',
      message: 'The key file - holds no key (2 lines, 1 blank, 1 malformed).',
    });
  });

  it.each([
    ['does not exist', () => join(folder, 'absent.txt'), 'ENOENT'],
    ['is a folder', () => folder, 'EISDIR'],
  ])('that %s is refused with the reason', async (_, path, why) => {
    const error = await refusal(readKeyFile(path(), 'strict', nothing));
    expect(error.code).toBe('FILE_UNREADABLE');
    expect(error.message).toContain(why);
    expect(error.message).toContain(path());
  });

  it('that is not UTF-8 is refused', async () => {
    const file = await fileOf(Buffer.from([0x6b, 0xff, 0xfe, 0x0a]), 'latin.txt');
    expect(await refusal(readKeyFile(file, 'strict', nothing))).toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('that is larger than 16 MiB is refused', async () => {
    const file = await fileOf('test-key-a\n', 'large.txt');
    await truncate(file, 16 * 1024 * 1024 + 1);
    expect((await refusal(readKeyFile(file, 'strict', nothing))).message).toContain('larger than 16 MiB');
  });

  it('that never ends on standard input is refused', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'k');
    const endless = Readable.from(
      (function* () {
        for (;;) yield piece;
      })(),
    );
    expect((await refusal(readKeyFile('-', 'strict', endless))).message).toContain('larger than 16 MiB');
  });

  it('never shows the text of a key in an error, whatever is wrong with the file (N1)', async () => {
    const keys = fc.stringMatching(/^K7[!-~]{8,30}$/);
    const faults = fc.constantFrom('%s x', 'x %s', '%s\u0000', '\u0001%s', '%sü', '%s\t%s');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(keys, faults), { minLength: 1, maxLength: 5 }),
        fc.constantFrom<ImportMode>('strict', 'partial'),
        async (lines, mode) => {
          const error = await refusal(
            fromInput(lines.map(([key, fault]) => fault.replaceAll('%s', () => key)).join('\n'), mode),
          );
          const shown = [
            inspect(error, { depth: null, showHidden: true }),
            JSON.stringify(error.toProblem()),
            error.stack,
          ].join('\n');
          for (const [key] of lines) expect(shown).not.toContain(key);
        },
      ),
    );
  });
});
