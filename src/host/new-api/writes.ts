import type { AccountSpec, Id } from '../account.ts';
import type { AccountWrites, CreatedAccount } from '../host.ts';
import { writeResult, type WriteResult } from '../host-failure.ts';
import type { ApiClient } from '../http/api-client.ts';
import { inHand, type Turns } from '../turns.ts';
import { readWhole } from './api/client.ts';
import { anything, channelWire, type ChannelWire } from './api/wire.ts';
import { readNote, withNote, type Note } from './marker.ts';
import type { StatusSwitch } from './status-switch.ts';
import { fromAccountChange, fromAccountSpec, fromPlaces, status, toAccount } from './translate-account.ts';

const collection = '/api/channel/';

/** Changes of channels through the admin API: one request each, since this host has none that sets several apart. */
export function newApiWrites(client: ApiClient, switching: StatusSwitch): AccountWrites {
  const { http } = client;
  const put = (body: Record<string, unknown>) => client.write('PUT', collection, body, anything);
  const channel = (id: Id) => client.get(`${collection}${id}`, channelWire);

  /** Each in its turn; what is not applied ends it, and tells how. */
  const each = async <T>(
    items: readonly T[],
    turns: Turns,
    send: (item: T) => Promise<WriteResult<unknown>>,
  ): Promise<WriteResult<void>> => {
    const ends = await eachInTurn(items, send, isApplied, turns, client);
    for (const ended of ends) if (ended.status !== 'applied') return ended;
    return done;
  };
  const noted = (wire: ChannelWire, change: Partial<Note>) => {
    const remark = withNote(wire.remark, { ...readNote(wire.remark, http), ...change, channel: wire.id });
    return remark === wire.remark ? undefined : put({ id: wire.id, remark });
  };

  return {
    createAccounts: async (specs, keyOf, _, turns) => {
      const make = (spec: AccountSpec) => {
        const body = { mode: 'single', channel: fromAccountSpec(spec, keyOf(spec).open()) };
        return client.write('POST', collection, body, anything);
      };
      const ends = await eachInTurn(specs, make, ({ status: end }) => end !== 'unknown', turns, client);
      // What came of all of them is looked for then, those included that were not sent any more.
      const lost = ends.find(({ status: end }) => end === 'unknown');
      return lost?.status === 'unknown' ? lost : { status: 'applied', value: ends.map(answerOf) };
    },
    changeAccount: async (id, change) => {
      const ended = await put(fromAccountChange(change, await channel(id), http));
      if (ended.status !== 'applied') return ended;
      return writeResult(async () => toAccount(await channel(id), http));
    },
    placeAccounts: (ids, places, turns) => each(ids, turns, (id) => put({ id: Number(id), group: fromPlaces(places) })),
    // The note comes first: whoever finds a channel off knows then by whom; and a channel that was just written is known to
    // the host's memory, without which it does not switch it.
    setEnabled: async (ids, { enabled, paused }, turns) =>
      each(await channelsOf(client, ids), turns, async (wire) => {
        const ended = await (noted(wire, { paused }) ?? put({ id: wire.id }));
        return ended.status === 'applied' ? switching.set(client, wire.id, enabled ? status.on : status.off) : ended;
      }),
    markTested: async (ids, _, turns) =>
      each(await channelsOf(client, ids), turns, async (wire) => (await noted(wire, { tested: true })) ?? done),
    refreshAccount: ({ id }) => each([id], inHand, (one) => put({ id: Number(one) })),
    deleteAccount: async (id) =>
      each([id], inHand, (one) => client.write('DELETE', `${collection}${one}`, undefined, anything)),
  };
}

const done: WriteResult<undefined> = { status: 'applied', value: undefined };

function isApplied(ended: WriteResult<unknown>): boolean {
  return ended.status === 'applied';
}

function answerOf(ended: WriteResult<unknown>): CreatedAccount {
  if (ended.status === 'applied') return { ok: true, id: null };
  return { ok: false, message: ended.failure.said ?? ended.failure.message };
}

/** Pauses before a write is sent again that was refused for another one's sake, in milliseconds. */
const busyPauses = [100, 400, 1500];

/**
 * The ends in the order of the items, up to the first with which it does not go on; what is under way then is seen to its end.
 * One request of many is sent again where it was certainly not carried out, and may be: the others need not suffer for it.
 */
async function eachInTurn<T, Value>(
  items: readonly T[],
  send: (item: T) => Promise<WriteResult<Value>>,
  goesOn: (end: WriteResult<Value>) => boolean,
  turns: Turns,
  client: ApiClient,
): Promise<WriteResult<Value>[]> {
  let over = false;
  const one = async (item: T): Promise<WriteResult<Value> | undefined> => {
    for (let attempt = 0; ; attempt += 1) {
      const end = await turns.short(async () => (over ? undefined : send(item)));
      const pause = busyPauses[attempt];
      if (end?.status !== 'rejected' || !end.failure.transient || pause === undefined) {
        over ||= end !== undefined && !goesOn(end);
        return end;
      }
      await client.pause(pause);
    }
  };
  const ends = await Promise.all(items.map(one));
  return ends.filter((end) => end !== undefined);
}

async function channelsOf(client: ApiClient, ids: readonly Id[]): Promise<ChannelWire[]> {
  const [only] = ids;
  if (only !== undefined && ids.length === 1) return [await client.get(`${collection}${only}`, channelWire)];
  const wanted = new Set(ids);
  return (await readWhole(client, collection, channelWire)).filter(({ id }) => wanted.has(String(id)));
}
