import { Socket } from 'node:net';
import { Pool, type PoolClient } from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';
import type { Secret } from '../../core/secrets/secret.ts';
import { filedPassword, type Login } from './password-file.ts';
import type { Query, Sql } from './sql.ts';

/** Which server, as libpq reads an address, and how to log in there. */
export interface PostgresAddress {
  url: string;
  /** `null` where a password file has it, or none is needed. */
  password: Secret | null;
  /** Looked into when the server asks for a password, and there is none. */
  passwordFile: string;
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
export function connectPostgres({ url, password, passwordFile, sslMode }: PostgresAddress): Sql {
  const mode = new URL(url).searchParams.get('sslmode') ?? (sslMode || 'prefer');
  const [first = mode, ...others] = attempts[mode] ?? [mode];
  const sockets = new Set<Socket>();
  const poolWith = (tls: string) => poolFor(url, tls, passwordOf(password, passwordFile), sockets);
  let pool = poolWith(first);
  let open = others;
  const connect = async (): Promise<PoolClient> => {
    const tried = pool;
    try {
      return await tried.connect();
    } catch (error) {
      // Somebody else has met the same, and found the way.
      if (tried !== pool) return connect();
      const [next, ...rest] = open;
      if (next === undefined || !isAboutTls(error)) throw error;
      open = rest;
      pool = poolWith(next);
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
    query: (text, values) => using((client) => askedOf(client)(text, values)),
    transaction: (work) =>
      using(async (client) => {
        await client.query('BEGIN');
        const value = await work(askedOf(client));
        await client.query('COMMIT');
        return value;
      }),
    close: async () => {
      await pool.end();
      // A login that failed on this side leaves its connection open.
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A statement on one connection. */
function askedOf(client: PoolClient): Query {
  return (text, values = []) => client.query(text, [...values]);
}

type GivePassword = (login: Login) => Promise<string>;

/** Asked only when the server wants one. */
function passwordOf(password: Secret | null, file: string): GivePassword {
  return async (login) => {
    const found = password?.open() ?? (await filedPassword(file, login));
    if (found !== undefined) return found;
    throw new Error(`it wants a password for ${login.user}, and neither the address, PGPASSWORD nor ${file} has it`);
  };
}

function poolFor(url: string, mode: string, password: GivePassword, sockets: Set<Socket>): Pool {
  const address = new URL(url);
  address.searchParams.set('sslmode', mode);
  address.searchParams.set('uselibpqcompat', 'true');
  const pool = new Pool({
    ...parseIntoClientConfig(address.href),
    // The types know of no login that is handed in: https://node-postgres.com/apis/client.
    password: password as unknown as () => Promise<string>,
    stream: () => {
      const socket = new Socket();
      sockets.add(socket.once('close', () => sockets.delete(socket)));
      return socket;
    },
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
  return /does not support SSL|no pg_hba\.conf entry/i.test(message) || code === 'EPROTO';
}
