/** Orders names as a person would: alphabetically, numbers in them by their value. */
export function compareNames(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
