import type { Flags } from '../../../config/options/option-flags.ts';
import { readRun, readRuns, type ReadRun, type RecordedRun } from '../../../journal/read-journal.ts';
import { runCommand } from '../../options/run-command.ts';
import { linesOfAlike } from '../../../core/alike.ts';
import { withoutControls } from '../../../core/secrets/redactor.ts';
import { RelayError } from '../../../core/relay-error.ts';
import type { RunOutput, RunsOutput } from '../../../report/outputs/run-schemas.ts';
import type { Redactor } from '../../../core/secrets/redactor.ts';
import type { RunStore } from '../../../journal/state-store.ts';
import { withState } from '../../session/open-state.ts';
import { runsText, runWord, wasStopped } from '../../../report/text/runs-text.ts';
import { columnsOf } from '../../columns.ts';
import { print, styleFor, type Io } from '../../io.ts';

/** `relay runs list`: the runs of the state, newest first. */
export async function listRuns(flags: Flags<'runs list'>, io: Io, redactor: Redactor): Promise<number> {
  const all = await withState(flags, io, redactor, ({ runs: store }) => allRuns(store));
  const runs = all.filter(
    ({ provider, state }) =>
      (flags.provider === undefined || provider === flags.provider) &&
      (flags.outcome === undefined || state === flags.outcome),
  );
  const told: RunsOutput = { schema: 'relay.runs/1', runs };
  if (flags.output === 'json') print(io.stdout, JSON.stringify(told, null, 2));
  else
    print(
      io.stdout,
      runsText(runs, all.length, { style: styleFor(io, 'stdout', flags.color), columns: columnsOf(io) }),
    );
  return 0;
}

/** Every run of a state, newest first, those that cannot be read among them. */
export async function allRuns(runs: RunStore): Promise<RunsOutput['runs']> {
  const read = await readRuns(runs);
  return read.map((each) => listed(each, read));
}

/** `relay runs show RUN`: what a run did, what of it is on the host, and what to do. */
export async function showRun(id: string, flags: Flags<'runs show'>, io: Io, redactor: Redactor): Promise<number> {
  const { run, report } = await withState(flags, io, redactor, async ({ runs, reports }) => ({
    run: await readRun(runs, id),
    report: await reports.has(id),
  }));
  const { begin, removed, end } = run;
  const changes = changesOf(run);
  const next =
    end === null
      ? [runCommand('resume', id, flags, { keys: begin.keys.file ?? 'FILE' }), runCommand('rollback', id, flags)]
      : changes.length > 0
        ? [runCommand('rollback', id, flags)]
        : [];
  if (flags.output === 'json') {
    const told: RunOutput = {
      schema: 'relay.run/1',
      id,
      startedAt: begin.at,
      host: begin.host.url,
      provider: begin.provider.id,
      machine: begin.machine,
      ...endOf(run),
      report,
      changes,
      removed: removed.map((account) => ({ id: account.id, name: account.name })),
      next,
    };
    print(io.stdout, JSON.stringify(told, null, 2));
    return 0;
  }
  const style = styleFor(io, 'stdout', flags.color);
  const lines = [
    `${style.bold(id)} · ${runWord(endOf(run))}`,
    `${begin.provider.displayName} (${begin.provider.id}) on ${begin.host.url}, ${begin.job.mode}, ${begin.job.access}, begun ${begin.at} on ${withoutControls(begin.machine)}`,
    '',
    ...linesOfAlike(
      [...changes, ...removed.map((each) => ({ ...each, action: 'removed', kind: 'account' }))],
      ({ action, kind }) => `${action} ${kind}`,
      ({ action, kind, name, id: of }) => `  ${action.padEnd(8)} ${kind} "${name}" (${of})`,
      (more, { action, kind }) => `  ${action.padEnd(8)} ${more} more ${kind}s`,
    ),
    ...(changes.length + removed.length === 0 ? ['  nothing of it is noted to be on the host'] : []),
    ...(report ? ['', `Its report: ${runCommand('report show', id, flags)}`] : []),
    ...(end !== null && wasStopped(end.exitCode)
      ? ['', 'It was stopped; the same import again goes on from what the host holds.']
      : []),
    ...(next.length > 0 ? ['', 'What can be done:', ...next.map((command) => `  ${command}`)] : []),
  ];
  print(io.stdout, lines.join('\n'));
  return 0;
}

/** What of a run is noted to be on the host, once for each object. */
function changesOf({ changes }: RecordedRun) {
  const found = new Map<string, RunOutput['changes'][number]>();
  for (const { kind, action, id, name } of changes)
    if (id !== null && !found.has(`${kind} ${id}`)) found.set(`${kind} ${id}`, { kind, action, id, name });
  return [...found.values()];
}

type ListedRun = RunsOutput['runs'][number];

/** A journal that cannot be read is listed all the same, with why. */
function listed(each: ReadRun, all: readonly ReadRun[]): ListedRun {
  const { id } = each;
  if ('fault' in each) {
    if (!(each.fault instanceof RelayError)) throw each.fault;
    return {
      id,
      startedAt: null,
      finishedAt: null,
      host: '',
      provider: '',
      machine: '',
      state: `unreadable: ${each.fault.message}`,
      exitCode: null,
      keys: null,
      made: null,
      supersededBy: null,
    };
  }
  const { begin } = each.run;
  const supersededBy = laterOf(each.run, all);
  return {
    id,
    startedAt: begin.at,
    host: begin.host.url,
    provider: begin.provider.id,
    machine: begin.machine,
    finishedAt: each.run.end?.at ?? null,
    ...endOf(each.run),
    ...(supersededBy === null ? {} : { state: 'superseded' }),
    keys: begin.keys.entries.filter(({ kind }) => kind === 'key').length,
    made: changesOf(each.run).filter(({ action }) => action === 'created').length,
    supersededBy,
  };
}

/** A later run of the same provider and access that ended well: what an interrupted one left is finished by it. */
function laterOf({ begin, end }: RecordedRun, all: readonly ReadRun[]): string | null {
  if (end !== null) return null;
  const later = all.find(
    (each) =>
      'run' in each &&
      each.run.begin.at > begin.at &&
      each.run.begin.host.url === begin.host.url &&
      each.run.begin.provider.id === begin.provider.id &&
      each.run.begin.job.access === begin.job.access &&
      each.run.end?.outcome === 'succeeded',
  );
  return later?.id ?? null;
}

/** How a run ended, or that it did not: it was interrupted, or still goes on. */
function endOf({ end }: RecordedRun): Pick<ListedRun, 'state' | 'exitCode'> {
  return end === null ? { state: 'not_finished', exitCode: null } : { state: end.outcome, exitCode: end.exitCode };
}
