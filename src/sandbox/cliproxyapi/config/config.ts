import type { z } from 'zod';
import { claudeKey, codexKey, geminiKey, type KeyEntry, type Provider } from './entries.ts';
import { normalClaude, normalCodex, normalGemini } from './normalize.ts';

/** What the host holds in memory of its configuration file. */
export interface Config {
  'api-keys': string[];
  'openai-compatibility': Provider[];
  'claude-api-key': KeyEntry[];
  'codex-api-key': KeyEntry[];
  'gemini-api-key': KeyEntry[];
}

/** The lists with one entry for each key. */
export const keyListNames = ['claude-api-key', 'codex-api-key', 'gemini-api-key'] as const;
export type KeyListName = (typeof keyListNames)[number];

/** What the lists of keys differ in. */
interface KeyList {
  entry: z.ZodType<KeyEntry>;
  normalize: (entries: readonly KeyEntry[]) => KeyEntry[];
  /** Whether a key that is twice in the list is refused, and one that is not in it, too. */
  isStrict: boolean;
  /** What an entry must lose so that a change removes it; null where none does. */
  removedWithout: 'base-url' | 'all' | null;
}

/** The lists of keys, by their names. */
export const keyLists: Record<KeyListName, KeyList> = {
  'claude-api-key': { entry: claudeKey, normalize: normalClaude, isStrict: false, removedWithout: null },
  'codex-api-key': { entry: codexKey, normalize: normalCodex, isStrict: false, removedWithout: 'base-url' },
  'gemini-api-key': { entry: geminiKey, normalize: normalGemini, isStrict: true, removedWithout: 'all' },
};

/** A configuration with the given client keys and nothing else. */
export function emptyConfig(clientKeys: string[]): Config {
  return {
    'api-keys': clientKeys,
    'openai-compatibility': [],
    'claude-api-key': [],
    'codex-api-key': [],
    'gemini-api-key': [],
  };
}
