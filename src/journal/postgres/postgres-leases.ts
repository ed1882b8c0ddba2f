import { z } from 'zod';
import { lockOwnerIn, type LockOwner } from '../lock/lock-owner.ts';
import type { FoundLock, Lease, LockStore, LockTiming } from '../lock/lock-store.ts';
import type { StateDatabase } from './database.ts';

const rowSchema = z.object({
  token: z.string(),
  owner: z.string(),
  beats: z.coerce.string(),
  age: z.coerce.number(),
});

/** A sign of life may be late by so much, in milliseconds. */
const lateMs = 7000;

/** How long one sign of life is tried for, in milliseconds: the next one comes soon. */
const beatWithinMs = 3000;

/**
 * Locks as leases, one row each, by the clock of the database alone (rule N26). Who has the token of a row has the lock. A row
 * whose last sign of life is older than the lease may be taken by another, in one statement.
 */
export class PostgresLeases implements LockStore {
  readonly timing: LockTiming = { silentMs: 15_000, safeMs: 13_000, freshMs: 6000 };
  readonly #database: StateDatabase;
  readonly #held = new Map<string, Pick<LockOwner, 'token' | 'run'>>();

  constructor(database: StateDatabase) {
    this.#database = database;
  }

  /**
   * The leases that this process has for a run, as names and tokens: what it notes of it counts only with all of them. Those of
   * other runs, which come and go meanwhile, are no matter of it.
   */
  heldFor(run: string): { names: string[]; tokens: string[] } {
    const held = [...this.#held].filter(([, owner]) => owner.run === run);
    return { names: held.map(([name]) => name), tokens: held.map(([, { token }]) => token) };
  }

  placeOf(name: string): string {
    return `${name} in ${this.#database.place}`;
  }

  adviceOn(): string {
    return `it is free ${this.timing.silentMs / 1000} seconds after its last sign of life`;
  }

  async find(name: string): Promise<FoundLock | undefined> {
    const [row] = await this.#database.rows(
      `SELECT token, owner, beats, extract(epoch FROM clock_timestamp() - beat_at) * 1000 AS age
       FROM $.leases WHERE name = $1`,
      [name],
    );
    if (row === undefined) return undefined;
    const { token, owner, beats, age } = rowSchema.parse(row);
    return {
      token,
      owner: lockOwnerIn(owner),
      beatAt: this.#database.clock.now() - age,
      lease: { beats, state: this.#stateAt(age) },
    };
  }

  async take(name: string, owner: LockOwner, from: FoundLock | undefined): Promise<boolean> {
    const { token, run } = owner;
    const text = JSON.stringify(owner);
    if (from === undefined)
      await this.#database.rows(
        'INSERT INTO $.leases (name, token, owner) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING',
        [name, token, text],
      );
    else
      // Only as it was found: a sign of life since then keeps it.
      await this.#database.rows(
        `UPDATE $.leases SET token = $2, owner = $3, beats = 0, beat_at = clock_timestamp()
         WHERE name = $1 AND token = $4 AND beats = $5`,
        [name, token, text, from.token, from.lease?.beats ?? '0'],
      );
    // An answer may be lost; the row tells.
    const [row] = await this.#database.rows('SELECT 1 FROM $.leases WHERE name = $1 AND token = $2', [name, token]);
    if (row === undefined) return false;
    this.#held.set(name, { token, run });
    return true;
  }

  async beat(name: string, token: string): Promise<boolean> {
    const rows = await this.#database.rows(
      `UPDATE $.leases SET beats = beats + 1, beat_at = clock_timestamp()
       WHERE name = $1 AND token = $2 RETURNING 1 AS found`,
      [name, token],
      beatWithinMs,
    );
    return rows.length > 0;
  }

  async release(name: string, token: string): Promise<void> {
    this.#held.delete(name);
    await this.#database.rows('DELETE FROM $.leases WHERE name = $1 AND token = $2', [name, token], beatWithinMs);
  }

  #stateAt(age: number): Lease['state'] {
    if (age < -1000) return 'ahead';
    if (age >= this.timing.silentMs) return 'expired';
    return age >= lateMs ? 'overdue' : 'live';
  }
}
