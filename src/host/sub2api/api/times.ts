/** A moment as the host writes it, in milliseconds since 1970; nothing where it names none. */
export function toTime(text: string | null | undefined): number | null {
  const at = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
