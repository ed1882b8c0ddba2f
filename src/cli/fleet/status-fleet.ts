import { throwIfStopped } from '../../apply/run-tools.ts';
import type { Flags } from '../../config/options/option-flags.ts';
import { formatCount } from '../../core/counted.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { readStatus } from '../../flows/read-status.ts';
import { statusSchema } from '../../plan/status-schema.ts';
import { statusFaults } from '../../report/status-faults.ts';
import type { Io } from '../io.ts';
import { nothingWritten } from '../output/footer.ts';
import { atUnits } from './at-units.ts';

/** `relay status --file`: what each host holds of its providers. 0, or with `--detailed-exitcode` 8 where one is not fine. */
export async function statusFleet(
  flags: Flags<'status'> & { file: string },
  io: Io,
  redactor: Redactor,
): Promise<number> {
  const { output } = flags;
  if (output === 'csv')
    throw new RelayError('USAGE', '--output csv is a table of the accounts of one provider.', {
      hint: 'Use --output json with --file, or name one provider with --pack.',
    });
  return atUnits(
    {
      name: 'status',
      isLook: true,
      title: 'Look at',
      holds: nothingWritten,
      work: async ({ pack, provider, modes, tools, idle }) => {
        const status = statusSchema.parse(await readStatus({ pack, provider, modes, keys: null }, tools));
        await idle();
        throwIfStopped(tools);
        const faults = statusFaults(status);
        const { serving, accounts } = status.totals;
        return {
          exitCode: faults !== null && flags.detailedExitcode === true ? 8 : 0,
          isFine: faults === null,
          result: status,
          word: `${formatCount(serving)} of ${formatCount(accounts)} serve`,
          says: faults?.happened ?? '',
        };
      },
    },
    { ...flags, output },
    io,
    redactor,
  );
}
