import type { MiddlewareHandler } from 'hono';
import type { SandboxEnv } from '../../kind.ts';
import { json } from '../../reply.ts';
import type { Host, HostContext } from '../host.ts';

const maxFailures = 5;
const banMs = 30 * 60_000;

/** Who asks, as the host believes it: whatever a proxy's header says. */
function addressOf(c: HostContext): string {
  const forwarded = c.req.header('x-forwarded-for')?.split(',').at(0)?.trim();
  return forwarded || c.req.header('x-real-ip')?.trim() || '127.0.0.1';
}

/** What the caller proves itself with; an `Authorization` that says anything decides alone. */
function keyOf(c: HostContext): string {
  const header = c.req.header('authorization') ?? '';
  const bearer = /^bearer (.*)$/i.exec(header)?.[1];
  return (bearer ?? header) || (c.req.header('x-management-key') ?? '');
}

/** A time as Go writes it: 29m59s. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

/** Why that caller may not manage the host; undefined where it may. */
function refusal(host: Host, address: string, key: string): Response | undefined {
  const { state, settings, now } = host;
  const refuse = (status: number, error: string) => json(status, { error });
  const failure = state.failures.get(address);
  if (failure?.bannedUntil !== undefined) {
    const left = failure.bannedUntil - now();
    if (left > 0) return refuse(403, `IP banned due to too many failed attempts. Try again in ${duration(left)}`);
    state.failures.delete(address);
  }
  if (address !== '127.0.0.1' && address !== '::1') return refuse(403, 'remote management disabled');
  if (key === host.managementKey) {
    state.failures.delete(address);
    return undefined;
  }
  if (settings.bans) {
    const count = (state.failures.get(address)?.count ?? 0) + 1;
    const isLast = count >= maxFailures;
    state.failures.set(address, { count: isLast ? 0 : count, bannedUntil: isLast ? now() + banMs : undefined });
  }
  return refuse(401, key === '' ? 'missing management key' : 'invalid management key');
}

/** Lets nobody manage the host without the key; every reply says which version answers, unless management is off. */
export function managementAccess(host: Host): MiddlewareHandler<SandboxEnv> {
  return async (c, next) => {
    if (!host.settings.management) return new Response(null, { status: 404 });
    const refused = refusal(host, addressOf(c), keyOf(c));
    if (refused === undefined) await next();
    else c.res = refused;
    c.header('x-cpa-version', host.version);
    c.header('x-cpa-commit', 'none');
    c.header('x-cpa-build-date', 'unknown');
    c.header('x-cpa-support-plugin', '1');
    return undefined;
  };
}
