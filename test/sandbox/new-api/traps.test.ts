import { describe, expect, it } from 'vitest';
import type { Channel } from '../../../src/sandbox/new-api/rows.ts';
import { newApis } from '../../support/sandboxes.ts';
import type { NewApi } from '../../support/start-sandbox.ts';
import { ask, complete, makeChannel, makeToken, openGroup, setMap } from './client.ts';

const open = newApis();
const list = async (host: NewApi) => (await ask(host, 'GET', '/api/channel/?page_size=-1')).data.items as Channel[];
const optionOf = async (host: NewApi, key: string) =>
  (await ask(host, 'GET', '/api/option/')).data.find((row: { key: string }) => row.key === key)?.value as string;

describe.each(['A', 'B'] as const)('the traps of new-api %s', (hostVersion) => {
  it('says yes to nonsense, and stores it', async () => {
    const host = await open({ hostVersion });
    for (const nonsense of [{ model_mapping: '{not json' }, { group: 'no-such' }, { base_url: 'not a url' }]) {
      const channel = await makeChannel(host, { ...nonsense, unknown: 1 });
      expect(channel).toMatchObject(nonsense);
      expect(channel).not.toHaveProperty('unknown');
    }
  });

  it('tells no id, and makes two of the same', async () => {
    const host = await open({ hostVersion });
    const body = { mode: 'single', channel: { name: 'same', key: 'sk-good' } };
    for (const _ of [1, 2])
      expect((await ask(host, 'POST', '/api/channel/', body)).body).toEqual({ message: '', success: true });
    expect((await list(host)).map(({ name }) => name)).toEqual(['same', 'same']);
    expect((await ask(host, 'GET', '/api/channel/search?keyword=sk-good')).data.total).toBe(2);
    expect((await ask(host, 'GET', '/api/channel/search?keyword=sk-goo')).data.total).toBe(0);
  });

  it('names a batch alike, doubles and blanks among it', async () => {
    const host = await open({ hostVersion });
    const channel = { name: 'batch', key: 'sk-b1\n sk-b2 \nsk-b1\n\n' };
    await ask(host, 'POST', '/api/channel/', { mode: 'batch', channel });
    expect((await list(host)).map(({ name }) => name)).toEqual(['batch', 'batch', 'batch']);
    expect([...host.state.channels.values()].map(({ key }) => key)).toEqual(['sk-b1', ' sk-b2 ', 'sk-b1']);
  });

  it('lets so many calls through, and answers the next with nothing', async () => {
    let now = 0;
    const host = await open({ hostVersion, now: () => now, apiLimit: { calls: 2, seconds: 10 } });
    const look = () => ask(host, 'GET', '/api/status');
    expect([(await look()).status, (await look()).status]).toEqual([200, 200]);
    const refused = await look();
    expect([refused.status, refused.text, refused.headers.get('x-new-api-version')]).toEqual([429, '', 'v0.0.0']);
    expect(refused.headers.get('retry-after')).toBe(hostVersion === 'A' ? null : '10');
    expect((await ask(host, 'GET', '/v1/models')).status).toBe(401);
    now += 10_000;
    expect((await look()).status).toBe(200);
  });

  it('tests and serves no model without a price', async () => {
    const host = await open({ hostVersion });
    await openGroup(host);
    const key = await makeToken(host);
    const { id } = await makeChannel(host, { models: 'ali-a,ali-z' });
    await ask(host, 'PUT', '/api/channel/', { id });
    const tested = await ask(host, 'GET', `/api/channel/test/${id}?model=ali-z`);
    expect(tested.body).toMatchObject({ success: false, error_code: 'model_price_error', time: 0 });
    const asked = await complete(host, key, 'ali-z');
    expect([asked.status, asked.body.error.code]).toEqual([400, 'model_price_error']);
    const { data } = (await ask(host, 'GET', '/v1/models', undefined, { authorization: `Bearer ${key}` })).body;
    expect(data.map(({ id: name }: { id: string }) => name)).toEqual(['ali-a']);
    await ask(host, 'PUT', '/api/option/', { key: 'SelfUseModeEnabled', value: 'true' });
    expect((await ask(host, 'GET', `/api/channel/test/${id}?model=ali-z`)).body.success).toBe(true);
  });

  it('loses updates of a map, and keeps what is no map', async () => {
    const host = await open({ hostVersion });
    const before = JSON.parse(await optionOf(host, 'GroupRatio'));
    await Promise.all(['x', 'y'].map((name) => setMap(host, 'GroupRatio', { ...before, [name]: 1 })));
    expect(Object.keys(JSON.parse(await optionOf(host, 'GroupRatio')))).toHaveLength(4);
    await ask(host, 'PUT', '/api/option/', { key: 'GroupRatio', value: '{bad' });
    expect(Object.keys(JSON.parse(await optionOf(host, 'GroupRatio')))).toHaveLength(4);
    const broken = await ask(host, 'PUT', '/api/option/', { key: 'ModelRatio', value: '{bad' });
    expect([broken.body.success, await optionOf(host, 'ModelRatio')]).toEqual([false, '{bad']);
  });

  it('kills the access token that is in use when it is asked for one', async () => {
    const host = await open({ hostVersion });
    const { data } = await ask(host, 'GET', '/api/user/token');
    expect((await ask(host, 'GET', '/api/channel/')).body.success).toBe(false);
    const headers = { authorization: data as string, 'new-api-user': '1' };
    expect((await ask(host, 'GET', '/api/channel/', undefined, headers)).body.success).toBe(true);
  });

  it('empties some fields and not others', async () => {
    const host = await open({ hostVersion });
    const { id } = await makeChannel(host, { remark: 'r', tag: 't', weight: 3, other_info: '{"a":1}' });
    const zero = { remark: '', tag: '', weight: 0, auto_ban: 0, models: '', group: '', name: '', other_info: '' };
    const { data } = await ask(host, 'PUT', '/api/channel/', { id, ...zero });
    expect(data).toMatchObject({ remark: '', tag: '', weight: 0, auto_ban: 0 });
    expect(data).toMatchObject({ models: 'ali-a', group: 'team', other_info: '{"a":1}' });
  });

  it('is overloaded, whatever the key is', async () => {
    const host = await open({ hostVersion });
    await openGroup(host);
    const key = await makeToken(host);
    host.settings.cpu_overloaded = true;
    const busy = await complete(host, key);
    expect([busy.status, busy.body.error.code]).toEqual([503, 'system_cpu_overloaded']);
    await ask(host, 'PUT', '/api/option/', { key: 'performance_setting.monitor_enabled', value: 'false' });
    expect((await complete(host, key)).body.error.code).toBe('model_not_found');
  });

  it("repeats the vendor's words in tests, and what it notes of a channel", async () => {
    const host = await open({ hostVersion });
    await openGroup(host);
    const key = await makeToken(host);
    await ask(host, 'PUT', '/api/option/', { key: 'AutomaticDisableChannelEnabled', value: 'true' });
    const { id } = await makeChannel(host, { key: 'sk-echo-me', other_info: '{"relay":"x"}' });
    expect((await ask(host, 'GET', `/api/channel/test/${id}`)).body.message).toMatch(/status code 401.*sk-echo-me/s);
    expect((await ask(host, 'GET', `/api/channel/${id}`)).data.status).toBe(1);
    expect((await complete(host, `${key}-${id}`)).status).toBe(401);
    const { data } = await ask(host, 'GET', `/api/channel/${id}`);
    expect([data.status, JSON.parse(data.other_info)]).toEqual([
      3,
      { relay: 'x', status_reason: expect.stringContaining('sk-echo-me'), status_time: expect.any(Number) },
    ]);
  });

  it('shows a channel of many keys as one, and asks with the next of them each time', async () => {
    const host = await open({ hostVersion });
    await openGroup(host);
    const channel = { name: 'mk', type: 1, key: 'sk-good-1\nsk-dead-2', base_url: host.vendorUrl, models: 'ali-a' };
    await ask(host, 'POST', '/api/channel/', { mode: 'multi_to_single', multi_key_mode: 'polling', channel });
    const [made] = await list(host);
    expect(made?.channel_info).toMatchObject({ is_multi_key: true, multi_key_size: 2, multi_key_mode: 'polling' });
    const test = async () => (await ask(host, 'GET', `/api/channel/test/${made?.id}`)).body.success as boolean;
    expect([await test(), await test(), await test()]).toEqual([true, false, true]);
    const of = { channel_id: made?.id };
    await ask(host, 'POST', '/api/channel/multi_key/manage', { ...of, action: 'delete_key', key_index: 0 });
    const { data } = await ask(host, 'POST', '/api/channel/multi_key/manage', { ...of, action: 'get_key_status' });
    expect(data.keys).toEqual([{ index: 0, status: 1, key_preview: 'sk-dead-2' }]);
  });
});
