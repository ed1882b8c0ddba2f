import type { ChangeLog } from '../apply/change-log.ts';
import { forbidsSending } from '../apply/ends-run.ts';
import { leftoverOf, type Leftover } from '../apply/leftover.ts';
import { create } from '../apply/make-change.ts';
import { performWrite, type Write } from '../apply/perform-write.ts';
import { unstopped, type RunTools } from '../apply/run-tools.ts';
import type { UserSession } from '../host/host.ts';
import { HostFailure } from '../host/host-failure.ts';
import type { Id } from '../host/objects.ts';
import { probeUserEmail } from '../plan/names.ts';
import type { AccessMode } from '../core/modes.ts';
import { RelayError } from '../core/relay-error.ts';
import { Secret } from '../core/secrets/secret.ts';

/** Pauses before the rounds in which what is still there is tried again, in milliseconds. */
const removalPauses = [0, 1000, 4000];

/** Hosts take a number of logins a minute from one address; several imports in a row meet that limit. In milliseconds. */
const loginPauses = [1000, 5000, 15_000, 40_000];

/** In US dollars: enough for every completion of a run. What is left goes with the user. */
const balance = 1;

/** A user that relay makes for the gateway check, and everything that must go again afterwards (rule N9). */
export class ProbeUser {
  readonly #tools: RunTools;
  readonly #log: ChangeLog;
  readonly #email: string;
  readonly #password: Secret;
  #session: UserSession | undefined;
  #begun: boolean;
  #made: Promise<{ id: Id; session: UserSession }> | undefined;

  /** `begun`: an earlier, interrupted part of the run may have made it. */
  constructor(run: string, tools: RunTools, log: ChangeLog, begun = false) {
    this.#begun = begun;
    this.#tools = tools;
    this.#log = log;
    this.#email = probeUserEmail(run);
    // Made again from the admin login when an interrupted run is resumed, so that it need not be kept.
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
    return this.#send('user', 'make the probe key', {
      send: () => host.writes.issueKey(user.session, 'relay probe', groupId),
      // A key is given once, with the answer; a lost one goes with its user.
      trust: ({ key }) => key,
      look: nothing,
    });
  }

  #user(): Promise<{ id: Id; session: UserSession }> {
    this.#made ??= this.#make();
    return this.#made;
  }

  async #make(): Promise<{ id: Id; session: UserSession }> {
    const { host } = this.#tools;
    this.#begun = true;
    const { id } = await create(
      'user',
      { name: this.#email, after: { email: this.#email } },
      {
        what: 'create the probe user',
        stage: 'access',
        send: ({ writes }) => writes.createUser(this.#email, this.#password, balance),
      },
      this.#tools,
      this.#log,
    );
    const session = await this.#send('user', 'log in as the probe user', {
      send: () => host.writes.login(this.#email, this.#password),
      trust: (answer) => answer,
      look: nothing,
      retryPauses: loginPauses,
    });
    this.#session = session;
    return { id, session };
  }

  async #subscribe(userId: Id, groupId: Id): Promise<void> {
    const { host } = unstopped(this.#tools);
    await this.#send('subscription', 'give the probe user its subscription', {
      send: () => this.#tools.host.writes.assignSubscription(userId, groupId, 1),
      look: async () => {
        const own = await host.reads.subscriptionsOfUser(userId);
        const given = own.find((each) => each.groupId === groupId && each.active);
        return given && { value: given, differences: [] };
      },
    });
  }

  /** What belongs to the user, and goes with it: noted, but no change of its own. */
  async #send<T, Answer>(
    kind: 'user' | 'subscription',
    what: string,
    write: Pick<Write<T, Answer>, 'send' | 'look' | 'trust' | 'retryPauses'>,
  ): Promise<T> {
    this.#tools.journal.note({ type: 'intent', kind, name: this.#email, what });
    const sent = { kind, name: this.#email, what, stage: 'access', makes: true, ...write } as const;
    return (await performWrite(sent, this.#tools)).value;
  }

  /** Removes key, subscription and user, in this order, and looks whether they are gone. Returns what is left. */
  async remove(): Promise<Leftover[]> {
    if (!this.#begun) return [];
    this.#made = undefined;
    const { host, clock, journal } = unstopped(this.#tools);
    let id: Id | null = this.#changes()[0]?.id ?? null;
    for (const [round, pause] of removalPauses.entries()) {
      if (pause > 0) await clock.sleep(pause);
      try {
        // By its e-mail, which tells the run: one whose making was never confirmed may exist all the same.
        id = (await host.reads.userByEmail(this.#email))?.id ?? null;
        if (id === null) return this.#gone();
        journal.note({ type: 'intent', kind: 'user', name: this.#email, what: 'remove the probe user' });
        const bare = await this.#removeBelongings(id);
        // What the user still has would outlive it; in the last round the user goes all the same, since its key dies with it.
        if (!bare && round < removalPauses.length - 1) continue;
        await host.writes.deleteUser(id);
        if ((await host.reads.userByEmail(this.#email)) === undefined) return this.#gone();
      } catch (failure) {
        // Without a journal, or without the lock, nothing more is sent, and the user is named as left.
        if (failure instanceof RelayError && forbidsSending(failure.code)) break;
        if (!(failure instanceof HostFailure)) throw failure;
      }
    }
    return [leftoverOf({ kind: 'user', action: 'created', id, name: this.#email }, 'it could not be removed', host)];
  }

  #gone(): Leftover[] {
    this.#begun = false;
    this.#log.revert(this.#changes());
    return [];
  }

  #changes() {
    return this.#log.changes.filter(({ kind, name }) => kind === 'user' && name === this.#email);
  }

  /** Returns whether neither key nor subscription is left. Only the user itself can remove its keys. */
  async #removeBelongings(userId: Id): Promise<boolean> {
    const { writes, reads } = unstopped(this.#tools).host;
    const keys = await reads.keysOfUser(userId);
    if (keys.length > 0 && this.#session === undefined) {
      const login = await writes.login(this.#email, this.#password);
      if (login.status === 'applied') this.#session = login.value;
    }
    if (this.#session !== undefined) for (const id of keys) await writes.deleteKey(this.#session, id);
    for (const { id } of await reads.subscriptionsOfUser(userId)) await writes.deleteSubscription(id);
    const left = [await reads.keysOfUser(userId), await reads.subscriptionsOfUser(userId)];
    return left.every((list) => list.length === 0);
  }
}

/** A login whose answer was lost leaves nothing behind, and a lost key goes with its user. */
async function nothing(): Promise<undefined> {
  return undefined;
}
