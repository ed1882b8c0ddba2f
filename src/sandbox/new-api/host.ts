import type { Context, Hono } from 'hono';
import type { SandboxEnv } from '../kind.ts';
import type { ChannelCache } from './gateway/channel-cache.ts';
import type { Features } from './features.ts';
import type { User } from './rows.ts';
import type { NewApiState } from './state.ts';

/** Switches of the imitated host; tests turn them while it runs. */
export interface NewApiSettings {
  /** Channels serve from memory, as with Redis: a new one sleeps until the next sync. */
  cache: boolean;
  /** The machine is busy: every request to the gateway is refused. */
  cpu_overloaded: boolean;
  /** Logins stop at a check that only a browser passes. */
  turnstile_check: boolean;
  /** Logins by password want a second factor, which nobody has here. */
  require_2fa: boolean;
  /** Logins by password are taken at all. */
  password_login: boolean;
  /** Channels are answered in the form of later sources: 201 for what was made, 4xx with a code for refusals. */
  newer_form: boolean;
}

/** What every route works with. */
export interface Host {
  features: Features;
  version: string;
  state: NewApiState;
  settings: NewApiSettings;
  cache: ChannelCache;
  /** When it was started, in seconds since 1970. */
  startTime: number;
  /** Seconds since 1970 by the sandbox's clock. */
  seconds: () => number;
  /** Aborted when the sandbox stops. */
  stopping: AbortSignal;
}

/** The variables that middleware leaves for routes. */
export interface HostEnv extends SandboxEnv {
  Variables: SandboxEnv['Variables'] & {
    actor: User;
    /** Whether the actor came by a login, and not by an access token. */
    bySession: boolean;
    requestId: string;
  };
}

/** The host's router. */
export type HostApp = Hono<HostEnv>;

/** A request of the host. */
export type HostContext = Context<HostEnv>;
