import { relative } from 'node:path';
import type { Flags } from '../../../config/options/option-flags.ts';
import { counted, firstOf } from '../../../core/counted.ts';
import { isLoopback } from '../../../core/loopback.ts';
import type { Redactor } from '../../../core/secrets/redactor.ts';
import { shellWord } from '../../../core/shell-word.ts';
import { factsOfUpstream, type UpstreamFacts } from '../../../flows/fill-pack.ts';
import { acceptedKeys } from '../../../keys/key-file.ts';
import type { PackStart } from '../../../pack/new-pack.ts';
import { fold } from '../../../report/text/fold.ts';
import { columnsOf } from '../../columns.ts';
import { print, type Io } from '../../io.ts';
import { askedModels } from '../../options/asked-models.ts';
import { repeatCommand } from '../../options/repeat-command.ts';
import { checkedBaseUrl } from '../../options/base-url.ts';
import { readKeys } from '../../options/read-keys.ts';
import { reachUpstream } from '../../session/reach-upstream.ts';
import { newFolder, writePack } from './write-pack.ts';

type FillFlags = Flags<'packs fill'>;

/** `relay packs fill`: asks an upstream what it is, and writes a pack that `validate` finds right. */
export async function fillPackCommand(
  word: string | undefined,
  flags: FillFlags,
  io: Io,
  redactor: Redactor,
): Promise<number> {
  const { platform, keyFile, allowHttp = false } = flags;
  const asked = checkedBaseUrl(flags.baseUrl, 'openai', allowHttp);
  const id = word ?? idOf(new URL(asked));
  const folder = await newFolder(id, flags.to, io);
  const [first] = keyFile === undefined ? [] : acceptedKeys(await readKeys(keyFile, 'partial', io, redactor));
  const key = first?.key ?? null;
  const facts = await factsOfUpstream(
    { baseUrl: asked, key, platform, models: askedModels(flags.model, redactor) },
    reachUpstream(flags, io, redactor),
    new AbortController().signal,
  );
  const { baseUrl, models, leftOut, isPublic } = facts;
  const start: Omit<PackStart, 'today'> = {
    id,
    displayName: flags.displayName ?? id,
    baseUrl,
    platform: facts.platform,
    models,
    told: {
      kind: isLocal(new URL(baseUrl).hostname) ? 'local' : 'gateway',
      keyless: key === null,
      isPublic,
      leftOut: leftOut.length === 0 ? '' : ` Left out: ${firstOf(leftOut)}.`,
    },
  };
  await writePack(start, folder, io);
  if (flags.quiet === true) return 0;
  const pack = `./${relative(io.cwd, folder)}`;
  // Plain http to another machine is a warning, which --strict does not let pass.
  const isPlain = new URL(baseUrl).protocol === 'http:' && !isLoopback(new URL(baseUrl).hostname);
  const keys = keyFile === '-' ? 'FILE' : keyFile;
  const next = [
    `relay validate${isPlain ? '' : ' --strict'} ${shellWord(pack)}`,
    repeatCommand('relay import', { pack, keys, host: 'URL', allowHttp: isPlain ? true : undefined }),
  ];
  for (const line of [...told(facts, key === null), '', ...next.map((each) => `  ${each}`)])
    print(io.stderr, fold(line, columnsOf(io)));
  return 0;
}

function told({ baseUrl, platform, models, leftOut, unusable, isPublic }: UpstreamFacts, keyless: boolean): string[] {
  return [
    `${baseUrl} speaks ${platform} and offers ${counted(models.length, 'model')}; ${models[0] ?? ''} answered.`,
    ...(leftOut.length === 0
      ? []
      : [`Left out, since they do not chat or are there in another case: ${firstOf(leftOut)}.`]),
    ...(unusable === 0
      ? []
      : [`Left out, since no pack can name them: ${counted(unusable, 'entry', 'entries')} of the list.`]),
    ...(keyless ? ['It asks for no key.'] : isPublic ? ['Anybody gets its list, so the list proves no key.'] : []),
    'What it costs is not known: fill in prices, or "prices: free". Without them hosts may bill nothing, and some refuse its models.',
  ];
}

/** A name for what is only known by its address. */
function idOf({ hostname, port }: URL): string {
  const name = isLoopback(hostname) ? 'local' : hostname;
  return `${name}${port === '' ? '' : `-${port}`}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 64);
}

/** On this machine, or in a network of one's own. */
function isLocal(hostname: string): boolean {
  return (
    isLoopback(hostname) ||
    !/[.:]/.test(hostname) ||
    /^\[f[cd]/.test(hostname) ||
    /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)|\.(?:local|internal|lan)$/.test(hostname)
  );
}
