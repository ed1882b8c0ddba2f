import { PGlite } from '@electric-sql/pglite';
import { stateIn } from '../../src/journal/postgres/postgres-state.ts';
import type { Query, Sql } from '../../src/journal/postgres/sql.ts';
import type { StateStore } from '../../src/journal/state-store.ts';
import { quickClock } from './clocks.ts';

/** A PostgreSQL in this process. It takes seconds to start, and has one session: one of them for a file of tests. */
export async function startPglite(): Promise<{ sql: Sql; stop: () => Promise<void> }> {
  const database = await PGlite.create();
  const sql: Sql = {
    query: (text, values) => database.query(text, values === undefined ? [] : [...values]),
    transaction: (work) =>
      database.transaction((transaction) => {
        const query: Query = (text, values) => transaction.query(text, values === undefined ? [] : [...values]);
        return work(query);
      }),
    // Of the states that share it, none ends it.
    close: async () => undefined,
  };
  return { sql, stop: () => database.close() };
}

/** A state in a database, as one machine sees it. */
export function stateOver(sql: Sql, schema: string, clock = quickClock()): StateStore {
  return stateIn({ sql, schema, place: `postgres://relay@db/relay?schema=${schema}`, clock, clean: (text) => text });
}
