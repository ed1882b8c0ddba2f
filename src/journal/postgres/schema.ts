import { RelayError } from '../../core/relay-error.ts';
import { sqlStateOf, type Query, type Sql } from './sql.ts';

/**
 * What each version of the schema adds to the one before; `$.` stands for it. A version that was released is never
 * changed.
 */
const versions = [
  `CREATE TABLE $.runs (
     id text COLLATE "C" PRIMARY KEY,
     begun_at timestamptz NOT NULL DEFAULT clock_timestamp()
   );
   CREATE TABLE $.notes (
     run text COLLATE "C" NOT NULL REFERENCES $.runs (id) ON DELETE CASCADE,
     seq integer NOT NULL,
     line text NOT NULL,
     PRIMARY KEY (run, seq)
   );
   CREATE TABLE $.reports (
     name text COLLATE "C" PRIMARY KEY REFERENCES $.runs (id) ON DELETE CASCADE,
     value text NOT NULL,
     kept_at timestamptz NOT NULL DEFAULT clock_timestamp()
   );
   CREATE TABLE $.verdicts (
     name text PRIMARY KEY,
     value text NOT NULL,
     kept_at timestamptz NOT NULL DEFAULT clock_timestamp()
   );
   CREATE TABLE $.leases (
     name text PRIMARY KEY,
     token text NOT NULL,
     owner text NOT NULL,
     beats bigint NOT NULL DEFAULT 0,
     beat_at timestamptz NOT NULL DEFAULT clock_timestamp()
   );`,
];

/** The version of the schema that this relay makes and reads. */
export const schemaVersion = versions.length;

/** Tells databases apart from what else takes such locks there: "relay" in the telephone alphabet. */
const migrationLock = 73_529;

/** Neither the schema nor its table is there. */
const absent = new Set(['3F000', '42P01']);

/**
 * Makes the schema, or brings it to this relay's version; one that is there already is only looked at. Throws
 * `STATE_UNREADABLE` for one of a newer relay, and what the database says.
 */
export async function migrate(sql: Sql, schema: string): Promise<void> {
  if ((await versionOf(sql.query, schema)) === schemaVersion) return;
  await sql.transaction(async (query) => {
    // One at a time, and none that waits sees an old state.
    await query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [migrationLock, schema]);
    const exists = await query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
    if (exists.rows.length === 0) await query(`CREATE SCHEMA "${schema}"`);
    const ask: Query = (text, values) => query(inSchema(text, schema), values);
    await ask(
      `CREATE TABLE IF NOT EXISTS $.versions (
         version integer PRIMARY KEY,
         made_at timestamptz NOT NULL DEFAULT clock_timestamp()
       )`,
    );
    const from = (await newest(query, schema)) ?? 0;
    for (const [index, statements] of versions.entries()) {
      if (index < from) continue;
      for (const statement of statements.split(';').filter((each) => each.trim() !== '')) await ask(statement);
      await ask('INSERT INTO $.versions (version) VALUES ($1)', [index + 1]);
    }
  });
}

/** A statement in which `$.` stands for the schema. Only what an address may say as one gets here. */
export function inSchema(statement: string, schema: string): string {
  return statement.replaceAll('$.', `"${schema}".`);
}

async function versionOf(query: Query, schema: string): Promise<number | undefined> {
  try {
    return await newest(query, schema);
  } catch (error) {
    if (absent.has(sqlStateOf(error) ?? '')) return undefined;
    throw error;
  }
}

async function newest(query: Query, schema: string): Promise<number | undefined> {
  const { rows } = await query(inSchema('SELECT max(version) AS version FROM $.versions', schema));
  const version = rows[0]?.['version'];
  if (typeof version !== 'number') return undefined;
  if (version <= schemaVersion) return version;
  throw new RelayError(
    'STATE_UNREADABLE',
    `The schema "${schema}" of the state has the version ${version}; this relay reads ${schemaVersion}.`,
    { hint: 'A newer relay has been at work there: use that one, or name another schema with ?schema=.' },
  );
}
