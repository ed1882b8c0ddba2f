import type { Leftover } from '../apply/undo.ts';
import { performWrite } from '../apply/perform-write.ts';
import type { RunTools } from '../apply/run-tools.ts';
import type { UserSession } from '../host/host.ts';
import { HostFailure } from '../host/host-failure.ts';
import type { Id } from '../host/objects.ts';
import type { AccessMode } from '../terms/modes.ts';
import { Secret } from '../terms/secret.ts';

/** A user that relay makes for the gateway check, and everything that must go again afterwards (rule N9). */
export class ProbeUser {
  readonly #tools: RunTools;
  readonly #email: string;
  readonly #password: Secret;
  #userId: Id | undefined;
  #session: UserSession | undefined;
  #begun: boolean;

  /** `begun`: an earlier, interrupted part of the run may have made it. */
  constructor(run: string, tools: RunTools, begun = false) {
    this.#begun = begun;
    this.#tools = tools;
    this.#email = `relay-probe-${run.toLowerCase()}@relay.invalid`;
    // Made again from the admin login when an interrupted run is taken up, so that it need not be kept.
    this.#password = new Secret(`Rp1!${tools.host.derive(`probe user of ${run}`).open().slice(0, 32)}`);
  }

  /** Makes the user, gives access to the group, logs in and makes a key. Whatever exists after a failure is removed by `remove`. */
  async make(groupId: Id, access: AccessMode): Promise<Secret> {
    const { host } = this.#tools;
    this.#begun = true;
    // A dollar is enough for a completion of 256 tokens and never spent beyond it.
    const balance = access === 'self_service' ? 1 : 0;
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
    if (access === 'subscription') {
      const look = async () =>
        (await host.reads.subscriptionsOfUser(user.id)).find((each) => each.groupId === groupId && each.active);
      await performWrite(
        {
          kind: 'subscription',
          name: this.#email,
          what: 'give the probe user its subscription',
          stage: 'access',
          send: () => host.writes.assignSubscription(user.id, groupId, 1),
          look,
        },
        this.#tools,
      );
    }
    // A login whose answer was lost leaves nothing behind, and a lost key goes with its user.
    const nothing = async () => undefined;
    const session = await performWrite(
      {
        kind: 'user',
        name: this.#email,
        what: 'log in as the probe user',
        stage: 'access',
        send: () => host.writes.login(this.#email, this.#password),
        look: nothing,
      },
      this.#tools,
    );
    this.#session = session;
    const issued = await performWrite(
      {
        kind: 'user',
        name: this.#email,
        what: 'make the probe key',
        stage: 'access',
        send: () => host.writes.issueKey(session, 'relay probe', groupId),
        look: nothing,
      },
      this.#tools,
    );
    return issued.key;
  }

  /** Removes key, subscription and user, in this order, each tried whatever became of the others. Returns what is left. */
  async remove(): Promise<Leftover[]> {
    if (!this.#begun) return [];
    const { host, clock, journal } = this.#tools;
    const { writes, reads } = host;
    for (const pause of [0, 1000, 4000]) {
      if (pause > 0) await clock.sleep(pause);
      try {
        // One whose making was never confirmed may exist all the same.
        this.#userId ??= (await reads.userByEmail(this.#email))?.id;
        if (this.#userId === undefined) return [];
        journal.note({ type: 'intent', kind: 'user', name: this.#email, what: 'remove the probe user' });
        await this.#removeKeys(this.#userId);
        // A subscription outlives its user.
        for (const { id } of await reads.subscriptionsOfUser(this.#userId)) await writes.deleteSubscription(id);
        await writes.deleteUser(this.#userId);
        if ((await reads.userByEmail(this.#email)) === undefined) return [];
      } catch (failure) {
        if (!(failure instanceof HostFailure)) throw failure;
      }
    }
    return [
      {
        kind: 'user',
        id: this.#userId ?? null,
        name: this.#email,
        command: host.command('remove', 'user', this.#userId ?? null),
      },
    ];
  }

  /** Only the user can remove keys. Without a login they die with the user. */
  async #removeKeys(userId: Id): Promise<void> {
    const { writes, reads } = this.#tools.host;
    const ids = await reads.keysOfUser(userId);
    if (ids.length === 0) return;
    if (this.#session === undefined) {
      const login = await writes.login(this.#email, this.#password);
      if (login.end !== 'done') return;
      this.#session = login.value;
    }
    for (const id of ids) await writes.deleteKey(this.#session, id);
  }
}
