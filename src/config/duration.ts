const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** `500ms`, `30s`, `2m`, `1h` in milliseconds; nothing when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim()) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const ms = Number(amount) * units[unit as keyof typeof units];
  // Timers count in 32 bits.
  return ms >= 1 && ms <= 2 ** 31 - 1 ? Math.round(ms) : undefined;
}
