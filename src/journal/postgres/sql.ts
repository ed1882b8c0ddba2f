/** What a statement gave. */
export interface SqlResult {
  rows: Record<string, unknown>[];
}

/** Sends one statement, which may hold `$1`, `$2` …; it is committed when it resolves, unless it is part of more. */
export type Query = (text: string, values?: readonly unknown[]) => Promise<SqlResult>;

/** A database, as far as a state needs one. No statement relies on what an earlier one did to the session. */
export interface Sql {
  query: Query;
  /** Several statements, all of them or none. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * What is wrong with a connection, and not with the statement: nobody knows whether that was carried out. Or with what
 * others did at the same time, where the database keeps transactions further apart than by default.
 */
const lostStates = /^(?:08|57P0[1-5]|53300|25P03|40001|40P01)/;
const lostCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
]);
/** The library has words for these, and no codes. */
const lostWords = /^Connection terminated|^timeout e|^Query read timeout|^Client (?:has encountered|was closed)/;

/** Whether another connection may do what this one could not. */
export function isConnectionLost(error: unknown): boolean {
  const { code, message, errors } = error as { code?: unknown; message?: unknown; errors?: unknown };
  // Of an address with several numbers, each has its own.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isConnectionLost);
  if (typeof code === 'string') return lostCodes.has(code) || lostStates.test(code);
  return typeof message === 'string' && lostWords.test(message);
}

/** The five characters by which PostgreSQL says what is wrong; nothing where it was not asked or did not say. */
export function sqlStateOf(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
