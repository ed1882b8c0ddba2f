import type { JsonObject } from '../../json-object.ts';

/** What the host shows for each platform when no account says more: the first of its many. */
const firsts: Record<string, JsonObject> = {
  openai: {
    id: 'gpt-5.4',
    object: 'model',
    created: 1738368000,
    owned_by: 'openai',
    type: 'model',
    display_name: 'GPT-5.4',
  },
  anthropic: {
    id: 'claude-opus-4-5-20251101',
    type: 'model',
    display_name: 'Claude Opus 4.5',
    created_at: '2024-01-01T00:00:00Z',
  },
  gemini: {
    id: 'gemini-2.0-flash',
    type: 'model',
    display_name: 'Gemini 2.0 Flash',
    created_at: '2024-01-01T00:00:00Z',
  },
};

/** The static list of a platform. */
export function defaultModels(platform: string): JsonObject[] {
  return [firsts[platform] ?? {}];
}
