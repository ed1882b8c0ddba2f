import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAge } from '../../src/pack/checks/check-age.ts';
import { checkTogether } from '../../src/pack/checks/check-together.ts';
import { findPack, findPlaces, knownPacks } from '../../src/pack/find-pack.ts';
import { inspectPack, readPack } from '../../src/pack/read-pack.ts';
import { aManifest, aProvider } from '../support/builders.ts';
import { writeInto } from '../support/write-into.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-places-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const put = (name: string, content: string | Uint8Array) => writeInto(folder, name, content);

const manifest = (id: string, provider = id) => JSON.stringify({ ...aManifest([aProvider({ id: provider })]), id });

describe('the folders of packDirs', () => {
  it('are looked through in order, the shipped packs last; the first of a name wins and says what it hides', async () => {
    await put('one/kimi/pack.json', manifest('kimi', 'mine'));
    await put('two/kimi/pack.json', manifest('kimi', 'theirs'));
    await put('two/acme/pack.json', manifest('acme'));
    await put('two/README.md', 'no pack');
    await put('two/Not-An-Id/pack.json', manifest('acme'));
    const dirs = [join(folder, 'one'), join(folder, 'two')];
    const kimi = await findPack('kimi', dirs);
    expect(kimi).toMatchObject({ origin: 'folder', file: join(folder, 'one/kimi/pack.json') });
    expect(kimi.shadows).toEqual([join(folder, 'two/kimi'), expect.stringMatching(/packs\/kimi$/)]);
    expect(await findPack('acme', dirs)).toMatchObject({ origin: 'folder', shadows: [] });
    const known = await knownPacks(dirs);
    expect([...known.keys()]).toEqual([...known.keys()].toSorted());
    expect(known.has('Not-An-Id')).toBe(false);
    await expect(findPack('acme')).rejects.toMatchObject({ code: 'PACK_NOT_FOUND' });
  });

  it('must be there', async () => {
    const error = findPack('kimi', [join(folder, 'absent')]);
    await expect(error).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('ENOENT') });
  });

  it('hold packs that bear the name of their folder', async () => {
    await put('named/acme/pack.json', manifest('other'));
    const [place] = await findPlaces(['acme'], [join(folder, 'named')]);
    const { findings } = await inspectPack((place as { path: string }).path, 'folder');
    expect(findings).toEqual([expect.objectContaining({ code: 'ID_DIFFERS', line: 1 })]);
  });

  it('hold one manifest each', async () => {
    await put('twice/acme/pack.json', manifest('acme'));
    await put('twice/acme/pack.yml', manifest('acme'));
    const { findings, pack } = await inspectPack(join(folder, 'twice/acme'), 'path');
    expect(pack).toBeUndefined();
    expect(findings).toEqual([
      expect.objectContaining({
        file: join(folder, 'twice/acme/pack.json'),
        code: 'SECOND_MANIFEST',
        message: 'pack.json stands beside pack.yml; a pack has one manifest',
      }),
    ]);
  });
});

describe('the words that validate is given', () => {
  it('may be a folder of packs', async () => {
    await put('many/a/pack.json', manifest('a'));
    await put('many/b/pack.json', manifest('b'));
    expect(await findPlaces([join(folder, 'many')], [])).toEqual([
      { path: join(folder, 'many/a'), origin: 'path', shadows: [] },
      { path: join(folder, 'many/b'), origin: 'path', shadows: [] },
    ]);
  });

  it('are findings where they lead nowhere', async () => {
    expect(await findPlaces(['kimmi', 'kimi'], [])).toEqual([
      {
        fault: expect.objectContaining({
          file: 'kimmi',
          code: 'UNREADABLE',
          message: expect.stringContaining('"kimi"?'),
        }),
      },
      expect.objectContaining({ origin: 'built-in' }),
    ]);
    const empty = join(folder, 'empty');
    await mkdir(empty);
    expect((await inspectPack(empty, 'path')).findings).toEqual([expect.objectContaining({ code: 'UNREADABLE' })]);
  });
});

describe('a file that is no manifest', () => {
  it.each([
    ['a byte of another encoding', Buffer.from('id: a\nname: Caf\xe9\n', 'latin1'), 'NOT_UTF8', 2, 10],
    ['UTF-16', Buffer.from('\uFEFFid: a\n', 'utf16le'), 'NOT_UTF8', 1, 1],
    ['a character cut at the end', Buffer.from('id: a\nx: é').subarray(0, -1), 'NOT_UTF8', 2, 4],
    ['more than 128 KiB', Buffer.alloc(128 * 1024 + 1, '#'), 'TOO_LARGE', 1, 1],
    ['nothing but nulls', Buffer.alloc(100), 'CONTROL_CHARACTER', 1, 1],
    ['JSON with a comma too many', '{ "schema": "relay.pack/1", }', 'SYNTAX', 1, 29, 'json'],
    ['JSON with a comment', '{ # no\n}', 'SYNTAX', 1, 3, 'json'],
  ])('%s', async (_, content, code, line, column, extension = 'yaml') => {
    const file = await put(`odd.${extension}`, content);
    const { pack, findings } = await inspectPack(file, 'path');
    expect(pack).toBeUndefined();
    expect(findings[0]).toMatchObject({ file, code, line, column });
  });

  it('a link out of the folder of the pack; one inside of it is followed', async () => {
    const secret = await put('outside/secret.yaml', 'password: hunter2');
    await mkdir(join(folder, 'linked'));
    await symlink(secret, join(folder, 'linked/pack.yaml'));
    expect((await inspectPack(join(folder, 'linked'), 'path')).findings).toEqual([
      expect.objectContaining({ code: 'OUTSIDE_FOLDER' }),
    ]);
    await put('mounted/..data/pack.json', manifest('acme'));
    await symlink('..data/pack.json', join(folder, 'mounted/pack.json'));
    expect((await readPack(join(folder, 'mounted'), 'path')).id).toBe('acme');
    await mkdir(join(folder, 'dirs'));
    await symlink(join(folder, 'mounted'), join(folder, 'dirs/acme'));
    expect((await inspectPack(join(folder, 'dirs/acme'), 'folder')).findings).toEqual([
      expect.objectContaining({ code: 'OUTSIDE_FOLDER' }),
    ]);
  });

  it('is told a hundred faults, and how many more there are', async () => {
    const text = `${manifest('acme').slice(0, -1)},${Array.from({ length: 150 }, (_, index) => `"f${index}":1`).join()}}`;
    const { findings } = await inspectPack(await put('hundred.json', text), 'path');
    expect(findings).toHaveLength(101);
    expect(findings.at(-1)).toMatchObject({ code: 'TOO_MANY', message: 'and 50 more' });
  });
});

describe('packs that are checked together', () => {
  it('may not share the id of a pack or of a provider', async () => {
    const first = await inspectPack(await put('together/a.json', manifest('a', 'same')), 'path');
    const second = await inspectPack(await put('together/b.json', manifest('b', 'same')), 'path');
    const third = await inspectPack(await put('together/c.json', manifest('a', 'other')), 'path');
    expect(await checkTogether([first, second])).toEqual([
      expect.objectContaining({ file: second.file, code: 'DUPLICATE_ID', message: expect.stringContaining('"same"') }),
    ]);
    expect(await checkTogether([first, third])).toEqual([
      expect.objectContaining({ file: third.file, code: 'DUPLICATE_ID' }),
    ]);
    expect(await checkTogether([first, first])).toEqual([]);
  });
});

describe('facts that somebody looked up', () => {
  const at = (asOf: string | undefined, sources: string[]) =>
    JSON.stringify(aManifest([{ ...aProvider({ sources }), ...(asOf === undefined ? {} : { asOf }) }]));
  it.each([
    ['a year ago', '2025-11-21', ['somewhere'], []],
    ['more than a year ago', '2025-11-20', ['somewhere'], ['FACTS_OLD']],
    ['nobody knows when', undefined, ['somewhere'], ['FACTS_UNDATED']],
    ['nobody knows where', '2026-11-20', [], ['FACTS_UNDATED']],
  ])('%s', async (_, asOf, sources, codes) => {
    const reading = await inspectPack(await put('facts.json', at(asOf, sources)), 'path');
    expect((await checkAge(reading, Date.UTC(2026, 10, 21))).map(({ code }) => code)).toEqual(codes);
  });
});
