import { expect, it } from 'vitest';
import type { Change } from '../../src/apply/change.ts';
import { snapshotFor } from '../../src/apply/undo/snapshot.ts';
import type { Grant } from '../../src/host/grants.ts';
import type { Host } from '../../src/host/host.ts';

it('looks at the user where the place of their access is gone: not every host takes it along', async () => {
  const still: Grant = {
    id: '7',
    userId: '7',
    user: 'jo',
    place: 'gone',
    startsAt: 0,
    expiresAt: null,
    active: true,
    byRelay: true,
  };
  const asked: string[] = [];
  const host = {
    reads: { accounts: async () => [] },
    resources: {
      drivers: [],
      survey: async () => ({ placeExists: (id: string) => id === 'there', madePlaces: [], objects: () => [] }),
    },
    grants: {
      kind: 'membership',
      goesWithUser: false,
      ofPlace: async (id: string) => {
        asked.push(`place ${id}`);
        return [];
      },
      ofUser: async (id: string) => {
        asked.push(`user ${id}`);
        return [still];
      },
    },
  } as unknown as Host;
  const given = (userId: string, place: string) =>
    ({
      seq: 1,
      kind: 'membership',
      action: 'created',
      id: userId,
      name: 'jo',
      before: null,
      after: { userId, place, expiresAt: null, days: null, active: true },
    }) as unknown as Change;
  const { grants } = await snapshotFor([given('7', 'gone'), given('8', 'there')], host);
  expect(grants).toEqual([still]);
  expect(asked.toSorted()).toEqual(['place there', 'user 7']);
});
