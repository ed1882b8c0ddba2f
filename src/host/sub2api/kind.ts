import { RelayError } from '../../core/relay-error.ts';
import { HttpClient } from '../http/http-client.ts';
import { openClient } from './api/admin-client.ts';
import { connectSub2api } from './session/connect.ts';
import { diagnoseSub2api } from './session/diagnose.ts';
import { readSettings } from './session/public-settings.ts';

/** sub2api: one gateway of groups, channels, subscriptions and users. */
export const sub2apiKind = {
  kind: 'sub2api',
  recognisedBy: 'GET /api/v1/settings/public answers with its settings',
  recognise: async (options: ConstructorParameters<typeof HttpClient>[0]): Promise<boolean> => {
    try {
      await readSettings(openClient(new HttpClient(options)));
      return true;
    } catch (failure) {
      // A host that is still being set up is one, and connecting says so.
      if (failure instanceof RelayError && failure.code === 'HOST_IN_SETUP') return true;
      if (failure instanceof RelayError && failure.code === 'HOST_WRONG_ADDRESS') return false;
      throw failure;
    }
  },
  connect: connectSub2api,
  diagnose: diagnoseSub2api,
} as const;
