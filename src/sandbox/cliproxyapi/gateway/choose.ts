import type { Host } from '../host.ts';
import { serving } from '../management/live-index.ts';
import type { Credential } from '../runtime/credential.ts';
import { GatewayFailure } from './failure.ts';
import { heldBack } from './cool-down.ts';

/** The credentials that serve a model by the name that clients use. Throws for a model that none serves. */
export function candidatesFor(host: Host, model: string): Credential[] {
  const found = serving(host).filter(({ models }) => models.has(model));
  if (found.length > 0) return found.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const error = { message: `unknown provider for model ${model}`, type: 'invalid_request_error' };
  throw new GatewayFailure(400, JSON.stringify({ error: { ...error, code: 'model_not_found', param: 'model' } }));
}

/** Why nobody is asked: all wait for the vendor's pace, or none is usable. */
function nobody(candidates: readonly Credential[], model: string, now: number): GatewayFailure {
  const held = candidates.map((each) => heldBack(each, model, now));
  const providers = [...new Set(candidates.map(({ provider }) => provider))];
  if (held.every((each) => each?.isQuota === true)) {
    const left = Math.min(...held.map((each) => (each?.until ?? now) - now));
    const seconds = Math.ceil(left / 1000);
    const provider = providers.length === 1 ? { provider: providers[0] } : {};
    const via = providers.length === 1 ? ` via provider ${providers[0]}` : '';
    const message = `All credentials for model ${model} are cooling down${via}`;
    const error = { code: 'model_cooldown', message, model, ...provider };
    const times = { reset_seconds: seconds, reset_time: `${Math.max(1, Math.round(left / 1000))}s` };
    return new GatewayFailure(429, JSON.stringify({ error: { ...error, ...times } }), {
      'retry-after': String(seconds),
    });
  }
  const hint = providers.includes('claude')
    ? '; check Claude auth/key session and cooldown state via /v0/management/auth-files'
    : '';
  return new GatewayFailure(
    503,
    `auth_unavailable: no auth available (providers=${providers.join(',')}, model=${model})${hint}`,
  );
}

/**
 * Whose turn it is: of those with the highest priority that are not held back, one after another. Throws when nobody is left
 * that was not tried, in the words for nobody at all where none was.
 */
export function choose(
  host: Host,
  candidates: readonly Credential[],
  model: string,
  tried: Set<string>,
): Credential | undefined {
  const now = host.now();
  const free = candidates.filter((each) => !tried.has(each.id) && heldBack(each, model, now) === undefined);
  if (free.length === 0) {
    if (tried.size > 0) return undefined;
    throw nobody(candidates, model, now);
  }
  const highest = Math.max(...free.map(({ priority }) => priority));
  const first = free.filter(({ priority }) => priority === highest);
  const turn = host.state.turns.get(model) ?? 0;
  host.state.turns.set(model, turn + 1);
  return first[turn % first.length];
}
