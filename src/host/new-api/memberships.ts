import type { Id } from '../account.ts';
import type { Grant, GrantPort, User } from '../grants.ts';
import { mapResult, notSent, orNothing, type WriteResult } from '../host-failure.ts';
import type { ApiClient } from '../http/api-client.ts';
import { readPages } from './api/client.ts';
import { anything, subscriptionRowWire, userWire, type UserWire } from './api/wire.ts';
import { givenMark, readGivenMark } from './given-mark.ts';
import { tariffOf } from './layout/held.ts';
import type { NewApiReads } from './reads.ts';

/** The group of users whom nobody has put into another one. */
const firstGroup = 'default';

/** `status` of a user who may work, and of a plan that runs. */
const activeStatus = 1;
const running = 'active';

/**
 * Access of single users: a user is in one group at a time, which is what their tokens use that name none. Into a group
 * that has a plan of relay's they come by that, and else by being moved. `asker` ends with the run, `client` does not. Who
 * is moved has to log in again on newer builds.
 */
export function membershipPort(reads: NewApiReads, asker: ApiClient, client: ApiClient): GrantPort {
  const { http } = client;
  const byId = (id: Id) => asker.get(`/api/user/${id}`, userWire);
  const edit = (user: UserWire, changes: Partial<UserWire>): Promise<WriteResult<unknown>> =>
    // Whatever is left out is emptied.
    client.write('PUT', '/api/user/', { ...user, ...changes }, anything);
  /** Plans that a user has and that run, of the one that relay gave. */
  const given = async (user: UserWire) => {
    const plan = readGivenMark(user.remark)?.plan;
    if (plan === undefined) return [];
    const rows = await asker.get(`${subscriptions}/users/${user.id}/subscriptions`, subscriptionRowWire.array());
    return rows
      .map(({ subscription }) => subscription)
      .filter(
        ({ plan_id: id, status, end_time: end }) =>
          String(id) === plan && status === running && end * 1000 > http.hostTime(),
      );
  };
  const grantOf = async (user: UserWire): Promise<Grant> => {
    const mark = readGivenMark(user.remark);
    const own = mark?.plan === undefined ? undefined : await given(user);
    const last = own?.toSorted((a, b) => b.end_time - a.end_time)[0];
    return {
      id: String(user.id),
      userId: String(user.id),
      user: http.name(nameOf(user)),
      place: user.group,
      startsAt: (last?.start_time ?? 0) * 1000,
      expiresAt: last === undefined ? null : last.end_time * 1000,
      active: true,
      // A mark is written before the plan is given, which may never have come.
      byRelay: mark?.place === user.group && (own === undefined || last !== undefined),
    };
  };
  return {
    kind: 'membership',
    ofPlace: async (place) => {
      const users = await readPages(asker, '/api/user/search', userWire, { keyword: '', group: place });
      const found: Grant[] = [];
      for (const user of users) if (user.group === place && user.DeletedAt === null) found.push(await grantOf(user));
      return found;
    },
    ofUser: async (id) => [await grantOf(await byId(id))],
    user: async (by): Promise<User | undefined> => {
      if ('id' in by) {
        const user = await orNothing(() => byId(by.id));
        return user && toUser(user, http.name(nameOf(user)));
      }
      // The search is by part, and looks into other fields too.
      const keyword = 'email' in by ? by.email : by.name;
      const found = await readPages(asker, '/api/user/search', userWire, { keyword });
      const user = found.find(
        ({ email, username, DeletedAt: gone }) =>
          gone === null && ('email' in by ? email.toLowerCase() === keyword.toLowerCase() : username === keyword),
      );
      return user && toUser(user, http.name(nameOf(user)));
    },
    give: async (id, place) => {
      const user = await byId(id);
      const plan = tariffOf(place, await reads.tariffs())?.id;
      const from = user.group === '' ? firstGroup : user.group;
      const remark = givenMark(user.remark, { place, from, plan });
      if (plan === undefined) return edit(user, { group: place, remark });
      // Somebody has moved them out of what they were given, and giving it again would be one more.
      if ((await given({ ...user, remark })).length > 0) return edit(user, { group: place, remark });
      const marked = await edit(user, { remark });
      if (marked.status !== 'applied') return marked;
      const path = `${subscriptions}/users/${id}/subscriptions`;
      return client.write('POST', path, { plan_id: Number(plan) }, anything);
    },
    extend: async () => notSent('a user is in a group until the plan ends, or somebody moves them'),
    remove: async (id) => {
      const user = await byId(id);
      const mark = readGivenMark(user.remark);
      if (mark === undefined || (mark.plan === undefined && mark.place !== user.group))
        return notSent('relay did not put this user into the group, and does not know which one was theirs before');
      const remark = givenMark(user.remark, undefined);
      if (mark.plan === undefined) return mapResult(await edit(user, { group: mark.from, remark }), () => undefined);
      for (const { id: own } of await given(user)) {
        // Gives them the group back that they had before.
        const ended = await client.write('POST', `${subscriptions}/user_subscriptions/${own}/invalidate`, {}, anything);
        if (ended.status !== 'applied') return ended;
      }
      return mapResult(await edit(await byId(id), { remark }), () => undefined);
    },
  };
}

const subscriptions = '/api/subscription/admin';

function toUser(user: UserWire, name: string): User {
  return {
    id: String(user.id),
    email: name,
    active: user.status === activeStatus,
    leaves: user.group === '' ? firstGroup : user.group,
    createdAt: null,
  };
}

/** An e-mail is no must here. */
function nameOf({ email, username }: UserWire): string {
  return email === '' ? username : email;
}
