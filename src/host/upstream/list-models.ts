import { z } from 'zod';
import type { Platform } from '../../core/modes.ts';
import { formatCount } from '../../core/counted.ts';
import { isModelName } from '../../core/model-name.ts';
import { RelayError } from '../../core/relay-error.ts';
import { upstreamPath } from '../protocols/upstream-request.ts';
import { askUpstream, type Upstream } from './ask-upstream.ts';

/** What an upstream lists. */
export interface ModelList {
  /** Names that a pack may hold, in the order of the list, each once. */
  models: string[];
  /** Of which protocol the list looks. */
  form: Platform;
  /** How many entries of the list are no such names: without a name, with white space, or standing for several. */
  unusable: number;
}

/** The list in the form of OpenAI and Anthropic, and of Gemini. Some servers say null for none. */
const dataPage = z.looseObject({
  data: z.array(z.unknown()).nullable(),
  has_more: z.boolean().nullish(),
  last_id: z.string().nullish(),
});
const modelsPage = z.looseObject({ models: z.array(z.unknown()).nullable(), nextPageToken: z.string().nullish() });

const entry = z.looseObject({
  id: z.string().nullish(),
  name: z.string().nullish(),
  supportedGenerationMethods: z.array(z.string()).nullish(),
});

/** What is more than this is no list of models: pages, entries, and milliseconds for all of it. */
const bounds = { pages: 50, entries: 20_000, ms: 120_000 };

/** A list that comes in pages is read until two readings are the same, so often at most. */
const maxReadings = 4;

/**
 * All models that an upstream lists. Throws as `askUpstream` does, `UPSTREAM_WRONG_ADDRESS` for what is no list, and
 * `UPSTREAM_LIST_UNUSABLE` for one that is too large, or changes while its pages are read.
 */
export async function listModels(upstream: Upstream, stop: AbortSignal): Promise<ModelList> {
  const late = upstream.http.clock.timeout(bounds.ms);
  const signal = AbortSignal.any([stop, late]);
  try {
    return await readUntilSame(upstream, signal);
  } catch (error) {
    if (!late.aborted || stop.aborted) throw error;
    throw unusable(upstream, `was not read within ${bounds.ms / 1000} s`);
  }
}

async function readUntilSame(upstream: Upstream, signal: AbortSignal): Promise<ModelList> {
  let last = await readOnce(upstream, signal);
  if (last.pages === 1) return last;
  for (let reading = 1; reading < maxReadings; reading += 1) {
    const again = await readOnce(upstream, signal);
    if (again.unusable === last.unusable && again.models.join('\n') === last.models.join('\n')) return again;
    last = again;
  }
  throw unusable(upstream, 'changes while it is read', 'Run the same again once it stays the same.');
}

/** The path of the list, as a client of the protocol asks for it. */
function firstRequest({ platform }: Upstream): { path: string; query: Record<string, string | number> } {
  if (platform === 'gemini') return { path: '/v1beta/models', query: { pageSize: 1000 } };
  return { path: '/v1/models', query: platform === 'anthropic' ? { limit: 1000 } : {} };
}

async function readOnce(upstream: Upstream, signal: AbortSignal): Promise<ModelList & { pages: number }> {
  const { path, query } = firstRequest(upstream);
  const models = new Set<string>();
  let read = 0;
  let unusableOnes = 0;
  let form: Platform | undefined;
  let next: Record<string, string> = {};
  for (let pages = 1; pages <= bounds.pages; pages += 1) {
    const value = await askUpstream(upstream, { method: 'GET', path, query: { ...query, ...next }, signal });
    const page = readPage(value, upstream.platform);
    if (page === undefined)
      throw new RelayError(
        'UPSTREAM_WRONG_ADDRESS',
        `${upstream.http.baseUrl}${upstreamPath(upstream.platform, path)} answers with no list of models.`,
      );
    read += page.entries.length;
    if (read > bounds.entries) throw unusable(upstream, `has more than ${formatCount(bounds.entries)} entries`);
    form ??= formOf(page.entries);
    for (const each of page.entries) {
      const name = nameOf(each, upstream);
      if (name === undefined) unusableOnes += 1;
      else models.add(name);
    }
    if (page.cursor === undefined)
      return { models: [...models], form: form ?? upstream.platform, unusable: unusableOnes, pages };
    // Half a list would take the other models out of service.
    if (page.cursor === null) throw unusable(upstream, 'says that there is more, and not how to ask for it');
    next = page.cursor;
  }
  throw unusable(upstream, `has no end: it goes on after ${bounds.pages} pages`);
}

/** What a page holds, and how the one after it is asked for, if there is one; null where nothing says how. */
function readPage(
  value: unknown,
  platform: Platform,
): { entries: unknown[]; cursor: Record<string, string> | null | undefined } | undefined {
  const list = dataPage.safeParse(value).data;
  if (list !== undefined) {
    const { data, has_more: hasMore, last_id: last } = list;
    if (hasMore !== true) return { entries: data ?? [], cursor: undefined };
    if (!last) return { entries: data ?? [], cursor: null };
    return { entries: data ?? [], cursor: { [platform === 'anthropic' ? 'after_id' : 'after']: last } };
  }
  const gemini = modelsPage.safeParse(value).data;
  if (gemini === undefined) return undefined;
  const { models, nextPageToken } = gemini;
  return { entries: models ?? [], cursor: nextPageToken ? { pageToken: nextPageToken } : undefined };
}

/** The name of an entry; nothing where it has none that a pack may hold, or holds a secret. */
function nameOf(value: unknown, { platform, http }: Upstream): string | undefined {
  const read = entry.safeParse(value).data;
  // Gemini lists what embeds and what counts beside what answers.
  const can = read?.supportedGenerationMethods;
  if (read === undefined || (can && !can.includes('generateContent'))) return undefined;
  const said = read.id ?? read.name ?? '';
  // Of Gemini alone that is no part of the name.
  const name = platform === 'gemini' ? said.replace(/^models\//, '') : said;
  return isModelName(name) && !name.includes('*') && http.name(name) === name ? name : undefined;
}

/** By what only entries of that protocol have; a list without any may be of each. */
function formOf(entries: readonly unknown[]): Platform | undefined {
  const first = (entries[0] ?? {}) as { type?: unknown; object?: unknown; name?: unknown };
  if (entries.length === 0) return undefined;
  if (typeof first.name === 'string' && first.name.startsWith('models/')) return 'gemini';
  return first.type === 'model' && first.object === undefined ? 'anthropic' : 'openai';
}

function unusable({ http }: Upstream, how: string, hint?: string): RelayError {
  return new RelayError(
    'UPSTREAM_LIST_UNUSABLE',
    `The model list of ${http.baseUrl} ${how}.`,
    hint === undefined ? {} : { hint },
  );
}
