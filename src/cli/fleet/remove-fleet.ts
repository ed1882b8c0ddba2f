import { throwIfStopped } from '../../apply/run-tools.ts';
import type { Flags } from '../../config/options/option-flags.ts';
import { counted } from '../../core/counted.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { findManaged, removeProvider } from '../../flows/remove-provider.ts';
import { describeRemoval, removalOf, wouldRemove } from '../commands/provider/remove-command.ts';
import { leftoverLine } from '../../report/text/leftover-text.ts';
import type { Io } from '../io.ts';
import { nothingWritten } from '../output/footer.ts';
import { refuseUnasked } from '../session/consent.ts';
import { atUnits, type AtUnit } from './at-units.ts';
import type { Found } from './tell-units.ts';

type RemoveFlags = Flags<'remove'> & { file: string };

/** `relay remove --file`: takes what relay manages for every unit off its host. */
export async function removeFleet(flags: RemoveFlags, io: Io, redactor: Redactor): Promise<number> {
  const told = { name: 'remove', title: 'Remove' } as const;
  const isDry = flags.dryRun === true;
  if (isDry)
    return atUnits(
      { ...told, title: 'Look at', isLook: true, holds: nothingWritten, work: dryRun },
      flags,
      io,
      redactor,
    );
  return atUnits<readonly string[]>(
    {
      ...told,
      holds: 'What was removed is gone; what is named above is there still, or may be.',
      look: async (at) => {
        const lines = (await managedAt(at)).flatMap(describeRemoval);
        return { looked: lines, questions: lines };
      },
      work: async (at, asked = []) => {
        await at.hold(at.provider.id, at.run);
        const all = await managedAt(at);
        refuseUnasked(
          all.flatMap(describeRemoval).filter((line) => !asked.includes(line)),
          flags,
        );
        const value = removalOf(await removeProvider(all, at.tools));
        await at.idle();
        const { exitCode, removed, shared, leftovers } = value;
        return {
          exitCode,
          isFine: exitCode === 0,
          result: value,
          named: leftovers.map(leftoverLine),
          word:
            removed.length + leftovers.length === 0 ? 'nothing there' : `${counted(removed.length, 'object')} removed`,
          says: [
            ...(shared.length === 0 ? [] : [`${shared.length} kept for others`]),
            ...(leftovers.length === 0 ? [] : [`${leftovers.length} left`]),
          ].join(', '),
        };
      },
    },
    flags,
    io,
    redactor,
  );
}

async function managedAt({ provider, modes, tools, idle }: AtUnit) {
  const all = await findManaged(provider, modes, tools);
  await idle();
  throwIfStopped(tools);
  return all;
}

async function dryRun(at: AtUnit): Promise<Found> {
  const value = wouldRemove(await managedAt(at));
  const { length } = value.would;
  const word = length === 0 ? 'nothing there' : `${counted(length, 'object')} would go`;
  return { exitCode: 0, isFine: true, result: value, word, says: '' };
}
