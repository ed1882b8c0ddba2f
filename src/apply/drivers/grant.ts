import { z } from 'zod';
import { RelayError } from '../../core/relay-error.ts';
import type { Driver } from '../../host/driver.ts';
import type { Grant, GrantPort } from '../../host/grants.ts';

const dayMs = 86_400_000;

const schema = z.object({
  userId: z.string(),
  place: z.string(),
  /** Milliseconds since 1970; `null` while the host has yet to say it. */
  expiresAt: z.number().nullable(),
  /** How long one that is to be made shall run. */
  days: z.number().nullable(),
  active: z.boolean(),
});
export type GrantState = z.infer<typeof schema>;

/** Grants bear relay's notes; whom they are for, in which place, and how long they run tells the rest. */
export function grantDriver(grants: GrantPort): Driver<GrantState, Grant> {
  return {
    kind: grants.kind,
    schema,
    find: ({ userId }) => grants.ofUser(userId),
    isMadeAs: (grant, _, made) =>
      grant.userId === made.userId &&
      grant.place === made.place &&
      grant.active &&
      grant.byRelay &&
      (made.days === null ||
        grant.expiresAt === null ||
        isSameTime(grant.expiresAt, grant.startsAt + made.days * dayMs)),
    isStill: (grant, _, made) => grant.userId === made.userId && grant.place === made.place && grant.byRelay,
    differences: (grant, { expiresAt }) =>
      expiresAt === null || grant.expiresAt === null || isSameTime(grant.expiresAt, expiresAt) ? [] : ['end'],
    stateOf: ({ expiresAt, active }, made) => ({ ...made, expiresAt, active }),
    remove: ({ id }) => grants.remove(id),
    restore: async ({ id, expiresAt }, { before, after }, { requestId }) => {
      // One that had expired runs anew from now on; no host gives it its earlier end back.
      if (!before.active || before.expiresAt === null || after.expiresAt === null || expiresAt === null)
        return undefined;
      if (!isSameTime(expiresAt, after.expiresAt)) return undefined;
      const days = Math.round((after.expiresAt - before.expiresAt) / dayMs);
      return grants.extend(id, -days, requestId);
    },
  };
}

/** Hosts round times. */
export function isSameTime(one: number, other: number): boolean {
  return Math.abs(one - other) < 60_000;
}

/** The state of a grant that is lengthened by so many days. */
export function extended({ expiresAt, ...rest }: GrantState, days: number): GrantState {
  if (expiresAt === null) throw new RelayError('INTERNAL', 'A grant without an end was to be lengthened.');
  return { ...rest, expiresAt: expiresAt + days * dayMs };
}
