import { folderState } from '../../src/journal/folder/folder-state.ts';
import { readRun as readFrom, type RecordedRun } from '../../src/journal/read-journal.ts';

/** The runs in a folder for state. */
export const runsIn = (folder: string) => folderState(folder).runs;

export const runIds = (folder: string): Promise<string[]> => runsIn(folder).ids();

export const readRun = (folder: string, run: string): Promise<RecordedRun> => readFrom(runsIn(folder), run);
