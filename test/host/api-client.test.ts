import { expect, it } from 'vitest';
import { z } from 'zod';
import { RelayError } from '../../src/core/relay-error.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import { ApiClient } from '../../src/host/http/api-client.ts';
import { CallBudget } from '../../src/host/http/call-budget.ts';
import { HttpClient } from '../../src/host/http/http-client.ts';
import { openEnvelope } from '../../src/host/new-api/api/envelope.ts';
import { connectNewApi } from '../../src/host/new-api/session/connect.ts';
import { quickClock } from '../support/clocks.ts';
import { startNewApi } from '../support/start-sandbox.ts';

const options = (baseUrl: string, clock = quickClock()) => ({
  baseUrl,
  userAgent: 'relay/test',
  timeoutMs: 5000,
  clock,
  redactor: new Redactor(),
});

it('sends nothing any more that has waited for its turn while the gate was shut', async () => {
  const host = await startNewApi();
  let go: () => void = () => undefined;
  const turn = new Promise<void>((resolve) => (go = resolve));
  const budget = new CallBudget(quickClock(), () => undefined);
  const pace = { turn: () => turn, refused: () => undefined, state: budget.state };
  const form = { open: openEnvelope, pace };
  let shut = false;
  const lost = new RelayError('LOCK_LOST', 'The gate is shut.');
  const client = new ApiClient(new HttpClient(options(host.url)), form, () => ({})).through({
    ask: (send) => send(),
    write: (send) => {
      if (shut) throw lost;
      return send();
    },
  });
  const written = client.write('PUT', '/api/option/', { key: 'x', value: '{}' }, z.unknown());
  shut = true;
  go();
  await expect(written).rejects.toBe(lost);
  expect(host.requests).toEqual([]);
  await host.stop();
});

it('logs in anew before what a login gave runs out', async () => {
  const host = await startNewApi({ hostVersion: 'B' });
  const clock = quickClock();
  const login = { email: host.adminName, password: new Secret(host.adminPassword) };
  const opened = await connectNewApi(options(host.url, clock), login);
  const logins = () => host.requests.filter(({ path }) => path === '/api/user/login').length;
  await opened.reads.accounts();
  expect(logins()).toBe(1);
  clock.beat(13 * 60_000);
  await opened.reads.accounts();
  expect(logins()).toBe(2);
  await opened.reads.accounts();
  expect(logins()).toBe(2);
  await host.stop();
});
