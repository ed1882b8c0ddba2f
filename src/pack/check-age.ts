import type { Finding } from '../text/finding.ts';
import type { PackReading } from './read-pack.ts';

/** Facts of this age are pointed out, in milliseconds. */
const year = 365 * 24 * 60 * 60 * 1000;

/** Warnings about facts without a day or a source, and about those that are older than a year. `now` is in milliseconds. */
export function checkAge({ pack, findingAt }: PackReading, now: number): Finding[] {
  if (pack === undefined || findingAt === undefined) return [];
  return pack.providers.flatMap(({ id, asOf, sources }, index): Finding[] => {
    const at = ['providers', index];
    if (asOf === undefined || sources.length === 0) {
      const what = asOf === undefined ? 'day (asOf)' : 'source (sources)';
      return [findingAt(at, 'FACTS_UNDATED', `the facts of "${id}" have no ${what}`, 'warning')];
    }
    if (now - Date.parse(asOf) <= year) return [];
    return [findingAt([...at, 'asOf'], 'FACTS_OLD', `the facts of "${id}" are of ${asOf}`, 'warning')];
  });
}
