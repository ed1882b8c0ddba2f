import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFleetFile } from '../../src/config/fleet/fleet-file.ts';
import type { RelayError } from '../../src/core/relay-error.ts';
import { refusal } from '../support/refusal.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-fleet-'));
});
afterAll(() => rm(folder, { recursive: true }));

const read = async (text: string) => {
  const file = join(folder, 'fleet.yaml');
  await writeFile(file, text);
  return readFleetFile(file);
};

describe('a fleet file', () => {
  it.each([
    [
      'an import by itself is for the host of the command',
      'imports: [{ pack: kimi, keys: k }]',
      [{ pack: 'kimi', keys: 'k' }],
    ],
    [
      'one host, several, and all',
      'imports: [{ pack: a, keys: k, host: eu-1 }, { pack: b, keys: k, hosts: [eu-1, eu-2] }, { pack: c, keys: k, hosts: all }]',
      [
        { pack: 'a', keys: 'k', hosts: ['eu-1'] },
        { pack: 'b', keys: 'k', hosts: ['eu-1', 'eu-2'] },
        { pack: 'c', keys: 'k', hosts: 'all' },
      ],
    ],
    [
      'what holds for all, unless an import says it otherwise',
      'defaults: { hosts: all, mode: partial, keys: k, access: self-service }\nimports: [{ pack: a }, { pack: b, host: eu-1, mode: strict, keys: other }]',
      [
        { pack: 'a', keys: 'k', hosts: 'all', mode: 'partial', access: 'self-service' },
        { pack: 'b', keys: 'other', hosts: ['eu-1'], mode: 'strict', access: 'self-service' },
      ],
    ],
    [
      'several hosts instead of the one that holds for all',
      'defaults: { host: eu-1 }\nimports: [{ pack: a, keys: k, hosts: [eu-2] }]',
      [{ pack: 'a', keys: 'k', hosts: ['eu-2'] }],
    ],
  ])('reads %s', async (_, text, entries) => {
    expect(await read(text)).toEqual(entries);
  });

  it.each([
    ['imports: []', ['1:10']],
    ['import: [{ pack: a, keys: k }]', ['Did you mean "imports"?']],
    ['imports: [{ pack: a, keys: k, hots: all }]', ['1:31: unknown field "hots" in imports[0]. Did you mean "host']],
    ['imports: [{ pack: a, keys: k, hosts: [] }]', ['"hosts" of imports[0] names no host']],
    ['defaults: { hosts: [] }\nimports: [{ pack: a, keys: k }]', ['"hosts" of defaults names no host']],
    ['imports: [{ pack: a, keys: k, hosts: some }]', ['imports[0].hosts']],
    ['imports: [{ pack: a, keys: k, host: x, hosts: all }]', ['"host" and "hosts" say two things in imports[0]']],
    ['imports: [{ keys: k }, { pack: a }]', ['"imports[0].pack" is missing']],
    ['imports: [', ['fleet.yaml:1:']],
    ['defaults: { mode: perhaps }\nimports: [{ pack: a, keys: k }]', ['defaults.mode']],
  ])('refuses %s', async (text, says) => {
    const error: RelayError = await refusal(read(text));
    expect(error.code).toBe('IMPORTS_INVALID');
    for (const each of says) expect(error.details.join('\n')).toContain(each);
  });
});
