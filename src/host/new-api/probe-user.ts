import { RelayError } from '../../core/relay-error.ts';
import type { Secret } from '../../core/secrets/secret.ts';
import type { Id } from '../account.ts';
import type { Perform } from '../client-keys.ts';
import { HostFailure, notSent, writeResult, type WriteResult } from '../host-failure.ts';
import type { ApiClient } from '../http/api-client.ts';
import { isRunId } from '../names.ts';
import { readPages } from './api/client.ts';
import { anything, userWire, type UserWire } from './api/wire.ts';
import { createToken, deleteToken, readKey, tokensOf } from './tokens.ts';
import { userSession } from './session/login.ts';

/** What the host's units of money come to that such a user has: a US dollar where nobody has changed what one is. */
const quota = 500_000;

/** Names are of twenty characters at most, so that the name ends in the end of the run, and what is shown in its start. */
const namePrefix = 'relay-';
const shownPrefix = 'probe ';
const tailLength = 13;

/** The host gives keys out, and takes logins, twenty times in twenty minutes each. */
const loginPauses = [1000, 5000, 15_000];

/** `role` of users without power. */
const common = 1;

/** The run of such a user; nothing where it is another. */
export function runOfProbeUser({ username, display_name: shown, role }: UserWire): string | undefined {
  if (role !== common || !username.startsWith(namePrefix) || !shown.startsWith(shownPrefix)) return undefined;
  const run = shown.slice(shownPrefix.length) + username.slice(namePrefix.length);
  // People may bear a name of that kind, too.
  return isRunId(run) ? run : undefined;
}

/** Those of any run that are there. Throws `HostFailure`. */
export async function probeUsers(asker: ApiClient): Promise<{ user: UserWire; run: string }[]> {
  return (await usersBy(asker, namePrefix)).flatMap((user) => {
    const run = runOfProbeUser(user);
    return run === undefined ? [] : [{ user, run }];
  });
}

async function usersBy(asker: ApiClient, keyword: string): Promise<UserWire[]> {
  const found = await readPages(asker, '/api/user/search', userWire, { keyword });
  return found.filter(({ DeletedAt: gone }) => gone === null);
}

/**
 * A user of relay's own, for a group that nobody may choose: only who is in it can ask it. It has no power, the password of
 * one login, and goes with its token when the run ends. `asker` ends with the run, `client` does not.
 */
export class ProbeUser {
  readonly #asker: ApiClient;
  readonly #client: ApiClient;
  readonly #username: string;
  readonly #shown: string;
  readonly #password: Secret;
  #login: Promise<ApiClient> | undefined;
  #given: { key: Secret; place: Id } | undefined;

  constructor(run: string, asker: ApiClient, client: ApiClient) {
    this.#asker = asker;
    this.#client = client;
    this.#username = `${namePrefix}${run.slice(-tailLength)}`;
    this.#shown = `${shownPrefix}${run.slice(0, -tailLength)}`;
    const { clock, redactor } = client.http;
    this.#password = redactor.seal(`Rp1!${clock.randomHex(8)}`);
  }

  async find(): Promise<UserWire | undefined> {
    return (await usersBy(this.#asker, this.#username)).find(
      ({ username, display_name: shown, role }) =>
        username === this.#username && shown === this.#shown && role === common,
    );
  }

  /** A key of it, which meets the group that it is put into. */
  async keyFor(place: Id, perform: Perform): Promise<Secret> {
    if (this.#given?.place === place) return this.#given.key;
    const user = await perform({
      kind: 'user',
      what: 'make the probe user',
      send: async () => ((await this.find()) === undefined ? this.#create() : { status: 'applied', value: undefined }),
      look: () => this.#seen(() => true),
    });
    await perform({
      kind: 'user',
      what: 'put the probe user into the group',
      // The password too: one that an interrupted part of the run had made is not known any more.
      send: () => this.#edit(user, { group: place }),
      look: () => this.#seen(({ group }) => group === place),
    });
    if (user.quota < quota)
      await perform({
        kind: 'user',
        what: 'give the probe user something to spend',
        send: () => this.#client.write('POST', '/api/user/manage', quotaOf(user), anything),
        look: () => this.#seen((now) => now.quota >= quota),
      });
    const key = this.#given?.key ?? (await this.#makeKey(user, perform));
    this.#given = { key, place };
    return key;
  }

  /** Removes its tokens, whose keys the host may remember beyond their owner, and then itself. Whether it is gone. */
  async remove(): Promise<boolean> {
    const user = await this.find();
    if (user === undefined) return true;
    const session = await this.#sessionToRemoveWith(user);
    if (session !== undefined) for (const { id } of await tokensOf(session)) await deleteToken(session, String(id));
    await this.#client.write('DELETE', `/api/user/${user.id}`, undefined, anything);
    return (await this.find()) === undefined;
  }

  #create(): Promise<WriteResult<unknown>> {
    const body = {
      username: this.#username,
      password: this.#password.open(),
      display_name: this.#shown,
    };
    return this.#client.write('POST', '/api/user/', body, anything);
  }

  #edit(user: UserWire, changes: Partial<UserWire>): Promise<WriteResult<unknown>> {
    const body = { ...user, ...changes, password: this.#password.open() };
    return this.#client.write('PUT', '/api/user/', body, anything);
  }

  async #seen(is: (user: UserWire) => boolean): Promise<{ value: UserWire; differences: [] } | undefined> {
    const user = await this.find();
    return user !== undefined && is(user) ? { value: user, differences: [] } : undefined;
  }

  async #makeKey(user: UserWire, perform: Perform): Promise<Secret> {
    this.#login ??= perform({
      kind: 'user',
      what: 'log in as the probe user',
      send: () => this.#logIn(),
      trust: (session: ApiClient) => session,
      look: async () => undefined,
      retryPauses: loginPauses,
    });
    const session = await this.#login;
    const name = user.username;
    const token = await perform({
      kind: 'token',
      what: 'make the probe key',
      send: () => createToken(session, name, -1),
      look: async () => {
        const own = (await tokensOf(session)).find((each) => each.name === name);
        return own && { value: own, differences: [] };
      },
    });
    return readKey(session, String(token.id));
  }

  async #logIn(): Promise<WriteResult<ApiClient>> {
    try {
      return await writeResult(() => userSession(this.#client, this.#username, this.#password));
    } catch (failure) {
      if (failure instanceof HostFailure || !(failure instanceof RelayError)) throw failure;
      return notSent(failure.message);
    }
  }

  async #sessionToRemoveWith(user: UserWire): Promise<ApiClient | undefined> {
    const known = await this.#login?.catch(() => undefined);
    if (known !== undefined) return known;
    const reset = await this.#edit(user, {});
    if (reset.status !== 'applied') return undefined;
    const login = await this.#logIn();
    return login.status === 'applied' ? login.value : undefined;
  }
}

function quotaOf({ id }: UserWire) {
  return { id, action: 'add_quota', mode: 'override', value: quota };
}
