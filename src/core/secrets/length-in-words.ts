/** A length of time in milliseconds for people, in the one unit that says most: `3 minutes`, `5 hours`. */
export function lengthInWords(ms: number): string {
  if (ms < 60_000) return counted(Math.floor(ms / 1000), 'second');
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return counted(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  return hours < 48 ? counted(hours, 'hour') : counted(Math.round(hours / 24), 'day');
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
