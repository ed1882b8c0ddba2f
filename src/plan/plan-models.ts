import { compareNames } from '../core/name-order.ts';
import { effectiveMapping } from '../pack/model-mapping.ts';
import type { Desired, HostSnapshot } from './observed.ts';

/** What users may ask for, and how that differs from what the accounts of the provider offer. */
export interface ModelsStep {
  from: Desired['modelsFrom'];
  /** The names that users may ask for; patterns aside, each in alphabetical order. */
  offered: string[];
  /** Offered from now on; nothing where there are no accounts yet. */
  added: string[];
  /** Offered by an account today, and no more. */
  gone: string[];
  /** The one that each account is tested with. */
  tested: string;
}

/** Compares what is wanted with what accounts offer today. Pure. */
export function planModels({ provider, access, modelsFrom }: Desired, { accounts }: HostSnapshot): ModelsStep {
  const offered = namesIn([effectiveMapping(provider)]);
  const own = accounts.filter(({ marker }) => marker?.provider === provider.id && marker.access === access);
  const served = namesIn(own.map(({ mapping }) => mapping));
  const without = (names: readonly string[], others: readonly string[]) => {
    const known = new Set(others);
    return names.filter((name) => !known.has(name));
  };
  return {
    from: modelsFrom,
    offered,
    added: own.length === 0 ? [] : without(offered, served),
    gone: without(served, offered),
    tested: provider.smokeTestModel,
  };
}

function namesIn(mappings: readonly Record<string, string>[]): string[] {
  const names = new Set(mappings.flatMap((mapping) => Object.keys(mapping)));
  return [...names].filter((name) => !name.includes('*')).toSorted(compareNames);
}
