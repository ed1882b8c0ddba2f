import type { LoadedConfig } from '../../config/config-file.ts';
import type { Flags } from '../../config/options/option-flags.ts';
import type { Problem } from '../../core/relay-error.ts';
import { preflightProblems } from '../../flows/preflight.ts';
import { providerOnHost } from '../../flows/provider-on-host.ts';
import { takeSnapshot } from '../../flows/read-status.ts';
import type { PackProvider } from '../../pack/manifest.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import type { Io } from '../io.ts';
import { hostRequest, withHost } from './with-host.ts';

/** What would stop an import of each provider on the named host, by its id; nothing of those that would go. Sends nothing but reads. */
export async function askHost(
  providers: readonly PackProvider[],
  flags: Flags<'validate' | 'packs list'>,
  loaded: LoadedConfig,
  io: Io,
  redactor: Redactor,
): Promise<ReadonlyMap<PackProvider, Problem[]>> {
  return withHost(await hostRequest(flags, loaded, io), { ...flags, output: 'text' }, io, redactor, async (at) => {
    const held = await takeSnapshot(at.tools);
    await at.idle();
    return new Map(
      providers.map((each) => [each, preflightProblems(providerOnHost(each, held.accounts), at.tools.host, held)]),
    );
  });
}
