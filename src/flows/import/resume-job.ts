import { acceptedKeys, type KeyFile } from '../../keys/key-file.ts';
import type { RunOrder } from '../../journal/entries.ts';
import { linesOfAlike } from '../../core/alike.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { Secret } from '../../core/secrets/secret.ts';
import type { ImportJob } from './import-job.ts';

/**
 * The job of an interrupted run, from its journal and the keys, which the journal does not hold. Keys are matched by
 * fingerprint, so their order and place in the file do not matter. Throws `RUN_KEYS_DIFFER` naming lines, and `whose` keys
 * they are not.
 */
export function resumeJob(
  { begin }: { begin: RunOrder },
  given: KeyFile,
  probeKey: Secret | null,
  { relayVersion, allowMassRemoval }: Pick<ImportJob, 'relayVersion' | 'allowMassRemoval'>,
  whose = `the run ${begin.run}`,
): ImportJob {
  const keys = new Map(acceptedKeys(given).map((entry) => [entry.fingerprint, entry]));
  const desired = begin.keys.entries.flatMap((entry) =>
    entry.kind === 'key' && entry.duplicateOf === null ? [entry] : [],
  );
  const known = new Set(desired.map((entry) => entry.fingerprint));
  const missing = desired.filter((entry) => !keys.has(entry.fingerprint));
  const extra = [...keys.values()].filter((entry) => !known.has(entry.fingerprint));
  if (missing.length > 0 || extra.length > 0) {
    const details = linesOfAlike(
      [...missing.map((entry) => ({ ...entry, is: 'missing' })), ...extra.map((entry) => ({ ...entry, is: 'new' }))],
      ({ is }) => is,
      ({ is, line, fingerprint }) =>
        `${is}: the key of line ${line} of ${is === 'new' ? 'the given' : 'its'} file (${fingerprint})`,
      (more, { is }) => `${is}: ${more} more`,
    );
    throw new RelayError(
      'RUN_KEYS_DIFFER',
      `The key file is not the one of ${whose}: ${missing.length} missing, ${extra.length} new.`,
      { details },
    );
  }
  const entries = begin.keys.entries.flatMap((entry): KeyFile['entries'] => {
    if (entry.kind === 'malformed') return [entry];
    const key = keys.get(entry.fingerprint)?.key;
    return key === undefined ? [] : [{ ...entry, key }];
  });
  const { pack, provider, job } = begin;
  return {
    run: begin.run,
    relayVersion,
    pack,
    provider,
    live: null,
    keysFrom: begin.keys.file,
    keyFile: { lines: begin.keys.lines, blank: begin.keys.blank, entries },
    ...job,
    allowMassRemoval,
    warnings: [],
    probeKey,
    resumed: true,
  };
}
