import { durationText } from '../text/format.ts';
import type { Tone } from '../text/headline.ts';
import type { Report } from '../report-schema.ts';

/** One account's test as it lay in time. */
export interface TestTime {
  name: string;
  /** Milliseconds from the beginning of the run. */
  from: number;
  /** From the first try to the verdict, with the pauses between tries. */
  ms: number;
  attempts: number;
  tone: Exclude<Tone, 'none'>;
  code: string | null;
}

const tones = { passed: 'good', warning: 'unsure', failed: 'bad', not_tried: 'good' } as const;

/** The tests that were carried out, in the order in which they began. */
export function testTimes({ accounts, run }: Report): TestTime[] {
  const begin = Date.parse(run.startedAt);
  return accounts
    .flatMap(({ name, probe, validation, code }): TestTime[] => {
      if (probe === null || probe.attempts === 0) return [];
      const from = Math.max(0, Date.parse(probe.startedAt) - begin);
      return [{ name, from, ms: probe.ms, attempts: probe.attempts, tone: tones[validation], code }];
    })
    .toSorted((a, b) => a.from - b.from);
}

/** A test in a few words, as they appear over its bar. */
export function titleOf({ name, ms, attempts, code }: TestTime): string {
  return [name, code ?? '', durationText(ms), attempts > 1 ? `${attempts} tries` : ''].filter(Boolean).join(' · ');
}

/** The value below which the given share of sorted values lies. `undefined` for none. */
export function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}
