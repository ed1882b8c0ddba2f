import type { Id } from '../account.ts';
import type { Grant, GrantPort, User } from '../grants.ts';
import { mapResult, notSent, orNothing, type WriteResult } from '../host-failure.ts';
import type { ApiClient } from '../http/api-client.ts';
import { readPages } from './api/client.ts';
import { anything, userWire, type UserWire } from './api/wire.ts';
import { givenMark, readGivenMark } from './given-mark.ts';
import type { NewApiReads } from './reads.ts';
import {
  endSubscription,
  giveSubscription,
  isGivenByPlan,
  partsOf,
  subscriptionsOf,
  tariffOf,
} from './subscriptions.ts';

/** The group of users whom nobody has put into another one. */
const firstGroup = 'default';

/** `status` of a user who may work. */
const activeStatus = 1;

/**
 * Access of single users: a user is in one group at a time, which is what their tokens use that name none. Into a group
 * that has a plan of relay's they come by that, and else by being moved. `asker` ends with the run, `client` does not. Who
 * is moved has to log in again on newer builds.
 */
export function membershipPort(reads: NewApiReads, asker: ApiClient, client: ApiClient): GrantPort {
  const { http } = client;
  const byId = (id: Id) => asker.get(`/api/user/${id}`, userWire);
  const move = (user: UserWire, group: string, remark: string): Promise<WriteResult<unknown>> =>
    // Whatever is left out is emptied.
    client.write('PUT', '/api/user/', { ...user, group, remark }, anything);
  const nameOf = ({ email, username }: UserWire) => http.name(email === '' ? username : email);
  /** Takes a user out of a group that their subscription gave and the host has left them in, or back into one that is gone. */
  const leave = async (id: Id, { place, before }: { place: string; before: string }): Promise<WriteResult<void>> => {
    const user = await byId(id);
    const groups = new Set((await reads.groups()).flatMap(({ name, ratio }) => (ratio === null ? [] : [name])));
    const mark = readGivenMark(user.remark);
    const wanted = user.group === place ? before : user.group;
    const group =
      [wanted, ...(mark?.place === wanted ? [mark.from] : [])].find((name) => groups.has(name)) ?? firstGroup;
    if (group === user.group) return { status: 'applied', value: undefined };
    const remark = mark?.place === wanted && group !== wanted ? givenMark(user.remark, undefined) : user.remark;
    return mapResult(await move(user, group, remark), () => undefined);
  };
  return {
    kind: 'membership',
    goesWithUser: true,
    ofPlace: async (place) => {
      const tariffs = await reads.tariffs();
      const byPlan = isGivenByPlan(place, tariffs);
      const users = await readPages(asker, '/api/user/search', userWire, { keyword: '', group: place });
      const found: Grant[] = [];
      for (const user of users.filter(({ group, DeletedAt: gone }) => group === place && gone === null)) {
        const all = byPlan ? await subscriptionsOf(asker, user, tariffs, nameOf(user)) : [];
        const own = all.filter((each) => each.place === place);
        found.push(...(own.length > 0 ? own : [inGroup(user, nameOf(user))]));
      }
      return found;
    },
    ofUser: async (id) => {
      const user = await byId(id);
      const own = await subscriptionsOf(asker, user, await reads.tariffs(), nameOf(user));
      return own.some(({ place }) => place === user.group) ? own : [...own, inGroup(user, nameOf(user))];
    },
    user: async (by): Promise<User | undefined> => {
      if ('id' in by) {
        const user = await orNothing(() => byId(by.id));
        return user && toUser(user, nameOf(user));
      }
      // The search is by part, and looks into other fields too.
      const keyword = 'email' in by ? by.email : by.name;
      const found = await readPages(asker, '/api/user/search', userWire, { keyword });
      const user = found.find(
        ({ email, username, DeletedAt: gone }) =>
          gone === null && ('email' in by ? email.toLowerCase() === keyword.toLowerCase() : username === keyword),
      );
      return user && toUser(user, nameOf(user));
    },
    give: async (id, place) => {
      const user = await byId(id);
      const plan = tariffOf(place, await reads.tariffs());
      const from = user.group === '' ? firstGroup : user.group;
      if (plan === undefined) return move(user, place, givenMark(user.remark, { place, from }));
      const [held] = await subscriptionsOf(asker, user, [plan], '');
      if (held === undefined) return giveSubscription(client, id, plan.id);
      // One more would be another one; and whoever has moved them out of the group has decided that.
      if (held.active) return { status: 'applied', value: undefined };
      return notSent(`the user has this plan and was moved to the group ${user.group} since`);
    },
    extend: async () => notSent('a user is in a group until the plan ends, or somebody moves them'),
    remove: async (id) => {
      const { user: owner, subscription } = partsOf(id);
      if (subscription !== undefined) {
        const ended = await endSubscription(client, owner, subscription);
        return ended.status === 'applied' ? leave(owner, ended.value) : ended;
      }
      const user = await byId(owner);
      const mark = readGivenMark(user.remark);
      if (mark === undefined || mark.place !== user.group)
        return notSent('relay did not put this user into the group, and does not know which one was theirs before');
      return mapResult(await move(user, mark.from, givenMark(user.remark, undefined)), () => undefined);
    },
  };
}

/** The group that a user is in. */
function inGroup(user: UserWire, name: string): Grant {
  return {
    id: String(user.id),
    userId: String(user.id),
    user: name,
    place: user.group,
    startsAt: 0,
    expiresAt: null,
    active: true,
    byRelay: readGivenMark(user.remark)?.place === user.group,
  };
}

function toUser(user: UserWire, name: string): User {
  return {
    id: String(user.id),
    email: name,
    active: user.status === activeStatus,
    leaves: user.group === '' ? firstGroup : user.group,
    createdAt: null,
  };
}
