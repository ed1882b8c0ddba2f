import { describe, expect, it } from 'vitest';
import { disableAccounts } from '../../src/apply/accounts/disable-accounts.ts';
import { noteTested } from '../../src/apply/accounts/note-tested.ts';
import { removeAccounts } from '../../src/apply/accounts/remove-accounts.ts';
import { setEnabled, trySetEnabled } from '../../src/apply/accounts/set-enabled.ts';
import { ChangeLog } from '../../src/apply/change-log.ts';
import { noJournal, type JournalNote } from '../../src/apply/journal.ts';
import { removeObjects } from '../../src/apply/remove-objects.ts';
import { RelayError } from '../../src/core/relay-error.ts';
import type { Account } from '../../src/host/account.ts';
import type { Capabilities } from '../../src/host/capabilities.ts';
import { HostFailure, type WriteResult } from '../../src/host/host-failure.ts';
import { aGroup, aMarker, anAccount } from '../support/builders.ts';
import type { QuickClock } from '../support/clocks.ts';
import { memorySub2api } from '../support/memory-sub2api.ts';
import { toolsOver, type Sub2apiTools } from '../support/sub2api-tools.ts';

const down = new HostFailure('HOST_FAILED', 'the host is down', { delivery: 'unknown', transient: false });
const done = { status: 'applied', value: undefined } as const;
const rejected: WriteResult<never> = {
  status: 'rejected',
  failure: new HostFailure('HOST_FAILED', 'it said no', { delivery: 'not_applied', transient: false }),
};

type Changed = {
  writes?: Partial<Sub2apiTools['parts']['writes']>;
  accounts?: () => Promise<Account[]>;
  can?: Partial<Capabilities>;
};

/** A host with three accounts that serve; the third is out of service. */
function host(change: (state: ReturnType<typeof memorySub2api>['state']) => Changed = () => ({})) {
  const memory = memorySub2api();
  const { state, tools: plain, sent } = memory;
  state.groups.set('1', aGroup());
  for (const id of ['1', '2', '3'])
    state.accounts.set(
      id,
      anAccount({ id, name: `acme-0${id}`, marker: aMarker({ fingerprint: id }), enabled: id !== '3' }),
    );
  const { writes, accounts, can } = change(state);
  const notes: JournalNote[] = [];
  const stop = new AbortController();
  const { parts } = plain;
  const tools = toolsOver(
    {
      ...parts,
      info: { ...parts.info, capabilities: { ...parts.info.capabilities, ...can } },
      writes: { ...parts.writes, ...writes },
      asking: (signal) => {
        const asked = parts.asking(signal);
        return { ...asked, reads: { ...asked.reads, ...(accounts === undefined ? {} : { accounts }) } };
      },
    },
    { ...plain, journal: { note: async (...more) => void notes.push(...more) }, stop: stop.signal },
  );
  const log = new ChangeLog(noJournal);
  const all = () => structuredClone([...state.accounts.values()]);
  return { ...memory, tools, sent, notes, stop, log, all, clock: tools.clock as QuickClock };
}

const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);

describe('accounts that go', () => {
  it('are taken out of service first, then given a moment, then removed, each noted before (B21)', async () => {
    const { tools, state, sent, notes, log, all, clock } = host();
    const { removed, left, leftovers } = await removeAccounts(all(), tools, log);
    expect([names(removed), left, leftovers]).toEqual([['acme-01', 'acme-02', 'acme-03'], [], []]);
    expect(sent).toEqual(['disable 2', 'delete account acme-01', 'delete account acme-02', 'delete account acme-03']);
    expect(clock.pauses).toEqual([1000]);
    expect(state.accounts.size).toBe(0);
    expect(notes.map((note) => [note.type, 'id' in note ? note.id : null])).toEqual([
      ['removing', '1'],
      ['removing', '2'],
      ['removing', '3'],
      ['removed', '1'],
      ['removed', '2'],
      ['removed', '3'],
    ]);
    // What was changed of them went with them.
    expect(log.changes).toEqual([]);
  });

  it('that serve nobody need no moment', async () => {
    const { tools, log, all, clock, sent } = host();
    await removeAccounts(all().slice(2), tools, log);
    expect([clock.pauses, sent]).toEqual([[], ['delete account acme-03']]);
  });

  it('on a host that takes nothing out of service go all the same', async () => {
    const { tools, log, all, sent } = host(() => ({ can: { disable: { possible: false, why: 'it cannot' } } }));
    expect((await removeAccounts(all(), tools, log)).left).toEqual([]);
    expect(sent).not.toContain('disable 2');
  });

  it('go also where the host refuses to take them out of service', async () => {
    const { tools, log, all, state } = host(() => ({ writes: { setEnabled: async () => rejected } }));
    expect((await removeAccounts(all(), tools, log)).left).toEqual([]);
    expect(state.accounts.size).toBe(0);
  });

  it('are none: nothing is asked', async () => {
    const { tools, log, clock, notes } = host(() => ({ accounts: () => Promise.reject(down) }));
    expect(await removeAccounts([], tools, log)).toEqual({ removed: [], left: [], leftovers: [] });
    expect([clock.pauses, notes]).toEqual([[], []]);
  });

  it('take nothing else of the run with them that bears the same number', async () => {
    const { tools, log, all } = host(() => ({ writes: { deleteAccount: async () => done } }));
    const group = { kind: 'group', action: 'updated', name: 'g', before: {}, after: {} } as const;
    const unseen = { kind: 'account', action: 'created', id: null, name: 'n', before: null, after: {} } as const;
    await log.note([{ ...group, id: '1' }, { ...group, id: '2' }, unseen]);
    await removeAccounts(all().slice(0, 1), tools, log);
    expect(log.changes.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const goes = host();
    await goes.log.note([{ ...group, id: '1' }, unseen]);
    await removeAccounts(goes.all().slice(0, 1), goes.tools, goes.log);
    expect(goes.log.changes.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('and cannot be taken out of service because nothing may be sent any more end the run', async () => {
    const { tools, log, all, state } = host(() => ({
      writes: { setEnabled: () => Promise.reject(new RelayError('LOCK_LOST', 'gone')) },
    }));
    await expect(removeAccounts(all(), tools, log)).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(state.accounts.size).toBe(3);
  });

  it('of the run itself are no loss that a rollback must name', async () => {
    const { tools, state, notes, log } = host();
    const [change] = await log.note([
      { kind: 'account', action: 'created', id: null, name: 'acme-01', before: null, after: {} },
    ]);
    await log.made([{ change: change!, id: '1' }]);
    await removeAccounts([state.accounts.get('1')!, state.accounts.get('2')!], tools, log);
    expect(notes.filter(({ type }) => type === 'removed')).toEqual([{ type: 'removed', id: '2', name: 'acme-02' }]);
    expect(log.changes).toEqual([]);
  });
});

describe('an account that does not go', () => {
  const stubborn = () => ({ writes: { deleteAccount: async () => done } });

  it.each([
    ['serves again as it did, where it is merely unwanted', 'unwanted', true],
    ['stays out of service, where it is dead', 'dead', false],
  ] as const)('%s', async (_, are, serves) => {
    const { tools, state, log, all, clock } = host(stubborn);
    const { removed, left, leftovers } = await removeAccounts(all().slice(0, 1), tools, log, are);
    expect([removed, names(left), leftovers]).toEqual([[], ['acme-01'], []]);
    expect(state.accounts.get('1')).toMatchObject({ enabled: serves, paused: !serves });
    expect(clock.pauses).toEqual([1000, 1000, 4000]);
    expect(log.changes).toHaveLength(serves ? 0 : 1);
  });

  it('and that cannot be put back is named', async () => {
    const { tools, log, all } = host((state) => ({
      writes: {
        deleteAccount: async () => done,
        setEnabled: async (ids, to) => {
          if (to.enabled) return rejected;
          for (const id of ids) Object.assign(state.accounts.get(id)!, to);
          return done;
        },
      },
    }));
    const { leftovers } = await removeAccounts(all().slice(0, 1), tools, log);
    expect(leftovers).toMatchObject([{ kind: 'account', name: 'acme-01' }]);
  });

  it('keeps what the run has done to it before', async () => {
    const { tools, state, log, all } = host(stubborn);
    await setEnabled(all().slice(0, 1), false, tools, log);
    await removeAccounts(all().slice(0, 1), tools, log);
    expect(state.accounts.get('1')).toMatchObject({ enabled: false, paused: true });
    expect(log.changes).toHaveLength(1);
  });

  it('is tried thrice, and goes when the host has changed its mind', async () => {
    let tries = 0;
    const { tools, state, log, all } = host((now) => ({
      writes: {
        deleteAccount: async (id) => {
          tries += 1;
          if (tries === 1) throw down;
          if (tries === 3) now.accounts.delete(id);
          return done;
        },
      },
    }));
    expect((await removeAccounts(all().slice(0, 1), tools, log)).left).toEqual([]);
    expect([tries, state.accounts.has('1')]).toEqual([3, false]);
  });

  it('counts as there where nobody can look', async () => {
    let looks = 0;
    const { tools, log, all } = host((state) => ({
      accounts: async () => {
        looks += 1;
        if (looks > 1) throw down;
        return [...state.accounts.values()].filter(({ enabled }) => !enabled);
      },
    }));
    expect(names((await removeAccounts(all().slice(2), tools, log)).left)).toEqual(['acme-03']);
  });

  it('for a fault that is not the host’s ends the run', async () => {
    const { tools, log, all } = host(() => ({
      writes: { deleteAccount: () => Promise.reject(new TypeError('relay')) },
    }));
    await expect(removeAccounts(all(), tools, log)).rejects.toThrow('relay');
    const blind = host(() => ({ accounts: () => Promise.reject(new TypeError('relay')) }));
    await expect(removeAccounts(blind.all().slice(2), blind.tools, blind.log)).rejects.toThrow('relay');
  });
});

describe('once the run shall stop', () => {
  it('nothing goes that has not gone', async () => {
    const { tools, state, stop, log, all, sent } = host();
    stop.abort(new RelayError('INTERRUPTED', 'stop'));
    const { removed, left } = await removeAccounts(all(), tools, log);
    expect([removed, left.length, sent, state.accounts.size]).toEqual([[], 3, [], 3]);
  });

  it('what was taken out of service for it is put back', async () => {
    const { tools, state, stop, log, all, clock } = host((now) => ({
      writes: {
        setEnabled: async (ids, to) => {
          for (const id of ids) Object.assign(now.accounts.get(id)!, to);
          stop.abort(new RelayError('INTERRUPTED', 'stop'));
          return done;
        },
      },
    }));
    const before = all();
    await removeAccounts(all(), tools, log);
    expect([...state.accounts.values()]).toEqual(before);
    expect(clock.pauses).not.toContain(4000);
  });
});

describe('accounts that do not work (N15)', () => {
  it('are left as they are, where that was asked for', async () => {
    const { tools, log, all, sent } = host();
    expect(await disableAccounts(all(), 'keep', tools, log)).toEqual({ done: new Map(), problems: [] });
    expect(sent).toEqual([]);
  });

  it('are taken out of service, each by itself, so that one refusal concerns one', async () => {
    const { tools, state, log, all } = host((now) => ({
      writes: {
        setEnabled: async ([id], to) => {
          if (id === '1') return rejected;
          Object.assign(now.accounts.get(id!)!, to);
          return done;
        },
      },
    }));
    const { done: what, problems } = await disableAccounts(all(), 'disable', tools, log);
    expect(what).toEqual(
      new Map([
        ['2', 'disabled'],
        ['3', 'disabled'],
      ]),
    );
    expect(problems).toMatchObject([{ code: 'WRITE_REFUSED' }]);
    expect(state.accounts.get('2')).toMatchObject({ enabled: false, paused: true });
  });

  it('are removed, where that was asked for; what does not go is out of service, and named', async () => {
    const { tools, log, all } = host((now) => ({
      writes: {
        deleteAccount: async (id) => {
          if (id === '2') now.accounts.delete(id);
          return done;
        },
      },
    }));
    const { done: what, problems } = await disableAccounts(all(), 'remove', tools, log);
    expect(what).toEqual(
      new Map([
        ['2', 'removed'],
        ['1', 'disabled'],
      ]),
    );
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      ['REMOVAL_FAILED', 'The account "acme-01" (1) does not work and could not be removed; it is out of service.'],
      ['REMOVAL_FAILED', 'The account "acme-03" (3) does not work and could not be removed.'],
    ]);
  });

  it('on a host that takes nothing out of service go if the run made them, and are named else', async () => {
    const { tools, state, log, all } = host(() => ({ can: { disable: { possible: false, why: 'it cannot' } } }));
    const [change] = await log.note([
      { kind: 'account', action: 'created', id: null, name: 'acme-01', before: null, after: {} },
    ]);
    await log.made([{ change: change!, id: '1' }]);
    const { done: what, problems } = await disableAccounts(all(), 'disable', tools, log);
    expect(what).toEqual(new Map([['1', 'removed']]));
    // The third is out of service as it is.
    expect(problems).toMatchObject([
      { code: 'HOST_CANNOT', message: expect.stringContaining('"acme-02" (2)') as unknown },
    ]);
    expect([...state.accounts.keys()]).toEqual(['2', '3']);
  });
});

describe('putting accounts into and out of service', () => {
  it.each([
    ['relay takes out with a note of it', true, false, 'relay', { enabled: false, paused: true }],
    ['the operator takes out without', true, false, 'operator', { enabled: false, paused: false }],
    ['relay puts back', false, true, 'relay', { enabled: true, paused: false }],
  ] as const)('%s', async (_, was, to, by, wanted) => {
    const { tools, state, log, all, sent } = host();
    Object.assign(state.accounts.get('1')!, { enabled: was, paused: !was });
    const [now] = await setEnabled(all().slice(0, 1), to, tools, log, by);
    expect(now).toEqual(state.accounts.get('1'));
    expect(now).toMatchObject(wanted);
    // What is so already is not sent again.
    sent.length = 0;
    expect(await setEnabled(all().slice(0, 1), to, tools, log, by)).toEqual(all().slice(0, 1));
    expect(sent).toEqual([]);
  });

  it('what a person has taken out bears the note of relay, where relay wants it out', async () => {
    const { tools, state, log, all } = host();
    Object.assign(state.accounts.get('1')!, { enabled: false, paused: false });
    await setEnabled(all().slice(0, 1), false, tools, log);
    expect(state.accounts.get('1')).toMatchObject({ enabled: false, paused: true });
  });

  it('gives all of them back, those that were so already too, in their order', async () => {
    const { tools, log, all, sent } = host();
    const now = await setEnabled(all(), true, tools, log);
    expect(now.map(({ id, enabled }) => [id, enabled])).toEqual([
      ['1', true],
      ['2', true],
      ['3', true],
    ]);
    expect(sent).toEqual(['enable 1']);
  });

  it('is done also after the run was told to stop', async () => {
    const { tools, state, stop, log, all } = host();
    stop.abort(new RelayError('INTERRUPTED', 'stop'));
    await setEnabled(all().slice(0, 1), false, tools, log);
    expect(state.accounts.get('1')).toMatchObject({ enabled: false });
  });

  it.each<[string, () => Changed, string | null, boolean]>([
    ['goes well', () => ({}), null, false],
    ['is refused', () => ({ writes: { setEnabled: async () => rejected } }), 'WRITE_REFUSED', false],
    [
      'may have been done',
      () => ({
        writes: {
          setEnabled: async () => ({
            status: 'unknown',
            failure: new HostFailure('HOST_FAILED', '', { delivery: 'unknown', transient: false, maybeInFlight: true }),
          }),
        },
      }),
      'WRITE_UNSETTLED',
      true,
    ],
  ])('of one: it %s, and others can go on', async (_, change, code, isLost) => {
    const { tools, log, all } = host(change);
    const found = (await trySetEnabled(all().slice(0, 1), false, tools, log)).get('1');
    expect(found?.code ?? null).toBe(code);
    expect(found?.lost !== undefined).toBe(isLost);
  });

  it('leaves what bears no marker alone, and ends where nothing may be sent any more', async () => {
    const { tools, state, log, all, sent } = host();
    state.accounts.get('1')!.marker = null;
    const found = await trySetEnabled(all().slice(0, 1), false, tools, log);
    expect(found.get('1')).toMatchObject({ code: 'FOREIGN_ACCOUNT' });
    expect(sent).toEqual([]);
    const mute = host(() => ({ writes: { setEnabled: () => Promise.reject(new RelayError('LOCK_LOST', 'gone')) } }));
    await expect(trySetEnabled(mute.all().slice(0, 1), false, mute.tools, mute.log)).rejects.toMatchObject({
      code: 'LOCK_LOST',
    });
  });
});

describe('the note that accounts were tested', () => {
  it('is no change that is undone, and is taken at the word of the host', async () => {
    const { tools, state, notes, log } = host();
    for (const account of state.accounts.values()) account.tested = false;
    expect(await noteTested(['1', '2'], 'run-2', tools)).toBeUndefined();
    expect([...state.accounts.values()].map(({ tested }) => tested)).toEqual([true, true, false]);
    expect([log.changes, notes.map(({ type }) => type)]).toEqual([[], ['intent']]);
  });

  it.each([
    ['all of them bear it', ['1', '2'], undefined],
    ['one of them does not', ['1'], 'TEST_NOT_NOTED'],
  ])('whose answer is lost was taken if %s', async (_, taken, code) => {
    const { tools } = host((state) => {
      for (const account of state.accounts.values()) account.tested = taken.includes(account.id);
      return { writes: { markTested: async () => ({ status: 'unknown', failure: down }) } };
    });
    expect((await noteTested(['1', '2'], 'run-2', tools))?.code).toBe(code);
  });

  it('that is refused is a problem, and what ends the run ends it', async () => {
    const { tools } = host(() => ({ writes: { markTested: async () => rejected } }));
    expect(await noteTested(['1'], 'run-2', tools)).toMatchObject({ code: 'TEST_NOT_NOTED' });
    const mute = host(() => ({
      writes: { markTested: () => Promise.reject(new RelayError('JOURNAL_FAILED', 'full')) },
    }));
    await expect(noteTested(['1'], 'run-2', mute.tools)).rejects.toMatchObject({ code: 'JOURNAL_FAILED' });
  });
});

describe('objects that the run has not made', () => {
  const removing = (change?: Parameters<typeof host>[0]) => {
    const at = host(change);
    for (const id of ['8', '9']) at.state.groups.set(id, aGroup({ id, name: `left-${id}` }));
    const objects = ['8', '9'].map((id) => structuredClone(at.state.groups.get(id)!));
    const list = async () => structuredClone([...at.state.groups.values()]);
    return { ...at, objects, list };
  };

  it('go, each noted before, and are seen gone', async () => {
    const { tools, objects, list, notes, state, clock } = removing();
    expect(await removeObjects('group', objects, tools, list)).toEqual({ removed: objects, leftovers: [] });
    expect([[...state.groups.keys()], clock.pauses]).toEqual([['1'], []]);
    expect(notes).toMatchObject([
      { type: 'intent', kind: 'group', name: 'left-8' },
      { type: 'intent', kind: 'group', name: 'left-9' },
    ]);
  });

  it('also after the run was told to stop', async () => {
    const { tools, objects, list, stop, state } = removing();
    stop.abort(new RelayError('INTERRUPTED', 'stop'));
    await removeObjects('group', objects, tools, list);
    expect([...state.groups.keys()]).toEqual(['1']);
  });

  it('are left alone where another bears the number by now', async () => {
    const { tools, objects, list, state, sent } = removing();
    state.groups.get('8')!.name = 'theirs';
    expect(await removeObjects('group', objects, tools, list)).toEqual({ removed: objects, leftovers: [] });
    expect([[...state.groups.keys()], sent]).toEqual([['1', '8'], ['delete group left-9']]);
  });

  it('that stay are tried thrice, and named', async () => {
    const { tools, objects, list, clock } = removing(() => ({ writes: { deleteGroup: async () => done } }));
    const { removed, leftovers } = await removeObjects('group', objects, tools, list);
    expect([removed, names(leftovers), clock.pauses]).toEqual([[], ['left-8', 'left-9'], [1000, 4000]]);
  });

  it('count as there where nobody can look; other faults end it', async () => {
    const { tools, objects } = removing();
    expect((await removeObjects('group', objects, tools, () => Promise.reject(down))).leftovers).toHaveLength(2);
    await expect(removeObjects('group', objects, tools, () => Promise.reject(new TypeError('x')))).rejects.toThrow('x');
  });
});
