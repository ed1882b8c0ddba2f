import type { Context, Hono } from 'hono';
import type { SandboxEnv } from '../kind.ts';
import type { Features } from './features.ts';
import type { User } from './rows.ts';
import type { SandboxState } from './state.ts';

/** Switches of the imitated host that a real operator would set. */
export interface HostSettings {
  turnstile_enabled: boolean;
  backend_mode_enabled: boolean;
  totp_for_admin: boolean;
  /** Keys are given out to persons with a second factor only. */
  step_up_enabled: boolean;
  embed_frontend: boolean;
  version: string;
}

/** What every route works with. */
export interface Host {
  features: Features;
  state: SandboxState;
  settings: HostSettings;
  complianceGate: boolean;
  needsSetup: boolean;
  capabilityDelayMs: number;
  visibilityDelayMs: number;
  modelListDelayMs: number;
  /** The time by which the host serves what was bound, in milliseconds since 1970. */
  now: () => number;
  /** Aborted when the sandbox stops: ends background work and upstream calls. */
  stopping: AbortSignal;
}

/** The variables that middleware leaves for routes. */
export interface HostEnv extends SandboxEnv {
  Variables: SandboxEnv['Variables'] & { actor: User };
}

/** The host's router. */
export type HostApp = Hono<HostEnv>;

/** A request of the host. */
export type HostContext = Context<HostEnv>;
