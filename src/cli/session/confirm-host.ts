import { loginInFile, type Login, type SandboxPlace } from '../../config/host-settings.ts';
import { shellWord } from '../../core/shell-word.ts';
import { askConsent } from './consent.ts';
import type { Io } from '../io.ts';

/**
 * Asks before a login that the operator holds goes to a host that nobody but a file in a folder above names: there may be
 * one that the operator never saw. What stands in that file itself may go where it says. `--yes` is in every script, and
 * agrees to nothing here. Throws `CONSENT_NEEDED`.
 */
export async function confirmHost(
  settings: SandboxPlace | { kind: 'url'; url: string; onlyIn: string | null; login: Pick<Login, 'from'> | object },
  { input }: { input: boolean },
  io: Io,
): Promise<void> {
  if (settings.kind === 'sandbox' || settings.onlyIn === null) return;
  const { url, onlyIn, login } = settings;
  if (!('from' in login) || login.from === loginInFile) return;
  const question = `The login of ${login.from} would be sent to ${url}, which only ${onlyIn}, in a folder above, names.`;
  const instead = `If it is meant, add --host ${shellWord(url)}, or --config ${shellWord(onlyIn)}.`;
  await askConsent([question], io, { input }, undefined, instead);
}
