import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderState } from '../../src/journal/folder/folder-state.ts';
import { keepVerdicts, newsSince, readVerdicts } from '../../src/journal/verdicts.ts';

const access = 'subscription';
const at = '2026-11-20T12:00:00.000Z';
const account = (id: string, failed: boolean) => ({ id, name: `acme-${id}`, failed });

describe('what is new since the last probe', () => {
  it.each([
    ['nothing', [account('1', false)], [account('1', false)], [], [], []],
    ['one that fails now', [account('1', false)], [account('1', true)], ['acme-1'], [], []],
    ['one that works again', [account('1', true)], [account('1', false)], [], ['acme-1'], []],
    ['one that fails as before', [account('1', true)], [account('1', true)], [], [], ['acme-1']],
    ['one that was not there, and fails', [], [account('2', true)], ['acme-2'], [], []],
    ['one that is gone', [account('1', true)], [], [], [], []],
  ])('tells %s', (_, before, now, newlyDead, recovered, stillDead) => {
    expect(newsSince({ v: 1, at, accounts: before }, now)).toEqual({ since: at, newlyDead, recovered, stillDead });
  });
});

describe('verdicts that are kept', () => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'relay-verdicts-'));
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  const url = 'https://host.example';

  it('are read again for the same host and provider, however the address is written, and for no other', async () => {
    expect(await readVerdicts(folderState(stateDir), { hostUrl: url, provider: 'acme', access })).toBeUndefined();
    await keepVerdicts(
      folderState(stateDir),
      { hostUrl: url, provider: 'acme', access },
      { at, accounts: [account('1', true)] },
    );
    expect(await readVerdicts(folderState(stateDir), { hostUrl: `${url}/`, provider: 'acme', access })).toMatchObject({
      at,
      accounts: [{ id: '1', failed: true }],
    });
    expect(await readVerdicts(folderState(stateDir), { hostUrl: url, provider: 'other', access })).toBeUndefined();
    expect(
      await readVerdicts(folderState(stateDir), { hostUrl: 'https://other.example', provider: 'acme', access }),
    ).toBeUndefined();
  });

  it('are for the eyes of their owner, and nothing to compare with where they are damaged', async () => {
    await keepVerdicts(folderState(stateDir), { hostUrl: url, provider: 'acme', access }, { at, accounts: [] });
    const [name = ''] = await readdir(join(stateDir, 'verdicts'));
    const file = join(stateDir, 'verdicts', name);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await writeFile(file, '{"v":1,"at"');
    expect(await readVerdicts(folderState(stateDir), { hostUrl: url, provider: 'acme', access })).toBeUndefined();
  });
});
