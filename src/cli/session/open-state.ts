import { homedir } from 'node:os';
import { join } from 'node:path';
import { statePlace, type StatePlace } from '../../config/state-place.ts';
import { systemClock } from '../../core/clock.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { Secret } from '../../core/secrets/secret.ts';
import type { StateStore } from '../../journal/state-store.ts';
import type { Io } from '../io.ts';

/** What commands are told of the state. */
export interface StateFlags {
  state?: string | undefined;
}

/** Where the state of a command is. Throws `USAGE`. */
export function statePlaceOf({ state }: StateFlags, { env, cwd }: Pick<Io, 'env' | 'cwd'>): StatePlace {
  return statePlace(state, env, { cwd, home: homedir() });
}

/** Opens the state. What keeps it is reached with the first use; `close` gives it back. */
export async function openState(place: StatePlace, { env }: Pick<Io, 'env'>, redactor: Redactor): Promise<StateStore> {
  if (place.kind === 'folder') return (await import('../../journal/folder/folder-state.ts')).folderState(place.folder);
  const password = place.password ?? (env['PGPASSWORD'] ? new Secret(env['PGPASSWORD']) : null);
  if (password !== null) redactor.learn(password);
  const { postgresState } = await import('../../journal/postgres/postgres-state.ts');
  const { url, schema, shown } = place;
  const passwordFile = env['PGPASSFILE'] || join(homedir(), '.pgpass');
  return postgresState(
    { url, password, passwordFile, sslMode: env['PGSSLMODE'] },
    { schema, place: shown, clock: systemClock, clean: (text) => redactor.clean(text) },
  );
}

/** Opens the state for as long as the work lasts. Throws `USAGE`, and what the work throws. */
export async function withState<Result>(
  flags: StateFlags,
  io: Io,
  redactor: Redactor,
  work: (state: StateStore) => Promise<Result>,
): Promise<Result> {
  const state = await openState(statePlaceOf(flags, io), io, redactor);
  try {
    return await work(state);
  } finally {
    await state.close();
  }
}
