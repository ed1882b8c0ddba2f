import { throwIfStopped } from '../../../apply/run-tools.ts';
import { loadConfig } from '../../../config/config-file.ts';
import type { ConfigFile } from '../../../config/config-schema.ts';
import type { Flags } from '../../../config/options/option-flags.ts';
import { findRevoked, revokeAccount, type FoundAccounts, type RevokedKey } from '../../../flows/revoke-account.ts';
import type { Account } from '../../../host/account.ts';
import { namedHost } from '../../../host/host.ts';
import { readRuns } from '../../../journal/read-journal.ts';
import type { StateStore } from '../../../journal/state-store.ts';
import { acceptedKeys } from '../../../keys/key-file.ts';
import { isPlaceholder } from '../../../keys/placeholder.ts';
import { chooseProvider } from '../../../pack/find-pack.ts';
import type { RevokeOutput } from '../../../report/outputs/provider-schemas.ts';
import type { Redactor } from '../../../core/secrets/redactor.ts';
import { linesOfAlike } from '../../../core/alike.ts';
import { counted } from '../../../core/counted.ts';
import { RelayError } from '../../../core/relay-error.ts';
import { markOf } from '../../../core/style.ts';
import { choosePack, refuseBareProvider } from '../../options/choose-pack.ts';
import { newRunId } from '../../options/import-options.ts';
import { readKeys } from '../../options/read-keys.ts';
import { print, styleFor, type Io } from '../../io.ts';
import { repeatCommand } from '../../options/repeat-command.ts';
import { printFooter } from '../../output/footer.ts';
import { printResult } from '../../output/result.ts';
import { askConsent } from '../../session/consent.ts';
import type { HostSession } from '../../session/host-session.ts';
import { hostRequest, withHost } from '../../session/with-host.ts';

type RevokeFlags = Flags<'revoke'>;

/**
 * `relay revoke`: takes the account of one key out of service, now. Refuses unless exactly one account is meant. Returns 5
 * where another account serves with the same key.
 */
export async function revokeCommand(flags: RevokeFlags, io: Io, redactor: Redactor): Promise<number> {
  const key = await keyOf(flags, io, redactor);
  if (flags.file !== undefined) {
    const { revokeFleet } = await import('../../fleet/revoke-fleet.ts');
    return revokeFleet(key, { ...flags, file: flags.file }, io, redactor);
  }
  const loaded = await loadConfig(flags.config, io);
  const providers = await providersOf(flags, loaded.config);
  return withHost(await hostRequest(flags, loaded, io), flags, io, redactor, async ({ tools, state, idle, hold }) => {
    const found = await findRevoked(key, providers, tools);
    await idle();
    throwIfStopped(tools);
    const account = onlyOne(found, flags);
    const { name, id, marker } = account;
    await hold(marker?.provider ?? '', newRunId());
    await askConsent([revocationQuestion(account)], io, flags, tools.stop);
    const told = await revokeFound(account, found, { tools, state, idle });
    const { done } = told;
    if (!printResult(io, flags, 'revoke', told)) say(told, flags, io);
    const [other] = told.sameKey;
    if (other !== undefined)
      printFooter(io, {
        happened: `The key serves still: ${counted(told.sameKey.length, 'other account holds', 'other accounts hold')} it.`,
        holds: `The host holds "${name}" (${id}) ${done === 'removed' ? 'no more' : 'out of service'}.`,
        next: repeatCommand('relay revoke', { ...flags, ...byName(other.name) }),
      });
    return told.exitCode;
  });
}

/** What an operator says yes to. */
export function revocationQuestion({ name, id, marker }: Account): string {
  return `The account "${name}" (${id}) of ${marker?.provider}, ${marker?.fingerprint}, would serve nobody any more.`;
}

/** Takes the account that was found out of service, and tells what became of it. Throws as `revokeAccount` does. */
export async function revokeFound(
  account: Account,
  found: FoundAccounts,
  { tools, state, idle }: Pick<HostSession, 'tools' | 'state' | 'idle'>,
): Promise<RevokeOutput> {
  const done = await revokeAccount(account, tools);
  await idle();
  return {
    schema: 'relay.revoke/1',
    host: namedHost(tools.host.info),
    account: toldOf(account),
    done,
    sameKey: found.sameKey.map(toldOf),
    untold: found.untold,
    stillServing: found.stillServing,
    keyFiles: await filesThatHold(account.marker?.fingerprint ?? '', await state()),
    exitCode: found.sameKey.length === 0 ? 0 : 5,
  };
}

/** Throws `USAGE` where none of the ways to name a key was given, or the key file cannot be read. */
async function keyOf(flags: RevokeFlags, io: Io, redactor: Redactor): Promise<RevokedKey> {
  const { fingerprint, last4, name, keys } = flags;
  if (fingerprint === undefined && last4 === undefined && name === undefined)
    throw new RelayError('USAGE', 'Which key is meant?', {
      hint: 'Give --fingerprint, --last4 or --name; `relay status --pack ID --output json` tells them.',
    });
  if (last4 !== undefined && !/^[\x21-\x7E]{4}$/.test(last4))
    throw new RelayError('USAGE', '--last4 takes the last four characters of the key.', {
      hint: 'Give no more of the key than that.',
    });
  if (keys === undefined) return { fingerprint, last4, name, known: new Map() };
  const file = await readKeys(keys, 'partial', io, redactor);
  const ends = acceptedKeys(file).map((entry) => [entry.fingerprint, entry.key.open().slice(-4)] as const);
  return { fingerprint, last4, name, known: new Map(ends) };
}

/** The providers that are meant; all where no pack is named. */
export async function providersOf(flags: RevokeFlags, config: ConfigFile): Promise<string[] | undefined> {
  refuseBareProvider(flags);
  const { pack, provider } = flags;
  if (pack === undefined) return undefined;
  const chosen = (await choosePack({ pack }, config)).pack;
  return provider === undefined ? chosen.providers.map(({ id }) => id) : [chooseProvider(chosen, provider).id];
}

function toldOf({ id, name, marker }: Account): RevokeOutput['account'] {
  return { id, name, provider: marker?.provider ?? '', fingerprint: marker?.fingerprint ?? '' };
}

/** The only account that is meant. Throws `KEY_NOT_FOUND` and `KEY_AMBIGUOUS`. */
export function onlyOne({ meant, untold }: FoundAccounts, flags: RevokeFlags): Account {
  const { name: asked, pack } = flags;
  const [account, ...others] = meant;
  if (account === undefined)
    throw new RelayError(
      'KEY_NOT_FOUND',
      `No account of ${pack === undefined ? 'relay' : `the pack "${pack}"`} on this host ${asked === undefined ? 'holds such a key' : `is called "${asked}"`}.`,
      {
        hint: `${untold === 0 ? '' : `Nothing says how the keys of ${counted(untold, 'account')} end; --keys FILE tells. `}See what is there: ${repeatCommand('relay status', { ...flags, keys: undefined })}`,
      },
    );
  if (isPlaceholder(account.marker?.fingerprint))
    throw new RelayError('USAGE', `"${account.name}" (${account.id}) holds no key: its upstream asks for none.`, {
      hint: 'To take it off the host, use `relay remove`.',
    });
  if (others.length > 0)
    throw new RelayError('KEY_AMBIGUOUS', `${meant.length} accounts of relay on this host may be meant.`, {
      details: linesOfAlike(
        meant,
        ({ marker }) => marker?.provider ?? '',
        ({ name, id, marker }) => `${name} (${id}) of ${marker?.provider ?? ''}, ${marker?.fingerprint ?? ''}`,
        (more, { marker }) => `and ${more} more of ${marker?.provider ?? ''}`,
      ),
      hint: 'Name one by its --fingerprint, or by its --name where no other has it, and repeat for the others.',
    });
  return account;
}

/** Key files of runs in the state in which the key stood: whoever imports such a file again brings it back. */
async function filesThatHold(fingerprint: string, { runs }: StateStore): Promise<string[]> {
  const files = (await readRuns(runs)).flatMap((each) => {
    const { file, entries } = 'run' in each ? each.run.begin.keys : { file: null, entries: [] };
    const holds = entries.some((entry) => entry.kind === 'key' && entry.fingerprint === fingerprint);
    return file !== null && holds ? [file] : [];
  });
  return [...new Set(files)];
}

/** The same, for one account, of whichever pack it is. */
function byName(name: string) {
  return { name, pack: undefined, provider: undefined, fingerprint: undefined, last4: undefined, keys: undefined };
}

function say(
  { account, done, sameKey, untold, stillServing, keyFiles }: RevokeOutput,
  flags: RevokeFlags,
  io: Io,
): void {
  const style = styleFor(io, 'stdout', flags.color);
  const how = done === 'removed' ? 'removed from the host' : 'out of service; no import and no probe puts it back';
  print(io.stdout, `${markOf('good', style)} ${account.name} (${account.id}) of ${account.provider} is ${how}`);
  if (stillServing === 0)
    print(
      io.stdout,
      `${markOf('bad', style)} ${account.provider} serves nobody now: none of its accounts is in service`,
    );
  const others = linesOfAlike(
    sameKey,
    ({ provider }) => provider,
    ({ name, id, provider }) =>
      `${markOf('bad', style)} ${name} (${id}) of ${provider} holds the same key and is in service: ${repeatCommand('relay revoke', { ...flags, ...byName(name) })}`,
    (more, { provider }) => `  and ${more} more of ${provider}; --output json names each`,
  );
  for (const line of others) print(io.stdout, line);
  if (untold > 0)
    print(
      io.stdout,
      `${markOf('unsure', style)} nothing says how the keys of ${counted(untold, 'account')} end: --keys FILE tells`,
    );
  for (const file of keyFiles)
    print(io.stdout, `${markOf('unsure', style)} ${file} may still hold the key: take it out there`);
}
