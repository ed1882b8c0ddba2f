import { counted, formatCount } from '../../core/counted.ts';
import type { Style } from '../../core/style.ts';
import type { RunsOutput } from '../outputs/run-schemas.ts';
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
  const [took, state, provider] = [width(tookOf), width(wordOf), width((run) => run.provider)];
  const lines = runs.map((run) => {
    const tone = run.state === 'succeeded' ? style.good : run.state === 'superseded' ? style.dim : style.unsure;
    const parts = [
      style.bold(run.id),
      run.startedAt === null ? '' : shortTime(run.startedAt),
      tookOf(run).padStart(took),
      tone(wordOf(run).padEnd(state)),
      run.provider.padEnd(provider),
      run.keys === null ? '' : counted(run.keys, 'key'),
      style.dim(hostName(run.host)),
    ];
    const why = run.state.startsWith('unreadable: ') ? [`    ${run.state.slice('unreadable: '.length)}`] : [];
    const told = parts.filter((part) => part.trim() !== '');
    // What people miss least stands last, and is left out where there is no room.
    while (told.length > 4 && widthOf(told.join('  ')) > columns) told.pop();
    return [told.join('  '), ...why].join('\n');
  });
  const hidden = all - runs.length;
  const rest = hidden > 0 ? ['', style.dim(`${formatCount(hidden)} of ${counted(all, 'run')} not shown`)] : [];
  return fold([...lines, ...rest].join('\n'), columns);
}

function wordOf({ state }: ListedRun): string {
  return state.startsWith('unreadable: ') ? 'unreadable' : plainWord(state);
}

function tookOf({ startedAt, finishedAt }: ListedRun): string {
  if (startedAt === null || finishedAt === null) return '–';
  return spokenDuration(Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)));
}
