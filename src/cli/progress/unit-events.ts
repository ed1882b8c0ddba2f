import { unitText, type EventUnit, type NamedEvent } from '../../core/run-event.ts';

/** What an event tells of one of several units. */
export type UnitEvent = NamedEvent & { unit: EventUnit };

/** Whether an event is of one of several units, of which there may be many at work at the same time. */
export function isOfUnit(event: NamedEvent): event is UnitEvent {
  return event.unit !== undefined;
}

/** The unit of an event as people call it; where only its host is known, that. */
export function nameOfUnit({ unit }: UnitEvent): string {
  return unit.provider === null ? unit.host : unitText(unit);
}

/**
 * The same event, its text beginning with the unit; nothing for what would only be noise where many units are shown at once:
 * their stages, and how far they are.
 */
export function namedInText(event: UnitEvent): NamedEvent | undefined {
  const name = nameOfUnit(event);
  if (event.type === 'notice') return { type: 'notice', text: `${name}: ${event.text}` };
  if (event.type === 'retry') return { ...event, unit: undefined, what: `${name}: ${event.what}` };
  if (event.type !== 'warning') return undefined;
  return { ...event, unit: undefined, problem: { ...event.problem, message: `${name}: ${event.problem.message}` } };
}
