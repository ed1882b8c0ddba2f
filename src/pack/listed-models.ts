import { compareNames } from '../core/name-order.ts';
import type { PackProvider } from './manifest.ts';
import { apart, chosen, matchesPattern } from './name-pattern.ts';

/** Most models of a live list, where the pack does not say. */
const usualMost = 200;

/**
 * Of what an upstream lists, the models that are meant, in alphabetical order, and how many may be taken; `alike` has those that
 * hosts do not tell from others.
 */
export function listedModels(
  { pack, asked }: { pack: Pick<PackProvider, 'liveModels'>; asked: readonly string[] },
  listed: readonly string[],
): { models: string[]; most: number; alike: string[] } {
  const { only = ['*'], without = [], most = usualMost } = { ...pack.liveModels };
  const stands = (patterns: readonly string[]) => (name: string) => patterns.some((each) => matchesPattern(name, each));
  const open = [...new Set(listed)].filter(stands(only)).filter((name) => !stands(without)(name));
  const sorted = open.toSorted(compareNames);
  const { names, alike } = apart(asked.length === 0 ? sorted : chosen(sorted, asked));
  return { models: names, most, alike };
}
