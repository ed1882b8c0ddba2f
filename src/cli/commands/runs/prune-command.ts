import { parseDuration } from '../../../config/duration.ts';
import type { Flags } from '../../../config/options/option-flags.ts';
import type { PruneOutput } from '../../../report/outputs/run-schemas.ts';
import { counted } from '../../../core/counted.ts';
import { RelayError } from '../../../core/relay-error.ts';
import { markOf } from '../../../core/style.ts';
import { print, styleFor, type Io } from '../../io.ts';
import { askConsent } from '../../session/consent.ts';
import type { Redactor } from '../../../core/secrets/redactor.ts';
import type { StateStore } from '../../../journal/state-store.ts';
import { withState } from '../../session/open-state.ts';
import { runPhase } from '../../session/run-phase.ts';
import { allRuns } from './runs-command.ts';

/** `relay runs prune`: removes the records of old runs. What is at work stays, and what is not finished unless it is asked for. */
export async function pruneRuns(flags: Flags<'runs prune'>, io: Io, redactor: Redactor): Promise<number> {
  const age = parseDuration(flags.olderThan, Number.MAX_SAFE_INTEGER);
  if (age === undefined)
    throw new RelayError(
      'USAGE',
      `--older-than must be an age of 1ms or more, such as 12h or 30d, not "${flags.olderThan}".`,
      {
        hint: 'Write a number and ms, s, m, h or d.',
      },
    );
  const told = await withState(flags, io, redactor, (state) => prune(age, state, flags, io));
  if (flags.output === 'json') print(io.stdout, JSON.stringify(told, null, 2));
  else if (flags.quiet !== true) {
    const style = styleFor(io, 'stdout', flags.color);
    if (told.removed.length === 0) print(io.stdout, 'There is no such record to remove.');
    else
      print(io.stdout, `${markOf('good', style)} The records of ${counted(told.removed.length, 'run')} were removed.`);
    for (const { id, why } of told.kept) print(io.stdout, `${markOf('unsure', style)} ${id} was kept: ${why}.`);
  }
  return 0;
}

/** Removes what is older than `age`, in milliseconds. */
async function prune(age: number, state: StateStore, flags: Flags<'runs prune'>, io: Io): Promise<PruneOutput> {
  const before = new Date(Date.now() - age).toISOString();
  const old = (await allRuns(state.runs)).filter(({ startedAt }) => startedAt !== null && startedAt < before);
  const kept: PruneOutput['kept'] = [];
  const due: string[] = [];
  const open: string[] = [];
  for (const { id, state: ended } of old) {
    if (ended !== 'not_finished') due.push(id);
    else if ((await runPhase(state, id)) === 'at_work') kept.push({ id, why: 'it is at work' });
    else if (flags.unfinished === true) open.push(id);
    else kept.push({ id, why: 'it is not finished: resume it, roll it back, or add --unfinished' });
  }
  if (open.length > 0)
    await askConsent(
      [`${counted(open.length, 'run')} could be neither resumed nor rolled back any more: ${open.join(', ')}.`],
      io,
      flags,
    );
  for (const id of [...due, ...open]) await state.runs.remove(id);
  return { schema: 'relay.prune/1', removed: [...due, ...open], kept };
}
