import { badParameters, done, failure, success } from '../envelope.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { jsonObject, parseJson } from '../../json-object.ts';
import { fieldsOf, readBody } from '../request-body.ts';
import type { Channel } from '../rows.ts';
import { checkLengths } from './channel-fields.ts';
import { idsIn } from './channels.ts';

/** Notes in a channel why its status is what it is; what others wrote there stays. */
export function noteStatus(host: Host, channel: Channel, status: number, reason: string): void {
  const info = { ...jsonObject(parseJson(channel.other_info)), status_reason: reason, status_time: host.seconds() };
  channel.other_info = JSON.stringify(info);
  channel.status = status;
}

/** Switches a channel by hand; what the cache does not know stays as it is, and so does what is so already. */
function switchTo(host: Host, id: number, status: number, reason = 'manual operation'): boolean {
  const channel = host.state.channels.get(id);
  if (channel === undefined || !host.cache.channels().has(id) || channel.status === status) return false;
  noteStatus(host, channel, status, reason);
  host.cache.refresh();
  return true;
}

function checkStatus(status: unknown): number {
  if (status !== 1 && status !== 2) throw badParameters();
  return status;
}

async function tagged(host: Host, c: HostContext, change: (channel: Channel) => void): Promise<Response> {
  const { tag } = await readBody(c);
  if (typeof tag !== 'string' || tag === '') throw failure('参数错误');
  for (const channel of host.state.channels.values()) if (channel.tag === tag) change(channel);
  host.cache.refresh();
  return done();
}

const tagShape = {
  tag: 'string',
  new_tag: 'string',
  priority: 'int64',
  weight: 'uint',
  model_mapping: 'string',
  models: 'string',
  groups: 'string',
} as const;

async function editTag(host: Host, c: HostContext): Promise<Response> {
  const given = fieldsOf(await readBody(c), tagShape, 'ChannelTag');
  const { tag = '', new_tag, groups, models, ...rest } = given;
  if (tag === '') throw failure('tag不能为空');
  const changes = {
    ...rest,
    ...(new_tag === undefined ? {} : { tag: new_tag }),
    ...(groups ? { group: groups } : {}),
    ...(models ? { models } : {}),
  };
  checkLengths(changes);
  for (const channel of host.state.channels.values()) if (channel.tag === tag) Object.assign(channel, changes);
  host.cache.refresh();
  return done();
}

/** Routes that switch channels, and those that change all of one tag. */
export function addChannelStatusRoutes(app: HostApp, host: Host): void {
  const base = '/api/channel';
  if (host.features.statusRoutes) {
    app.post(`${base}/status/batch`, async (c) => {
      const { ids, status } = await idsIn(c);
      const wanted = checkStatus(status);
      return success(ids.filter((id) => switchTo(host, id, wanted, 'manual batch operation')).length);
    });
    app.post(`${base}/:id/status`, async (c) => {
      const wanted = checkStatus((await readBody(c))['status']);
      return success(switchTo(host, Number(c.req.param('id')), wanted));
    });
  }
  app.post(`${base}/tag/disabled`, (c) => tagged(host, c, (channel) => (channel.status = 2)));
  app.post(`${base}/tag/enabled`, (c) => tagged(host, c, (channel) => (channel.status = 1)));
  app.put(`${base}/tag`, (c) => editTag(host, c));
}
