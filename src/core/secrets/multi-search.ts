import { minFormLength } from './secret-encodings.ts';

/** A stretch of a text, from a first index to one behind its last. */
export type Range = readonly [number, number];

/** White space, control and invisible characters: what can stand inside a word without being seen. */
const unseen = /[\s\p{C}\p{Variation_Selector}]/gu;

/** The same, terminal sequences with the characters they take along, and both written out as JSON and programs do it. */
const unseenSequences =
  /\u001B(?:[PX\]^_][^\u0007\u001B]*(?:\u0007|\u001B\\)?|\[[0-?]*[ -/]*[@-~]?|[ -/]*[0-~])?|\u009B[0-?]*[ -/]*[@-~]?|\\+(?:u00[01][0-9a-f]|u007f|u00[89][0-9a-f]|u20[0-2][0-9a-f]|x[01][0-9a-f]|x7f)(?:\[[0-9;]*[A-Za-z])?|\\+[nrtbf]|[\s\p{C}\p{Variation_Selector}]/giu;

/** What JSON writes for a character: `\\u0026`, `\\/`. The groups hold what it stands for. */
const written = /\\+u([0-9a-f]{4})|\\+(["\\/])|[\s\p{C}\p{Variation_Selector}]/giu;

/** What holds none of that, and no backslash: what most texts and nearly all words are. */
const plain = /^[\x21-\x5B\x5D-\x7E]*$/;

/**
 * Finds many words in a text at once, however they are cut by what cannot be seen. The time it takes depends on the
 * length of the text, hardly on how many words there are.
 */
export class MultiSearch {
  // Whether an escape takes the next character along cannot be known, so both are tried.
  readonly #junk = [unseen, unseenSequences, written];
  readonly #starts = new Set<string>();
  readonly #byLength = new Map<number, Set<string>>();
  /** Longest first: one word may be the beginning of another. */
  #lengths: number[] = [];

  add(word: string): void {
    if (plain.test(word)) this.#addPattern(word);
    else for (const junk of this.#junk) this.#addPattern(compact(word, junk).text);
  }

  /** Where words stand, in order, never overlapping. */
  find(text: string): Range[] {
    if (this.#starts.size === 0) return [];
    if (plain.test(text)) return this.#findIn(text);
    const found = this.#junk
      .flatMap((junk) => {
        const { text: dense, starts, ends } = compact(text, junk);
        return this.#findIn(dense).map(([start, end]): Range => [starts[start] ?? 0, ends[end - 1] ?? text.length]);
      })
      .toSorted((a, b) => a[0] - b[0] || b[1] - a[1]);
    const merged: [number, number][] = [];
    for (const [start, end] of found) {
      const last = merged.at(-1);
      if (last !== undefined && start < last[1]) last[1] = Math.max(last[1], end);
      else merged.push([start, end]);
    }
    return merged;
  }

  #addPattern(pattern: string): void {
    if (pattern.length < minFormLength) return;
    this.#starts.add(pattern.slice(0, minFormLength));
    const same = this.#byLength.get(pattern.length);
    if (same !== undefined) {
      same.add(pattern);
      return;
    }
    this.#byLength.set(pattern.length, new Set([pattern]));
    this.#lengths = [...this.#byLength.keys()].toSorted((a, b) => b - a);
  }

  #findIn(dense: string): Range[] {
    const found: Range[] = [];
    for (let index = 0; index + minFormLength <= dense.length; index += 1) {
      if (!this.#starts.has(dense.slice(index, index + minFormLength))) continue;
      const length = this.#lengths.find((each) => this.#byLength.get(each)?.has(dense.slice(index, index + each)));
      if (length === undefined) continue;
      found.push([index, index + length]);
      index += length - 1;
    }
    return found;
  }
}

/** The text without junk, and for each character of it where what it was read from begins and ends. */
function compact(text: string, junk: RegExp): { text: string; starts: number[]; ends: number[] } {
  const starts: number[] = [];
  const ends: number[] = [];
  let dense = '';
  let from = 0;
  const keep = (to: number) => {
    dense += text.slice(from, to);
    for (let index = from; index < to; index += 1) {
      starts.push(index);
      ends.push(index + 1);
    }
  };
  for (const match of text.matchAll(junk)) {
    keep(match.index);
    from = match.index + match[0].length;
    const meant = match[1] === undefined ? (match[2] ?? '') : String.fromCharCode(Number.parseInt(match[1], 16));
    if (!/^[\x21-\x7E]$/.test(meant)) continue;
    dense += meant;
    starts.push(match.index);
    ends.push(from);
  }
  keep(text.length);
  return { text: dense, starts, ends };
}
