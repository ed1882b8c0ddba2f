/** Upstream keys that the vendor of the sandbox takes. */
export const goodKeys: readonly [string, string, string] = [
  'sk-good-aaaaaaaaaaaaaaaaaaaa1',
  'sk-good-bbbbbbbbbbbbbbbbbbbb2',
  'sk-good-cccccccccccccccccccc3',
];

/** One that it refuses. */
export const deadKey = 'sk-dead-dddddddddddddddddddd4';
