import type { Clock } from '../../core/clock.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { Code } from '../../core/codes.ts';
import { inSchema, migrate } from './schema.ts';
import { isConnectionLost, sqlStateOf, type Sql } from './sql.ts';

/** How a state in a database is reached. */
export interface DatabaseTools {
  sql: Sql;
  schema: string;
  /** For people: the address without its password. */
  place: string;
  clock: Pick<Clock, 'now' | 'monotonic' | 'sleep'>;
  /** What a server says, as it may be shown. */
  clean: (text: string) => string;
}

/** For how long a lost connection is tried again, and the first one, and how long between two tries. In milliseconds. */
const reconnectMs = 10_000;
const firstMs = 3000;
const pauseMs = 250;

/** What PostgreSQL does not let this user do: https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const refusals: Readonly<Record<string, string>> = {
  '42501': 'this user may not do it',
  '25006': 'it is read-only',
  '53100': 'its disk is full',
};

/**
 * A database that holds a state. What is asked of it must be safe to ask twice: a connection that is lost tells nothing of
 * the statement that it carried.
 */
export class StateDatabase {
  readonly place: string;
  readonly clock: DatabaseTools['clock'];
  readonly #tools: DatabaseTools;
  #ready: Promise<void> | undefined;
  #reached = false;

  constructor(tools: DatabaseTools) {
    this.#tools = tools;
    this.place = tools.place;
    this.clock = tools.clock;
  }

  /**
   * Rows of one statement, in which `$.` stands for the schema. It is sent again while the connection is lost, for
   * `withinMs`. Throws `STATE_UNREACHABLE`, `STATE_UNWRITABLE` and `STATE_UNREADABLE`.
   */
  async rows(
    text: string,
    values: readonly unknown[] = [],
    withinMs = reconnectMs,
  ): Promise<Record<string, unknown>[]> {
    const { sql, schema } = this.#tools;
    const statement = inSchema(text, schema);
    return this.#reconnecting(withinMs, async () => {
      await this.#migrated();
      return (await sql.query(statement, values)).rows;
    });
  }

  close(): Promise<void> {
    return this.#tools.sql.close();
  }

  async #migrated(): Promise<void> {
    const { sql, schema } = this.#tools;
    this.#ready ??= migrate(sql, schema);
    try {
      await this.#ready;
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
  }

  async #reconnecting<T>(withinMs: number, work: () => Promise<T>): Promise<T> {
    const { clock } = this.#tools;
    const limitMs = this.#reached ? withinMs : Math.min(withinMs, firstMs);
    const from = clock.monotonic();
    for (;;) {
      try {
        const value = await work();
        this.#reached = true;
        return value;
      } catch (error) {
        if (error instanceof RelayError) throw error;
        if (!isConnectionLost(error) || clock.monotonic() - from + pauseMs > limitMs) throw this.#classified(error);
        await clock.sleep(pauseMs);
      }
    }
  }

  #classified(cause: unknown): RelayError {
    const state = sqlStateOf(cause) ?? '';
    const refusal = refusals[state];
    const { message = '', code } = cause as { message?: string; code?: string };
    const said = this.#tools.clean(message || (code ?? 'it does not answer'));
    const of = (is: Code, what: string) =>
      new RelayError(is, `The state ${this.place} ${what} (${said}).`, {
        cause,
        hint: 'Look at the address, the user and its rights; `relay help state` says what it needs.',
      });
    if (refusal !== undefined) return of('STATE_UNWRITABLE', `cannot be written: ${refusal}`);
    // Unknown to the server are the user, the database, or what this relay asked for.
    if (isConnectionLost(cause) || /^(?:28|3D)/.test(state) || state === '')
      return of('STATE_UNREACHABLE', 'does not answer');
    return of('STATE_UNREADABLE', 'cannot be used');
  }
}
