import { describe, expect, it } from 'vitest';
import { sandboxes } from '../support/sandboxes.ts';

const openSandbox = sandboxes();

async function vendor(
  key: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; text: string; type: string }> {
  const sandbox = await openSandbox();
  const response = await fetch(sandbox.vendorUrl + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: key === '' ? {} : { authorization: `Bearer ${key}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') ?? '' };
}

const ask = { model: 'kimi-k2.6', messages: [] };

describe('the fake vendor', () => {
  it.each([
    ['', '/v1/models', undefined, 401],
    ['sk-DEAD', '/any/prefix/models', undefined, 401],
    ['sk-throttled', '/v1/models', undefined, 200],
    ['sk-throttled', '/v1/chat/completions', ask, 429],
    ['sk-exhausted', '/v1/messages', ask, 429],
    ['sk-forbidden', '/v1/responses', ask, 403],
    ['sk-html', '/v1/chat/completions', ask, 200],
    ['sk-flaky', '/v1/chat/completions', ask, 503],
    ['sk-good', '/chat-only/v1/responses', ask, 404],
    ['sk-good', '/v1/responses', ask, 200],
    ['sk-good', '/v1/chat/completions', { model: 'no-such-model' }, 404],
    ['sk-good', '/v1beta/models/x:generateContent', {}, 200],
    ['sk-good', '/v1/nothing', ask, 404],
  ])('answers the key "%s" at %s', async (key, path, body, status) => {
    expect((await vendor(key, path, body)).status).toBe(status);
  });

  it('quotes an echo key back with a terminal sequence', async () => {
    expect(JSON.parse((await vendor('sk-echo-1', '/v1/models')).text).error.message).toBe(
      'Invalid Authentication: \u{1b}[31msk-echo-1\u{1b}[0m',
    );
  });

  it('streams, and calls a required tool', async () => {
    const stream = await vendor('sk-good', '/v1/responses', { model: 'm', stream: true });
    expect(stream.type).toBe('text/event-stream');
    expect(stream.text).toMatch(/"delta":"pong"[^]*"type":"response.completed"/);
    const tool = await vendor('sk-good', '/v1/responses', { model: 'm', tool_choice: 'required' });
    expect(JSON.parse(tool.text).output[0].type).toBe('function_call');
    expect((await vendor('sk-good', '/v1/messages', { model: 'm', stream: true })).text).toMatch(/event: message_stop/);
    expect((await vendor('sk-good', '/v1beta/models/m:streamGenerateContent?alt=sse', {})).text).toMatch(/^data: /);
  });

  it('takes longer for slow keys and recovers for flaky ones', async () => {
    const sandbox = await openSandbox({ vendorLatencyMs: 1 });
    const post = (key: string) =>
      fetch(`${sandbox.vendorUrl}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'x-api-key': key },
        body: JSON.stringify(ask),
      });
    const started = performance.now();
    expect((await post('sk-slow')).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(290);
    expect([(await post('sk-flaky')).status, (await post('sk-flaky')).status]).toEqual([503, 200]);
  });
});
