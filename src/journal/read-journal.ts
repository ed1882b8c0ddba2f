import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Deed } from '../apply/ledger.ts';
import { didYouMean } from '../terms/nearest.ts';
import { RelayError } from '../terms/relay-error.ts';
import { beginSchema, journalVersion, noteSchema, type Begin, type Note } from './entries.ts';
import { journalFolder } from './run-journal.ts';

/** A run as its journal tells it. */
export interface RecordedRun {
  begin: Begin;
  notes: Note[];
  /** What was done and not taken back. */
  deeds: Deed[];
  /** Accounts of earlier runs that are gone for good. */
  removed: { id: number; name: string }[];
  /** Such accounts of which only the intent is noted. */
  removing: { id: number; name: string }[];
  /** How it ended; nothing when it was interrupted, or goes on. */
  end: { outcome: string; exitCode: number; at: string } | null;
}

/** The ids of all runs, newest first: ids begin with the time. */
export async function runIds(stateDir: string): Promise<string[]> {
  const files = await readdir(journalFolder(stateDir)).catch(() => []);
  const ids = files.filter((file) => file.endsWith('.jsonl')).map((file) => file.slice(0, -'.jsonl'.length));
  return ids.toSorted().toReversed();
}

/** Reads the journal of a run. Throws `RUN_NOT_FOUND` with the nearest ids, or `STATE_UNREADABLE`. */
export async function readRun(stateDir: string, run: string): Promise<RecordedRun> {
  const ids = await runIds(stateDir);
  if (!ids.includes(run)) {
    const near = didYouMean(run, ids) || (ids[0] === undefined ? '' : ` The newest is ${ids[0]}.`);
    throw new RelayError('RUN_NOT_FOUND', `There is no run "${run}" in ${journalFolder(stateDir)}.${near}`);
  }
  const file = join(journalFolder(stateDir), `${run}.jsonl`);
  const lines = (await readFile(file, 'utf8')).split('\n');
  const begin = parseBegin(file, lines[0] ?? '');
  // A line that is torn, or of a type of a later relay, says nothing that can be relied on.
  const notes = lines.slice(1).flatMap((line) => noteSchema.safeParse(parseLine(line)).data ?? []);
  return { begin, notes, ...conclude(notes) };
}

function parseBegin(file: string, line: string): Begin {
  const value = parseLine(line);
  const version = z.object({ v: z.number() }).safeParse(value).data?.v;
  if (version !== undefined && version !== journalVersion) {
    throw new RelayError(
      'STATE_UNREADABLE',
      `The journal ${file} has the version ${version}; this relay reads ${journalVersion}.`,
    );
  }
  const begin = beginSchema.safeParse(value);
  if (!begin.success) {
    throw new RelayError(
      'STATE_UNREADABLE',
      `The journal ${file} does not begin as a journal (${begin.error.issues[0]?.path.join('.') ?? ''}).`,
    );
  }
  return begin.data;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function conclude(notes: readonly Note[]): Pick<RecordedRun, 'deeds' | 'removed' | 'removing' | 'end'> {
  const deeds: Deed[] = [];
  const removed: RecordedRun['removed'] = [];
  const removing = new Map<number, { id: number; name: string }>();
  let end: RecordedRun['end'] = null;
  for (const note of notes) {
    if (note.type === 'deed') deeds.push(note.deed);
    if (note.type === 'undone') forget(deeds, note.kind, note.id);
    if (note.type === 'removing') {
      const { id, name } = note;
      // What the run had made itself is no loss when it goes again.
      if (!deeds.some((deed) => deed.kind === 'account' && deed.action === 'created' && deed.id === id))
        removing.set(id, { id, name });
    }
    if (note.type === 'removed') {
      const { id, name } = note;
      removing.delete(id);
      if (!forget(deeds, 'account', id)) removed.push({ id, name });
    }
    if (note.type === 'resumed') end = null;
    if (note.type === 'end') end = { outcome: note.outcome, exitCode: note.exitCode, at: note.at };
  }
  return { deeds, removed, removing: [...removing.values()], end };
}

function forget(deeds: Deed[], kind: string, id: number): boolean {
  const index = deeds.findIndex((deed) => deed.kind === kind && deed.id === id);
  if (index !== -1) deeds.splice(index, 1);
  return index !== -1;
}
