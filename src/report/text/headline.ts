import { counted, formatCount } from '../../core/counted.ts';
import { holds, servingCounts } from './footer-text.ts';
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

/** How a run ended, as a title. */
export const titles: Record<Report['batchStatus'], string> = {
  succeeded: 'Succeeded',
  partially_succeeded: 'Partially succeeded',
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
  return {
    tone,
    title: report.run.interrupted ? `Stopped: ${title.toLowerCase()}` : title,
    sentence: `${held(report)}.`,
  };
}

/** What the host holds after a run, in a sentence without its end. */
function held(report: Report): string {
  switch (report.exitCode) {
    case 0:
      return 'The host holds what was wanted';
    default:
      return holds(report).replace(/[:.]$/, '');
  }
}

/** Whether there was nothing to make, test or remove; checking the gateway is no change. */
export function isIdle({ run: { stages }, exitCode }: Report): boolean {
  return exitCode === 0 && !stages.some(({ name }) => ['apply', 'verify', 'remove', 'undo'].includes(name));
}

/** Warnings that tell where the host is not as the pack, the key file or the command say. */
const differences = new Set(['DRIFT', 'KEY_REVOKED', 'REMOVALS_HELD_BACK', 'SUBSCRIPTION_DIFFERS']);

/** How a run ended and what the host holds now, in one sentence without its end. */
export function outcomeSentence(report: Report): string {
  const { provider, host, exitCode, run } = report;
  const at = `${provider.displayName} on ${hostName(host.url)}`;
  if (run.dryRun) return `Dry run for ${at}: nothing was written${exitCode === 8 ? ', changes are pending' : ''}`;
  if (run.interrupted) return `Stopped: ${at}. ${held(report)}`;
  const serve = servingText(report);
  if (isIdle(report))
    return report.warnings.some(({ code }) => differences.has(code))
      ? `Nothing to do for ${at} (${serve}); what differs is left as it is`
      : `Nothing to do: ${at} is as the pack and the key file say (${serve})`;
  const gateway = report.gateway?.ok === true ? ', the gateway answers' : '';
  switch (exitCode) {
    case 0:
      return `${provider.displayName} is live on ${hostName(host.url)}: ${serve}${gateway}`;
    case 4:
      return `Rolled back: ${at} is as it was before`;
    case 5:
      return `${titles.partially_succeeded}: ${at}, ${serve}${gateway}`;
    case 7:
      return `${at} is in place, but ${report.gateway?.ok === false ? 'the gateway does not answer' : 'no account works'}`;
    default:
      return `${titles[report.batchStatus]}: ${at}. ${held(report)}`;
  }
}

/** How many accounts serve, of one import or several. */
export function servingText(...reports: readonly Report[]): string {
  const counts = reports.map(servingCounts);
  const serving = counts.reduce((sum, each) => sum + each.serving, 0);
  const all = counts.reduce((sum, each) => sum + each.all, 0);
  if (all === 0) return 'no account was asked for';
  return `${formatCount(serving)} of ${counted(all, 'account serves', 'accounts serve')}`;
}

/** An address as people call it. */
export function hostName(url: string): string {
  return URL.canParse(url) ? `${new URL(url).host}${new URL(url).pathname.replace(/\/$/, '')}` : url;
}

/** A word of the report's schema as people write it. */
export function plainWord(word: string): string {
  return word.replaceAll('_', ' ');
}
