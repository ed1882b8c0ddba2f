import type { Features } from '../features.ts';
import type { JsonObject } from '../../json-object.ts';
import { isOpenAiLike } from '../gateway/upstream-call.ts';

function openAi(id: string, created: number, name: string): JsonObject {
  return { id, object: 'model', created, owned_by: 'openai', type: 'model', display_name: name };
}

const shared = [
  openAi('gpt-5.2', 1733875200, 'GPT-5.2'),
  openAi('gpt-image-1', 1733875200, 'GPT Image 1'),
  openAi('gpt-image-1.5', 1735689600, 'GPT Image 1.5'),
  openAi('gpt-image-2', 1738368000, 'GPT Image 2'),
];

const middle = [
  openAi('gpt-5.5', 1776873600, 'GPT-5.5'),
  openAi('gpt-5.4', 1738368000, 'GPT-5.4'),
  openAi('gpt-5.4-mini', 1738368000, 'GPT-5.4 Mini'),
];

const earlier = [
  ...middle,
  openAi('gpt-5.3-codex', 1735689600, 'GPT-5.3 Codex'),
  openAi('gpt-5.3-codex-spark', 1735689600, 'GPT-5.3 Codex Spark'),
  ...shared,
];

const later = [
  openAi('gpt-5.6-sol', 1780876800, 'GPT-5.6 Sol'),
  openAi('gpt-5.6', 1780876800, 'GPT-5.6 (Sol)'),
  openAi('gpt-5.6-terra', 1780876800, 'GPT-5.6 Terra'),
  openAi('gpt-5.6-luna', 1780876800, 'GPT-5.6 Luna'),
  ...middle,
  openAi('gpt-5.3-codex-spark', 1735689600, 'GPT-5.3 Codex Spark'),
  openAi('codex-auto-review', 1776902400, 'Codex Auto Review'),
  ...shared,
];

function plain(id: string, name: string): JsonObject {
  return { id, type: 'model', display_name: name, created_at: '2024-01-01T00:00:00Z' };
}

const claude = [
  plain('claude-opus-4-5-20251101', 'Claude Opus 4.5'),
  plain('claude-sonnet-4-5-20250929', 'Claude Sonnet 4.5'),
  plain('claude-haiku-4-5-20251001', 'Claude Haiku 4.5'),
];

const gemini = [
  plain('gemini-2.0-flash', 'Gemini 2.0 Flash'),
  plain('gemini-2.5-flash', 'Gemini 2.5 Flash'),
  plain('gemini-2.5-pro', 'Gemini 2.5 Pro'),
];

/** The static list that the host shows for a platform when no account says more. */
export function defaultModels(features: Features, platform: string): JsonObject[] {
  if (isOpenAiLike(platform)) return features.newerFields ? later : earlier;
  return platform === 'gemini' ? gemini : claude;
}
