const each = (text: string, write: (character: string) => string) => [...text].map(write).join('');
const code = (character: string) => character.charCodeAt(0);
const hex = (character: string) => code(character).toString(16).padStart(2, '0');
const base64 = (text: string) => Buffer.from(text).toString('base64');
const inGroups = (text: string, by: string) => (text.match(/.{1,5}/g) ?? []).join(by);

function cutBy(text: string, junk: string): string {
  const half = Math.floor(text.length / 2);
  return text.slice(0, half) + junk + text.slice(half);
}

/**
 * Every way in which a careless or hostile host gives a secret away: in full, in part, encoded, and cut by what a terminal
 * does not show.
 */
export const spellings = {
  plain: (text) => text,
  upperCase: (text) => text.toUpperCase(),
  lowerCase: (text) => text.toLowerCase(),
  reversed: (text) => [...text].toReversed().join(''),
  fullWidth: (text) => each(text, (character) => String.fromCharCode(code(character) + 0xfee0)),
  combiningMarks: (text) => each(text, (character) => `${character}\u0301`),
  uri: encodeURIComponent,
  percent: (text) => each(text, (character) => `%${hex(character)}`),
  percentUpperCase: (text) => each(text, (character) => `%${hex(character).toUpperCase()}`),
  entities: (text) => each(text, (character) => `&#${code(character)};`),
  hexEntities: (text) => each(text, (character) => `&#x${hex(character)};`),
  hex: (text) => each(text, hex),
  hexUpperCase: (text) => each(text, hex).toUpperCase(),
  hexEscapes: (text) => each(text, (character) => String.raw`\x${hex(character)}`),
  unicodeEscapes: (text) => each(text, (character) => String.raw`\u00${hex(character)}`),
  longEscapes: (text) => each(text, (character) => String.raw`\U000000${hex(character)}`),
  octal: (text) => each(text, (character) => `\\${code(character).toString(8).padStart(3, '0')}`),
  bytes: (text) => `[${[...text].map(code).join(' ')}]`,
  base64,
  base64Behind: (text) => base64(`key:${text}`),
  base64Twice: (text) => base64(base64(text)),
  beginning: (text) => `${text.slice(0, 24)}***`,
  middleMissing: (text) => `${text.slice(0, 6)}****${text.slice(-20)}`,
  hyphens: (text) => inGroups(text, '-'),
  dots: (text) => inGroups(text, '.'),
  halves: (text) => cutBy(text, ' ... '),
  continued: (text) => cutBy(text, '\\\n'),
  nul: (text) => cutBy(text, '\u0000'),
  terminal: (text) => cutBy(text, '\u001B[31m'),
  zeroWidth: (text) => cutBy(text, '\u200B\n'),
} as const satisfies Record<string, (secret: string) => string>;

export type Spelling = keyof typeof spellings;
