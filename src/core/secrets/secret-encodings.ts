/** Every way in which a secret is likely to be written by somebody who echoes it. Each is long enough to be searched for. */
export function secretForms(value: string): string[] {
  const bytes = Buffer.from(value);
  const forms = [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    bytes.toString('hex'),
    bytes.toString('base64'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    ...base64Forms(bytes),
  ];
  return [...new Set(forms)].filter((form) => form.length >= minFormLength);
}

/** Shorter texts are too common to be searched for. */
export const minFormLength = 6;

/** In base64 a text looks different by where it begins in a group of three bytes, and its edges mix with its neighbours. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const mixedFirst = [0, 2, 3][before] ?? 0;
    const mixedLast = (before + bytes.length) % 3 === 0 ? 0 : 1;
    const certain = encoded.slice(mixedFirst, encoded.length - mixedLast);
    return [certain, certain.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
