import { loadConfig } from '../../../config/config-file.ts';
import type { Flags } from '../../../config/options/option-flags.ts';
import { findPack, knownPacks, type PackPlace } from '../../../pack/find-pack.ts';
import { inspectPack, type Pack, type PackReading } from '../../../pack/read-pack.ts';
import type { askHost } from '../../session/ask-host.ts';
import type { Problem } from '../../../core/relay-error.ts';
import type { Redactor } from '../../../core/secrets/redactor.ts';
import type { PackProvider } from '../../../pack/manifest.ts';
import { counted } from '../../../core/counted.ts';
import type { PacksOutput, PackViewOutput } from '../../../report/outputs/pack-schemas.ts';
import type { Style } from '../../../core/style.ts';
import { fold } from '../../../report/text/fold.ts';
import { columnsOf } from '../../columns.ts';
import { print, styleFor, type Io } from '../../io.ts';

type PacksFlags = Flags<'packs list' | 'packs show'>;

/** `relay packs list`: every pack that is found by name, and what stands in the way of those that cannot be used. */
export async function listPacks(flags: Flags<'packs list'>, io: Io, redactor: Redactor): Promise<number> {
  const loaded = await loadConfig(flags.config, io);
  const known = await knownPacks(loaded.config.packDirs ?? []);
  const all = await Promise.all(
    [...known].map(async ([id, place]) => ({ id, place, reading: await inspectPack(place.path, place.origin) })),
  );
  // What cannot be read may be of any kind.
  const found = all.filter(
    ({ reading: { pack } }) => flags.kind === undefined || (pack?.kind ?? flags.kind) === flags.kind,
  );
  const providers = found.flatMap(({ reading: { pack } }) => pack?.providers ?? []);
  const told = flags.host === undefined ? null : await saidBy(providers, flags, loaded, io, redactor);
  if (flags.output === 'json') {
    const packs = found.flatMap(({ place, reading: { pack } }) =>
      pack === undefined ? [] : [packSummary({ ...pack, shadows: place.shadows }, told)],
    );
    const broken = found.flatMap(({ id, reading: { pack, file, findings } }) =>
      pack === undefined ? [{ id, file, faults: findings.length }] : [],
    );
    const value: PacksOutput = { schema: 'relay.packs/1', packs, broken };
    print(io.stdout, JSON.stringify(value, null, 2));
    return 0;
  }
  const style = styleFor(io, 'stdout', flags.color);
  for (const { id, place, reading } of found)
    print(io.stdout, fold(`${style.bold(id)}  ${packLine(id, place, reading, told, style)}`, columnsOf(io)));
  const marks = fold('* is used when no --provider is named; ! asks for --accept-terms', columnsOf(io));
  print(io.stdout, `\n${style.dim(marks)}`);
  return 0;
}

/** What the host says of each provider; whoever only lists packs need not load what speaks to hosts. */
async function saidBy(...asked: Parameters<typeof askHost>): Promise<Told> {
  const { askHost: ask } = await import('../../session/ask-host.ts');
  return ask(...asked);
}

type Told = ReadonlyMap<PackProvider, Problem[]>;

function packLine(
  id: string,
  { path, origin, shadows }: PackPlace,
  { pack, findings }: PackReading,
  told: Told | null,
  style: Style,
) {
  const from = origin === 'built-in' ? origin : path;
  const hides = shadows.length === 0 ? '' : style.unsure(` hides ${shadows.join(', ')}`);
  if (pack === undefined) {
    return `${style.bad(`has ${counted(findings.length, 'fault')}`)}, see: relay validate ${id}  ${style.dim(from)}${hides}`;
  }
  const providers = pack.providers.map(
    (provider) => `${provider.id}${provider.default ? '*' : ''}${provider.terms === undefined ? '' : '!'}`,
  );
  const digest = pack.digest.slice(0, 'sha256:'.length + 12);
  const refusals = pack.providers.flatMap((provider) => {
    const [first] = told?.get(provider) ?? [];
    return first === undefined ? [] : [`\n  ${style.bad('✖')} ${provider.id}: ${first.message}`];
  });
  const kind = pack.kind === 'vendor' ? '' : `, ${pack.kind}`;
  return `${pack.displayName}${kind}  ${style.dim(`${from} ${digest}`)}${hides}\n  ${providers.join(' ')}${refusals.join('')}`;
}

/** `relay packs show`: one pack in full, with every default filled in. */
export async function showPack(word: string, flags: PacksFlags, io: Io): Promise<number> {
  const { config } = await loadConfig(flags.config, io);
  const { origin, file, digest, shadows, ...manifest } = await findPack(word, config.packDirs);
  if (flags.output === 'json') {
    const told: PackViewOutput = { origin, file, digest, shadows: [...shadows], ...manifest };
    print(io.stdout, JSON.stringify(told, null, 2));
    return 0;
  }
  const { stringify } = await import('yaml');
  const head = [`# ${origin}: ${file}`, ...shadows.map((path) => `# hides ${path}`), `# ${digest}`];
  print(io.stdout, [...head, stringify(manifest, { lineWidth: 0 }).trimEnd()].join('\n'));
  return 0;
}

function packSummary(pack: Pack, told: Told | null): PacksOutput['packs'][number] {
  const { id, displayName, kind, origin, file, digest, shadows } = pack;
  const providers = pack.providers.map((provider) => ({
    id: provider.id,
    displayName: provider.displayName,
    platform: provider.platform,
    baseUrl: provider.baseUrl,
    default: provider.default,
    terms: provider.terms?.id ?? null,
    hosts: provider.hosts,
    smokeTestModel: provider.smokeTestModel ?? null,
    asOf: provider.asOf ?? null,
    ...(told === null ? {} : { refused: (told.get(provider) ?? []).map(({ code, message }) => ({ code, message })) }),
  }));
  return { id, displayName, kind, origin, file, digest, shadows: [...shadows], providers };
}
