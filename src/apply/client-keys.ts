import type { ChangeLog } from './change-log.ts';
import { forbidsSending } from './ends-run.ts';
import { leftoverOf, type Leftover } from './leftover.ts';
import { create } from './make-change.ts';
import { performWrite } from './perform-write.ts';
import { unstopped, type RunTools } from './run-tools.ts';
import type { Id } from '../host/account.ts';
import type { ClientKeyPort, ClientWrite, TemporaryClient } from '../host/client-keys.ts';
import { HostFailure } from '../host/host-failure.ts';
import type { Host } from '../host/host.ts';
import type { AccessMode } from '../core/modes.ts';
import { RelayError } from '../core/relay-error.ts';
import type { Secret } from '../core/secrets/secret.ts';

/** Pauses before the rounds in which what is still there is tried again, in milliseconds. */
const removalPauses = [0, 1000, 4000];

/** A client that relay makes for the gateway check, and everything that must go again afterwards (rule N9). */
export class ClientKeys {
  readonly #tools: RunTools;
  readonly #log: ChangeLog;
  readonly #client: TemporaryClient | null;
  #begun: boolean;
  #made: Promise<Id> | undefined;
  /** A key that is made ahead, and what it is for. */
  #ahead: { place: Id; access: AccessMode; key: Promise<Secret> } | undefined;

  /** `begun`: an earlier, interrupted part of the run may have made it. */
  constructor(run: string, tools: RunTools, log: ChangeLog, begun = false) {
    this.#begun = begun;
    this.#tools = tools;
    this.#log = log;
    this.#client = tools.base.clientKeys?.of(run) ?? null;
  }

  /**
   * A key with access to the place, or to none, which does for one that names its account; the client is made with the
   * first. Whatever exists after a failure is removed by `remove`. Throws `PROBE_KEY_IMPOSSIBLE` on a host on which relay
   * makes none.
   */
  async keyFor(place: Id | null, access: AccessMode): Promise<Secret> {
    const ahead = this.#ahead;
    if (ahead?.place !== place || ahead.access !== access) return this.#newKey(place, access);
    this.#ahead = undefined;
    return ahead.key;
  }

  /** Makes such a key while other things are done. What fails of it is thrown where the key is asked for. */
  makeAhead(place: Id, access: AccessMode): void {
    if (this.#client === null || this.#ahead !== undefined) return;
    const key = this.#newKey(place, access);
    key.catch(() => undefined);
    this.#ahead = { place, access, key };
  }

  async #newKey(place: Id | null, access: AccessMode): Promise<Secret> {
    const client = this.#client;
    if (client === null) throw new RelayError('PROBE_KEY_IMPOSSIBLE', 'relay makes no keys on this host.');
    if (client.anyKey !== undefined) return client.anyKey;
    this.#made ??= this.#make(client);
    const perform = <T, Answer>(write: ClientWrite<T, Answer>) => this.#perform(client.name, write);
    return client.keyFor(await this.#made, place, access, perform);
  }

  async #make(client: TemporaryClient): Promise<Id> {
    this.#begun = true;
    const { name, state } = client;
    const what = `create the probe ${portOf(this.#tools.base).driver.kind}`;
    const { id } = await create(
      (host) => portOf(host).driver,
      { name, after: state },
      { what, stage: 'access', send: () => client.create() },
      this.#tools,
      this.#log,
    );
    return id;
  }

  /** What belongs to the client, and goes with it: noted, but no change of its own. */
  async #perform<T, Answer>(name: string, write: ClientWrite<T, Answer>): Promise<T> {
    const { kind, what } = write;
    await this.#tools.journal.note({ type: 'intent', kind, name, what });
    return (await performWrite({ name, stage: 'access', makes: true, ...write }, this.#tools)).value;
  }

  /** Removes what belongs to the client, then itself, and looks whether it is gone. Returns what is left. */
  async remove(): Promise<Leftover[]> {
    const client = this.#client;
    if (client === null || !this.#begun) return [];
    // What is still under way would outlive what is removed.
    await this.#ahead?.key.catch(() => undefined);
    this.#ahead = undefined;
    this.#made = undefined;
    const { host, clock, journal } = unstopped(this.#tools);
    const { kind } = portOf(host).driver;
    const { name } = client;
    let id: Id | null = this.#changes(name)[0]?.id ?? null;
    let why = '';
    for (const [round, pause] of removalPauses.entries()) {
      if (pause > 0) await clock.sleep(pause);
      try {
        // By its name, which tells the run: one whose making was never confirmed may exist all the same.
        id = (await client.find()) ?? null;
        if (id === null) return await this.#gone(name);
        await journal.note({ type: 'intent', kind, name, what: `remove the probe ${kind}` });
        const bare = await client.empty(id);
        // What it still has would outlive it; in the last round it goes all the same, since its key dies with it.
        if (!bare && round < removalPauses.length - 1) continue;
        const end = await client.remove(id);
        if (end.status !== 'applied') why = end.failure.message;
        id = (await client.find()) ?? null;
        if (id === null) return await this.#gone(name);
      } catch (failure) {
        // Without a journal, or without the lock, nothing more is sent, and the client is named as left.
        if (failure instanceof RelayError && forbidsSending(failure.code)) break;
        if (!(failure instanceof HostFailure)) throw failure;
      }
    }
    const reason = why === '' ? 'it could not be removed' : `it could not be removed: ${why}`;
    return [leftoverOf({ kind, action: 'created', id, name }, reason, host)];
  }

  async #gone(name: string): Promise<Leftover[]> {
    this.#begun = false;
    await this.#log.revert(this.#changes(name));
    return [];
  }

  #changes(name: string) {
    const { kind } = portOf(this.#tools.base).driver;
    return this.#log.changes.filter((change) => change.kind === kind && change.name === name);
  }
}

function portOf({ clientKeys }: Host): ClientKeyPort {
  if (clientKeys === null) throw new RelayError('INTERNAL', 'This host makes no keys.');
  return clientKeys;
}
