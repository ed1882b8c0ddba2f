import { loadConfig } from '../../config/config-file.ts';
import type { Flags } from '../../config/options/option-flags.ts';
import { chooseProvider } from '../../pack/find-pack.ts';
import type { PackProvider } from '../../pack/manifest.ts';
import type { Pack } from '../../pack/read-pack.ts';
import { accessModes, type AccessMode } from '../../core/modes.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { RelayError } from '../../core/relay-error.ts';
import { choosePack, stillToGive } from '../options/choose-pack.ts';
import { accessMode, newRunId } from '../options/import-options.ts';
import { repeatCommand } from '../options/repeat-command.ts';
import type { Io } from '../io.ts';
import type { HostSession } from './host-session.ts';
import { hostRequest, withHost } from './with-host.ts';

/** A provider on a host that is open. */
export interface AtProvider extends Pick<HostSession, 'tools' | 'vendorUrl' | 'state' | 'idle' | 'redactor'> {
  run: string;
  pack: Pack;
  provider: PackProvider;
  /** The access modes that were asked for; both when none was. */
  modes: readonly AccessMode[];
}

/** Opens the host for work on one provider, and holds the provider's lock meanwhile where the work may change something. */
export async function withProvider(
  flags: Flags<'probe' | 'remove' | 'connect'>,
  changes: boolean,
  io: Io,
  redactor: Redactor,
  work: (at: AtProvider) => Promise<number>,
): Promise<number> {
  const loaded = await loadConfig(flags.config, io);
  const { pack, warnings } = await choosePack(flags, loaded.config);
  const provider = chooseProvider(pack, flags.provider);
  const modes = flags.access === undefined ? accessModes : [accessMode(flags.access)];
  return withHost(await hostRequest(flags, loaded, io), flags, io, redactor, async (at) => {
    for (const { message } of warnings) at.tools.emit({ type: 'notice', text: message });
    const run = newRunId();
    if (changes) await at.hold(provider.id, run);
    try {
      return await work({ run, pack, provider, modes, ...at });
    } catch (error) {
      if (!(error instanceof RelayError) || error.code !== 'NOT_THERE') throw error;
      const next = repeatCommand('relay import', { ...flags, ...stillToGive(provider) });
      throw new RelayError(error.code, error.message, { hint: error.hint, next });
    }
  });
}
