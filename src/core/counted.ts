/** A count with its thousands set apart. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** The same, and what is counted. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
