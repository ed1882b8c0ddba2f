const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Timers count in 32 bits. */
const maxTimerMs = 2 ** 31 - 1;

/** `500ms`, `30s`, `2m`, `1h`, `30d` in milliseconds; nothing when the text is no duration, or longer than `maxMs`. */
export function parseDuration(text: string, maxMs: number = maxTimerMs): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const ms = Number(amount) * units[unit as keyof typeof units];
  return ms >= 1 && ms <= maxMs ? Math.round(ms) : undefined;
}

/** The same as a person would give it: `20000` is `20s`, `90000` is `90s`. */
export function givenDuration(ms: number): string {
  const [unit, factor] = Object.entries(units).findLast(([, each]) => ms % each === 0) ?? ['ms', 1];
  return `${ms / factor}${unit}`;
}
