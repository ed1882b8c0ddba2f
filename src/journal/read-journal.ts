import { z } from 'zod';
import type { RemovedAccount } from '../apply/accounts/give-back.ts';
import type { Change } from '../apply/change.ts';
import { didYouMean } from '../core/suggest.ts';
import { RelayError } from '../core/relay-error.ts';
import { beginSchema, journalVersion, noteSchema, type Begin, type Note } from './entries.ts';
import { parseJournalLine } from './journal-line.ts';
import { parseJson } from '../core/parse-json.ts';
import type { RunStore } from './state-store.ts';

/** A run as its journal tells it. */
export interface RecordedRun {
  begin: Begin;
  notes: Note[];
  /** What was changed, or was about to be, and not reverted. */
  changes: Change[];
  /** The last number that was given to a change. */
  lastSeq: number;
  /** Accounts of earlier runs that are gone. */
  removed: RemovedAccount[];
  /** Such accounts of which only the intent is noted. */
  removing: RemovedAccount[];
  /** How it ended; nothing when it was interrupted, or goes on. */
  end: { outcome: string; exitCode: number; at: string } | null;
}

/** Reads the journal of a run. Throws `RUN_NOT_FOUND` with the nearest ids, or `STATE_UNREADABLE`. */
export async function readRun(runs: RunStore, run: string): Promise<RecordedRun> {
  const ids = await runs.ids();
  if (!ids.includes(run)) {
    const near = didYouMean(run, ids) || (ids[0] === undefined ? '' : ` The newest is ${ids[0]}.`);
    throw new RelayError('RUN_NOT_FOUND', `There is no run "${run}" in ${runs.place}.${near}`);
  }
  return readListed(runs, run);
}

/** A run whose journal is there: as it tells it, or what was thrown in reading it. */
export type ReadRun = { id: string } & ({ run: RecordedRun } | { fault: unknown });

/** Every run, newest first, those that cannot be read among them. */
export async function readRuns(runs: RunStore): Promise<ReadRun[]> {
  const read: ReadRun[] = [];
  for (const id of await runs.ids()) {
    try {
      read.push({ id, run: await readListed(runs, id) });
    } catch (fault) {
      read.push({ id, fault });
    }
  }
  return read;
}

/** Only an id that was listed leads to no other record. */
async function readListed(runs: RunStore, run: string): Promise<RecordedRun> {
  const place = runs.placeOf(run);
  const lines = await runs.read(run);
  const begin = parseBegin(place, lines.begin);
  const notes = parseNotes(place, lines.notes);
  return { begin, notes, ...outcomeOf(place, notes) };
}

/** Only the last line can be torn, by a crash. Any other that cannot be read could be the one that tells of a change. */
function parseNotes(place: string, lines: readonly string[]): Note[] {
  const last = lines.findLastIndex((line) => line !== '');
  return lines.flatMap((line, index) => {
    if (line === '') return [];
    const note = noteSchema.safeParse(parseJournalLine(line)).data;
    if (note !== undefined) return [note];
    if (index === last) return [];
    throw damaged(place, index + 2);
  });
}

function damaged(place: string, line: number): RelayError {
  return new RelayError('STATE_UNREADABLE', `The journal ${place} is damaged in line ${line}.`, {
    hint: 'Bring it back from a copy. Without it, `relay status` shows what the host holds, and the same import again does the rest.',
  });
}

function parseBegin(place: string, line: string): Begin {
  const value = parseJournalLine(line);
  // Another version may have lines of another form.
  const version = z.object({ v: z.number() }).safeParse(value ?? parseJson(line)).data?.v;
  if (version !== undefined && version !== journalVersion) {
    throw new RelayError(
      'STATE_UNREADABLE',
      `The journal ${place} has the version ${version}; this relay reads ${journalVersion}.`,
    );
  }
  const begin = beginSchema.safeParse(value);
  if (!begin.success) {
    throw new RelayError(
      'STATE_UNREADABLE',
      `The journal ${place} does not begin as a journal (${begin.error.issues[0]?.path.join('.') ?? ''}).`,
    );
  }
  return begin.data;
}

type Outcome = Pick<RecordedRun, 'changes' | 'lastSeq' | 'removed' | 'removing' | 'end'>;

function outcomeOf(place: string, notes: readonly Note[]): Outcome {
  const changes = new Map<number, Change>();
  const removed: RecordedRun['removed'] = [];
  const removing = new Map<string, RemovedAccount>();
  let lastSeq = 0;
  let end: RecordedRun['end'] = null;
  const made = (id: string) =>
    [...changes.values()].some((each) => each.kind === 'account' && each.action === 'created' && each.id === id);
  for (const [index, note] of notes.entries()) {
    if (note.type === 'change') {
      lastSeq = Math.max(lastSeq, note.change.seq);
      changes.set(note.change.seq, note.change);
    }
    if (note.type === 'made') {
      const change = changes.get(note.seq);
      if (change === undefined) throw damaged(place, index + 2);
      Object.assign(change, { id: note.id }, note.after === undefined ? {} : { after: note.after });
    }
    if (note.type === 'reverted') changes.delete(note.seq);
    // What the run had made itself is no loss when it goes again.
    if (note.type === 'removing' && !made(note.id)) {
      const { id, name, platform, before } = note;
      removing.set(id, { id, name, platform, before });
    }
    if (note.type === 'removed') {
      const { id, name } = note;
      removed.push(removing.get(id) ?? { id, name, platform: '', before: {} });
      removing.delete(id);
    }
    if (note.type === 'resumed') end = null;
    if (note.type === 'end') end = { outcome: note.outcome, exitCode: note.exitCode, at: note.at };
  }
  return { changes: [...changes.values()], lastSeq, removed, removing: [...removing.values()], end };
}
