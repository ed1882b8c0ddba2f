import { z } from 'zod';
import type { Platform } from '../../core/modes.ts';
import { RelayError } from '../../core/relay-error.ts';
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

/** A list of more pages than this goes round in circles. */
const maxPages = 50;

/** A list that comes in pages is read until two readings are the same, so often at most. */
const maxReadings = 4;

/**
 * All models that an upstream lists. Throws as `askUpstream` does, and `UPSTREAM_LIST_UNUSABLE` for what is no list, and for
 * one that changes while its pages are read.
 */
export async function listModels(upstream: Upstream, signal: AbortSignal): Promise<ModelList> {
  let last = await readOnce(upstream, signal);
  if (last.pages === 1) return modelsIn(last.entries, upstream);
  for (let reading = 1; reading < maxReadings; reading += 1) {
    const again = await readOnce(upstream, signal);
    if (JSON.stringify(again.entries) === JSON.stringify(last.entries)) return modelsIn(again.entries, upstream);
    last = again;
  }
  throw unusable(upstream, 'changes while it is read', 'Run the same again once it stays the same.');
}

/** The path of the list, as a client of the protocol asks for it. */
function firstRequest({ platform }: Upstream): { path: string; query: Record<string, string | number> } {
  if (platform === 'gemini') return { path: '/v1beta/models', query: { pageSize: 1000 } };
  return { path: '/v1/models', query: platform === 'anthropic' ? { limit: 1000 } : {} };
}

async function readOnce(upstream: Upstream, signal: AbortSignal): Promise<{ entries: unknown[]; pages: number }> {
  const { path, query } = firstRequest(upstream);
  const entries: unknown[] = [];
  let next: Record<string, string> = {};
  for (let pages = 1; pages <= maxPages; pages += 1) {
    const value = await askUpstream(upstream, { method: 'GET', path, query: { ...query, ...next }, signal });
    const page = readPage(value, upstream.platform);
    if (page === undefined) throw unusable(upstream, 'is no list of models');
    entries.push(...page.entries);
    const { cursor } = page;
    if (cursor === undefined) return { entries, pages };
    next = cursor;
  }
  throw unusable(upstream, `has no end: it goes on after ${maxPages} pages`);
}

/** What a page holds, and how the one after it is asked for, if there is one. */
function readPage(
  value: unknown,
  platform: Platform,
): { entries: unknown[]; cursor: Record<string, string> | undefined } | undefined {
  const list = dataPage.safeParse(value).data;
  if (list !== undefined) {
    const { data, has_more: hasMore, last_id: last } = list;
    const after = platform === 'anthropic' ? 'after_id' : 'after';
    return { entries: data ?? [], cursor: hasMore === true && last ? { [after]: last } : undefined };
  }
  const gemini = modelsPage.safeParse(value).data;
  if (gemini === undefined) return undefined;
  const { models, nextPageToken } = gemini;
  return { entries: models ?? [], cursor: nextPageToken ? { pageToken: nextPageToken } : undefined };
}

function modelsIn(entries: readonly unknown[], { platform, http }: Upstream): ModelList {
  const names = entries.map((each) => {
    const read = entry.safeParse(each).data;
    // Gemini lists what embeds and what counts beside what answers.
    const can = read?.supportedGenerationMethods;
    if (read === undefined || (can && !can.includes('generateContent'))) return undefined;
    const name = (read.id ?? read.name ?? '').replace(/^models\//, '');
    // What holds a secret, or cannot stand in a pack, is the name of nothing.
    return /^[\p{L}\p{N}\p{P}\p{S}]{1,200}$/u.test(name) && !name.includes('*') && http.name(name) === name
      ? name
      : undefined;
  });
  const models = [...new Set(names.filter((name) => name !== undefined))];
  return { models, form: formOf(entries, platform), unusable: names.filter((name) => name === undefined).length };
}

/** By what only entries of that protocol have; a list without any may be of each. */
function formOf(entries: readonly unknown[], platform: Platform): Platform {
  const first = (entries[0] ?? {}) as { type?: unknown; object?: unknown; name?: unknown };
  if (entries.length === 0) return platform;
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
