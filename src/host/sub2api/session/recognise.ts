import { RelayError } from '../../../core/relay-error.ts';
import type { HttpReply } from '../../http/exchange.ts';
import type { HttpClient } from '../../http/http-client.ts';
import { openClient } from '../api/admin-client.ts';
import { readSettings } from './public-settings.ts';

/** Whether a host of this kind is there. `first`: the answer to the first question, which may be under way still. */
export async function answersAsSub2api(http: HttpClient, first: Promise<HttpReply>): Promise<boolean> {
  try {
    await readSettings(openClient(http), first);
    return true;
  } catch (failure) {
    // A host that is still being set up is one, and connecting says so.
    if (failure instanceof RelayError && failure.code === 'HOST_IN_SETUP') return true;
    if (failure instanceof RelayError && failure.code === 'HOST_WRONG_ADDRESS') return false;
    throw failure;
  }
}
