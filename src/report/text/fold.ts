/** Colours take no room on a screen. */
const colours = /\u001B\[[0-9;]*m/g;

/** A number stays with its unit. */
const breaks = / (?!(?:ms|s|min|h)(?:$|[\s,.;]))/;

/** How many columns a text takes. */
export function widthOf(text: string): number {
  return text.replaceAll(colours, '').length;
}

/**
 * Breaks the lines of a text at their spaces so that none is wider than a screen; what goes on stands `further` columns in.
 * A word that is longer than a line, such as an address to copy, stays whole.
 */
export function fold(text: string, columns: number, further = 2): string {
  return text
    .split('\n')
    .flatMap((line) => foldLine(line, columns, further))
    .join('\n');
}

function foldLine(line: string, columns: number, further: number): string[] {
  if (widthOf(line) <= columns) return [line];
  const [indent = ''] = /^ */.exec(line) ?? [];
  const lines: string[] = [];
  let current = indent;
  let isFresh = true;
  for (const word of line.slice(indent.length).split(breaks)) {
    const longer = isFresh ? current + word : `${current} ${word}`;
    if (!isFresh && widthOf(longer) > columns) {
      lines.push(current.trimEnd());
      current = `${indent}${' '.repeat(further)}${word}`;
    } else current = longer;
    isFresh = false;
  }
  return [...lines, current];
}

/** A text cut to a number of columns, between words where it has some, with a mark where something is missing. No colours. */
export function cut(text: string, columns: number): string {
  if (text.length <= columns) return text;
  const room = Math.max(0, columns - 1);
  const between = text.lastIndexOf(' ', room);
  return `${text.slice(0, between > 0 ? between : room).replace(/,$/, '')}…`;
}
