import { Pool, type PoolClient } from 'pg';
import type { Secret } from '../../core/secrets/secret.ts';
import type { Query, Sql } from './sql.ts';

/** Which server, as libpq reads an address, and how to log in there. */
export interface PostgresAddress {
  url: string;
  /** `null` where the address has none: `PGPASSWORD` or a password file has it, or none is needed. */
  password: Secret | null;
  /** How TLS is used where the address does not say: what `PGSSLMODE` holds. */
  sslMode: string | undefined;
}

/** How long one connection, and one statement, may take. In milliseconds. */
const connectMs = 5000;
const statementMs = 10_000;

/** A few serve a run: its notes, its signs of life, and whoever asks meanwhile. */
const connections = 4;

/** How libpq tries TLS where it may do without: https://www.postgresql.org/docs/current/libpq-ssl.html. */
const attempts: Readonly<Record<string, readonly string[]>> = {
  prefer: ['prefer', 'disable'],
  allow: ['disable', 'prefer'],
};

/**
 * A pool of connections to a PostgreSQL server, each made when it is wanted. It works through poolers in transaction mode.
 * Throws what the server or the system says.
 */
export function connectPostgres({ url, password, sslMode }: PostgresAddress): Sql {
  const mode = new URL(url).searchParams.get('sslmode') ?? (sslMode || 'prefer');
  const [first = mode, ...others] = attempts[mode] ?? [mode];
  let pool = poolFor(url, first, password);
  let open = others;
  const connect = async (): Promise<PoolClient> => {
    try {
      return await pool.connect();
    } catch (error) {
      const [next, ...rest] = open;
      if (next === undefined || !isAboutTls(error)) throw error;
      open = rest;
      pool = poolFor(url, next, password);
      return connect();
    }
  };
  const using = async <T>(work: (client: PoolClient) => Promise<T>): Promise<T> => {
    const client = await connect();
    // What is asked of it fails when it breaks; nobody else is to hear of that.
    const heard = () => undefined;
    client.on('error', heard);
    let isBroken = true;
    try {
      const value = await work(client);
      isBroken = false;
      return value;
    } finally {
      client.off('error', heard);
      // In what state it is after a failure, nobody knows.
      client.release(isBroken);
    }
  };
  return {
    query: (text, values) => using((client) => client.query(text, values === undefined ? [] : [...values])),
    transaction: (work) =>
      using(async (client) => {
        await client.query('BEGIN');
        const query: Query = (text, values) => client.query(text, values === undefined ? [] : [...values]);
        const value = await work(query);
        await client.query('COMMIT');
        return value;
      }),
    close: () => pool.end(),
  };
}

function poolFor(url: string, mode: string, password: Secret | null): Pool {
  const address = new URL(url);
  address.searchParams.set('sslmode', mode);
  address.searchParams.set('uselibpqcompat', 'true');
  const pool = new Pool({
    connectionString: address.href,
    ...(password === null ? {} : { password: () => password.open() }),
    application_name: 'relay',
    connectionTimeoutMillis: connectMs,
    query_timeout: statementMs,
    keepAlive: true,
    max: connections,
    allowExitOnIdle: true,
  });
  // Whoever asks next meets it; nobody is at work on a connection that breaks while it is idle.
  pool.on('error', () => undefined);
  return pool;
}

/** That one side wants TLS and the other does not. */
function isAboutTls(error: unknown): boolean {
  const { message = '', code } = error as { message?: string; code?: string };
  return /does not support SSL|no pg_hba\.conf entry .*(?:no encryption|SSL off)/i.test(message) || code === 'EPROTO';
}
