import { resolve } from 'node:path';
import type { ImportMode } from '../../core/modes.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import type { Secret } from '../../core/secrets/secret.ts';
import { readSecretFile, sealSecret } from '../../config/read-secret.ts';
import type { KeyFile } from '../../keys/key-file.ts';
import { readKeyFile } from '../../keys/read-key-file.ts';
import type { Io } from '../io.ts';

/** The key file that a command is given, `-` for standard input; its keys are known to the redactor from then on. Throws as `readKeyFile` does. */
export async function readKeys(file: string, mode: ImportMode, io: Io, redactor: Redactor): Promise<KeyFile> {
  const read = await readKeyFile(file === '-' ? '-' : resolve(io.cwd, file), mode, io.stdin);
  for (const entry of read.entries) if (entry.kind === 'key') redactor.learn(entry.key);
  return read;
}

/** The user key for the gateway check, when one was given; it is known to the redactor from then on. */
export async function readProbeKey(
  { probeKeyFile }: { probeKeyFile?: string | undefined },
  io: Io,
  redactor: Redactor,
): Promise<Secret | null> {
  const key = await givenProbeKey(probeKeyFile, io);
  if (key !== null) redactor.learn(key);
  return key;
}

async function givenProbeKey(file: string | undefined, io: Io): Promise<Secret | null> {
  if (file !== undefined) return readSecretFile(file, io.stdin);
  const value = io.env['RELAY_PROBE_KEY'];
  return value ? sealSecret(value, 'RELAY_PROBE_KEY') : null;
}
