import { holds } from './footer-text.ts';
import type { Report } from '../report-schema.ts';

/** What a colour may say: it went well, look at it, it went wrong; or nothing at all. */
export type Tone = 'good' | 'unsure' | 'bad' | 'none';

/** What a reader has to know first. */
export interface Headline {
  tone: Exclude<Tone, 'none'>;
  /** Two or three words. */
  title: string;
  /** One sentence: what the host holds. */
  sentence: string;
}

/** How an exit code is shown. */
export function toneOf(exitCode: number): Headline['tone'] {
  if (exitCode === 0) return 'good';
  return exitCode === 5 || exitCode === 7 || exitCode === 8 ? 'unsure' : 'bad';
}

const titles: Record<Report['batchStatus'], string> = {
  succeeded: 'Succeeded',
  partially_succeeded: 'Partly succeeded',
  failed: 'Failed',
  rolled_back: 'Rolled back',
};

/** How a run ended, in words. */
export function headline(report: Report): Headline {
  const tone = toneOf(report.exitCode);
  if (report.run.dryRun) {
    const pending = report.exitCode === 8 ? ' Changes are pending.' : '';
    return { tone, title: 'Dry run', sentence: `Nothing was written to the host.${pending}` };
  }
  const title = titles[report.batchStatus];
  return { tone, title: report.run.interrupted ? `Stopped: ${title.toLowerCase()}` : title, sentence: held(report) };
}

function held(report: Report): string {
  switch (report.exitCode) {
    case 0:
      return 'The host holds what was wanted.';
    case 1:
      return 'It is not known what the host holds.';
    case 2:
    case 3:
      return 'Nothing was written to the host.';
    default:
      return holds(report).replace(/:$/, '.');
  }
}

/** A word of the report's schema as people write it. */
export function plainWord(word: string): string {
  return word.replaceAll('_', ' ');
}
