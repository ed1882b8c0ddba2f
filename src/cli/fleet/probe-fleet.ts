import type { Flags } from '../../config/options/option-flags.ts';
import { firstOf } from '../../core/counted.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { probeExitCode } from '../../flows/probe-pool.ts';
import type { ProbeOutput } from '../../report/outputs/provider-schemas.ts';
import { probeAt, repairQuestions } from '../commands/provider/probe-command.ts';
import type { Io } from '../io.ts';
import { probeClosing } from '../output/probe-lines.ts';
import { atUnits } from './at-units.ts';

/** What is new since the last time, where that is asked for. */
function newsOf({ sinceLast }: ProbeOutput): string[] {
  if (sinceLast === null) return [];
  const { newlyDead, recovered } = sinceLast;
  return [
    ...(newlyDead.length === 0 ? [] : [`newly dead: ${firstOf(newlyDead)}`]),
    ...(recovered.length === 0 ? [] : [`recovered: ${firstOf(recovered)}`]),
  ];
}

/** `relay probe --file`: tests the accounts and gateways of every unit again. */
export async function probeFleet(
  flags: Flags<'probe'> & { file: string },
  io: Io,
  redactor: Redactor,
): Promise<number> {
  return atUnits(
    {
      name: 'probe',
      title: 'Probe',
      holds: 'The hosts hold what they held, but for what --repair and --revive changed.',
      ...(flags.repair === 'remove' ? { look: async () => ({ looked: null, questions: repairQuestions(flags) }) } : {}),
      work: async (at) => {
        await at.hold(at.provider.id, at.run);
        const { probe, value } = await probeAt(at, flags, null);
        const count = (is: string) => value.accounts.filter(({ validation }) => validation === is).length;
        const [happened = ''] = probeExitCode(probe) === 0 ? [] : probeClosing(probe);
        return {
          exitCode: value.exitCode,
          isFine: probeExitCode(probe) === 0,
          result: value,
          word: `${count('passed')} of ${value.accounts.length} passed`,
          says: [...newsOf(value), happened].filter((part) => part !== '').join('; '),
        };
      },
    },
    flags,
    io,
    redactor,
  );
}
