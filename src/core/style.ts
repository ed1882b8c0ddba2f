/** Colours as functions, so that whoever writes text need not know whether its reader sees colours. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  unsure(text: string): string;
}

const marks = { good: '✔', unsure: '!', bad: '✖' } as const;

/** What stands before a line that says how something went; it says it without colours too. */
export function markOf(tone: keyof typeof marks, style: Style): string {
  return style[tone](marks[tone]);
}
