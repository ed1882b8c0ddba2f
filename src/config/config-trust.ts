import { RelayError } from '../core/relay-error.ts';
import { shellWord } from '../core/shell-word.ts';

/** Where a configuration file was found: in the current folder, above it, or in a place that is the user's own. */
export type ConfigPlace = 'here' | 'above' | 'user';

/** Whose a file is, and what others may do with it, in the numbers of the system. */
export interface Ownership {
  uid: number;
  mode: number;
}

/**
 * Why a configuration file that was found may say what its reader does not want, or nothing. Anybody can put a file into a
 * folder above that is shared, such as `/tmp`; one that anybody may write is nobody's word. `reader`: the number of the
 * user who runs this, or nothing where the system has no such numbers. Pure.
 */
export function whyNotTrusted(
  place: ConfigPlace,
  { uid, mode }: Ownership,
  reader: number | undefined,
): 'writable' | 'foreign' | undefined {
  if (reader === undefined) return undefined;
  if ((mode & 0o002) !== 0) return 'writable';
  return place === 'above' && uid !== reader && uid !== 0 ? 'foreign' : undefined;
}

/** The error that refuses such a file. */
export function untrustedConfig(file: string, why: 'writable' | 'foreign'): RelayError {
  const named = `name it with --config ${shellWord(file)}`;
  if (why === 'writable')
    return new RelayError('CONFIG_UNTRUSTED', `Anybody may write the configuration file ${file}.`, {
      hint: `Take that away with \`chmod o-w ${shellWord(file)}\`, or ${named}.`,
    });
  return new RelayError('CONFIG_UNTRUSTED', `The configuration file ${file}, in a folder above, is another user's.`, {
    hint: `If you trust it, ${named}; else give relay a file of your own with --config.`,
  });
}
