import type { Clock } from '../../core/clock.ts';
import type { StateStore, TextStore } from '../state-store.ts';
import { connectPostgres, type PostgresAddress } from './connect.ts';
import { StateDatabase, type DatabaseTools } from './database.ts';
import { PostgresLeases } from './postgres-leases.ts';
import { PostgresRuns } from './postgres-runs.ts';

/** State in a PostgreSQL database, for all machines that reach it. It is connected to with the first use. */
export function postgresState(
  address: PostgresAddress,
  more: { schema: string; place: string; clock: Clock; clean: (text: string) => string },
): StateStore {
  return stateIn({ ...more, sql: connectPostgres(address) });
}

/** State in a database that is there already. */
export function stateIn(tools: DatabaseTools): StateStore {
  const database = new StateDatabase(tools);
  const locks = new PostgresLeases(database);
  return {
    place: tools.place,
    runs: new PostgresRuns(database, locks),
    locks,
    verdicts: textsIn('verdicts', database),
    reports: textsIn('reports', database),
    close: () => database.close(),
  };
}

/** Texts as rows of one table. */
function textsIn(table: 'verdicts' | 'reports', database: StateDatabase): TextStore {
  return {
    has: async (name) => (await database.rows(`SELECT 1 FROM $.${table} WHERE name = $1`, [name])).length > 0,
    read: async (name) => {
      const [row] = await database.rows(`SELECT value FROM $.${table} WHERE name = $1`, [name]);
      return row === undefined ? undefined : String(row['value']);
    },
    keep: async (name, text) => {
      await database.rows(
        `INSERT INTO $.${table} (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, kept_at = clock_timestamp()`,
        [name, text],
      );
    },
  };
}
