import { spokenDuration } from '../../report/text/format.ts';

/** From so long on a rate says something, in milliseconds. */
const meaningfulMs = 2000;

/** How fast a long stage goes, and how long it will take; nothing while that would be a guess. */
export function paceText(done: number, total: number, sinceMs: number): string {
  if (sinceMs < meaningfulMs || done < 2 || done >= total) return '';
  const perSecond = (done * 1000) / sinceMs;
  const rate = perSecond >= 10 ? Math.round(perSecond) : Number(perSecond.toFixed(1));
  return `${rate}/s, about ${spokenDuration(Math.max(1000, ((total - done) * 1000) / perSecond))} left`;
}
