import { counted, formatCount } from '../../core/counted.ts';
import type { Style } from '../../core/style.ts';
import type { RunsOutput } from '../outputs/run-schemas.ts';
import { withoutControls } from '../../core/secrets/redactor.ts';
import { fold, widthOf } from './fold.ts';
import { shortTime, spokenDuration } from './format.ts';
import { hostName, plainWord } from './headline.ts';

type ListedRun = RunsOutput['runs'][number];

/** Runs, one a line: when, how long, of what, how it ended. `all`: how many there are without a filter. */
export function runsText(
  runs: readonly ListedRun[],
  all: number,
  { style, columns }: { style: Style; columns: number },
): string {
  if (all === 0) return 'There are no runs yet.';
  if (runs.length === 0) return `None of ${counted(all, 'run')} is so.`;
  const width = (of: (run: ListedRun) => string) => Math.max(...runs.map((run) => of(run).length));
  const [took, state, provider] = [width(tookOf), width(runWord), width((run) => run.provider)];
  const several = new Set(runs.map(({ machine }) => machine)).size > 1;
  const lines = runs.map((run) => {
    const tone = run.state === 'succeeded' ? style.good : run.state === 'superseded' ? style.dim : style.unsure;
    const parts = {
      id: style.bold(run.id),
      at: run.startedAt === null ? '' : shortTime(run.startedAt),
      took: tookOf(run).padStart(took),
      state: tone(runWord(run).padEnd(state)),
      provider: run.provider.padEnd(provider),
      keys: run.keys === null ? '' : counted(run.keys, 'key'),
      host: style.dim(hostName(run.host)),
      // Where all are of one machine, it is no news.
      machine: several ? style.dim(withoutControls(run.machine)) : '',
    };
    const lineOf = () =>
      Object.values(parts)
        .filter((part) => part.trim() !== '')
        .join('  ')
        .trimEnd();
    for (const least of ['machine', 'host', 'keys', 'took', 'at'] as const)
      if (widthOf(lineOf()) > columns) parts[least] = '';
    const why = run.state.startsWith('unreadable: ') ? [`    ${run.state.slice('unreadable: '.length)}`] : [];
    return [lineOf(), ...why].join('\n');
  });
  const hidden = all - runs.length;
  const rest = hidden > 0 ? ['', style.dim(`${formatCount(hidden)} of ${counted(all, 'run')} not shown`)] : [];
  return fold([...lines, ...rest].join('\n'), columns);
}

/** How a run ended, in words: whether a signal stopped it, its state alone does not say. */
export function runWord({ state, exitCode }: Pick<ListedRun, 'state' | 'exitCode'>): string {
  if (state.startsWith('unreadable: ')) return 'unreadable';
  if (exitCode === null || !wasStopped(exitCode)) return plainWord(state);
  return state === 'partially_succeeded' ? 'stopped' : `stopped, ${plainWord(state)}`;
}

/** Whether a signal ended a run, by its exit code. */
export function wasStopped(exitCode: number): boolean {
  return exitCode === 130 || exitCode === 143;
}

function tookOf({ startedAt, finishedAt }: ListedRun): string {
  if (startedAt === null || finishedAt === null) return '–';
  return spokenDuration(Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)));
}
