import { randomBytes } from 'node:crypto';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import type { AccountSpec } from '../../src/host/account.ts';
import { connectCliproxyapi } from '../../src/host/cliproxyapi/session/connect.ts';
import type { WriteResult } from '../../src/host/host-failure.ts';
import type { Host } from '../../src/host/host.ts';
import type { HttpOptions } from '../../src/host/http/http-client.ts';
import { inHand } from '../../src/host/turns.ts';
import { aMarker, fingerprintOf } from './builders.ts';
import { quickClock, type QuickClock } from './clocks.ts';
import { cliProxies } from './sandboxes.ts';
import type { CliProxy, CliProxyOptions } from './start-sandbox.ts';

/** A CLIProxyAPI and whoever opens it; both go by one clock, which only pauses move. */
export interface CliProxyPort {
  sandbox: CliProxy;
  clock: QuickClock;
  options: HttpOptions;
  /** A session of its own, as another run has it. */
  open: () => Promise<Host>;
}

/** How the tests of a file start them, which end with the test. To be called by each file: hooks are its own. */
export function cliProxyPorts(): (options?: CliProxyOptions) => Promise<CliProxyPort> {
  const start = cliProxies();
  return async (given = {}) => {
    const clock = quickClock();
    const sandbox = await start({ now: () => clock.now(), ...given });
    const options = {
      baseUrl: sandbox.url,
      clock,
      userAgent: 'relay/test',
      timeoutMs: 30_000,
      redactor: new Redactor(),
    };
    const open = () => connectCliproxyapi(options, { key: new Secret(sandbox.adminKey) });
    return { sandbox, clock, options, open };
  };
}

/** An account of `acme` that holds such a key, to be made on that host. */
export function aKeySpec(sandbox: CliProxy, key: string, changes: Partial<AccountSpec> = {}): AccountSpec {
  return {
    name: 'acme-01',
    platform: 'openai',
    baseUrl: `${sandbox.vendorUrl}/v1`,
    mapping: { big: 'kimi-k2.6' },
    concurrency: 1,
    priority: 1,
    place: null,
    settings: {},
    marker: aMarker({ access: 'self_service', fingerprint: fingerprintOf(key) }),
    ...changes,
  };
}

/** Asks for an account as the engine does. */
export function create(host: Host, key: string, spec: AccountSpec): ReturnType<Host['writes']['createAccounts']> {
  return host.writes.createAccounts([spec], () => new Secret(key), randomBytes(16).toString('hex'), inHand);
}

/** The value of a write that was done. */
export function done<T>(result: WriteResult<T>): T {
  if (result.status !== 'applied') throw result.failure;
  return result.value;
}

/** What was written through management, as `PATCH /api-keys`. */
export function writesOf({ requests }: CliProxy): string[] {
  const root = '/v0/management';
  return requests
    .filter(({ method, path }) => method !== 'GET' && path.startsWith(root) && !path.endsWith('/api-call'))
    .map(({ method, path }) => `${method} ${path.slice(root.length)}`);
}
