import { z } from 'zod';
import { RelayError } from '../../core/relay-error.ts';
import { Secret } from '../../core/secrets/secret.ts';
import type { Id } from '../account.ts';
import type { ClientKeyPort, Perform, TemporaryClient } from '../client-keys.ts';
import type { Driver } from '../driver.ts';
import type { User } from '../grants.ts';
import { probeUserEmail, probeUserPrefix, runOfProbeUser } from '../names.ts';
import type { Sub2apiReads, Sub2apiWrites, UserSession } from './admin-port.ts';

/** Hosts take a number of logins a minute from one address; several imports in a row meet that limit. In milliseconds. */
const loginPauses = [1000, 5000, 15_000, 40_000];

/** In US dollars: enough for every completion of a run. What is left goes with the user. */
const balance = 1;

const schema = z.object({ email: z.string() });
type State = z.infer<typeof schema>;

/** Only a user can make keys here: relay makes one, with a login that the admin login can be turned into again. */
export function probeUsers(
  reads: Sub2apiReads,
  writes: Sub2apiWrites,
  derive: (purpose: string) => Secret,
): ClientKeyPort {
  return {
    driver: userDriver(reads, writes),
    of: (run) => {
      // Made again when an interrupted run is resumed, so that it need not be kept.
      const password = new Secret(`Rp1!${derive(`probe user of ${run}`).open().slice(0, 32)}`);
      return new ProbeUser(probeUserEmail(run), password, reads, writes);
    },
    all: async () =>
      (await reads.usersNamed(probeUserPrefix)).flatMap(({ id, email, createdAt }) => {
        const run = runOfProbeUser(email);
        return run === undefined ? [] : [{ id, name: email, run, createdAt }];
      }),
    usable: (place) => reads.usableKey(place),
    boundTo: async (place) => (await reads.keysOfGroup(place)).length,
  };
}

/** The user bears its run in its e-mail. Keys and subscriptions that it has are removed by who made them. */
function userDriver(reads: Sub2apiReads, writes: Sub2apiWrites): Driver<State, User> {
  return {
    kind: 'user',
    schema,
    find: async ({ email }) => {
      const user = await reads.userByEmail(email);
      return user === undefined ? [] : [user];
    },
    isMadeAs: (user, _, made) => user.email === made.email,
    isStill: (user, _, made) => user.email === made.email,
    differences: () => [],
    stateOf: (_, made) => made,
    remove: ({ id }) => writes.deleteUser(id),
    restore: async () => undefined,
  };
}

class ProbeUser implements TemporaryClient {
  readonly name: string;
  readonly state: State;
  readonly #password: Secret;
  readonly #reads: Sub2apiReads;
  readonly #writes: Sub2apiWrites;
  #session: Promise<UserSession> | undefined;

  constructor(email: string, password: Secret, reads: Sub2apiReads, writes: Sub2apiWrites) {
    this.name = email;
    this.state = { email };
    this.#password = password;
    this.#reads = reads;
    this.#writes = writes;
  }

  create() {
    return this.#writes.createUser(this.name, this.#password, balance);
  }

  async find(): Promise<Id | undefined> {
    return (await this.#reads.userByEmail(this.name))?.id;
  }

  remove(id: Id) {
    return this.#writes.deleteUser(id);
  }

  async keyFor(id: Id, place: Id | null, access: string, perform: Perform): Promise<Secret> {
    if (place === null) throw new RelayError('INTERNAL', 'A key of this host is for a group.');
    this.#session ??= perform({
      kind: 'user',
      what: 'log in as the probe user',
      send: () => this.#writes.login(this.name, this.#password),
      trust: (answer: UserSession) => answer,
      look: nothing,
      retryPauses: loginPauses,
    });
    const session = await this.#session;
    if (access === 'subscription')
      await perform({
        kind: 'subscription',
        what: 'give the probe user its subscription',
        send: () => this.#writes.assignSubscription(id, place, 1),
        look: async () => {
          const given = (await this.#reads.subscriptionsOfUser(id)).find((each) => each.place === place && each.active);
          return given && { value: given, differences: [] };
        },
      });
    return perform({
      kind: 'user',
      what: 'make the probe key',
      send: () => this.#writes.issueKey(session, 'relay probe', place),
      // A key is given once, with the answer; a lost one goes with its user.
      trust: ({ key }: { key: Secret }) => key,
      look: nothing,
    });
  }

  /** Only the user itself can remove its keys. */
  async empty(id: Id): Promise<boolean> {
    const keys = await this.#reads.keysOfUser(id);
    const session = await this.#sessionToRemoveWith(keys);
    if (session !== undefined) for (const key of keys) await this.#writes.deleteKey(session, key);
    for (const { id: own } of await this.#reads.subscriptionsOfUser(id)) await this.#writes.deleteSubscription(own);
    const left = [await this.#reads.keysOfUser(id), await this.#reads.subscriptionsOfUser(id)];
    return left.every((list) => list.length === 0);
  }

  async #sessionToRemoveWith(keys: readonly Id[]): Promise<UserSession | undefined> {
    const known = await this.#session?.catch(() => undefined);
    if (known !== undefined || keys.length === 0) return known;
    const login = await this.#writes.login(this.name, this.#password);
    if (login.status !== 'applied') return undefined;
    this.#session = Promise.resolve(login.value);
    return login.value;
  }
}

/** A login whose answer was lost leaves nothing behind, and a lost key goes with its user. */
async function nothing(): Promise<undefined> {
  return undefined;
}
