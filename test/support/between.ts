/** A text with something else between two marks that stand in it. */
export function between(text: string, begin: string, end: string, inside: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error(`the page has no place for what is made: ${begin}`);
  return `${text.slice(0, from)}${begin}\n\n${inside}\n\n${text.slice(to)}`;
}
