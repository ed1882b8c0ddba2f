import type { Diagnosis } from '../diagnosis.ts';
import type { Host } from '../host.ts';
import { HttpClient, type HttpOptions } from '../http/http-client.ts';
import type { AdminLogin, GivenLogin } from '../login.ts';

/** sub2api: one gateway of groups, channels, subscriptions and users. What it does is loaded while it is asked what it is. */
export const sub2apiKind = {
  kind: 'sub2api',
  recognisedBy: () => 'GET /api/v1/settings/public answers with its settings',
  recognise: async (options: HttpOptions): Promise<boolean> => {
    const http = new HttpClient(options);
    const first = http.send({ method: 'GET', path: '/api/v1/settings/public' });
    const [{ answersAsSub2api }] = await Promise.all([import('./session/recognise.ts'), first.catch(() => undefined)]);
    return answersAsSub2api(http, first);
  },
  connect: async (options: HttpOptions, login: AdminLogin): Promise<Host> =>
    (await import('./session/connect.ts')).connectSub2api(options, login),
  diagnose: async (options: HttpOptions, login: GivenLogin): Promise<Diagnosis> =>
    (await import('./session/diagnose.ts')).diagnoseSub2api(options, login),
} as const;
