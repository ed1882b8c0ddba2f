import { createHash } from 'node:crypto';

/** Stands for a text from outside that may hold a key: tells it from others and tells nothing of it. */
export function hiddenText(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return `[hidden, may hold a key: ${text.length} characters, sha256 ${hash}]`;
}

const mark = /\[hidden, may hold a key: \d+ characters, sha256 [0-9a-f]{8}\]/;

/** Whether a text is the one that was noted, be it hidden by now, or then. */
export function isSameText(text: string, noted: string): boolean {
  return text === noted || hiddenText(text) === noted || text === hiddenText(noted);
}

/** Whether a text, or a part of it, is hidden. Such a text is for people, and must never be sent to a host. */
export function isHidden(text: string): boolean {
  return mark.test(text);
}

/** The same for a value of plain data. */
export function holdsHidden(value: unknown): boolean {
  return value !== undefined && isHidden(JSON.stringify(value));
}

/** A value of plain data with each of its texts, also those that are names in it, passed through `change`. */
export function withTexts<T>(value: T, change: (text: string) => string): T {
  const pass = (each: unknown): unknown => {
    if (typeof each === 'string') return change(each);
    if (Array.isArray(each)) return each.map(pass);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([name, inner]) => [change(name), pass(inner)]));
  };
  return pass(value) as T;
}
