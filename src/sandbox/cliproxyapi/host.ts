import type { Context, Hono } from 'hono';
import type { SandboxEnv } from '../kind.ts';
import type { CliProxyState } from './state.ts';

/** Switches of the imitated host; tests turn them while it runs. */
export interface CliProxySettings {
  /** A management key is set; without one there is no management. */
  management: boolean;
  /** Five failed logins ban the client's address for half an hour. */
  bans: boolean;
  /** How long a reload takes from reading the file until its content is what the host works with, by the sandbox's clock. */
  reloadMs: number;
  /** What the removal of a key costs for each key that is left. */
  drainMsPerKey: number;
  /** How long new keys wait once those are gone that the same write removed. */
  swapGapMs: number;
  /** So many of the next writes are answered 200, and overwritten by a reload that had read the file before them. */
  loseNextWrites: number;
  /** So many of the next writes cannot be saved: 500, and memory keeps them. */
  failNextSaves: number;
  /** So many of the next reads of the file meet a save: 200 with nothing in it. */
  emptyNextReads: number;
}

/** What every route works with. */
export interface Host {
  version: string;
  managementKey: string;
  state: CliProxyState;
  settings: CliProxySettings;
  /** Milliseconds since 1970 by the sandbox's clock. */
  now: () => number;
  /** Aborted when the sandbox stops. */
  stopping: AbortSignal;
}

/** The host's router. */
export type HostApp = Hono<SandboxEnv>;

/** A request of the host. */
export type HostContext = Context<SandboxEnv>;
