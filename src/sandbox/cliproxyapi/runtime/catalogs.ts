import type { KeyListName } from '../config/config.ts';

/** What an entry without models offers: the models that the host knows of that vendor. Of others, nothing is imitated. */
export const catalogs: Partial<Record<KeyListName, readonly string[]>> = {
  'claude-api-key': [],
};
