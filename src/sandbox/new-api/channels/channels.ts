import { badParameters, done, failure, notFound, success } from '../envelope.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { paged, pageOf } from '../paging.ts';
import { HostError } from '../../reply.ts';
import { readBody } from '../request-body.ts';
import type { Channel } from '../rows.ts';
import { createChannels } from './channel-create.ts';
import { updateChannel } from './channel-update.ts';
import { channelView } from './channel-view.ts';

/** The channel that a path names; throws what the database says of an id that is not there. */
export function findChannel(host: Host, c: HostContext): Channel {
  const channel = host.state.channels.get(Number(c.req.param('id')));
  if (channel === undefined) throw notFound();
  return channel;
}

/** The ids that a body names, at least one. */
export async function idsIn(c: HostContext): Promise<{ ids: number[]; tag: string | null; status: number }> {
  const { ids, tag, status } = await readBody(c);
  if (!Array.isArray(ids) || ids.length === 0) throw failure('参数错误');
  return { ids: ids.map(Number), tag: typeof tag === 'string' ? tag : null, status: Number(status) };
}

function sorted(rows: Channel[], query: Record<string, string>): Channel[] {
  const byId = query['id_sort'] === 'true' || query['id_sort'] === '1';
  return byId ? rows.toSorted((a, b) => b.id - a.id) : rows.toSorted((a, b) => b.priority - a.priority || a.id - b.id);
}

function typeCounts(rows: readonly Channel[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of rows) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

function inGroup(channel: Channel, group: string | undefined): boolean {
  return !group || group === 'null' || channel.group.split(',').includes(group);
}

function hasStatus(channel: Channel, status: string | undefined): boolean {
  if (status === 'enabled' || status === '1') return channel.status === 1;
  return status === 'disabled' || status === '0' ? channel.status !== 1 : true;
}

function list(host: Host, c: HostContext): Response {
  const query = c.req.query();
  const all = [...host.state.channels.values()].filter(
    (row) => inGroup(row, query['group']) && hasStatus(row, query['status']),
  );
  const rows = all.filter((row) => !query['type'] || row.type === Number(query['type']));
  return success({ ...paged(sorted(rows, query), pageOf(query), channelView), type_counts: typeCounts(all) });
}

/** By id, a part of the name or the address, or a whole key; a part of the models beside it. */
function search(host: Host, c: HostContext): Response {
  const { keyword = '', model = '', ...query } = c.req.query();
  const rows = [...host.state.channels.values()].filter(
    (row) =>
      (row.id === Number(keyword) ||
        row.name.includes(keyword) ||
        row.key === keyword ||
        row.base_url.includes(keyword)) &&
      row.models.includes(model) &&
      inGroup(row, query['group']) &&
      hasStatus(row, query['status']),
  );
  const { items, total } = paged(sorted(rows, query), pageOf(query), channelView);
  return success({ items, total, type_counts: typeCounts(rows) });
}

function remove(host: Host, ids: readonly number[]): void {
  for (const id of ids) host.state.channels.delete(id);
  host.cache.refresh();
}

async function setTag(host: Host, c: HostContext): Promise<Response> {
  const { ids, tag } = await idsIn(c);
  for (const id of ids) {
    const channel = host.state.channels.get(id);
    if (channel !== undefined) channel.tag = tag;
  }
  host.cache.refresh();
  return success(ids.length);
}

/** Making, showing, changing and removing channels. */
export function addChannelRoutes(app: HostApp, host: Host): void {
  const base = '/api/channel';
  app.get(`${base}/`, (c) => list(host, c));
  app.get(`${base}/search`, (c) => search(host, c));
  app.post(`${base}/`, (c) => createChannels(host, c));
  app.put(`${base}/`, (c) => updateChannel(host, c));
  app.post(`${base}/batch`, async (c) => {
    const { ids } = await idsIn(c);
    const there = ids.filter((id) => host.state.channels.has(id));
    remove(host, ids);
    return success(host.features.countsDeleted ? there.length : ids.length);
  });
  app.post(`${base}/batch/tag`, (c) => setTag(host, c));
  app.post(`${base}/:id/key`, () => {
    throw new HostError(403, { ...host.features.keyRefusal, success: false });
  });
  app.delete(`${base}/:id`, (c) => {
    const id = Number(c.req.param('id'));
    if (!Number.isInteger(id)) throw badParameters();
    remove(host, [id]);
    return done();
  });
  app.get(`${base}/:id`, (c) => success(channelView(findChannel(host, c))));
}
