import type { LoadedConfig } from '../../config/config-file.ts';
import type { Flags } from '../../config/options/option-flags.ts';
import { preflightProblems } from '../../flows/preflight.ts';
import { takeSnapshot } from '../../flows/read-status.ts';
import type { Finding } from '../../text/finding.ts';
import type { PackReading } from '../../pack/read-pack.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import type { Io } from '../io.ts';
import { hostRequest, withHost } from './with-host.ts';

/** What would stop an import of each provider of the packs on the named host. Sends nothing but reads. */
export async function askHost(
  readings: readonly PackReading[],
  flags: Flags<'validate'>,
  loaded: LoadedConfig,
  io: Io,
  redactor: Redactor,
): Promise<Finding[]> {
  return withHost(await hostRequest(flags, loaded, io), { ...flags, output: 'text' }, io, redactor, async (at) => {
    const held = await takeSnapshot(at.tools);
    await at.idle();
    const findings: Finding[] = [];
    for (const { pack, findingAt } of readings)
      for (const [index, provider] of (pack?.providers ?? []).entries())
        for (const { code, message, hint } of preflightProblems(provider, at.tools.host, held)) {
          const place = findingAt?.(['providers', index, 'id'], 'INVALID_VALUE', message);
          if (place !== undefined) findings.push({ ...place, code, hint });
        }
    return findings;
  });
}
