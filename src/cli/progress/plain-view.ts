import { formatCount } from '../../core/counted.ts';
import type { RunEvent } from '../../core/run-event.ts';
import { markOf, type Style } from '../../core/style.ts';
import { spokenDuration } from '../../report/text/format.ts';
import { budgetText, paceText } from './pace.ts';
import type { Show } from './progress.ts';
import { isOfUnit, namedInText, nameOfUnit } from './unit-events.ts';

/** Shortest and longest pause between two lines about how far a stage is, in milliseconds. */
const minMs = 2000;
const maxMs = 15_000;

/** Shortest pause between two lines that say the same of other accounts, in milliseconds. */
const alikeMs = 1000;

/**
 * Lines with a time, for a log: each stage, and how far it is at a rate that falls while it lasts, so that a long run stays
 * readable. Of what is tried again at the same moment, and of warnings of one code, one is told, and how many others there were.
 */
export function plainView(write: (line: string) => void, style: Style, now: () => number): Show {
  let begun = now();
  let shownAt = 0;
  const alike = new Map<string, { toldAt: number; untold: number }>();
  const line = (text: string) => write(`${style.dim(new Date(now()).toISOString().slice(11, 19))} ${text}`);
  const tellUntold = () => {
    for (const [what, each] of alike) {
      if (each.untold > 0) line(`${what} ${formatCount(each.untold)} more`);
      each.untold = 0;
    }
  };
  const tellOne = (what: string, text: string) => {
    const last = alike.get(what);
    if (last !== undefined && now() - last.toldAt < alikeMs) {
      last.untold += 1;
      return;
    }
    tellUntold();
    alike.set(what, { toldAt: now(), untold: 0 });
    line(`${what} ${text}`);
  };
  return (given) => {
    const event = isOfUnit(given) ? (namedInText(given) ?? given) : given;
    if (isOfUnit(event)) {
      if (event.type !== 'unit-finished') return;
      const { exitCode, summary, done, total } = event;
      line(`${markOf(exitCode === 0 ? 'good' : 'bad', style)} ${done} of ${total}, ${nameOfUnit(event)}: ${summary}`);
      return;
    }
    if (event.type === 'stage-started') {
      tellUntold();
      begun = now();
      line(event.title);
    }
    if (event.type === 'stage-finished') {
      tellUntold();
      line(
        `${event.ok ? style.good('done') : style.bad('failed')} ${event.stage} (${spokenDuration(event.ms)}): ${event.summary}`,
      );
    }
    if (event.type === 'retry')
      tellOne(style.unsure('retry'), `${event.what} in ${event.pauseMs / 1000} s: ${event.reason}`);
    if (event.type === 'warning') tellOne(`${style.unsure('warning')} ${event.problem.code}:`, event.problem.message);
    if (event.type === 'notice') line(event.text);
    if (event.type === 'progress') {
      const pause = Math.min(maxMs, Math.max(minMs, (now() - begun) / 10));
      if (now() - shownAt < pause && event.done !== event.total) return;
      shownAt = now();
      const pace = paceText(event.done, event.total, now() - begun, event.pace);
      line([progressText(event), pace, budgetText(event.budget)].filter((part) => part !== '').join('; '));
    }
  };
}

function progressText({ done, total, passed, warning, failed }: Extract<RunEvent, { type: 'progress' }>): string {
  return `${formatCount(done)} of ${formatCount(total)} tested: ${formatCount(passed)} passed, ${formatCount(warning)} with a warning, ${formatCount(failed)} failed`;
}
