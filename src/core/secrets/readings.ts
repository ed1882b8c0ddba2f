/** Encodings inside encodings that are undone. */
const deepest = 4;

/** A text that can be read in more ways than this was made to be. */
const maxReadings = 200;

/** What decodes to less is no key. */
const minRunLength = 8;

/** Escapes of programs, of URLs, of HTML and of mail. The groups hold a number in base 16, 10 and 8. */
const escapes =
  /%([0-9a-fA-F]{2})|&#x([0-9a-fA-F]{1,6});?|\\+x\{?([0-9a-fA-F]{2})\}?|\\+u\{([0-9a-fA-F]{1,6})\}|\\+u([0-9a-fA-F]{4})|\\+U([0-9a-fA-F]{8})|\b[Uu]\+([0-9a-fA-F]{4})|=([0-9A-F]{2})|&#(\d{1,7});?|\\+([0-7]{3})|\\+[nrtbfv]|&amp;/g;

/** Numbers of two or three digits, with little between them. */
const numberLists = /(?<!\d)\d{2,3}(?:[^\dA-Za-z]{1,4}\d{2,3}){7,}(?!\d)/g;

/** Gives up on a text that can be read in too many ways. */
export class Unreadable extends Error {}

/**
 * The text in plain letters, and every way in which it can be read when encodings are undone, one inside the other.
 * Throws `Unreadable`.
 */
export function* readingsOf(text: string): Generator<string> {
  let layer = [inPlainLetters(text)];
  const seen = new Set(layer);
  yield* layer;
  for (let depth = 0; depth < deepest && layer.length > 0; depth += 1) {
    const next: string[] = [];
    for (const reading of layer.flatMap(decoded)) {
      if (reading === '' || seen.has(reading)) continue;
      if (seen.size >= maxReadings) throw new Unreadable();
      seen.add(reading);
      next.push(reading);
      yield reading;
    }
    layer = next;
  }
}

/** Full width, ligatures and accents are ways to write a letter. */
function inPlainLetters(text: string): string {
  return /^[\0-\x7F]*$/.test(text) ? text : text.normalize('NFKD').replace(/\p{M}/gu, '');
}

function decoded(text: string): string[] {
  return [inPlainLetters(unescaped(text)), ...fromNumbers(text), ...fromHex(text), ...fromBase64(text)];
}

function unescaped(text: string): string {
  return text.replace(escapes, (whole, ...groups: (string | undefined)[]) => {
    const at = groups.slice(0, 10).findIndex((group) => group !== undefined);
    if (at === -1) return whole === '&amp;' ? '&' : '';
    const number = Number.parseInt(groups[at] ?? '', at === 9 ? 8 : at === 8 ? 10 : 16);
    return number <= 0x10ffff ? String.fromCodePoint(number) : '';
  });
}

/** Lists of bytes, as programs print them. */
function fromNumbers(text: string): string[] {
  const lists = text.match(numberLists);
  if (lists === null) return [];
  return [10, 8].map((radix) => {
    const bytes = lists.flatMap((list) => (list.match(/\d+/g) ?? []).map((number) => Number.parseInt(number, radix)));
    return printable(Buffer.from(bytes.filter((byte) => byte < 0x100)));
  });
}

function fromHex(text: string): string[] {
  const dense = text.replace(/\b0x|\\+x/gi, '').replace(/[^0-9A-Za-z]/g, '');
  const runs = dense.match(/[0-9a-f]{16,}/gi) ?? [];
  return runs.flatMap((run) => [0, 1].map((skipped) => printable(Buffer.from(run.slice(skipped), 'hex'))));
}

/** Where a group of four begins cannot be known when words stand before it. */
function fromBase64(text: string): string[] {
  const forUrls = text.replaceAll('-', '+').replaceAll('_', '/');
  return [...new Set([text, forUrls])].flatMap((each) => {
    const dense = each.replace(/[^A-Za-z0-9+/]/g, '');
    if (dense.length < minRunLength) return [];
    return [0, 1, 2, 3].map((skipped) => printable(Buffer.from(dense.slice(skipped), 'base64')));
  });
}

/** What can be read in bytes; in those of two-byte characters every other one is 0. */
function printable(bytes: Buffer): string {
  const runs =
    bytes
      .toString('latin1')
      .replaceAll('\0', '')
      .match(/[\x20-\x7E]+/g) ?? [];
  return runs.filter((run) => run.length >= minRunLength).join('\n');
}
