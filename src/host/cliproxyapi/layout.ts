import { problem, type Problem } from '../../core/relay-error.ts';
import type { HostObject } from '../driver.ts';
import type { FoundResource, Held, Layout, LayoutPlan, MarkedOwner, Owner, Place } from '../layout.ts';
import { resourceName } from '../names.ts';

/** A provider entry as the layout knows it. */
export interface ProviderEntry extends HostObject {
  name: string;
  /** Whose it is, by its mark. */
  owner: { provider: string; access: string } | null;
  /** Somebody has switched it off: what stands in it serves nobody. */
  isOff: boolean;
}

/** The kind of thing that holds the keys of a provider. */
export const entryKind = 'provider';

/**
 * A provider is one entry, which is made with its first key and goes with its last: what is to be made beside accounts is
 * nothing, and where they will serve is known by its name alone.
 */
export const entryLayout: Layout = {
  place: (owner, { resources }) =>
    entriesIn(resources).some((each) => isOwn(owner, each)) ? placeFor(owner) : undefined,
  plan: (job, { resources }): LayoutPlan => ({
    place: placeFor(job),
    steps: [],
    warnings: [],
    problems: [...nameProblems(job, entriesIn(resources)), ...addressProblems(job.provider)],
  }),
  status: (owner, { resources }) => {
    const entries = entriesIn(resources);
    const told = (list: readonly ProviderEntry[], state: FoundResource['state']) =>
      list.map(({ id, name }): FoundResource => ({ kind: entryKind, id, name, state }));
    return [
      ...told(
        entries.filter((each) => isOwn(owner, each) && each.isOff),
        'switched_off',
      ),
      ...told(alike(owner, entries), 'foreign'),
    ];
  },
  managed: () => [],
};

function placeFor({ provider, access }: MarkedOwner): Place & { id: string } {
  const name = resourceName(provider.id, access);
  return { kind: entryKind, id: name, name };
}

/** Whether an id is that of a place, whether anything serves there yet or not. */
export function isPlace(id: string): boolean {
  return /^relay-.+-(?:subscription|self-service)$/.test(id);
}

function entriesIn(resources: Held['resources']): readonly ProviderEntry[] {
  return (resources[entryKind] ?? []) as readonly ProviderEntry[];
}

function isOwn({ provider, access }: MarkedOwner, { owner }: ProviderEntry): boolean {
  return owner?.provider === provider.id && owner.access === access;
}

/** Entries of others that the host would take for the managed one. */
function alike(owner: MarkedOwner, entries: readonly ProviderEntry[]): ProviderEntry[] {
  const name = resourceName(owner.provider.id, owner.access);
  return entries.filter((each) => each.name.toLowerCase() === name && !isOwn(owner, each));
}

/** Names are not unique on this host, and it looks some of them up without regard to case. */
function nameProblems(owner: Owner, entries: readonly ProviderEntry[]): Problem[] {
  const own = entries.filter((each) => isOwn(owner, each));
  const several = `The host has ${own.length} providers that bear relay's mark of ${owner.provider.id}.`;
  return [
    ...(own.length > 1
      ? [problem('NAME_AMBIGUOUS', several, 'Remove all but one in the configuration of the host.')]
      : []),
    ...own
      .filter(({ isOff }) => isOff)
      .map((each) =>
        problem(
          'HOST_CANNOT',
          `Somebody has switched off the provider "${each.name}": what stands in it serves nobody.`,
          'Switch it on in the configuration of the host, then import again.',
        ),
      ),
    ...alike(owner, entries).map((each) =>
      problem(
        'FOREIGN_OBJECT',
        `The provider "${each.name}" was not made by relay.`,
        'Give it another name on the host.',
      ),
    ),
  ];
}

/** Each list wants the address in a form of its own. */
function addressProblems({ baseUrl, platform }: Owner['provider']): Problem[] {
  const endsInVersion = /\/v\d+(?:beta)?\/*$/.test(baseUrl);
  if (platform === 'openai' || !endsInVersion) return [];
  return [
    problem(
      'HOST_CANNOT',
      `This host adds the version to the address of such an upstream by itself: ${baseUrl}.`,
      'Give the address without it by --base-url.',
    ),
  ];
}
