import type { Id } from '../host/account.ts';
import type { Driver, HostObject } from '../host/driver.ts';
import { HostFailure, type WriteResult } from '../host/host-failure.ts';
import type { Host } from '../host/host.ts';
import { RelayError } from '../core/relay-error.ts';
import type { Stage } from '../core/run-event.ts';
import type { ChangeLog } from './change-log.ts';
import type { Change } from './change.ts';
import { performWrite } from './perform-write.ts';
import type { RunTools } from './run-tools.ts';

/** Names a driver of a host: the same kind of object, on the host that is asked and on the one that is looked at. */
export type DriverOf<State extends object, Kind extends HostObject> = (host: Host) => Driver<State, Kind>;

interface Sending {
  /** For people: `remove the account "x"`. */
  what: string;
  stage: Stage;
  send: (host: Host) => Promise<WriteResult<unknown>>;
}

/**
 * Makes something, by the one door that every change goes through: noted before it is sent, made only when the host shows
 * it with the name or mark that was sent, and in the log from then on. Returns it as the host shows it. Throws
 * `WRITE_REFUSED`, `WRITE_UNSETTLED`, or `SETTINGS_DROPPED` when the host made it otherwise than it was sent.
 */
export async function create<State extends object, Kind extends HostObject>(
  driverOf: DriverOf<State, Kind>,
  { name, after }: { name: string; after: State },
  { what, stage, send }: Sending,
  tools: RunTools,
  log: ChangeLog,
): Promise<Kind> {
  const driver = driverOf(tools.base);
  const { kind } = driver;
  const [change] = (await log.note([{ kind, action: 'created', id: null, name, before: null, after }])) as [Change];
  const found = await performWrite(
    {
      kind,
      name,
      what,
      stage,
      makes: true,
      send: () => send(tools.host),
      look: async () => {
        const object = (await driver.find(after)).find(
          (each) => !log.hasMade(kind, each.id) && driver.isMadeAs(each, name, after),
        );
        return object && { value: object, differences: driver.differences(object, after) };
      },
    },
    tools,
  );
  await log.made([{ change, id: found.value.id, after: driver.stateOf(found.value, after) }]);
  if (found.differences.length > 0)
    throw new RelayError(
      'SETTINGS_DROPPED',
      `The host stored the ${kind} "${name}" with another ${found.differences.join(', ')} than was sent.`,
    );
  return found.value;
}

/** Objects that are edited alike by one request, each with its own states. */
export type Edit<State> = { id: Id; name: string; before: State; after: State };

/**
 * Edits objects, by the same door: the states before are noted before the request is sent, since they are lost after it,
 * and it is done when the host shows the states after. Where it was refused, what the host left as it was leaves the log.
 * Returns the objects as the host shows them. Throws as `create` does.
 */
export async function edit<State extends object, Kind extends HostObject>(
  driverOf: DriverOf<State, Kind>,
  edits: readonly Edit<State>[],
  { what, stage, send }: Sending,
  tools: RunTools,
  log: ChangeLog,
): Promise<Kind[]> {
  const [first] = edits;
  if (first === undefined) return [];
  const driver = driverOf(tools.base);
  const { kind } = driver;
  const changes = await log.note(edits.map((each) => ({ ...each, kind, action: 'updated' })));
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
          const there = await readAll(driver, edits);
          // What somebody has removed meanwhile is nothing that could be edited.
          if (there.includes(undefined)) return undefined;
          const objects = there as Kind[];
          const differences = objects.flatMap((object, index) =>
            driver.differences(object, (edits[index] as Edit<State>).after),
          );
          return { value: objects, differences: [...new Set(differences)] };
        },
      },
      tools,
    );
    return value;
  } catch (error) {
    if (error instanceof RelayError && (error.code === 'WRITE_REFUSED' || error.code === 'SETTINGS_DROPPED'))
      await forgetUntouched(driver, edits, changes, log);
    throw error;
  }
}

/** A host can carry out a part of what it refuses, or refuse what it has carried out: it is asked. */
async function forgetUntouched<State extends object, Kind extends HostObject>(
  driver: Driver<State, Kind>,
  edits: readonly Edit<State>[],
  changes: readonly Change[],
  log: ChangeLog,
): Promise<void> {
  const objects = await readAll(driver, edits).catch((failure: unknown) => {
    if (failure instanceof HostFailure) return [];
    throw failure;
  });
  const untouched = changes.filter((_, index) => {
    const object = objects[index];
    const before = edits[index]?.before;
    return object !== undefined && before !== undefined && driver.differences(object, before).length === 0;
  });
  if (untouched.length > 0) await log.revert(untouched);
}

async function readAll<State extends object, Kind extends HostObject>(
  driver: Driver<State, Kind>,
  edits: readonly Edit<State>[],
): Promise<(Kind | undefined)[]> {
  const [first] = edits;
  if (first === undefined) return [];
  // One account of thousands is cheaper to ask for by itself.
  if (driver.get !== undefined && edits.length === 1) return [await driver.get(first.id)];
  const byId = new Map((await driver.find(first.after)).map((object) => [object.id, object]));
  return edits.map(({ id }) => byId.get(id));
}
