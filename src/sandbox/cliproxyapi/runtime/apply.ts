import type { Config } from '../config/config.ts';
import type { Credential } from './credential.ts';
import { synthesize } from './synthesize.ts';

/** So many removals are done in one go; what is to be added waits for the first of them. */
const batch = 250;

/**
 * Has the credentials that serve become those of a configuration. Each one that goes costs time for each other one that is
 * left, goes on serving until its turn, and has those wait that come, for a moment longer than it serves. Cool-downs are over.
 */
export function applyConfig(
  live: Map<string, Credential>,
  config: Config,
  { at, drainMsPerKey, swapGapMs }: { at: number; drainMsPerKey: number; swapGapMs: number },
): void {
  const wanted = new Map(synthesize(config).map((each) => [each.id, each]));
  const leaving = [...live.values()].filter(({ id }) => !wanted.has(id));
  let left = live.size;
  let turn = Math.max(at, ...leaving.map(({ goneAt }) => goneAt ?? at));
  let additionsAt = turn;
  let removals = 0;
  for (const each of leaving) {
    if (each.goneAt !== undefined) continue;
    left -= 1;
    removals += 1;
    turn += drainMsPerKey * left;
    each.goneAt = turn;
    if (removals <= batch) additionsAt = turn + swapGapMs;
  }
  for (const [id, settings] of wanted) {
    const before = live.get(id);
    if (before === undefined) {
      const fresh = {
        liveFrom: additionsAt,
        goneAt: undefined,
        success: 0,
        failed: 0,
        asked: [],
        coolDowns: new Map(),
      };
      live.set(id, { ...settings, ...fresh });
    } else {
      Object.assign(before, settings, { goneAt: undefined });
    }
  }
  for (const each of live.values()) each.coolDowns.clear();
}

/** Lets go of what is drained by now. */
export function drain(live: Map<string, Credential>, now: number): void {
  for (const { id, goneAt } of live.values()) if (goneAt !== undefined && goneAt <= now) live.delete(id);
}
