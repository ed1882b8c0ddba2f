import { describe, expect, it } from 'vitest';
import { sandboxes } from '../support/sandboxes.ts';
import { ask, eventually } from './sandbox-client.ts';

const openSandbox = sandboxes();

const path = '/api/v1/admin/accounts';
const account = (name: string) => ({ name, platform: 'gemini', type: 'apikey', credentials: {} });

describe('an Idempotency-Key', () => {
  it('replays the stored reply, also to a body with unknown fields', async () => {
    const sandbox = await openSandbox();
    const headers = { 'idempotency-key': 'k1' };
    const first = await ask(sandbox, 'POST', path, account('a'), headers);
    const again = await ask(sandbox, 'POST', path, { unknown: 1, ...account('a') }, headers);
    expect(first.headers.get('x-idempotency-replayed')).toBeNull();
    expect(again.headers.get('x-idempotency-replayed')).toBe('true');
    expect(again.data).toEqual(first.data);
    expect(sandbox.state.accounts.size).toBe(1);
  });

  it('is refused for another body or when it is malformed', async () => {
    const sandbox = await openSandbox();
    await ask(sandbox, 'POST', path, account('a'), { 'idempotency-key': 'k1' });
    const other = await ask(sandbox, 'POST', path, account('b'), { 'idempotency-key': 'k1' });
    expect(other.body).toEqual({
      code: 409,
      message: 'idempotency key reused with different payload',
      reason: 'IDEMPOTENCY_KEY_CONFLICT',
    });
    const bad = await ask(sandbox, 'POST', path, account('b'), { 'idempotency-key': 'has space' });
    expect(bad.body).toEqual({ code: 400, message: 'idempotency key is invalid', reason: 'IDEMPOTENCY_KEY_INVALID' });
  });

  it('waits after a failure before the work is done again', async () => {
    const sandbox = await openSandbox();
    const send = () =>
      ask(sandbox, 'POST', path, { ...account('a'), load_factor: 10_001 }, { 'idempotency-key': 'k1' });
    expect((await send()).status).toBe(500);
    const again = await send();
    expect({ status: again.status, reason: again.body.reason }).toEqual({
      status: 409,
      reason: 'IDEMPOTENCY_RETRY_BACKOFF',
    });
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('survives a reply that got lost, but is stuck when the client left first', async () => {
    const sandbox = await openSandbox({
      faults: [
        { method: 'POST', path, fault: 'drop-after' },
        { method: 'POST', path, fault: 'delay', nth: 3, ms: 300 },
      ],
    });
    await expect(ask(sandbox, 'POST', path, account('a'), { 'idempotency-key': 'lost' })).rejects.toThrow();
    expect(
      (await ask(sandbox, 'POST', path, account('a'), { 'idempotency-key': 'lost' })).headers.get(
        'x-idempotency-replayed',
      ),
    ).toBe('true');
    const client = new AbortController();
    const leaving = fetch(sandbox.url + path, {
      method: 'POST',
      headers: { 'x-api-key': sandbox.adminKey, 'idempotency-key': 'left' },
      body: JSON.stringify(account('b')),
      signal: client.signal,
    });
    // It leaves once the host has its request, however long that takes.
    await eventually(() => (sandbox.requests.length === 3 ? true : undefined));
    client.abort();
    await expect(leaving).rejects.toThrow();
    await eventually(() => (sandbox.state.accounts.size === 2 ? true : undefined));
    const again = await ask(sandbox, 'POST', path, account('b'), { 'idempotency-key': 'left' });
    expect({ status: again.status, reason: again.body.reason }).toEqual({
      status: 409,
      reason: 'IDEMPOTENCY_IN_PROGRESS',
    });
  });

  it('cannot replay a reply that was too long to be stored', async () => {
    const sandbox = await openSandbox();
    const accounts = Array.from({ length: 1200 }, (_, index) => account(`a-rather-long-name-of-an-account-${index}`));
    const send = () => ask(sandbox, 'POST', `${path}/batch`, { accounts }, { 'idempotency-key': 'big' });
    expect((await send()).data.success).toBe(1200);
    expect((await send()).body.reason).toBe('IDEMPOTENCY_STORE_UNAVAILABLE');
  });
});
