import type { MiddlewareHandler } from 'hono';
import type { HostEnv } from './host.ts';

/** So many calls in so many seconds. */
export interface ApiLimit {
  calls: number;
  seconds: number;
}

/** Reads `180/180s`; undefined where it is no limit. */
export function parseApiLimit(text: string): ApiLimit | undefined {
  const [, calls, seconds] = /^([1-9]\d{0,6})\/([1-9]\d{0,6})s$/.exec(text) ?? [];
  return calls === undefined || seconds === undefined ? undefined : { calls: Number(calls), seconds: Number(seconds) };
}

/**
 * Lets so many calls through in any window of that length and answers the others with an empty 429, which does not count.
 * Everything comes from this machine, so there is one window.
 */
export function rateLimit(
  { calls, seconds }: ApiLimit,
  tellsWhen: boolean,
  now: () => number,
): MiddlewareHandler<HostEnv> {
  const times: number[] = [];
  return async (_c, next) => {
    const at = now();
    if (times.length >= calls) {
      if (at - (times[0] ?? 0) < seconds * 1000)
        return new Response(null, { status: 429, headers: tellsWhen ? { 'retry-after': String(seconds) } : {} });
      times.shift();
    }
    times.push(at);
    return next();
  };
}
