import { codes } from '../../../core/codes.ts';
import { accessSlug } from '../../../core/modes.ts';
import { throwIfStopped } from '../../../apply/run-tools.ts';
import type { Flags } from '../../../config/options/option-flags.ts';
import { findManaged, removeProvider, type Managed, type Removal } from '../../../flows/remove-provider.ts';
import type { RemoveOutput } from '../../../report/outputs/provider-schemas.ts';
import { leftoverLine } from '../../../report/text/leftover-text.ts';
import { counted, enumerated, maxListed } from '../../../core/counted.ts';
import type { Redactor } from '../../../core/secrets/redactor.ts';
import { askConsent } from '../../session/consent.ts';
import { print, styleFor, type Io } from '../../io.ts';
import { printFooter } from '../../output/footer.ts';
import { repeatCommand } from '../../options/repeat-command.ts';
import { printResult } from '../../output/result.ts';
import { withProvider } from '../../session/with-provider.ts';

type RemoveFlags = Flags<'remove'>;

/** `relay remove`: takes what relay manages for a provider off the host. 0 gone, 5 something is shared, 6 something is left. */
export async function removeCommand(flags: RemoveFlags, io: Io, redactor: Redactor): Promise<number> {
  if (flags.file !== undefined) {
    const { removeFleet } = await import('../../fleet/remove-fleet.ts');
    return removeFleet({ ...flags, file: flags.file }, io, redactor);
  }
  return withProvider(flags, flags.dryRun !== true, io, redactor, async ({ provider, modes, tools, idle }) => {
    const all = await findManaged(provider, modes, tools);
    await idle();
    throwIfStopped(tools);
    if (flags.dryRun === true) {
      if (printResult(io, flags, 'remove', wouldRemove(all))) return 0;
      if (all.length === 0) print(io.stdout, codes.NOT_THERE.summary);
      else for (const line of all.flatMap(describeRemoval)) print(io.stdout, line);
      return 0;
    }
    await askConsent(all.flatMap(describeRemoval), io, flags, tools.stop);
    const result = await removeProvider(all, tools);
    await idle();
    const value = removalOf(result);
    const { exitCode } = value;
    if (!printResult(io, flags, 'remove', value)) {
      say(result, flags, io);
      if (all.length === 0) print(io.stdout, codes.NOT_THERE.summary);
    }
    if (exitCode === 0) return 0;
    printFooter(io, {
      happened: `${counted(result.removed.length, 'object')} removed, ${result.shared.length} kept for others, ${result.leftovers.length} left.`,
      holds:
        exitCode === 6
          ? 'The host holds something that should not be there, or may:'
          : 'The host holds what others use.',
      named: result.leftovers.map(leftoverLine),
      todo: exitCode === 6 ? 'Run the commands above.' : 'Take away what others use there.',
      next: repeatCommand('relay remove', flags),
    });
    return exitCode;
  });
}

/** What would be removed. */
export function wouldRemove(all: readonly Managed[]): RemoveOutput {
  const nothing = { removed: [], shared: [], leftovers: [], exitCode: 0 };
  return { schema: 'relay.remove/1', dryRun: true, would: all.flatMap(objectsOf), ...nothing };
}

/** What was removed, and how that went. */
export function removalOf(result: Removal): RemoveOutput {
  const { shared, leftovers } = result;
  const exitCode = leftovers.length > 0 ? 6 : shared.some(({ staysAnyway }) => !staysAnyway) ? 5 : 0;
  return { schema: 'relay.remove/1', dryRun: false, would: [], ...result, exitCode };
}

function objectsOf({ resources, accounts, staging, grants }: Managed) {
  const refs = (kind: string, list: readonly { id: string; name?: string }[]) =>
    list.map(({ id, name = '' }) => ({ kind, id, name }));
  const goes = (when: 'first' | 'last') =>
    resources
      .filter((each) => each.when === when && each.staysAnyway !== true)
      .flatMap(({ kind, object }) => refs(kind, [object]));
  return [
    ...goes('first'),
    ...refs(grants.kind, grants.list),
    ...refs('account', accounts),
    ...goes('last'),
    ...refs(staging.kind, staging.objects),
  ];
}

/** What would go, and who would feel it. */
export function describeRemoval({
  access,
  place,
  resources,
  accounts,
  grants,
  userKeys,
  foreign,
  outsiders,
}: Managed): string[] {
  const name = place?.name ?? accessSlug(access);
  const going = outsiders.length > 0 ? [] : resources.filter(({ staysAnyway }) => staysAnyway !== true);
  const kinds = enumerated(going.map(({ kind }) => kind).toReversed());
  return [
    `${name}: ${counted(accounts.length, 'account')} would be removed${kinds === '' ? '' : `, with ${kinds}`}.`,
    ...(grants.list.length > 0
      ? [`${name}: ${counted(grants.list.length, 'user')} would lose an active ${grants.kind}.`]
      : []),
    ...(userKeys > 0 ? [`${name}: ${counted(userKeys, 'key')} of users would stop working.`] : []),
    ...(outsiders.length > 0
      ? [`${name}: it stays, since ${counted(outsiders.length, 'user')} whom relay did not put there would lose it.`]
      : []),
    ...(foreign.length > 0
      ? [
          `${name}: ${counted(foreign.length, 'account')} of others stay${kinds === '' ? '' : `, and with them ${kinds}`}.`,
        ]
      : []),
  ];
}

function say({ removed, shared }: Removal, flags: RemoveFlags, io: Io): void {
  if (flags.quiet === true) return;
  const style = styleFor(io, 'stdout', flags.color);
  for (const kind of new Set(removed.map((each) => each.kind))) {
    const gone = removed.filter((each) => each.kind === kind);
    const lines =
      gone.length > maxListed
        ? [`${counted(gone.length, kind)}; --output json names each`]
        : gone.map(({ name, id }) => `${kind} "${name}" (${id})`);
    for (const line of lines) print(io.stdout, `${style.good('removed')} ${line}`);
  }
  for (const { kind, name, id, why } of shared)
    print(io.stdout, `${style.unsure('kept')} ${kind} "${name}" (${id}): ${why}`);
}
