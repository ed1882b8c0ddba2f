import type { Finding } from '../../text/finding.ts';
import type { PackReading } from '../read-pack.ts';

/** Facts of this age are pointed out, in milliseconds. */
const year = 365 * 24 * 60 * 60 * 1000;

/** Warnings about facts without a day or a source, and about those that are older than a year. `now` is in milliseconds. */
export async function checkAge({ pack, findingAt }: PackReading, now: number): Promise<Finding[]> {
  if (pack === undefined || findingAt === undefined) return [];
  const found = pack.providers.map(async ({ id, asOf, sources }, index) => {
    const at = ['providers', index];
    if (asOf === undefined || sources.length === 0) {
      const what = asOf === undefined ? 'day (asOf)' : 'source (sources)';
      return findingAt(at, 'FACTS_UNDATED', `the facts of "${id}" have no ${what}`, 'warning');
    }
    if (now - Date.parse(asOf) <= year) return undefined;
    return findingAt([...at, 'asOf'], 'FACTS_OLD', `the facts of "${id}" are of ${asOf}`, 'warning');
  });
  return (await Promise.all(found)).filter((each) => each !== undefined);
}
