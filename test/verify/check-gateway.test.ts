import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secrets/secret.ts';
import type { GatewayAnswer } from '../../src/host/gateway.ts';
import { checkGateway } from '../../src/verify/check-gateway.ts';
import { inTurn, scriptedHost } from '../support/scripted-host.ts';

const key = new Secret('a-user-key');
const request = { platform: 'openai', model: 'small', maxTokens: 8, tokensField: 'max_tokens' } as const;

type List = GatewayAnswer<string[]>;
type Completion = GatewayAnswer<void>;

const listed: List = { ok: true, status: 200, value: ['big', 'small'] };
const empty: List = { ok: true, status: 200, value: ['big'] };
const answered: Completion = { ok: true, status: 200, value: undefined };
const fresh = { ok: false, status: 503, message: 'not yet', retryable: true } as const;
const silent = { ok: false, status: null, message: 'no answer', retryable: true } as const;
const refused = { ok: false, status: 403, message: 'not for you', retryable: false } as const;

function gatewayOf(lists: readonly [List, ...List[]], completions: readonly [Completion, ...Completion[]]) {
  const [list, complete] = [inTurn(...lists), inTurn(...completions)];
  const asked = { list: 0, completion: 0 };
  const run = scriptedHost({
    gateway: {
      models: async () => {
        asked.list += 1;
        return list();
      },
      complete: async () => {
        asked.completion += 1;
        return complete();
      },
    },
  });
  return { ...run, asked, check: (waitMs: number) => checkGateway(key, request, waitMs, run.tools) };
}

describe('the gateway is asked as a user would (B23, B24)', () => {
  it.each<[string, readonly [List, ...List[]], readonly [Completion, ...Completion[]], object]>([
    [
      'ready at once',
      [listed],
      [answered],
      { ok: true, attempts: 1, status: 200, reachable: true, hasExpectedModel: true },
    ],
    ['ready after a while', [fresh, listed], [fresh, fresh, answered], { ok: true, attempts: 3, status: 200 }],
    [
      'a list that lags to the end: the completion decides',
      [empty],
      [answered],
      { ok: true, hasExpectedModel: false, message: 'The model list does not show the model.' },
    ],
    [
      'a list that shows it, and no completion',
      [listed],
      [fresh],
      { ok: false, hasExpectedModel: true, completionOk: false, status: 503, message: 'not yet' },
    ],
    ['nothing answers', [silent], [silent], { ok: false, reachable: false, status: null, message: 'no answer' }],
    ['only the list answers', [listed], [silent], { ok: false, reachable: true, status: null }],
    ['only the list answers, and badly', [fresh], [silent], { ok: false, reachable: true, status: 503 }],
    ['only the completion answers, and badly', [silent], [fresh], { ok: false, reachable: true, status: null }],
    [
      'a completion, and no list: users who know the name are served',
      [silent],
      [answered],
      { ok: true, hasExpectedModel: false, status: null, message: 'no answer' },
    ],
    ['hopeless: asked once', [listed], [refused], { ok: false, attempts: 1, status: 403, message: 'not for you' }],
    [
      'a list that is refused: asked once, and the completion decides',
      [refused],
      [answered],
      { ok: true, attempts: 1, status: 403, message: 'not for you' },
    ],
  ])('%s', async (_, lists, completions, wanted) => {
    expect(await gatewayOf(lists, completions).check(5000)).toMatchObject(wanted);
  });

  it('what has answered once is not asked again, since a completion costs', async () => {
    const run = gatewayOf([empty, empty, listed], [answered]);
    expect(await run.check(60_000)).toMatchObject({ ok: true, attempts: 3 });
    expect(run.asked).toEqual({ list: 3, completion: 1 });
    const other = gatewayOf([listed], [fresh, fresh, answered]);
    await other.check(60_000);
    expect(other.asked).toEqual({ list: 1, completion: 3 });
  });

  it('is waited for longer each time, five seconds at most, and never past what was asked for', async () => {
    const run = gatewayOf([listed], [fresh]);
    const check = await run.check(30_000);
    const { pauses } = run.clock;
    expect(pauses.slice(0, 3)).toEqual([500, 750, 1125]);
    expect(Math.max(...pauses)).toBe(5000);
    for (const [index, pause] of pauses.entries()) expect(pause).toBeGreaterThanOrEqual(pauses[index - 1] ?? 0);
    expect(check.ms).toBe(pauses.reduce((sum, each) => sum + each, 0));
    expect(check.ms).toBeLessThanOrEqual(30_000);
    expect(check.ms).toBeGreaterThan(25_000);
    expect(check.attempts).toBe(pauses.length + 1);
    expect(run.events).toHaveLength(pauses.length);
  });

  it('a pause that ends exactly with what was asked for is still made', async () => {
    const run = gatewayOf([listed], [fresh, answered]);
    expect(await run.check(500)).toMatchObject({ ok: true, attempts: 2, ms: 500 });
    expect(await gatewayOf([listed], [fresh, answered]).check(499)).toMatchObject({ ok: false, attempts: 1, ms: 0 });
  });

  it('is not asked again once the run shall stop', async () => {
    const run = gatewayOf([listed], [fresh]);
    run.stop.abort();
    expect(await run.check(60_000)).toMatchObject({ ok: false, attempts: 1 });
    expect(run.clock.pauses).toEqual([]);
  });
});
