import { describe, expect, it } from 'vitest';
import { ChangeLog } from '../../src/apply/change-log.ts';
import { ClientKeys } from '../../src/apply/client-keys.ts';
import { noJournal, type JournalNote } from '../../src/apply/journal.ts';
import { removeObjects } from '../../src/apply/remove-objects.ts';
import type { RunTools } from '../../src/apply/run-tools.ts';
import { RelayError } from '../../src/core/relay-error.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import type { TemporaryClient } from '../../src/host/client-keys.ts';
import { HostFailure, type WriteResult } from '../../src/host/host-failure.ts';
import { memoryHost } from '../../src/host/memory/memory-host.ts';
import { newWorld } from '../../src/host/memory/world.ts';
import { quickClock } from '../support/clocks.ts';
import { paceOf } from '../support/paces.ts';

const down = new HostFailure('HOST_FAILED', 'the host is down', { delivery: 'unknown', transient: false });
const done = { status: 'applied', value: undefined } as const;
const theirs = { name: 'theirs', key: 'k', createdAt: 0 };

/** A run on the host in memory, whose client is changed so. */
function running(change: (real: TemporaryClient) => Partial<TemporaryClient> = () => ({}), begun = false) {
  const clock = quickClock();
  const world = newWorld(new Secret('admin-key'), clock.now);
  world.clients.push(theirs);
  const plain = memoryHost(world, 'memory:');
  const port = plain.clientKeys!;
  const host = {
    ...plain,
    clientKeys: {
      ...port,
      of: (run: string) => {
        const real = port.of(run);
        return { ...real, ...change(real) };
      },
    },
  };
  const notes: JournalNote[] = [];
  const stop = new AbortController();
  const tools: RunTools = {
    host,
    base: host,
    clock,
    emit: () => undefined,
    journal: { note: async (...more) => void notes.push(...more) },
    phaseOf: async () => 'unknown',
    calls: paceOf(4, clock),
    stop: stop.signal,
  };
  const log = new ChangeLog(noJournal);
  return { world, clock, notes, stop, tools, log, keys: new ClientKeys('run-2', tools, log, begun) };
}

describe('a key of relay’s own for the gateway check (N9)', () => {
  it('is one of a client that is made with the first of them, and goes with it', async () => {
    const { world, log, keys } = running();
    const key = await keys.keyFor('all', 'self_service');
    await keys.keyFor('all', 'self_service');
    expect(world.clients.map((each) => each.key)).toEqual(['k', key.open()]);
    expect(log.changes).toMatchObject([{ kind: 'client key', action: 'created', id: 'relay-probe-run-2' }]);
    expect(await keys.remove()).toEqual([]);
    expect([world.clients, log.changes]).toEqual([[theirs], []]);
    // It can be made again.
    await keys.keyFor('all', 'self_service');
    expect(world.clients).toHaveLength(2);
  });

  it('is all that goes of what the run has done', async () => {
    const { log, keys } = running();
    const other = { action: 'created', id: null, name: 'g', before: null, after: {} } as const;
    await log.note([
      { kind: 'group', ...other, name: 'relay-probe-run-2' },
      { kind: 'client key', ...other },
    ]);
    await keys.keyFor('all', 'self_service');
    expect(await keys.remove()).toEqual([]);
    expect(log.changes.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('whose making is under way is not made twice', async () => {
    const { world, keys } = running();
    await Promise.all([keys.keyFor('all', 'self_service'), keys.keyFor('all', 'self_service')]);
    expect(world.clients).toHaveLength(2);
  });

  it('that is none is nothing that goes: the host is not asked', async () => {
    const { keys } = running(() => ({ find: () => Promise.reject(down) }));
    expect(await keys.remove()).toEqual([]);
  });

  it('of an interrupted part of the run goes too', async () => {
    const { world, keys } = running(undefined, true);
    world.clients.push({ name: 'relay-probe-run-2', key: 'left', createdAt: 0 });
    expect(await keys.remove()).toEqual([]);
    expect(world.clients).toEqual([theirs]);
  });

  it('whose making was never confirmed is found by its name', async () => {
    const { world, log, keys } = running((real) => ({
      create: async () => {
        await real.create();
        throw new TypeError('the line broke');
      },
    }));
    await expect(keys.keyFor('all', 'self_service')).rejects.toThrow('the line broke');
    expect(world.clients).toHaveLength(2);
    expect(await keys.remove()).toEqual([]);
    expect([world.clients, log.changes]).toEqual([[theirs], []]);
  });

  it('what belongs to it is noted before it is made, and goes through the door of every write', async () => {
    let sent = 0;
    const { keys, notes, clock } = running(() => ({
      keyFor: (_id, _place, _access, perform) =>
        perform<Secret, Secret>({
          kind: 'key',
          what: 'make the key',
          send: async (): Promise<WriteResult<Secret>> => {
            sent += 1;
            const facts = { delivery: 'not_applied', transient: true } as const;
            if (sent === 1) return { status: 'rejected', failure: new HostFailure('HOST_FAILED', 'busy', facts) };
            return { status: 'applied', value: new Secret('given') };
          },
          look: async () => undefined,
          trust: (answer) => answer,
        }),
    }));
    expect((await keys.keyFor('all', 'self_service')).open()).toBe('given');
    expect([sent, clock.pauses]).toEqual([2, [1000]]);
    expect(notes).toMatchObject([{ type: 'intent', kind: 'key', name: 'relay-probe-run-2', what: 'make the key' }]);
  });

  it('cannot be had on a host that makes none', async () => {
    const { tools, log } = running();
    const none = { ...tools.base, clientKeys: null };
    const keys = new ClientKeys('run-2', { ...tools, base: none, host: none }, log, true);
    await expect(keys.keyFor('all', 'self_service')).rejects.toMatchObject({ code: 'PROBE_KEY_IMPOSSIBLE' });
    expect(await keys.remove()).toEqual([]);
  });
});

describe('a client that does not go', () => {
  it('is tried thrice, with pauses, and named with its command', async () => {
    const { keys, clock, notes, log } = running(() => ({ remove: async () => done }));
    await keys.keyFor('all', 'self_service');
    expect(await keys.remove()).toMatchObject([
      {
        kind: 'client key',
        id: 'relay-probe-run-2',
        reason: 'it could not be removed',
        command: expect.stringContaining('remove') as unknown,
      },
    ]);
    expect(clock.pauses).toEqual([1000, 4000]);
    expect(notes.map(({ type }) => type)).toEqual(['intent', 'intent', 'intent']);
    expect(log.changes).toHaveLength(1);
  });

  it('goes at the second try, also after the run was told to stop', async () => {
    let tries = 0;
    const { keys, stop, world } = running((real) => ({
      remove: async (id) => {
        tries += 1;
        if (tries === 1) throw down;
        return real.remove(id);
      },
    }));
    await keys.keyFor('all', 'self_service');
    stop.abort(new RelayError('INTERRUPTED', 'stop'));
    expect(await keys.remove()).toEqual([]);
    expect([tries, world.clients]).toEqual([2, [theirs]]);
  });

  it('while something is left of what it has stays, and goes in the last round all the same', async () => {
    let removals = 0;
    const { keys, clock } = running((real) => ({
      empty: async () => false,
      remove: (id) => {
        removals += 1;
        return real.remove(id);
      },
    }));
    await keys.keyFor('all', 'self_service');
    expect(await keys.remove()).toEqual([]);
    expect([removals, clock.pauses]).toEqual([1, [1000, 4000]]);
  });

  it('that was never seen is named without a number', async () => {
    const { keys } = running(() => ({ find: () => Promise.reject(down) }), true);
    expect(await keys.remove()).toMatchObject([{ id: null, name: 'relay-probe-run-2' }]);
  });

  it('because nothing may be sent any more is named at once; other faults end the run', async () => {
    const mute = running(() => ({ remove: () => Promise.reject(new RelayError('LOCK_LOST', 'gone')) }));
    await mute.keys.keyFor('all', 'self_service');
    expect(await mute.keys.remove()).toHaveLength(1);
    expect(mute.clock.pauses).toEqual([]);
    const fault = running(() => ({ remove: () => Promise.reject(new TypeError('a fault of relay')) }));
    await fault.keys.keyFor('all', 'self_service');
    await expect(fault.keys.remove()).rejects.toThrow('a fault of relay');
  });

  it('clients of other runs go by their names', async () => {
    const { tools, world } = running();
    world.clients.push({ name: 'relay-probe-run-1', key: 'left', createdAt: 0 });
    const left = await tools.base.clientKeys!.all();
    const list = () => tools.base.clientKeys!.all();
    expect((await removeObjects('client key', left, tools, list)).leftovers).toEqual([]);
    expect(world.clients).toEqual([theirs]);
  });
});
