/** A count with its thousands set apart. */
export function formatCount(count: number): string {
  // Asking the system how numbers are written would cost a start more than all else that is printed.
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** The same, and what is counted. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Names in a row: `group, channel and tariff`. */
export function enumerated(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** How many of a list are named before the rest is only counted. */
export const maxListed = 5;

/** The first of a list, and how many more there are: `a, b, c, d, e and 12 more`. */
export function firstOf(names: readonly string[]): string {
  const hidden = names.length - maxListed;
  const shown = names.slice(0, maxListed).join(', ');
  return hidden > 0 ? `${shown} and ${formatCount(hidden)} more` : shown;
}
