import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { readFleetFile, type FleetEntry } from '../../config/fleet/fleet-file.ts';
import { readShard, shardFor, type Shard } from '../../config/fleet/shard.ts';
import { hostAddress, hostWord, type HostOrder, type HostSettings } from '../../config/host-settings.ts';
import type { Flags, ImportFlags } from '../../config/options/option-flags.ts';
import { longOption, optionsThat, type OptionName } from '../../config/options/option-table.ts';
import { bucketsOf } from '../../core/buckets.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { UnitName } from '../../core/run-event.ts';
import { foldedAddress } from '../../journal/lock/lock-keys.ts';
import { chooseProvider, isPackPath } from '../../pack/find-pack.ts';
import type { PackProvider } from '../../pack/manifest.ts';
import type { Io } from '../io.ts';
import type { ChosenPack } from '../options/choose-pack.ts';
import { accessMode } from '../options/import-options.ts';
import { isGiven } from '../options/resolve-options.ts';
import type { Sources } from '../options/sources.ts';
import { collect } from './collect.ts';

/** What every command is told that works on a fleet. */
export type FleetFlags = Flags<'import' | 'status' | 'probe' | 'remove' | 'revoke' | 'doctor'>;

/** One import of a fleet, or one look at it: a provider with an access mode, on one host. */
export interface FleetUnit extends ChosenPack {
  name: UnitName;
  provider: PackProvider;
  /** What the file says of it, as options of an import. */
  options: Pick<
    ImportFlags,
    'host' | 'pack' | 'provider' | 'keys' | 'mode' | 'access' | 'user' | 'baseUrl' | 'packSha256' | 'model'
  >;
  /** Whose word on its host comes first. */
  order: HostOrder;
}

/** A fleet, as far as one shard of it is concerned. */
export interface Fleet {
  /** By host, in the order in which the file names them; those of one host in the order of the file. */
  hosts: { host: string; units: FleetUnit[] }[];
  /** The same for every shard, and for no other fleet. */
  digest: string;
  shard: Shard;
}

/** What the file has words for. */
const sayable: ReadonlySet<string> = new Set([
  'pack',
  'provider',
  'keys',
  'mode',
  'access',
  'user',
  'baseUrl',
  'packSha256',
  'model',
]);

/** What an option is called in the file, where one import has several of it. */
function wordInFile(option: string): string {
  return { user: 'users', model: 'models' }[option] ?? option;
}

/** Options that say what to import, and so stand in the file. */
const inFile = optionsThat(({ ofEach }) => ofEach === true) as (keyof ImportFlags & OptionName)[];

/**
 * Reads a fleet file and the packs that it names, and takes the hosts of the shard; `alsoRead` what else of each unit is to be
 * read. Throws `IMPORTS_INVALID` and `FILE_UNREADABLE` for the file, `USAGE` for options that say the same, and the faults of all
 * units at once.
 */
export async function readFleet(
  flags: FleetFlags & { file: string },
  io: Io,
  sources: Sources,
  alsoRead: (unit: FleetUnit) => Promise<void> = async () => undefined,
): Promise<Fleet> {
  refuseBeside(flags, io);
  const file = resolve(io.cwd, flags.file);
  const shard = readShard(flags.shard, io.env);
  const loaded = await sources.config();
  const { access: usual } = loaded.config;
  const listed = await readFleetFile(file);
  // Whatever a command does, it does it where the file says, and a configuration is part of that.
  const entries = listed.map((entry) => (usual === undefined ? entry : { ...entry, access: entry.access ?? usual }));
  const namesHosts = entries.some(({ hosts }) => hosts !== undefined);
  // One host may be named in several ways, and its login is the same for all.
  const order: HostOrder = namesHosts ? 'entry first' : 'command first';
  if (namesHosts && isGiven(flags, 'host'))
    throw new RelayError('USAGE', '--host and the file of --file name hosts.', {
      hint: 'Leave --host out, or take the hosts out of the file.',
    });
  const placed = await collect(
    entries,
    (_, index) => `imports[${index}]`,
    async (entry) =>
      hostsOf(entry, Object.keys(loaded.config.hosts ?? {}), () => hostWord(flags, io.env, loaded.config)).map(
        (word) => {
          const address = hostAddress({ ...flags, host: word }, io.env, loaded, order);
          return { entry, word, address: address.kind === 'url' ? foldedAddress(address.url) : word };
        },
      ),
  );
  const all = placed.flat();
  refuseOneAddressTwice(all);
  const digest = digestOf(all);
  const own = all.filter(({ address }) => shardFor(address, shard.of) === shard.index);
  const units = await collect(
    own,
    ({ entry }) => `imports[${entries.indexOf(entry)}]`,
    async ({ entry, word }) => {
      const unit = await unitOf(entry, word, order, { folder: dirname(file), sources });
      await alsoRead(unit);
      return unit;
    },
  );
  refuseTwice(units);
  const hosts = [...bucketsOf(units, ({ name }) => name.host)].map(([host, ofHost]) => ({ host, units: ofHost }));
  return { digest, shard, hosts };
}

/** The options of a command that are for each unit of a fleet: what the file may say is its own. */
export function optionsForAll<Given extends FleetFlags>(flags: Given): Given {
  const isForAll = (name: string) => name !== 'file' && !inFile.some((each) => each === name);
  const all = Object.fromEntries(Object.entries(flags).filter(([name]) => isForAll(name))) as Given;
  return flags.fromFile === undefined ? all : { ...all, fromFile: flags.fromFile.filter(isForAll) };
}

/** Where each host of a fleet is, and how to log in there. Throws what keeps a login from being read. */
export async function settingsOfHosts(
  { hosts }: Fleet,
  flags: FleetFlags,
  sources: Sources,
): Promise<ReadonlyMap<string, HostSettings>> {
  const found = await collect(
    hosts,
    ({ host }) => host,
    async ({ host, units: [unit] }) => [host, await sources.host({ ...flags, ...unit?.options }, unit?.order)] as const,
  );
  return new Map(found);
}

/** Throws `USAGE` for what stands in the file, and for what would be read from standard input for many. */
function refuseBeside(flags: FleetFlags, { env }: Io): void {
  const twice = inFile.find((name) => isGiven(flags as ImportFlags, name));
  if (twice !== undefined)
    throw new RelayError('USAGE', `${longOption(twice)} and --file say two things.`, {
      hint: sayable.has(twice)
        ? `Write ${wordInFile(twice)} into the file: for an import, or for all of them under defaults.`
        : 'Leave it out: it is for a single import.',
    });
  const { probeKeyFile } = flags as ImportFlags;
  if (probeKeyFile !== undefined || env['RELAY_PROBE_KEY'])
    throw new RelayError('USAGE', 'A user key opens one group, and --file has imports of several.', {
      hint: `Leave ${probeKeyFile === undefined ? 'RELAY_PROBE_KEY' : '--probe-key-file'} out; relay makes a key for each, with --probe auto.`,
    });
  if (flags.adminKeyFile === '-' || flags.adminPasswordFile === '-')
    throw new RelayError('USAGE', 'With --file the login cannot come from standard input.', {
      hint: 'Give it as a file, or in the environment.',
    });
}

function hostsOf({ hosts }: FleetEntry, configured: readonly string[], ofCommand: () => string): readonly string[] {
  if (hosts === undefined) return [ofCommand()];
  if (hosts !== 'all') return [...new Set(hosts)];
  if (configured.length > 0) return configured;
  throw new RelayError('IMPORTS_INVALID', '"hosts: all" means those of the configuration file, and it names none.', {
    hint: 'Write them into the configuration file, under hosts; `relay help hosts` shows how.',
  });
}

interface Placed {
  entry: FleetEntry;
  word: string;
  address: string;
}

/** One host under two names would be worked on twice at the same time. */
function refuseOneAddressTwice(all: readonly Placed[]): void {
  const names = new Map<string, string>();
  for (const { word, address } of all) {
    const known = names.get(address);
    if (known !== undefined && known !== word)
      throw new RelayError('IMPORTS_INVALID', `"${known}" and "${word}" have the same address: they are one host.`, {
        hint: 'Name it once.',
      });
    names.set(address, word);
  }
}

/** Of what makes the units what they are, in whatever order the file has them. How they are imported is no part of it. */
function digestOf(all: readonly Placed[]): string {
  const names = all.map(({ entry: { pack, provider = '', access }, word, address }) =>
    JSON.stringify([word, address, pack, provider, accessMode(access)]),
  );
  return `sha256:${createHash('sha256').update(names.toSorted().join('\n')).digest('hex')}`;
}

async function unitOf(
  { hosts, users, models, pack, keys, ...entry }: FleetEntry,
  word: string,
  order: HostOrder,
  { folder, sources }: { folder: string; sources: Sources },
): Promise<FleetUnit> {
  const { access } = entry;
  const path = isPackPath(pack) ? resolve(folder, pack) : pack;
  const chosen = await sources.pack({ pack: path, packSha256: entry.packSha256 });
  const provider = chooseProvider(chosen.pack, entry.provider);
  const options = {
    ...entry,
    ...(hosts === undefined ? {} : { host: word }),
    ...(access === undefined ? {} : { access }),
    pack: path,
    ...(keys === undefined ? {} : { keys: resolve(folder, keysOf(keys, word)) }),
    ...(models === undefined ? {} : { model: models }),
    ...(users === undefined ? {} : { user: users }),
  } as FleetUnit['options'];
  return {
    ...chosen,
    provider,
    options,
    order,
    name: { host: word, provider: provider.id, access: accessMode(access) },
  };
}

/** `{host}` stands for the name of the host, which is safe in a path; an address is not. */
function keysOf(keys: string, word: string): string {
  if (!keys.includes('{host}')) return keys;
  if (/^[A-Za-z0-9][\w.-]*$/.test(word)) return keys.replaceAll('{host}', word);
  throw new RelayError(
    'IMPORTS_INVALID',
    `{host} in "${keys}" stands for the name of a host, and "${word}" is an address.`,
    {
      hint: 'Give the host a name in the configuration file, under hosts.',
    },
  );
}

function refuseTwice(units: readonly FleetUnit[]): void {
  const seen = new Set<string>();
  for (const { name } of units) {
    const key = JSON.stringify(name);
    if (seen.has(key))
      throw new RelayError(
        'IMPORTS_INVALID',
        `"${name.provider}" is imported twice with the same access on ${name.host}.`,
        {
          hint: 'Put its keys into one file; two upstreams of one kind need two packs, see `relay packs fill`.',
        },
      );
    seen.add(key);
  }
}
