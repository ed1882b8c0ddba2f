import { counted, firstOf } from '../core/counted.ts';
import type { Platform } from '../core/modes.ts';
import { RelayError } from '../core/relay-error.ts';
import type { Secret } from '../core/secrets/secret.ts';
import type { Upstream } from '../host/upstream/ask-upstream.ts';
import { completeOnce } from '../host/upstream/complete-once.ts';
import { findProtocol } from '../host/upstream/find-protocol.ts';
import { listModels } from '../host/upstream/list-models.ts';
import { looksLikeKey } from '../pack/checks/check-secrets.ts';
import { notForChat } from '../pack/not-for-chat.ts';
import { listedModels } from '../pack/listed-models.ts';
import type { ReachUpstream } from './import/import-job.ts';

/** What an upstream told of itself. */
export interface UpstreamFacts {
  baseUrl: string;
  platform: Platform;
  /** Those that a pack offers; the first is the one that answered. */
  models: string[];
  /** Listed, and left out: their names are those of models that do not chat, or differ from others in case alone. */
  leftOut: string[];
  /** Entries of the list that no pack can hold. */
  unusable: number;
  /** Whether the list is given to anybody, so that it proves no key. */
  isPublic: boolean;
}

/**
 * Asks an upstream what it is: its protocol, its models, and whether one of them answers. Sends reads and one completion. Throws
 * what asking throws, `UPSTREAM_LIST_UNUSABLE` where none or too many models are meant, and `UPSTREAM_MODEL_FAILS`.
 */
export async function factsOfUpstream(
  asked: { baseUrl: string; key: Secret | null; platform: Platform | undefined; models: readonly string[] },
  reach: ReachUpstream,
  stop: AbortSignal,
): Promise<UpstreamFacts> {
  const { key } = asked;
  const found = await findProtocol({ ...asked, only: asked.platform }, reach, stop);
  const { upstream, list } = found;
  const { baseUrl } = upstream.http;
  // A pack is shared, so validate refuses what looks like a key in it.
  const listed = list.models.filter((name) => !looksLikeKey(name));
  const { models, most, alike } = listedModels(
    { pack: { liveModels: { without: notForChat } }, asked: asked.models },
    listed,
  );
  const all = `${baseUrl} lists ${counted(listed.length, 'model')}: ${firstOf(listed)}.`;
  if (models.length === 0)
    throw new RelayError(
      'UPSTREAM_LIST_UNUSABLE',
      `${asked.models.length === 0 ? 'None of them chats, by its name.' : 'None of them is meant.'} ${all}`,
    );
  if (models.length > most) throw new RelayError('UPSTREAM_LIST_UNUSABLE', `More than ${most} are too many. ${all}`);
  const first = asked.models.find((word) => models.includes(word)) ?? models[0] ?? '';
  await prove(first, upstream, stop);
  return {
    baseUrl,
    platform: upstream.platform,
    models: [first, ...models.filter((name) => name !== first)],
    leftOut: asked.models.length === 0 ? listed.filter((name) => !models.includes(name)) : alike,
    unusable: list.unusable + list.models.length - listed.length,
    isPublic: key === null || (await isAskedByAnybody({ ...upstream, key: null }, stop)),
  };
}

async function prove(model: string, upstream: Upstream, stop: AbortSignal): Promise<void> {
  const failed = (why: string, cause?: unknown) =>
    new RelayError('UPSTREAM_MODEL_FAILS', `"${model}" did not answer: ${why}`, { cause });
  const fault = await completeOnce(upstream, { model, maxTokens: 256, tokensField: 'max_tokens' }, stop).catch(
    (error: unknown) => {
      if (error instanceof RelayError) throw failed(error.message, error);
      throw error;
    },
  );
  if (fault !== undefined) throw failed(`${fault}.`);
}

async function isAskedByAnybody(upstream: Upstream, stop: AbortSignal): Promise<boolean> {
  try {
    return (await listModels(upstream, stop)).models.length > 0;
  } catch (error) {
    // Whatever else keeps the list from being read says nothing of whom it is for, and a public list proves no key.
    if (error instanceof RelayError) return error.code !== 'UPSTREAM_REFUSED';
    throw error;
  }
}
