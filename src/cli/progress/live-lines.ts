import type { RunEvent } from '../../core/run-event.ts';
import type { Style } from '../../core/style.ts';
import { cut, fold } from '../../report/text/fold.ts';
import { budgetText, paceText } from './pace.ts';
import { unitLines, type UnitsAtWork } from './units-at-work.ts';

type Progress = Extract<RunEvent, { type: 'progress' }>;

/** What a stage at work is known to do at the moment. */
export interface Waiting {
  progress: Progress | undefined;
  /** When the first progress was told, in milliseconds since 1970. */
  since: number;
  /** The last thing that was said. */
  said: string;
  /** What must not be missed: told in full. */
  notices: string[];
  /** What is tried again: when, in milliseconds since 1970, and why. */
  retries: Map<string, { until: number; reason: string }>;
  /** Where there are several, how each is. */
  units: UnitsAtWork;
}

export function noRetries(): Waiting {
  const units = { doing: new Map<string, string>(), done: 0, total: 0, failed: 0 };
  return { progress: undefined, since: 0, said: '', notices: [], retries: new Map(), units };
}

/** Most retries that are shown at once, and the widest bar. */
const maxRetries = 3;
const widestBar = 40;

/** What listr2 puts before each line, and one column that stays free. */
const margin = 5;

/** How far a stage is, in lines that fit into so many columns. What was to be tried again and was is forgotten. */
export function liveLines(waiting: Waiting, now: number, columns: number, style: Style): string[] {
  const width = Math.max(20, columns - margin);
  for (const [what, { until }] of waiting.retries) if (until < now) waiting.retries.delete(what);
  const { progress, since, said, notices, retries } = waiting;
  const pace = progress === undefined ? '' : paceText(progress.done, progress.total, now - since, progress.pace);
  const budget = budgetText(progress?.budget ?? null);
  const next = [...retries].toSorted(([, a], [, b]) => a.until - b.until);
  const more = next.length - maxRetries;
  return [
    ...notices.flatMap((notice) => fold(notice, width, 0).split('\n')).map((line) => style.unsure(line)),
    ...unitLines(waiting.units, width, style),
    ...(progress === undefined ? [] : [barLine(progress, width, style)]),
    ...[pace, budget].filter((text) => text !== '').map((text) => style.dim(cut(text, width))),
    ...(said === '' ? [] : [cut(said, width)]),
    ...next.slice(0, maxRetries).map(([what, { until, reason }]) => {
      const seconds = Math.max(1, Math.ceil((until - now) / 1000));
      return style.unsure(cut(`again in ${seconds} s: ${what}, because ${reason}`, width));
    }),
    ...(more > 0 ? [style.unsure(cut(`and ${more} more that wait`, width))] : []),
  ];
}

const long = { passed: 'passed', warning: 'warning', failed: 'failed' };
const short = { passed: 'ok', warning: 'warn', failed: 'bad' };

/** `━━━━━━───── 1234/5000  1200 passed  30 warning  4 failed`; where there is no room, without the bar and in short. */
function barLine(progress: Progress, width: number, style: Style): string {
  const { done, total } = progress;
  const number = `${done}/${total}`;
  const tones = { passed: style.good, warning: style.unsure, failed: style.bad };
  const kinds = (['passed', 'warning', 'failed'] as const).filter((kind) => kind === 'passed' || progress[kind] > 0);
  const lengthWith = (names: typeof long) =>
    kinds.reduce((sum, kind) => sum + `  ${progress[kind]} ${names[kind]}`.length, number.length);
  const names = lengthWith(long) > width ? short : long;
  const counts = kinds.map((kind) => [`${progress[kind]} ${names[kind]}`, tones[kind]] as const);
  const words = lengthWith(names);
  const room = Math.min(widestBar, width - words - 1);
  const full = total === 0 ? 0 : Math.floor((Math.max(0, room) * done) / total);
  const bar = room < 8 ? '' : `${'━'.repeat(full)}${style.dim('─'.repeat(room - full))} `;
  return `${bar}${number}${counts.map(([text, tone]) => `  ${tone(text)}`).join('')}`;
}
