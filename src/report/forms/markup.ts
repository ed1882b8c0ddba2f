/** Text that is XML or HTML by now, and is not escaped again. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | readonly Markup[] | null;

const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * A text as it may stand in XML and HTML, between tags and inside quoted attributes alike. Characters that XML 1.0 cannot
 * hold at all, not even written as numbers, become U+FFFD.
 */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]|[\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (mark) => names[mark] ?? mark);
}

/** A template whose values are escaped, but for those that are markup already. `null` is nothing. */
export function markup(parts: TemplateStringsArray, ...values: Part[]): Markup {
  return new Markup(parts.map((part, index) => `${part}${partText(values[index] ?? null)}`).join(''));
}

/** Pieces of markup, one after the other. */
export function joined(pieces: readonly Markup[], between = ''): Markup {
  return new Markup(pieces.map((piece) => piece.text).join(between));
}

function partText(value: Part): string {
  if (value === null) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return joined(value).text;
  return typeof value === 'number' ? String(value) : escapeMarkup(value);
}
