import type { Driver } from './driver.ts';

/** The probe user bears its run in its e-mail. Keys and subscriptions that it has are removed by who made them. */
export const userDriver: Driver<'user'> = {
  find: async (host, { email }) => {
    const user = await host.reads.userByEmail(email);
    return user === undefined ? [] : [user];
  },
  isMadeAs: (user, _, made) => user.email === made.email,
  isStill: (user, _, made) => user.email === made.email,
  differences: () => [],
  stateOf: (_, made) => made,
  remove: (host, { id }) => host.writes.deleteUser(id),
  restore: async () => undefined,
};
