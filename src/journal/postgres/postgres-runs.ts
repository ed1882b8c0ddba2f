import { z } from 'zod';
import { RelayError } from '../../core/relay-error.ts';
import type { KeptRun, RunLines, RunStore } from '../state-store.ts';
import type { StateDatabase } from './database.ts';
import type { PostgresLeases } from './postgres-leases.ts';

const countsSchema = z.object({ held: z.coerce.number(), same: z.coerce.number() });

/** Runs as rows, a note each. What a process notes of a run counts only while it has the leases of that run. */
export class PostgresRuns implements RunStore {
  readonly #database: StateDatabase;
  readonly #leases: PostgresLeases;

  constructor(database: StateDatabase, leases: PostgresLeases) {
    this.#database = database;
    this.#leases = leases;
  }

  get place(): string {
    return this.#database.place;
  }

  placeOf(run: string): string {
    return `${run} in ${this.#database.place}`;
  }

  async ids(): Promise<string[]> {
    const rows = await this.#database.rows('SELECT id FROM $.runs ORDER BY id DESC');
    return rows.map(({ id }) => String(id));
  }

  async read(run: string): Promise<RunLines> {
    const rows = await this.#database.rows('SELECT line FROM $.notes WHERE run = $1 ORDER BY seq', [run]);
    const [begin = '', ...notes] = rows.map(({ line }) => String(line));
    return { begin, notes };
  }

  async begin(run: string, line: string): Promise<KeptRun> {
    await this.#database.rows('INSERT INTO $.runs (id) VALUES ($1) ON CONFLICT (id) DO NOTHING', [run]);
    const kept = new PostgresRun(run, 0, this.placeOf(run), this.#database, this.#leases);
    await kept.append([line]);
    return kept;
  }

  async reopen(run: string): Promise<KeptRun> {
    const [row] = await this.#database.rows('SELECT max(seq) AS last FROM $.notes WHERE run = $1', [run]);
    const { last } = z.object({ last: z.coerce.number().nullable() }).parse(row);
    if (last === null)
      throw new RelayError('STATE_UNWRITABLE', `The journal ${this.placeOf(run)} cannot be written (it is gone).`);
    return new PostgresRun(run, last + 1, this.placeOf(run), this.#database, this.#leases);
  }

  async remove(run: string): Promise<void> {
    await this.#database.rows('DELETE FROM $.runs WHERE id = $1', [run]);
  }
}

class PostgresRun implements KeptRun {
  readonly #run: string;
  readonly #place: string;
  readonly #database: StateDatabase;
  readonly #leases: PostgresLeases;
  #next: number;

  constructor(run: string, next: number, place: string, database: StateDatabase, leases: PostgresLeases) {
    this.#run = run;
    this.#place = place;
    this.#next = next;
    this.#database = database;
    this.#leases = leases;
  }

  /**
   * Lines by their numbers, so that sending them twice leaves them once; and the tokens in the same statement, so that
   * whoever takes a lease over either sees them or waits for them.
   */
  async append(lines: readonly string[]): Promise<void> {
    // What a lost connection carried may still be under way, and be committed unseen by the same sent again: look once more.
    if (!(await this.#isKept(lines)) && !(await this.#isKept(lines)))
      throw new RelayError('STATE_UNWRITABLE', `The journal ${this.#place} cannot be written (another process does).`);
    this.#next += lines.length;
  }

  async close(): Promise<void> {}

  async #isKept(lines: readonly string[]): Promise<boolean> {
    const { names, tokens } = this.#leases.heldFor(this.#run);
    const numbers = lines.map((_, index) => this.#next + index);
    const [row] = await this.#database.rows(
      `WITH held AS (
         SELECT 1 FROM $.leases
         WHERE (name, token) IN (SELECT * FROM unnest($1::text[], $2::text[])) FOR SHARE
       ), given AS (
         SELECT seq, line FROM unnest($4::integer[], $5::text[]) AS of (seq, line)
       ), added AS (
         INSERT INTO $.notes (run, seq, line) SELECT $3, seq, line FROM given
         WHERE (SELECT count(*) FROM held) = cardinality($1::text[])
         ON CONFLICT (run, seq) DO NOTHING RETURNING seq
       )
       SELECT (SELECT count(*) FROM held) AS held,
              (SELECT count(*) FROM added)
              + (SELECT count(*) FROM $.notes JOIN given USING (seq, line) WHERE run = $3) AS same`,
      [names, tokens, this.#run, numbers, lines],
    );
    const { held, same } = countsSchema.parse(row);
    if (held !== names.length)
      throw new RelayError('LOCK_LOST', `The lease of the run in ${this.#database.place} is no longer this run’s.`);
    return same === lines.length;
  }
}
