/** A place along an axis, as SVG takes it without knowing how wide the page is. */
export type Percent = `${string}%`;

/** At most this many marks stand on a time axis. */
const maxTicks = 6;

/** Round times from 0 to `span`, evenly apart; 1, 2 or 5 times a power of ten, or what fits minutes and hours. */
export function timeTicks(span: number): number[] {
  const step = stepFor(Math.max(1, span) / maxTicks);
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, index) => index * step);
}

function stepFor(least: number): number {
  const clockSteps = [60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000];
  const clock = least > 30_000 ? clockSteps.find((step) => step >= least) : undefined;
  if (clock !== undefined) return clock;
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((factor) => factor * power >= least) ?? 10) * power;
}

/** Where `value` stands on an axis from 0 to `span`. */
export function along(value: number, span: number): Percent {
  return percent(span <= 0 ? 0 : value / span);
}

/** A share of one as a percentage, between 0 and 100. */
export function percent(share: number): Percent {
  return `${Number((Math.min(1, Math.max(0, share)) * 100).toFixed(2))}%`;
}
