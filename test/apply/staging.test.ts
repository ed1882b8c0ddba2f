import { describe, expect, it } from 'vitest';
import { isolationChanges, makeStaging, placeAccounts, stagingChanges } from '../../src/apply/accounts/staging.ts';
import { updateAccount, type UpdateStep } from '../../src/apply/accounts/update-account.ts';
import { ChangeLog } from '../../src/apply/change-log.ts';
import { noJournal } from '../../src/apply/journal.ts';
import { undo } from '../../src/apply/undo/undo.ts';
import type { Account, AccountChange } from '../../src/host/account.ts';
import { stagingName } from '../../src/host/names.ts';
import { aGroup, aMarker, anAccount, aProvider } from '../support/builders.ts';
import { memorySub2api } from '../support/memory-sub2api.ts';
import { otherHost } from '../support/other-host.ts';

const run = 'run-2';

function staging() {
  const memory = memorySub2api();
  const { state, tools } = memory;
  state.groups.set('1', aGroup());
  for (const id of ['1', '2', '3'])
    state.accounts.set(id, anAccount({ id, name: `acme-0${id}`, marker: aMarker({ fingerprint: id, run }) }));
  const log = new ChangeLog(noJournal);
  const make = (number = 0) =>
    makeStaging({ name: stagingName(run, number), provider: aProvider(), access: 'subscription', run }, tools, log);
  const bind = (id: string, ...places: string[]) =>
    placeAccounts([structuredClone(state.accounts.get(id)!)], places, tools, log);
  return { ...memory, log, make, bind };
}

describe('a staging place of a run', () => {
  it('is made once: what the run has, it takes again', async () => {
    const { state, make, sent } = staging();
    const place = await make();
    expect(place).toEqual({ id: expect.any(String) as unknown, name: 'relay-staging-run-2' });
    expect(await make()).toEqual(place);
    expect(await make(1)).not.toEqual(place);
    expect([state.groups.size, sent.length]).toEqual([3, 2]);
  });

  it('that is gone, or that was never seen, is made anew', async () => {
    const { state, make, log } = staging();
    const { id } = await make();
    state.groups.delete(id);
    expect((await make()).id).not.toBe(id);
    const other = staging();
    await other.log.note([
      { kind: 'group', action: 'created', id: null, name: stagingName(run), before: null, after: {} },
    ]);
    await other.make();
    expect(other.state.groups.size).toBe(2);
    expect(log.changes).toHaveLength(2);
  });

  it('cannot be had on a host that has no such places', async () => {
    const { tools } = memorySub2api();
    const host = { ...tools.host, isolation: null };
    const asked = { name: 'x', provider: aProvider(), access: 'subscription', run } as const;
    await expect(makeStaging(asked, { ...tools, host }, new ChangeLog(noJournal))).rejects.toMatchObject({
      code: 'INTERNAL',
    });
  });

  it('what a run has left of them are the places, and the accounts that are bound to one of their own', async () => {
    const { log, state, tools, make, bind } = staging();
    const whole = await make();
    const own = await make(1);
    await bind('1', '1', own.id);
    await bind('2', '1', own.id);
    await bind('2', '1');
    // In the place where all are proven an account is put where it belongs by who put it there.
    await bind('3', '1', whole.id);
    await log.note([{ kind: 'group', action: 'created', id: null, name: 'relay-acme', before: null, after: {} }]);
    const left = stagingChanges(log, run);
    expect(left.map(({ kind, name }) => [kind, name])).toEqual([
      ['account', 'acme-01'],
      ['group', whole.name],
      ['group', own.name],
    ]);
    expect(isolationChanges(log, run).map(({ name }) => name)).toEqual(['acme-01', own.name]);
    await undo(isolationChanges(log, run), tools, log);
    expect(state.accounts.get('1')?.places).toEqual(['1']);
    expect([...state.groups.values()].map(({ name }) => name)).toEqual([aGroup().name, whole.name]);
  });

  it('of a place whose number is not known no account can be told to be in it', async () => {
    const { log, bind } = staging();
    await log.note([
      { kind: 'group', action: 'created', id: null, name: stagingName(run, 1), before: null, after: {} },
    ]);
    await bind('1', '1', '7');
    expect(stagingChanges(log, run).map(({ kind }) => kind)).toEqual(['group']);
  });

  it('accounts are put into exactly the places that are named, and where they were before is noted', async () => {
    const { state, log, bind } = staging();
    state.accounts.get('1')!.places = ['1', '5'];
    const [now] = await bind('1', '1', '6');
    expect(now?.places).toEqual(['1', '6']);
    expect(log.changes).toMatchObject([{ before: { places: ['1', '5'] }, after: { places: ['1', '6'] } }]);
  });
});

describe('an account that is brought to what is wanted', () => {
  const stepTo = (account: Account, change: AccountChange): UpdateStep => ({
    line: 1,
    fingerprint: '1',
    last4: '',
    enabled: true,
    action: 'update',
    name: account.name,
    account,
    change,
    differences: [],
    retest: null,
    place: 'serves',
  });

  it.each<[string, AccountChange, Partial<Account>]>([
    ['another priority leaves it tested', { priority: 1 }, { priority: 1, tested: true }],
    [
      'another address has it tested anew',
      { baseUrl: 'https://x.example' },
      { baseUrl: 'https://x.example', tested: false },
    ],
    ['another mapping too', { mapping: { big: 'x' } }, { mapping: { big: 'x' }, tested: false }],
    [
      'whether it serves is no affair of this',
      { enabled: false, paused: true, priority: 1 },
      { enabled: true, paused: false, priority: 1 },
    ],
  ])('%s; undone it is as before', async (_, change, wanted) => {
    const { state, tools, log } = staging();
    const before = structuredClone(state.accounts.get('1')!);
    const now = await updateAccount(stepTo(before, change), tools, log);
    expect(now).toEqual(state.accounts.get('1'));
    expect(now).toMatchObject(wanted);
    expect((await undo([...log.changes], tools, log)).leftovers).toEqual([]);
    expect(state.accounts.get('1')).toEqual(before);
  });

  it('of which only the service is another is left to others', async () => {
    const { state, tools, log, sent } = staging();
    const account = structuredClone(state.accounts.get('1')!);
    expect(await updateAccount(stepTo(account, { enabled: false }), tools, log)).toBe(account);
    expect([sent, log.changes]).toEqual([[], []]);
  });

  it('and that the host leaves as it was is told so', async () => {
    const { state, tools, log } = staging();
    const deaf = otherHost(() => ({
      writes: { changeAccount: async (id) => ({ status: 'applied', value: state.accounts.get(id)! }) },
    }));
    const account = structuredClone(state.accounts.get('1')!);
    await expect(updateAccount(stepTo(account, { priority: 1 }), deaf(tools), log)).rejects.toMatchObject({
      code: 'SETTINGS_DROPPED',
    });
    expect(log.changes).toEqual([]);
  });
});
