import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';

/** What every server of the sandbox works with. */
export interface SandboxEnv {
  Bindings: HttpBindings;
  /** The status of an answer that bypassed the router, 0 when the connection was dropped. */
  Variables: { sent: number };
}

/** A router, as far as it is served. */
export interface Router {
  fetch: (request: Request, bindings: HttpBindings) => Response | Promise<Response>;
}

/** What a running sandbox gives to the host that it imitates. */
export interface SandboxRun {
  /** Stands before all routes: notes each request and plays faults; an echo quotes the secrets that are told. */
  front: (secrets: () => string[]) => MiddlewareHandler[];
  /** Milliseconds since 1970 by the sandbox's clock. */
  now: () => number;
  /** Aborted when the sandbox stops: ends background work and upstream calls. */
  stopping: AbortSignal;
}

/** One kind of host that the sandbox imitates; what it makes is its router and what tests and people get of it. */
export interface SandboxKind<Options, Made extends MadeHost> {
  /** The options that a command line asks for; throws an Error that says what this kind does not know. */
  read(asked: AskedSandbox): Options;
  make(options: Options, run: SandboxRun): Made;
}

/** What a command line may say of the imitated host. */
export interface AskedSandbox {
  hostVersion?: string | undefined;
  complianceGate?: boolean | undefined;
  apiLimit?: string | undefined;
  bans?: boolean | undefined;
}

/** What an imitated host of any kind has. */
export interface MadeHost {
  app: Router;
  version: string;
  adminKey: string;
  /** What the admin logs in with, where there are logins beside the key. */
  adminPassword?: string;
  /** The id of the admin, where the host asks for it beside the key. */
  adminUser?: string;
  /** By what the admin logs in, and by what `--user` names the one user. */
  adminEmail?: string;
  adminName?: string;
  userEmail?: string;
  /** A key that opens the gateway, where the host has no users who could have one. */
  clientKey?: string;
}

/** The version that was asked for, if this kind has it; undefined where none was. Throws an Error that names those it has. */
export function versionAmong<Version extends string>(
  versions: readonly Version[],
  asked: string | undefined,
): Version | undefined {
  const version = versions.find((each) => each === asked);
  if (asked !== undefined && version === undefined)
    throw new Error(`there is no version ${asked} of this kind, but ${versions.join(' and ')}`);
  return version;
}
