import type { Leftover } from '../apply/undo.ts';
import { performWrite } from '../apply/perform-write.ts';
import type { RunTools } from '../apply/run-tools.ts';
import type { UserSession } from '../host/host.ts';
import { HostFailure } from '../host/host-failure.ts';
import type { Id } from '../host/objects.ts';
import { probeUserPrefix } from '../plan/names.ts';
import type { AccessMode } from '../terms/modes.ts';
import { RelayError } from '../terms/relay-error.ts';
import { Secret } from '../terms/secret.ts';

/** Pauses before the rounds in which what is still there is tried again, in milliseconds. */
const removalPauses = [0, 1000, 4000];

/** Hosts take a number of logins a minute from one address; several imports in a row meet that limit. In milliseconds. */
const loginPauses = [1000, 5000, 15_000, 40_000];

/** In US dollars: enough for every completion of a run. What is left goes with the user. */
const balance = 1;

/** A login whose answer was lost leaves nothing behind, and a lost key goes with its user. */
const nothing = async () => undefined;

/** A user that relay makes for the gateway check, and everything that must go again afterwards (rule N9). */
export class ProbeUser {
  readonly #tools: RunTools;
  readonly #email: string;
  readonly #password: Secret;
  #userId: Id | undefined;
  #session: UserSession | undefined;
  #begun: boolean;
  #made: Promise<{ id: Id; session: UserSession }> | undefined;

  /** `begun`: an earlier, interrupted part of the run may have made it. */
  constructor(run: string, tools: RunTools, begun = false) {
    this.#begun = begun;
    this.#tools = tools;
    this.#email = `${probeUserPrefix}${run.toLowerCase()}@relay.invalid`;
    // Made again from the admin login when an interrupted run is taken up, so that it need not be kept.
    this.#password = new Secret(`Rp1!${tools.host.derive(`probe user of ${run}`).open().slice(0, 32)}`);
  }

  /**
   * A key with access to the group; the user is made with the first one. Whatever exists after a failure is removed by
   * `remove`.
   */
  async keyFor(groupId: Id, access: AccessMode): Promise<Secret> {
    const user = await this.#user();
    if (access === 'subscription') await this.#subscribe(user.id, groupId);
    const { host } = this.#tools;
    const issued = await performWrite(
      {
        kind: 'user',
        name: this.#email,
        what: 'make the probe key',
        stage: 'access',
        send: () => host.writes.issueKey(user.session, 'relay probe', groupId),
        look: nothing,
      },
      this.#tools,
    );
    return issued.key;
  }

  #user(): Promise<{ id: Id; session: UserSession }> {
    this.#made ??= this.#make();
    return this.#made;
  }

  async #make(): Promise<{ id: Id; session: UserSession }> {
    const { host } = this.#tools;
    this.#begun = true;
    const user = await performWrite(
      {
        kind: 'user',
        name: this.#email,
        what: 'create the probe user',
        stage: 'access',
        send: () => host.writes.createUser(this.#email, this.#password, balance),
        look: () => host.reads.userByEmail(this.#email),
      },
      this.#tools,
    );
    this.#userId = user.id;
    const session = await performWrite(
      {
        kind: 'user',
        name: this.#email,
        what: 'log in as the probe user',
        stage: 'access',
        send: () => host.writes.login(this.#email, this.#password),
        look: nothing,
        retryPauses: loginPauses,
      },
      this.#tools,
    );
    this.#session = session;
    return { id: user.id, session };
  }

  async #subscribe(userId: Id, groupId: Id): Promise<void> {
    const { host } = this.#tools;
    const look = async () =>
      (await host.reads.subscriptionsOfUser(userId)).find((each) => each.groupId === groupId && each.active);
    await performWrite(
      {
        kind: 'subscription',
        name: this.#email,
        what: 'give the probe user its subscription',
        stage: 'access',
        send: () => host.writes.assignSubscription(userId, groupId, 1),
        look,
      },
      this.#tools,
    );
  }

  /** Removes key, subscription and user, in this order, and looks whether they are gone. Returns what is left. */
  async remove(): Promise<Leftover[]> {
    if (!this.#begun) return [];
    this.#made = undefined;
    const { host, clock, journal } = this.#tools;
    for (const [round, pause] of removalPauses.entries()) {
      if (pause > 0) await clock.sleep(pause);
      try {
        // One whose making was never confirmed may exist all the same.
        this.#userId ??= (await host.reads.userByEmail(this.#email))?.id;
        if (this.#userId === undefined) return [];
        journal.note({ type: 'intent', kind: 'user', name: this.#email, what: 'remove the probe user' });
        const bare = await this.#removeBelongings(this.#userId);
        // What the user still has would outlive it; in the last round the user goes all the same, since its key dies with it.
        if (!bare && round < removalPauses.length - 1) continue;
        await host.writes.deleteUser(this.#userId);
        if ((await host.reads.userByEmail(this.#email)) === undefined) return [];
      } catch (failure) {
        // Without a journal nothing more is sent, and the user is named as left.
        if (failure instanceof RelayError && failure.code === 'JOURNAL_FAILED') break;
        if (!(failure instanceof HostFailure)) throw failure;
      }
    }
    const id = this.#userId ?? null;
    return [{ kind: 'user', id, name: this.#email, command: host.command('remove', 'user', id) }];
  }

  /** Returns whether neither key nor subscription is left. Only the user itself can remove its keys. */
  async #removeBelongings(userId: Id): Promise<boolean> {
    const { writes, reads } = this.#tools.host;
    const keys = await reads.keysOfUser(userId);
    if (keys.length > 0 && this.#session === undefined) {
      const login = await writes.login(this.#email, this.#password);
      if (login.end === 'done') this.#session = login.value;
    }
    if (this.#session !== undefined) for (const id of keys) await writes.deleteKey(this.#session, id);
    for (const { id } of await reads.subscriptionsOfUser(userId)) await writes.deleteSubscription(id);
    const left = [await reads.keysOfUser(userId), await reads.subscriptionsOfUser(userId)];
    return left.every((list) => list.length === 0);
  }
}
