import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderState } from '../../src/journal/folder/folder-state.ts';
import { stateContract } from './state-contract.ts';

stateContract('a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'relay-state-'));
  return {
    here: folderState(folder),
    there: folderState(folder),
    end: () => rm(folder, { recursive: true, force: true }),
  };
});
