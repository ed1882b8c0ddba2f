import { describe, expect, it } from 'vitest';
import { newApis } from '../../support/sandboxes.ts';
import { ask, complete, makeChannel, makeToken, openGroup } from './client.ts';

const open = newApis();

describe.each(['A', 'B'] as const)('the gateway of %s', (hostVersion) => {
  it('lets a new channel sleep until any channel is written, or for a minute', async () => {
    let now = Date.now();
    const host = await open({ hostVersion, now: () => now });
    await openGroup(host);
    const key = await makeToken(host);
    const { id } = await makeChannel(host);
    expect((await complete(host, key)).body.error).toMatchObject({ code: 'model_not_found' });
    expect((await ask(host, 'GET', `/api/channel/test/${id}?model=ali-a`)).body).toMatchObject({ success: true });
    expect((await complete(host, `${key}-${id}`)).body.model).toBe('up-a');
    await ask(host, 'PUT', '/api/channel/', { id });
    expect((await complete(host, key)).status).toBe(200);
    await makeChannel(host, { models: 'ali-b' });
    expect((await complete(host, key, 'ali-b')).status).toBe(503);
    now += 60_000;
    expect((await complete(host, key, 'ali-b')).status).toBe(200);
  });
});
