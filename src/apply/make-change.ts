import type { WriteResult } from '../host/host-failure.ts';
import type { Host } from '../host/host.ts';
import type { Id } from '../host/objects.ts';
import { HostFailure } from '../host/host-failure.ts';
import { RelayError } from '../core/relay-error.ts';
import type { Stage } from '../core/run-event.ts';
import type { ChangeLog } from './change-log.ts';
import type { Change, ChangeKind, Draft, Objects, States } from './change.ts';
import type { Driver } from './drivers/driver.ts';
import { drivers } from './drivers/drivers.ts';
import { performWrite } from './perform-write.ts';
import { unstopped, type RunTools } from './run-tools.ts';

interface Sending {
  /** For people: `create the group "x"`. */
  what: string;
  stage: Stage;
  send: (host: Host) => Promise<WriteResult<unknown>>;
}

/**
 * Makes something, by the one door that every change goes through: noted before it is sent, made only when the host shows
 * it with the name or mark that was sent, and in the log from then on. Returns it as the host shows it. Throws
 * `WRITE_REFUSED`, `WRITE_UNSETTLED`, or `SETTINGS_DROPPED` when the host made it otherwise than it was sent.
 */
export async function create<K extends ChangeKind>(
  kind: K,
  { name, after }: { name: string; after: States[K] },
  { what, stage, send }: Sending,
  tools: RunTools,
  log: ChangeLog,
): Promise<Objects[K]> {
  const driver = drivers[kind] as Driver<K>;
  const draft = { kind, action: 'created', id: null, name, before: null, after } as unknown as Draft<K>;
  const [change] = log.note([draft]) as [Change<K>];
  const { host } = unstopped(tools);
  const found = await performWrite(
    {
      kind,
      name,
      what,
      stage,
      makes: true,
      send: () => send(tools.host),
      look: async () => {
        const object = (await driver.find(host, after)).find(
          (each) => !log.hasMade(kind, each.id) && driver.isMadeAs(each, name, after),
        );
        return object && { value: object, differences: driver.differences(object, after) };
      },
    },
    tools,
  );
  log.made([{ change, id: found.value.id, after: driver.stateOf(found.value, after) }]);
  if (found.differences.length > 0)
    throw new RelayError(
      'SETTINGS_DROPPED',
      `The host stored the ${kind} "${name}" with another ${found.differences.join(', ')} than was sent.`,
    );
  return found.value;
}

/** Objects that are edited alike by one request, each with its own states. */
export type Edit<K extends ChangeKind> = { id: Id; name: string; before: States[K]; after: States[K] };

/**
 * Edits objects, by the same door: the states before are noted before the request is sent, since they are lost after it,
 * and it is done when the host shows the states after. Where it was refused, what the host left as it was leaves the log.
 * Returns the objects as the host shows them. Throws as `create` does.
 */
export async function edit<K extends ChangeKind>(
  kind: K,
  edits: readonly Edit<K>[],
  { what, stage, send }: Sending,
  tools: RunTools,
  log: ChangeLog,
): Promise<Objects[K][]> {
  const [first] = edits;
  if (first === undefined) return [];
  const changes = log.note(edits.map((each) => ({ ...each, kind, action: 'updated' }) as unknown as Draft<K>));
  const { host } = unstopped(tools);
  try {
    const { value } = await performWrite(
      {
        kind,
        name: first.name,
        what,
        stage,
        makes: false,
        send: () => send(tools.host),
        look: async () => {
          const objects = await readAll(kind, edits, host);
          // What somebody has removed meanwhile is nothing that could be edited.
          if (objects.some((object) => object === undefined)) return undefined;
          const there = objects as Objects[K][];
          const differences = there.flatMap((object, index) =>
            (drivers[kind] as Driver<K>).differences(object, (edits[index] as Edit<K>).after),
          );
          return { value: there, differences: [...new Set(differences)] };
        },
      },
      tools,
    );
    return value;
  } catch (error) {
    if (error instanceof RelayError && (error.code === 'WRITE_REFUSED' || error.code === 'SETTINGS_DROPPED'))
      await forgetUntouched(kind, edits, changes, host, log);
    throw error;
  }
}

/** A host can carry out a part of what it refuses, or refuse what it has carried out: it is asked. */
async function forgetUntouched<K extends ChangeKind>(
  kind: K,
  edits: readonly Edit<K>[],
  changes: readonly Change<K>[],
  host: Host,
  log: ChangeLog,
): Promise<void> {
  const objects = await readAll(kind, edits, host).catch((failure: unknown) => {
    if (failure instanceof HostFailure) return [];
    throw failure;
  });
  const untouched = changes.filter((_, index) => {
    const object = objects[index];
    const before = edits[index]?.before;
    return (
      object !== undefined &&
      before !== undefined &&
      (drivers[kind] as Driver<K>).differences(object, before).length === 0
    );
  });
  if (untouched.length > 0) log.revert(untouched as readonly Change[]);
}

async function readAll<K extends ChangeKind>(
  kind: K,
  edits: readonly Edit<K>[],
  host: Host,
): Promise<(Objects[K] | undefined)[]> {
  const [first] = edits;
  // One account of thousands is cheaper to ask for by itself.
  if (kind === 'account' && edits.length === 1 && first !== undefined)
    return [(await host.reads.account(first.id)) as Objects[K] | undefined];
  const objects = first === undefined ? [] : await (drivers[kind] as Driver<K>).find(host, first.after);
  const byId = new Map(objects.map((object) => [object.id, object]));
  return edits.map(({ id }) => byId.get(id));
}
