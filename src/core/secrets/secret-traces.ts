/** Digits of this base are what a text is compared by: letters, whatever their case, and digits. */
const base = 36;

/** So many characters in a row give a secret away. As digits of one number they are exact in a double. */
const windowLength = 10;

/** What is shorter is too common to be looked for in parts. */
const minSecretLength = 8;

/** A row of fewer different characters stands in any text: `00000000`, `--------`. */
const fewestDifferent = 4;

/**
 * Knows secrets by every few characters in a row, from left to right or from right to left, and finds them in a text by
 * its letters and digits alone. The time it takes depends on the length of the text, not on how many secrets there are.
 */
export class SecretTraces {
  readonly #byLength = new Map<number, Set<number>>();

  /** From now on parts of this secret are found. */
  add(secret: string): void {
    const digits = digitsOf(secret);
    if (digits.length < minSecretLength) return;
    const length = Math.min(windowLength, digits.length);
    const windows = this.#byLength.get(length) ?? new Set();
    this.#byLength.set(length, windows);
    eachWindow(digits, length, (window, end) => {
      if (isVaried(digits, end - length, end)) windows.add(window);
    });
  }

  /** How many characters in a row are of secrets, at most. */
  longestIn(text: string): number {
    const digits = digitsOf(text);
    let longest = 0;
    for (const [length, windows] of this.#byLength) {
      let start = 0;
      let until = -1;
      eachWindow(digits, length, (window, end) => {
        if (!windows.has(window)) return;
        if (end !== until + 1) start = end - length;
        until = end;
        longest = Math.max(longest, end - start);
      });
    }
    return longest;
  }
}

/** How many characters of a text are compared. */
export function comparedLength(text: string): number {
  return digitsOf(text).length;
}

function isVaried(digits: readonly number[], start: number, end: number): boolean {
  const seen: number[] = [];
  for (let index = start; index < end && seen.length < fewestDifferent; index += 1) {
    const digit = digits[index] ?? 0;
    if (!seen.includes(digit)) seen.push(digit);
  }
  return seen.length >= fewestDifferent;
}

function digitsOf(text: string): number[] {
  const digits: number[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 0x30 && code <= 0x39) digits.push(code - 0x30);
    else if (code >= 0x61 && code <= 0x7a) digits.push(code - 0x57);
    else if (code >= 0x41 && code <= 0x5a) digits.push(code - 0x37);
  }
  return digits;
}

/** Calls for each row of `length` digits, with a number that is the same for the row turned round, and with its end. */
function eachWindow(digits: readonly number[], length: number, see: (window: number, end: number) => void): void {
  const top = base ** (length - 1);
  let forward = 0;
  let backward = 0;
  for (const [index, digit] of digits.entries()) {
    const leaving = index < length ? 0 : (digits[index - length] ?? 0);
    forward = (forward - leaving * top) * base + digit;
    backward = (backward - leaving) / base + digit * top;
    if (index + 1 >= length) see(Math.min(forward, backward), index + 1);
  }
}
