import { afterEach, describe, expect, it } from 'vitest';
import { hostKinds, kindOf } from '../../src/host/catalog.ts';
import { memoryKind } from '../../src/host/memory/kind.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { startSandbox } from '../support/start-sandbox.ts';
import { quickClock } from '../support/clocks.ts';
import { always, closeServers, serve } from '../support/small-server.ts';

const at = (baseUrl: string) => ({
  baseUrl,
  userAgent: 'relay/test',
  timeoutMs: 5000,
  clock: quickClock(),
  redactor: new Redactor(),
});
const none = memoryKind(new Map());
const two = [none, ...hostKinds];

afterEach(closeServers);

describe('the kind of a host', () => {
  it('is the only one there is, without anything being asked', async () => {
    expect(await kindOf(hostKinds.slice(0, 1), undefined, at('http://127.0.0.1:9'))).toBe(hostKinds[0]);
  });

  it('is the one that was asked for, without anything being asked', async () => {
    expect(await kindOf(two, 'memory', at('http://127.0.0.1:9'))).toBe(none);
  });

  it('is found out by what answers, to whom no credential is sent', async () => {
    const sandbox = await startSandbox();
    expect((await kindOf(two, undefined, at(sandbox.url))).kind).toBe('sub2api');
    expect(sandbox.requests.length).toBeGreaterThan(0);
    expect(sandbox.requests.every(({ credential }) => credential === '')).toBe(true);
    await sandbox.stop();
  });

  it.each([
    ['a web page', always(200, 'text/html', '<p>hello</p>')],
    ['another API', always(404, 'application/json', '{"error":"no such path"}')],
    ['JSON of another form', always(200, 'application/json', '{"ok":true}')],
  ])('is not recognised where %s answers: each way to recognise one is named', async (_, answer) => {
    const url = await serve(answer);
    const failure = await kindOf(two, undefined, at(url)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'HOST_WRONG_ADDRESS' });
    const { message, hint } = failure as { message: string; hint: string };
    for (const each of two) expect(message).toContain(`${each.kind} (${await each.recognisedBy()})`);
    expect(hint).toContain('--host-kind');
  });

  it('is not asked of what cannot be reached', async () => {
    const url = await serve(always(200, 'text/plain', ''));
    closeServers();
    await expect(kindOf(two, undefined, at(url))).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
  });

  it('is refused by the nearest name where there is no such kind', async () => {
    await expect(kindOf(two, 'sub2ap', at('http://127.0.0.1:9'))).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('"sub2api"') as unknown,
    });
  });
});
