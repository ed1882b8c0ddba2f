import type { Report } from '../report-schema.ts';

type Leftover = Report['leftovers'][number];

/** Something that is on the host otherwise than it should be, or stays there for others: what, why, and what to do. */
export function leftoverLine(left: Leftover): string {
  const { reason, command } = left;
  return command === null ? `  kept: ${what(left)}: ${reason}` : `  left: ${what(left)}: ${reason}: ${command}`;
}

/** A change of which nobody can tell whether it was carried out. */
export function unresolvedLine(left: Leftover): string {
  return `  unsettled: ${what(left)}: ${left.reason}; look with: ${left.command ?? ''}`;
}

/** What a list of leftovers is about, as a sentence that the list follows. */
export function leftoversState(leftovers: readonly Leftover[], unsettled: readonly Leftover[]): string {
  return isKeptOnly(leftovers, unsettled)
    ? 'The host holds what was kept, for these reasons:'
    : 'The host holds something that should not be there, or may:';
}

/** What to do about leftovers before anything else. */
export function leftoversAdvice(leftovers: readonly Leftover[], unsettled: readonly Leftover[]): string {
  return isKeptOnly(leftovers, unsettled) ? 'Look at what was kept, and why.' : 'Run the commands above.';
}

function isKeptOnly(leftovers: readonly Leftover[], unsettled: readonly Leftover[]): boolean {
  return unsettled.length === 0 && leftovers.length > 0 && leftovers.every(({ command }) => command === null);
}

function what({ kind, name, id }: Leftover): string {
  return `${kind} "${name}"${id === null ? '' : ` (${id})`}`;
}
