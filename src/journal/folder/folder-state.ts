import { join } from 'node:path';
import type { StateStore } from '../state-store.ts';
import { FolderLocks } from './folder-locks.ts';
import { FolderRuns } from './folder-runs.ts';
import { FolderTexts } from './folder-texts.ts';
import { lockFiles } from './lock-files.ts';

/** State in a folder of this machine, which is made when something is written. */
export function folderState(folder: string): StateStore {
  const reports = new FolderTexts(join(folder, 'reports'));
  return {
    place: folder,
    runs: new FolderRuns(join(folder, 'runs'), reports),
    locks: new FolderLocks(join(folder, 'locks'), lockFiles),
    verdicts: new FolderTexts(join(folder, 'verdicts')),
    reports,
    close: async () => undefined,
  };
}
