import type { Id } from '../account.ts';
import type { Grant, GrantPort, User } from '../grants.ts';
import { HostFailure, mapResult, orNothing, type WriteResult } from '../host-failure.ts';
import type { ApiClient } from '../http/api-client.ts';
import { readPages } from './api/client.ts';
import { anything, userWire, type UserWire } from './api/wire.ts';

/** What the remark of a user ends in whom relay has moved, with the group that they were in before. */
const pattern = /\[relay group=(\S+) from=(\S+)\]/;

/** The group of users whom nobody has put into another one. */
const firstGroup = 'default';

/**
 * Access of single users: a user is in one group at a time, which is what their tokens use that name none. `asker` ends
 * with the run, `client` does not. Who is moved has to log in again on newer builds.
 */
export function membershipPort(asker: ApiClient, client: ApiClient): GrantPort {
  const { http } = client;
  const byId = (id: Id) => asker.get(`/api/user/${id}`, userWire);
  const move = (user: UserWire, group: string, remark: string): Promise<WriteResult<unknown>> =>
    // Whatever is left out is emptied.
    client.write('PUT', '/api/user/', { ...user, group, remark }, anything);
  return {
    kind: 'membership',
    ofPlace: async (place) =>
      (await readPages(asker, '/api/user/search', userWire, { keyword: '', group: place }))
        .filter(({ group, DeletedAt: gone }) => group === place && gone === null)
        .map((user) => toGrant(user, http.name(nameOf(user)))),
    ofUser: async (id) => {
      const user = await byId(id);
      return [toGrant(user, http.name(nameOf(user)))];
    },
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
      const from = user.group === '' ? firstGroup : user.group;
      const rest = user.remark.replace(pattern, '').trim();
      const mark = `[relay group=${encodeURIComponent(place)} from=${encodeURIComponent(from)}]`;
      return move(user, place, `${rest} ${mark}`.trim());
    },
    extend: async () => refused('a user is in a group until somebody moves them'),
    remove: async (id) => {
      const user = await byId(id);
      const { mark, place, from } = markOf(user);
      if (place !== user.group || from === undefined)
        return refused('relay did not put this user into the group, and does not know which one was theirs before');
      const ended = await move(user, from, user.remark.replace(mark, '').trim());
      return mapResult(ended, () => undefined);
    },
  };
}

function markOf({ remark }: UserWire): { mark: string; place?: string; from?: string } {
  const [mark = '', place, from] = pattern.exec(remark) ?? [];
  if (place === undefined || from === undefined) return { mark: '' };
  return { mark, place: decodeURIComponent(place), from: decodeURIComponent(from) };
}

/** One for each user: the group that they are in. */
function toGrant(user: UserWire, name: string): Grant {
  return {
    id: String(user.id),
    userId: String(user.id),
    user: name,
    place: user.group,
    startsAt: 0,
    expiresAt: null,
    active: true,
    byRelay: markOf(user).place === user.group,
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

const activeStatus = 1;

/** An e-mail is no must here. */
function nameOf({ email, username }: UserWire): string {
  return email === '' ? username : email;
}

function refused(why: string): WriteResult<never> {
  const failure = new HostFailure('HOST_FAILED', `It was not sent: ${why}.`, {
    delivery: 'not_applied',
    transient: false,
    said: why,
  });
  return { status: 'rejected', failure };
}
