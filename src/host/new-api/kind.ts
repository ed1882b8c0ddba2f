import { HttpClient, type HttpOptions } from '../http/http-client.ts';
import { openClient } from './api/client.ts';
import { connectNewApi } from './session/connect.ts';
import { diagnoseNewApi } from './session/diagnose.ts';
import { familyOf, statusRequest } from './session/status.ts';

/** new-api: channels of one key each, groups and prices in maps of options. one-api is known as its family, and refused. */
export const newApiKind = {
  kind: 'new-api',
  recognisedBy: 'GET /api/status answers with its version',
  recognise: async (options: HttpOptions): Promise<boolean> =>
    familyOf(await openClient(new HttpClient(options)).ask(statusRequest)) !== undefined,
  connect: connectNewApi,
  diagnose: diagnoseNewApi,
} as const;
