import { formatCount } from '../../core/counted.ts';
import { markOf, type Style } from '../../core/style.ts';
import { cut } from '../../report/text/fold.ts';
import { nameOfUnit, type UnitEvent } from './unit-events.ts';

/** Most units that are shown at work at once. */
const maxShown = 6;

/** The units of a fleet while they are worked on. */
export interface UnitsAtWork {
  /** What each does at the moment, the one that began first first. */
  doing: Map<string, string>;
  done: number;
  total: number;
  failed: number;
}

/** Keeps what an event tells of a unit; that one did not end well must not be missed. */
export function noteUnit(event: UnitEvent, waiting: { units: UnitsAtWork; notices: string[] }): void {
  const { units, notices } = waiting;
  const name = nameOfUnit(event);
  if (event.type === 'stage-started') units.doing.set(name, event.title);
  if (event.type === 'progress') units.doing.set(name, `${event.done} of ${event.total} tested`);
  if (event.type === 'stage-finished' && (event.stage === 'connect' || event.stage === 'plan'))
    units.doing.delete(name);
  if (event.type !== 'unit-finished') return;
  units.doing.delete(name);
  units.done = event.done;
  units.total = event.total;
  if (event.exitCode === 0) return;
  units.failed += 1;
  notices.push(`${name}: ${event.summary}`);
}

/** How far a fleet is, and what is under way, in lines of at most so many columns. */
export function unitLines({ doing, done, total, failed }: UnitsAtWork, width: number, style: Style): string[] {
  const all = total === 0 ? [] : [`${formatCount(done)} of ${formatCount(total)} done`];
  const bad = failed === 0 ? [] : [`${markOf('bad', style)} ${formatCount(failed)} did not end well`];
  const shown = [...doing].slice(0, maxShown).map(([name, what]) => style.dim(cut(`${name}: ${what}`, width)));
  const hidden = doing.size - shown.length;
  return [
    ...(total === 0 ? [] : [[...all, ...bad].join('  ')]),
    ...shown,
    ...(hidden > 0 ? [style.dim(`and ${hidden} more at work`)] : []),
  ];
}
