import { HttpClient, type HttpOptions } from '../http/http-client.ts';
import { openClient } from './api/client.ts';
import { openEnvelope } from './api/envelope.ts';
import { anything } from './api/wire.ts';
import { connectNewApi } from './session/connect.ts';
import { diagnoseNewApi } from './session/diagnose.ts';
import { familyOf, statusRequest } from './session/status.ts';

/** new-api: channels of one key each, groups and prices in maps of options. one-api is known as its family, and refused. */
export const newApiKind = {
  kind: 'new-api',
  recognisedBy: 'GET /api/status answers with its version',
  recognise: async (options: HttpOptions): Promise<boolean> => {
    const open = openClient(new HttpClient(options));
    const reply = await open.ask(statusRequest);
    const tells = reply.status < 300 || reply.status === 404;
    if (!tells) openEnvelope(open.http, statusRequest, reply, anything);
    return familyOf(reply) !== undefined;
  },
  connect: connectNewApi,
  diagnose: diagnoseNewApi,
} as const;
