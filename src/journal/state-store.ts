import type { LockStore } from './lock/lock-store.ts';

/** The lines of a run's journal, in order, without a torn last one. */
export interface RunLines {
  /** The first; empty where it was never written whole. */
  begin: string;
  notes: readonly string[];
}

/** A run whose journal is being kept. */
export interface KeptRun {
  /** Resolves when the lines are safe. Throws why they are not. */
  append(lines: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Where the journals of runs are. Throws `STATE_UNWRITABLE` and `STATE_UNREADABLE`. */
export interface RunStore {
  /** For people: where the journals are. */
  readonly place: string;
  /** For people: where the journal of this run is. */
  placeOf(run: string): string;
  /** The ids of all runs, newest first: ids begin with the time. */
  ids(): Promise<string[]>;
  /** Only for an id that is listed. */
  read(run: string): Promise<RunLines>;
  /** Begins a run that is not there yet, with its first line. */
  begin(run: string, line: string): Promise<KeptRun>;
  /** Goes on with a run. A torn last line goes, so that what follows is a line of its own. */
  reopen(run: string): Promise<KeptRun>;
  /** Removes a run for good, and its report. */
  remove(run: string): Promise<void>;
}

/** Small texts by name, of which only the last counts. Throws `STATE_UNWRITABLE`. */
export interface TextStore {
  /** Whether there is one, without reading it. */
  has(name: string): Promise<boolean>;
  /** Nothing where there is none, or it cannot be read. */
  read(name: string): Promise<string | undefined>;
  keep(name: string, text: string): Promise<void>;
}

/** All that outlives a command: runs, locks, what tests told, and reports. */
export interface StateStore {
  /** For people: a folder, or an address without its password. */
  readonly place: string;
  readonly runs: RunStore;
  readonly locks: LockStore;
  /** What tests told, by the name of a provider on a host. */
  readonly verdicts: TextStore;
  /** The report of each run that has ended, by its id. */
  readonly reports: TextStore;
  close(): Promise<void>;
}
