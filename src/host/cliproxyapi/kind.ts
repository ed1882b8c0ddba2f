import { HostFailure } from '../host-failure.ts';
import { HttpClient, type HttpOptions } from '../http/http-client.ts';
import { openClient } from './api/client.ts';
import { connectCliproxyapi, isFrontPage, isSafeMode, rootRequest } from './session/connect.ts';
import { diagnoseCliproxyapi } from './session/diagnose.ts';

/** CLIProxyAPI: lists of keys in one file, behind a management API. */
export const cliproxyapiKind = {
  kind: 'cliproxyapi',
  recognisedBy: 'GET / answers "CLI Proxy API Server"',
  recognise: async (options: HttpOptions): Promise<boolean> => {
    const reply = await openClient(new HttpClient(options)).ask(rootRequest);
    if (reply.status === 401 || reply.status === 407 || reply.status >= 500)
      throw new HostFailure('HOST_FAILED', `The host answered GET / with ${reply.status}.`, {
        status: reply.status,
        delivery: 'not_applied',
        transient: false,
      });
    return isFrontPage(reply) || isSafeMode(reply);
  },
  connect: connectCliproxyapi,
  diagnose: diagnoseCliproxyapi,
} as const;
