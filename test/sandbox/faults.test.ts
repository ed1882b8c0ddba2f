import { describe, expect, it } from 'vitest';
import { createFaultPicker, parseFaults } from '../../src/sandbox/faults/faults.ts';
import { sandboxes } from '../support/sandboxes.ts';
import { ask, openAccount } from './sandbox-client.ts';

const openSandbox = sandboxes();

const path = '/api/v1/admin/groups';
const group = { name: 'a', rate_multiplier: 1 };

describe('which request is hit', () => {
  it('counts matches of method and pattern', () => {
    const pick = createFaultPicker([{ method: 'POST', path: '/a/*/c', nth: 2, times: 2, fault: 'html' }]);
    const hits = ['POST', 'GET', 'POST', 'POST', 'POST'].map((method) => pick(method, '/a/b/c')?.fault);
    expect(hits).toEqual([undefined, undefined, 'html', 'html', undefined]);
    expect(pick('POST', '/a/c')).toBeUndefined();
  });

  it('goes on for ever with times 0', () => {
    const pick = createFaultPicker([{ path: '*', times: 0, fault: 'drop-before' }]);
    expect([pick('GET', '/1'), pick('PUT', '/2')].map((fault) => fault?.fault)).toEqual(['drop-before', 'drop-before']);
  });
});

describe('a faults file', () => {
  it('is a list of rules', () => {
    expect(parseFaults('[{"path":"/x","fault":"delay","ms":5}]')).toMatchObject([
      { path: '/x', fault: 'delay', ms: 5, nth: 1, times: 1 },
    ]);
  });

  it.each([
    ['{', /not valid JSON/],
    ['{}', /must be a JSON list/],
    ['[{"path":"/x","fault":"nope"}]', /fault 1 is not valid: fault: /],
    ['[{"path":"/x","fault":"html"},{"path":"/x","fault":"html","extra":1}]', /fault 2 is not valid: .*extra/],
  ])('is refused: %s', (text, message) => {
    expect(() => parseFaults(text)).toThrow(message);
  });
});

describe('faults', () => {
  it('drop before or after the work', async () => {
    for (const [fault, made] of [
      ['drop-before', 1],
      ['drop-after', 2],
    ] as const) {
      const sandbox = await openSandbox({ faults: [{ method: 'POST', path, fault }] });
      await expect(ask(sandbox, 'POST', path, group)).rejects.toThrow();
      expect(sandbox.state.groups.size).toBe(made);
      expect(sandbox.requests.at(-1)).toMatchObject({ method: 'POST', path, body: group, status: 0 });
    }
  });

  it('answer a status instead of the work or after it', async () => {
    const sandbox = await openSandbox({
      faults: [
        { path, fault: 'status', status: 429, headers: { 'retry-after': '7' } },
        { path, fault: 'status', nth: 2, after: true, status: 502, body: 'bad gateway' },
      ],
    });
    const first = await ask(sandbox, 'POST', path, group);
    expect([first.status, first.headers.get('retry-after'), first.body]).toEqual([
      429,
      '7',
      { code: 429, message: 'injected fault' },
    ]);
    expect(sandbox.state.groups.size).toBe(1);
    const second = await ask(sandbox, 'POST', path, group);
    expect([second.status, second.text]).toEqual([502, 'bad gateway']);
    expect(sandbox.state.groups.size).toBe(2);
    expect(sandbox.requests.map((request) => request.status)).toEqual([429, 502]);
  });

  it('show a page of HTML', async () => {
    const sandbox = await openSandbox({ faults: [{ path, fault: 'html' }] });
    const reply = await ask(sandbox, 'GET', path);
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('delay and then go on, even when the client has left', async () => {
    const sandbox = await openSandbox({ faults: [{ path, fault: 'delay', ms: 300 }] });
    const client = new AbortController();
    const leaving = fetch(sandbox.url + path, {
      method: 'POST',
      headers: { 'x-api-key': sandbox.adminKey },
      body: JSON.stringify(group),
      signal: client.signal,
    });
    await expect.poll(() => sandbox.requests.length).toBe(1);
    client.abort();
    await expect(leaving).rejects.toThrow();
    await expect.poll(() => sandbox.state.groups.size).toBe(2);
  });

  it('cut replies and streams in the middle', async () => {
    const sandbox = await openSandbox({ faults: [{ path: '*', fault: 'cut', nth: 3, times: 0 }] });
    const id = await openAccount(sandbox, 'sk-good');
    await ask(sandbox, 'GET', path);
    await expect(ask(sandbox, 'GET', path)).rejects.toThrow();
    const response = await fetch(`${sandbox.url}/api/v1/admin/accounts/${id}/test`, {
      method: 'POST',
      headers: { 'x-api-key': sandbox.adminKey },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    await expect(response.text()).rejects.toThrow();
    expect(sandbox.requests.at(-1)?.status).toBe(200);
  });
});
