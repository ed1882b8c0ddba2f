import type { AccessMode } from '../core/modes.ts';
import type { HonouredField } from '../pack/own-words.ts';

/** Whether a host can do something; where not, why, in words for the operator that follow a colon. */
export type Can = { possible: true } | { possible: false; why: string };

/** A field of a pack that a host cannot honour, and why, in words that follow a colon. */
export interface Ignored {
  field: HonouredField;
  why: string;
}

/** What a host can and cannot do. The engine asks these, never for a name or version. */
export interface Capabilities {
  /** Longest name of an object, in characters. */
  maxNameLength: number;
  /** How long to wait for the host to learn what an upstream can do before its first test, in milliseconds. */
  discoveryMs: number;
  /** Whether the host must be nudged after it has learnt, because its scheduler may have missed it. */
  refreshAfterDiscovery: boolean;
  /** When a key is tested: on its own before an account is made of it, or as the account that was made. */
  proof: 'before-create' | 'after-create';
  /** Whether a test that passes ends an error in which the host holds an account. */
  testEndsErrors: boolean;
  /** What it takes at once, as far as was tried: tests, other requests, and of these, such as make many accounts. */
  atOnce: { tests: number; calls: number; batches: number };
  /** Taking an account out of service without removing it. */
  disable: Can;
  /** Two accounts of one key side by side, of which the newer takes the place of the older. */
  sameKeyTwice: Can;
  /** Whether relay can make a key of its own for the gateway check, in each mode. */
  clientKeys: Record<AccessMode, Can>;
  /** Access for named users, in each mode. */
  grants: Record<AccessMode, Can>;
  /** Access that ends by itself, and can be lengthened. */
  grantDays: Can;
  /** Settings of one account that others do not share. */
  accountSettings: { concurrency: Can; priority: Can };
  /** Names of models that stand for many, with `*` at their end. */
  modelPatterns: Can;
  /** What a pack says to no effect. */
  ignores: readonly Ignored[];
  /** What a run must have to itself: where one object holds everything, the whole host. */
  lock: 'provider' | 'host';
}
