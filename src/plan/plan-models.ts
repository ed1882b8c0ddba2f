import type { Account } from '../host/account.ts';
import { effectiveMapping } from '../pack/model-mapping.ts';
import { isPattern } from '../pack/name-pattern.ts';
import type { Desired } from './observed.ts';
import { accountsOf, offeredNames } from './offered-names.ts';

/** What users may ask for, and how that differs from what the accounts of the provider offer. */
export interface ModelsStep {
  from: Desired['modelsFrom'];
  /** The names that users may ask for; patterns aside, each in alphabetical order. */
  offered: string[];
  /** Offered from now on; nothing where there are no accounts yet. */
  added: string[];
  /** Offered by an account today, and by none afterwards. */
  gone: string[];
  /** The one that each account is tested with. */
  tested: string;
}

/** Compares what is wanted with what accounts offer today; `stays` are those that the plan leaves alone. Pure. */
export function planModels(
  { provider, access, modelsFrom }: Desired,
  accounts: readonly Account[],
  stays: (account: Account) => boolean,
): ModelsStep {
  const own = accountsOf(provider.id, accounts, access);
  const namesOf = (mappings: Parameters<typeof offeredNames>[0]) =>
    offeredNames(mappings).filter((name) => !isPattern(name));
  const offered = namesOf([effectiveMapping(provider)]);
  const served = namesOf(own.map(({ mapping }) => mapping));
  const kept = namesOf(own.filter(stays).map(({ mapping }) => mapping));
  const without = (names: readonly string[], ...others: (readonly string[])[]) => {
    const known = new Set(others.flat());
    return names.filter((name) => !known.has(name));
  };
  return {
    from: modelsFrom,
    offered,
    added: own.length === 0 ? [] : without(offered, served),
    gone: without(served, offered, kept),
    tested: provider.smokeTestModel,
  };
}
