import type { ApiClient } from '../../http/api-client.ts';
import { configLists, type ConfigLists } from './config-file.ts';

/** How often the host and its file are compared until they agree, and how long between two looks, in milliseconds. */
const looks = 10;
const lookMs = 200;

/**
 * Whether the host works with what its file says. For a moment they differ whenever one of the two is changed; they go on to
 * where somebody has put another file in the place of the one that the host watches, or a write was lost. Throws `HostFailure`.
 */
export async function comparedToFile(
  client: ApiClient,
  agrees: (file: ConfigLists) => Promise<boolean>,
): Promise<'agrees' | 'differs' | 'empty'> {
  let isEmpty = true;
  for (let look = 1; look <= looks; look += 1) {
    const file = await configLists(client);
    if (file !== undefined && (await agrees(file))) return 'agrees';
    isEmpty &&= file === undefined;
    if (look < looks) await client.pause(lookMs);
  }
  return isEmpty ? 'empty' : 'differs';
}
