import { loginInFile, type Login, type SandboxPlace } from '../../config/host-settings.ts';
import { shellWord } from '../../core/shell-word.ts';
import { askConsent } from './consent.ts';
import type { Io } from '../io.ts';

/**
 * Asks before a login that the operator holds goes to a host that nobody but a file in a folder above names: there may be
 * one that the operator never saw. What stands in that file itself may go where it says. `--yes` is in every script, and
 * agrees to nothing here. Throws `CONSENT_NEEDED`.
 */
export async function confirmHosts(
  all: readonly (
    | SandboxPlace
    | { kind: 'url'; url: string; onlyIn: string | null; login: Pick<Login, 'from'> | object }
  )[],
  { input }: { input: boolean },
  io: Io,
): Promise<void> {
  const asked = all.flatMap((settings) => {
    if (settings.kind === 'sandbox' || settings.onlyIn === null) return [];
    const { url, onlyIn, login } = settings;
    if (!('from' in login) || login.from === loginInFile) return [];
    const question = `The login of ${login.from} would be sent to ${url}, which only ${onlyIn}, in a folder above, names.`;
    return [{ question, url, onlyIn }];
  });
  const [first, ...others] = asked;
  if (first === undefined) return;
  const byHost = others.length === 0 ? `--host ${shellWord(first.url)}, or ` : '';
  const instead = `If it is meant, add ${byHost}--config ${shellWord(first.onlyIn)}.`;
  await askConsent(
    asked.map(({ question }) => question),
    io,
    { input },
    undefined,
    instead,
  );
}
