import { throwIfStopped } from '../../apply/run-tools.ts';
import type { Flags } from '../../config/options/option-flags.ts';
import { findManaged, removeProvider, type Managed, type Removal } from '../../flows/remove-provider.ts';
import type { RemoveOutput } from '../../report/outputs/provider-schemas.ts';
import { leftoverLine } from '../../report/text/leftover-text.ts';
import { counted } from '../../core/counted.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { askConsent } from '../session/consent.ts';
import { print, styleFor, type Io } from '../io.ts';
import { printFooter } from '../output/footer.ts';
import { repeatCommand } from '../options/repeat-command.ts';
import { printResult } from '../output/result.ts';
import { withProvider } from '../session/with-provider.ts';

const nothingThere = 'The host holds nothing of this provider.';

type RemoveFlags = Flags<'remove'>;

/** `relay remove`: takes what relay manages for a provider off the host. 0 gone, 5 something is shared, 6 something is left. */
export async function removeCommand(flags: RemoveFlags, io: Io, redactor: Redactor): Promise<number> {
  return withProvider(flags, flags.dryRun !== true, io, redactor, async ({ provider, modes, tools, idle }) => {
    const all = await findManaged(provider, modes, tools);
    await idle();
    throwIfStopped(tools);
    if (flags.dryRun === true) {
      const value: RemoveOutput = {
        schema: 'relay.remove/1',
        dryRun: true,
        would: all.flatMap(objectsOf),
        removed: [],
        shared: [],
        leftovers: [],
        exitCode: 0,
      };
      if (printResult(io, flags, 'remove', value)) return 0;
      if (all.length === 0) print(io.stdout, nothingThere);
      else for (const line of all.flatMap(describe)) print(io.stdout, line);
      return 0;
    }
    const questions = all.flatMap(describe);
    await askConsent(questions, io, flags, tools.stop);
    const result = await removeProvider(all, tools);
    await idle();
    const exitCode = result.leftovers.length > 0 ? 6 : result.shared.length > 0 ? 5 : 0;
    const value: RemoveOutput = { schema: 'relay.remove/1', dryRun: false, would: [], ...result, exitCode };
    if (!printResult(io, flags, 'remove', value)) {
      say(result, flags, io);
      if (all.length === 0) print(io.stdout, nothingThere);
    }
    if (exitCode === 0) return 0;
    printFooter(io, {
      happened: `${counted(result.removed.length, 'object')} removed, ${result.shared.length} kept for others, ${result.leftovers.length} left.`,
      holds:
        exitCode === 6
          ? 'The host holds something that should not be there, or may:'
          : 'The host holds what others use.',
      named: result.leftovers.map(leftoverLine),
      next: `${exitCode === 6 ? 'run the commands above' : 'take away what others use there'}, then: ${repeatCommand('relay remove', flags)}`,
    });
    return exitCode;
  });
}

function objectsOf({ group, channel, plan, accounts, stagingGroups, subscriptions }: Managed) {
  const ref = (kind: string, each: { id: string; name?: string } | null) =>
    each === null ? [] : [{ kind, id: each.id, name: each.name ?? '' }];
  return [
    ...ref('tariff', plan),
    ...subscriptions.flatMap((each) => ref('subscription', { id: each.id })),
    ...ref('channel', channel),
    ...accounts.flatMap((each) => ref('account', each)),
    ...ref('group', group),
    ...stagingGroups.flatMap((each) => ref('group', each)),
  ];
}

/** What would go, and who would feel it. */
function describe({ access, group, accounts, subscriptions, keys, foreign }: Managed): string[] {
  const name = group?.name ?? access.replace('_', '-');
  return [
    `${name}: ${counted(accounts.length, 'account')} would be removed${group === null ? '' : ', with group, channel and tariff'}.`,
    ...(subscriptions.length > 0
      ? [`${name}: ${counted(subscriptions.length, 'user')} would lose an active subscription.`]
      : []),
    ...(keys.length > 0 ? [`${name}: ${counted(keys.length, 'key')} of users would stop working.`] : []),
    ...(foreign.length > 0
      ? [`${name}: ${counted(foreign.length, 'account')} of others stay, and with them group, channel and tariff.`]
      : []),
  ];
}

function say({ removed, shared }: Removal, flags: RemoveFlags, io: Io): void {
  if (flags.quiet === true) return;
  const style = styleFor(io, 'stdout', flags.color);
  for (const { kind, name, id } of removed) print(io.stdout, `${style.good('removed')} ${kind} "${name}" (${id})`);
  for (const { kind, name, id, why } of shared)
    print(io.stdout, `${style.unsure('kept')} ${kind} "${name}" (${id}): ${why}`);
}
