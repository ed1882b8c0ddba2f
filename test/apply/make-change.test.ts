import { describe, expect, it } from 'vitest';
import { applyResources } from '../../src/apply/apply-resources.ts';
import { ChangeLog } from '../../src/apply/change-log.ts';
import { accountDriver } from '../../src/apply/drivers/account.ts';
import { driverFor, resourceDriver, undoOrder } from '../../src/apply/drivers/drivers.ts';
import { noJournal } from '../../src/apply/journal.ts';
import { create, edit } from '../../src/apply/make-change.ts';
import { releaseObject } from '../../src/apply/release-object.ts';
import { findUnrecorded } from '../../src/apply/undo/find-unrecorded.ts';
import { undo } from '../../src/apply/undo/undo.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import type { Host } from '../../src/host/host.ts';
import { HostFailure, type WriteResult } from '../../src/host/host-failure.ts';
import type { RunEvent } from '../../src/core/run-event.ts';
import type { Channel, Group, GroupSpec, Tariff } from '../../src/host/sub2api/objects.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { Desired, HostSnapshot } from '../../src/plan/observed.ts';
import { memoryHost } from '../../src/host/memory/memory-host.ts';
import { newWorld } from '../../src/host/memory/world.ts';
import { aChannel, aDesired, aGroup, aMarker, anAccount, anEmptyHost, aServingHost } from '../support/builders.ts';
import { memorySub2api, type MemoryState } from '../support/memory-sub2api.ts';
import { otherHost } from '../support/other-host.ts';
import type { Sub2apiTools } from '../support/sub2api-tools.ts';

const failure = (transient = false) => new HostFailure('HOST_FAILED', 'it said no', { delivery: 'unknown', transient });
const rejected: WriteResult<never> = { status: 'rejected', failure: failure() };
const lost: WriteResult<never> = { status: 'unknown', failure: failure() };
const done = { status: 'applied', value: undefined } as const;

const groups = (host: Host) => resourceDriver('group', host);
const wanted: GroupSpec = {
  name: 'relay-x',
  description: 'x [relay acme subscription run-2]',
  platform: 'openai',
  type: 'standard',
  rateMultiplier: 1,
};

function changing(writes: Parameters<typeof otherHost>[0] = () => ({})) {
  const memory = memorySub2api();
  for (const id of ['1', '2', '3'])
    memory.state.accounts.set(id, anAccount({ id, name: `acme-0${id}`, marker: aMarker({ fingerprint: id }) }));
  memory.state.groups.set('1', aGroup());
  const tools = otherHost(writes)(memory.tools);
  const log = new ChangeLog(noJournal);
  const makeGroup = (
    send: (host: Sub2apiTools['host']) => Promise<WriteResult<unknown>> = (host) => host.writes.createGroup(wanted),
  ) =>
    create(
      groups,
      { name: wanted.name, after: wanted },
      { what: 'make it', stage: 'apply', send: () => send(tools.host) },
      tools,
      log,
    );
  const prioritise = (ids: readonly string[], send: (host: Host) => Promise<WriteResult<unknown>>) =>
    edit(
      accountDriver,
      ids.map((id) => ({ id, name: `acme-0${id}`, before: { priority: 50 }, after: { priority: 1 } })),
      { what: 'edit it', stage: 'apply', send },
      tools,
      log,
    );
  const priorities = () => [...memory.state.accounts.values()].map(({ priority }) => priority);
  const undone = async () => (await undo([...log.changes], tools, log)).leftovers;
  return { ...memory, tools, log, makeGroup, prioritise, priorities, undone };
}

describe('something that is made', () => {
  it('is in the log before it is sent, and has its number once the host shows it', async () => {
    const host = changing();
    const made = await host.makeGroup(async ({ writes }) => {
      expect(host.log.changes).toMatchObject([{ action: 'created', id: null, name: 'relay-x', after: wanted }]);
      return writes.createGroup(wanted);
    });
    expect(host.log.changes).toMatchObject([{ id: made.id }]);
    expect(await host.undone()).toEqual([]);
    expect([...host.state.groups.keys()]).toEqual(['1']);
  });

  it('is not taken for another that the run has made before under the same name', async () => {
    const host = changing();
    const first = await host.makeGroup();
    const second = await host.makeGroup();
    expect(second.id).not.toBe(first.id);
    await expect(host.makeGroup(async () => done)).rejects.toMatchObject({ code: 'WRITE_UNSETTLED' });
  });

  it('otherwise than it was sent is the run’s all the same, is named, and is undone', async () => {
    const host = changing();
    const sending = host.makeGroup(({ writes }) => writes.createGroup({ ...wanted, rateMultiplier: 7 }));
    await expect(sending).rejects.toMatchObject({
      code: 'SETTINGS_DROPPED',
      message: expect.stringContaining('another rate multiplier') as unknown,
    });
    expect(await host.undone()).toEqual([]);
    expect([...host.state.groups.keys()]).toEqual(['1']);
  });

  it('with the name of another object, but not its mark, is none of the run’s', async () => {
    const host = changing();
    host.state.groups.set('5', { ...wanted, id: '5', active: true, description: 'x [relay acme subscription run-1]' });
    await expect(host.makeGroup(async () => lost)).rejects.toMatchObject({ code: 'WRITE_REFUSED' });
  });

  it('after everyone has stopped looking is found before the run is undone', async () => {
    const host = changing();
    await expect(host.makeGroup(async () => lost)).rejects.toMatchObject({ code: 'WRITE_REFUSED' });
    await expect(host.makeGroup(async () => lost)).rejects.toMatchObject({ code: 'WRITE_REFUSED' });
    expect(await findUnrecorded(host.tools, host.log)).toEqual([]);
    await host.tools.parts.writes.createGroup(wanted);
    // One object is one change’s.
    expect(await findUnrecorded(host.tools, host.log)).toHaveLength(1);
    await host.tools.parts.writes.createGroup(wanted);
    expect(await findUnrecorded(host.tools, host.log)).toHaveLength(1);
    expect(new Set(host.log.changes.map(({ id }) => id)).size).toBe(2);
    // What is recorded is not looked for.
    expect(await findUnrecorded(host.tools, host.log)).toEqual([]);
    expect(await host.undone()).toEqual([]);
    expect([...host.state.groups.keys()]).toEqual(['1']);
  });
});

describe('something that is edited', () => {
  it('is none: nothing is noted or sent', async () => {
    const host = changing();
    expect(await host.prioritise([], () => Promise.reject(new Error('sent')))).toEqual([]);
    expect(host.log.changes).toEqual([]);
  });

  it('is given as the host shows it, in the order in which it was asked for', async () => {
    const host = changing();
    const now = await host.prioritise(['3', '1'], async () => {
      for (const id of ['1', '3']) host.state.accounts.get(id)!.priority = 1;
      return done;
    });
    expect(now.map(({ id, priority }) => [id, priority])).toEqual([
      ['3', 1],
      ['1', 1],
    ]);
    expect(await host.undone()).toEqual([]);
    expect(host.priorities()).toEqual([50, 50, 50]);
  });

  it('and refused leaves the log, where the host left it as it was', async () => {
    const host = changing();
    await expect(host.prioritise(['1', '2'], async () => rejected)).rejects.toMatchObject({ code: 'WRITE_REFUSED' });
    expect(host.log.changes).toEqual([]);
  });

  it('and refused in part stays in the log in part, and is undone', async () => {
    const host = changing();
    const sending = host.prioritise(['1', '2', '3'], async () => {
      host.state.accounts.get('2')!.priority = 1;
      return rejected;
    });
    await expect(sending).rejects.toMatchObject({ code: 'WRITE_REFUSED' });
    expect(host.log.changes).toMatchObject([{ id: '2' }]);
    expect(await host.undone()).toEqual([]);
    expect(host.priorities()).toEqual([50, 50, 50]);
  });

  it.each<[string, number | null, string]>([
    ['that the host drops', 50, 'SETTINGS_DROPPED'],
    ['to something else', 7, 'SETTINGS_DROPPED'],
    ['that is gone', null, 'WRITE_UNSETTLED'],
  ])('%s', async (_, becomes, code) => {
    const host = changing();
    const sending = host.prioritise(['1', '2'], async () => {
      if (becomes === null) host.state.accounts.delete('2');
      else for (const id of ['1', '2']) host.state.accounts.get(id)!.priority = becomes;
      return done;
    });
    await expect(sending).rejects.toMatchObject({ code });
    // Each difference is told once, however many objects have it.
    if (becomes !== null) await expect(sending).rejects.toThrow(/shows another priority\.$/);
    expect(host.log.changes).toHaveLength(becomes === 50 ? 0 : 2);
  });

  it('and refused stays in the log, where the host cannot be asked', async () => {
    let mute = false;
    const host = changing(({ reads }) => ({
      reads: { account: (id) => (mute ? Promise.reject(failure()) : reads.account(id)) },
    }));
    const sending = host.prioritise(['1'], async () => {
      mute = true;
      return rejected;
    });
    await expect(sending).rejects.toMatchObject({ code: 'WRITE_REFUSED' });
    expect(host.log.changes).toHaveLength(1);
  });

  it('and refused, a fault of relay in looking at it is no silence of the host', async () => {
    let broken = false;
    const host = changing(({ reads }) => ({
      reads: { account: (id) => (broken ? Promise.reject(new TypeError('relay')) : reads.account(id)) },
    }));
    const sending = host.prioritise(['1'], async () => {
      broken = true;
      return rejected;
    });
    await expect(sending).rejects.toThrow('relay');
  });

  it('and of which nobody can tell stays in the log', async () => {
    const host = changing();
    const sending = host.prioritise(['1'], async () => {
      host.state.accounts.delete('1');
      return done;
    });
    await expect(sending).rejects.toMatchObject({ code: 'WRITE_UNSETTLED' });
    expect(host.log.changes).toHaveLength(1);
  });

  it('one is asked for by itself, several by one list', async () => {
    const asked: string[] = [];
    const host = changing(({ reads }) => ({
      reads: {
        account: (id) => (asked.push('one'), reads.account(id)),
        accounts: () => (asked.push('all'), reads.accounts()),
      },
    }));
    const send = async () => {
      for (const account of host.state.accounts.values()) account.priority = 1;
      return done;
    };
    await host.prioritise(['1'], send);
    expect(asked).toEqual(['one']);
    await host.prioritise(['1', '2'], send);
    expect(asked).toEqual(['one', 'all']);
  });
});

describe('the resources of a plan', () => {
  const applying = (snapshot: HostSnapshot, more: Partial<Desired> = {}) => {
    const memory = memorySub2api();
    const result = buildPlan(aDesired(more), snapshot);
    if (!('plan' in result)) throw new Error('no plan');
    const { group, channel, tariff } = snapshot.resources;
    for (const each of group ?? []) memory.state.groups.set(each.id, each as Group);
    for (const each of channel ?? []) memory.state.channels.set(each.id, each as Channel);
    for (const each of tariff ?? []) memory.state.tariffs.set(each.id, each as Tariff);
    const texts: string[] = [];
    const emit = (event: RunEvent) => void ('text' in event && texts.push(event.text));
    const log = new ChangeLog(noJournal);
    const { plan } = result;
    return { ...memory, log, texts, plan, apply: () => applyResources(plan, { ...memory.tools, emit }, log) };
  };

  it('are made in order, each told', async () => {
    const { apply, texts, state } = applying(anEmptyHost());
    const place = await apply();
    expect([...state.groups.keys()]).toEqual([place]);
    expect(texts).toEqual(
      ['group', 'channel', 'tariff'].map((kind, at) => `${kind} "relay-acme-subscription" created (${101 + at})`),
    );
  });

  it('that are as they shall be are left, and what is changed is told as what it is', async () => {
    const same = applying(aServingHost());
    expect([await same.apply(), same.sent, same.texts]).toEqual(['1', [], []]);
    const other = applying(aServingHost({ channels: [aChannel({ restrictsModels: false })] }));
    await other.apply();
    expect([other.state.channels.get('1')?.restrictsModels, other.texts]).toEqual([
      true,
      ['channel "relay-acme-subscription" updated (1)'],
    ]);
    expect(other.log.changes).toMatchObject([
      { kind: 'channel', action: 'updated', id: '1', name: 'relay-acme-subscription' },
    ]);
    const foreign = applying(aServingHost({ groups: [aGroup({ description: 'by hand' })], accounts: [] }), {
      adopt: true,
    });
    await foreign.apply();
    expect(foreign.texts).toEqual(['group "relay-acme-subscription" adopted (1)']);
  });

  it('that make no place for accounts are a fault of relay', async () => {
    const { plan, tools, log } = applying(anEmptyHost());
    await expect(applyResources({ ...plan, resources: [] }, tools, log)).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

describe('kinds of objects', () => {
  const { tools } = memorySub2api();
  const entries = memoryHost(
    newWorld(new Secret('k'), () => 0),
    'memory:',
  );

  it('go before what they hang on', () => {
    expect(undoOrder(tools.host)).toEqual(['subscription', 'account', 'tariff', 'channel', 'group']);
    expect(undoOrder(entries)).toEqual(['account']);
  });

  it.each(['account', 'subscription', 'user', 'group', 'channel', 'tariff'])('%s is known to its host', (kind) => {
    expect(driverFor(kind, tools.host).kind).toBe(kind);
  });

  it('that a host has not are a fault of relay', () => {
    expect(driverFor('client key', entries).kind).toBe('client key');
    for (const kind of ['group', 'subscription']) expect(() => driverFor(kind, entries)).toThrow(/has no/);
    expect(resourceDriver('channel', tools.host).kind).toBe('channel');
    expect(() => resourceDriver('account', tools.host)).toThrow(/no resource/);
  });
});

describe('a resource that others use', () => {
  const shared = aChannel({ groupIds: ['1', '7'] });
  const releasing = (updateChannel?: (state: MemoryState) => Promise<WriteResult<never>>) => {
    const { state, tools: plain } = memorySub2api();
    state.channels.set('1', structuredClone(shared));
    const writes = updateChannel === undefined ? {} : { updateChannel: () => updateChannel(state) };
    return { state, tools: otherHost(() => ({ writes }))(plain) };
  };

  it('lets go of the place, and serves the others', async () => {
    const { state, tools } = releasing();
    expect(await releaseObject('channel', shared, '1', tools)).toBeUndefined();
    expect(state.channels.get('1')?.groupIds).toEqual(['7']);
  });

  it.each<[string, () => Promise<WriteResult<never>>]>([
    ['does nothing', async () => rejected],
    ['fails', () => Promise.reject(failure())],
  ])('and still holds it, because the host %s, is named', async (_, updateChannel) => {
    const left = { kind: 'channel', id: '1', reason: 'it still holds what is removed' };
    expect(await releaseObject('channel', shared, '1', releasing(updateChannel).tools)).toMatchObject(left);
  });

  it('and is gone by then holds nothing', async () => {
    const { tools } = releasing(async ({ channels }) => {
      channels.clear();
      return rejected;
    });
    expect(await releaseObject('channel', shared, '1', tools)).toBeUndefined();
  });

  it('is not let go of by a fault of relay', async () => {
    const { tools } = releasing(() => Promise.reject(new TypeError('relay')));
    await expect(releaseObject('channel', shared, '1', tools)).rejects.toThrow('relay');
  });
});
