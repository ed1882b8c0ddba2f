import type { Host } from '../host.ts';
import type { Credential } from '../runtime/credential.ts';

/** The keys that serve at this moment. */
export function serving({ state, now }: Host): Credential[] {
  return [...state.credentials.values()].filter(({ liveFrom }) => liveFrom <= now());
}

/** What a credential is called while it serves; undefined before, and after. */
export function liveIndex({ state, now }: Host, id: string): string | undefined {
  const found = state.credentials.get(id);
  return found !== undefined && found.liveFrom <= now() ? found.index : undefined;
}
