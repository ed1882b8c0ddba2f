import type { BudgetState } from '../../core/pace/budget-state.ts';
import type { PaceState, PaceWhy } from '../../core/pace/pace-controller.ts';
import { formatCount } from '../../core/counted.ts';
import { lengthInWords } from '../../core/secrets/length-in-words.ts';
import { spokenDuration } from '../../report/text/format.ts';

/** From so long on a rate says something, in milliseconds. */
const meaningfulMs = 2000;

/** What keeps it from going faster, where that is worth a word. */
const brakes: Partial<Record<PaceWhy, string>> = {
  refused: 'as the vendor allows',
  busy: 'slower, since vendor or host is busy',
  slow: 'slower, since the host is',
};

/** How fast a long stage goes, how long it will take, and what limits it; nothing while that would be a guess. */
export function paceText(done: number, total: number, sinceMs: number, { limit, perMinute, why }: PaceState): string {
  if (sinceMs < meaningfulMs || done < 2 || done >= total) return '';
  const perSecond = (done * 1000) / sinceMs;
  const rate = perSecond >= 10 ? Math.round(perSecond) : Number(perSecond.toFixed(1));
  const left = spokenDuration(Math.max(1000, ((total - done) * 1000) / perSecond));
  const brake = brakes[perMinute === null ? why : 'refused'];
  return `${rate}/s, about ${left} left; up to ${limit} at once${brake === undefined ? '' : `, ${brake}`}`;
}

/** The limit of requests of the host, and how much of it is used up; nothing before a refusal has shown it. */
export function budgetText(budget: BudgetState | null): string {
  if (budget === null || budget.limit === null) return '';
  return `the host takes ${formatCount(budget.limit)} requests in ${lengthInWords(budget.windowMs)}, ${formatCount(budget.now)} are used`;
}
