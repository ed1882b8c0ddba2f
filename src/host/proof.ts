import type { Secret } from '../core/secrets/secret.ts';
import type { Account, AccountSpec, Id } from './account.ts';

/** How the host's own test of an account ended; what a failure means is decided where the host's words are known. */
export type AccountTest =
  | { outcome: 'passed'; answered: boolean; message: string }
  | { outcome: 'failed'; why: TestFault; message: string; retryAfterMs?: number | undefined }
  /** The test itself could not be carried out or its end was not seen. `overloaded`: the host has too much to do. */
  | { outcome: 'error'; message: string; timedOut: boolean; overloaded?: boolean };

/**
 * `refused`: the vendor refuses the key. `exhausted`: no balance. `throttled`: the vendor, or the host, is asked too often.
 * `busy`: the vendor is away for a while. `unanswered`: no answer came, or not all of it. `forbidden`: a plain 403 that may only
 * concern the test. `untestable`: the host cannot test this kind of account. `junk`: the upstream's answer is no API reply.
 * `other`: anything else, an empty message included.
 */
export type TestFault =
  | 'refused'
  | 'exhausted'
  | 'throttled'
  | 'busy'
  | 'unanswered'
  | 'forbidden'
  | 'untestable'
  | 'junk'
  | 'other';

/** What the vendor's own model list said when the host asked with an account's key. */
export type UpstreamModels =
  | { outcome: 'listed'; models: string[] }
  | { outcome: 'refused'; message: string }
  | { outcome: 'missing' | 'junk' | 'unavailable'; message: string };

export interface TestOptions {
  model: string;
  deadCodes: readonly string[];
  signal: AbortSignal;
}

/** Trying accounts out. May change their state on the host: a failed test can put an account in error. */
export interface ProofPort {
  testAccount(account: Account, options: TestOptions): Promise<AccountTest>;
  /** Tests a key before an account is made of it; only where the capability `proof` says `before-create`. */
  testKey?(spec: AccountSpec, key: Secret, options: TestOptions): Promise<AccountTest>;
  /** Names of the models the account offers. */
  accountModels(account: Account): Promise<string[]>;
  upstreamModels(id: Id): Promise<UpstreamModels>;
}
