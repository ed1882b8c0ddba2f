import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyResources } from '../../src/apply/apply-resources.ts';
import { ChangeLog } from '../../src/apply/change-log.ts';
import { noJournal } from '../../src/apply/journal.ts';
import { accountStateOf, type AccountState } from '../../src/apply/drivers/account-state.ts';
import { setEnabled } from '../../src/apply/accounts/set-enabled.ts';
import { makeStaging, placeAccounts } from '../../src/apply/accounts/staging.ts';
import { undo } from '../../src/apply/undo/undo.ts';
import { updateAccount, type UpdateStep } from '../../src/apply/accounts/update-account.ts';
import { settingsDigest } from '../../src/plan/account-change.ts';
import type { Account } from '../../src/host/account.ts';
import { stagingName } from '../../src/host/names.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import {
  aChannel,
  aDesired,
  aGroup,
  aMarker,
  anAccount,
  anEmptyHost,
  aProvider,
  aServingHost,
} from '../support/builders.ts';
import { memorySub2api } from '../support/memory-sub2api.ts';
import { otherHost } from '../support/other-host.ts';
import { runs } from '../support/sweep.ts';

function planOf(...given: Parameters<typeof buildPlan>) {
  const result = buildPlan(...given);
  if (!('plan' in result)) throw new Error('no plan');
  return result.plan;
}

describe('what a run has made', () => {
  it('goes in the order in which it hangs together: accounts, then tariff, channel and group (B17)', async () => {
    const { tools, state, sent } = memorySub2api();
    const log = new ChangeLog(noJournal);
    const place = await applyResources(planOf(aDesired(), anEmptyHost()), tools, log);
    expect([...state.channels.values()]).toMatchObject([{ groupIds: [place] }]);
    expect([...state.tariffs.values()]).toMatchObject([{ groupId: place }]);
    const account = await madeBy(log, place);
    state.accounts.set(account.id, account);
    sent.length = 0;
    const { undone, leftovers } = await undo([...log.changes], tools, log);
    expect(leftovers).toEqual([]);
    expect(sent.map((each) => each.split(' ').slice(0, 2).join(' '))).toEqual([
      'delete account',
      'delete tariff',
      'delete channel',
      'delete group',
    ]);
    expect(undone).toHaveLength(4);
  });

  it('and that others use since stays, with what hangs on it, and is named (N21)', async () => {
    const { tools, state } = memorySub2api();
    const log = new ChangeLog(noJournal);
    const place = await applyResources(planOf(aDesired(), anEmptyHost()), tools, log);
    state.accounts.set('7', anAccount({ id: '7', name: 'theirs', marker: null, places: [place] }));
    const { undone, leftovers } = await undo([...log.changes], tools, log);
    expect(undone).toEqual([]);
    expect(leftovers.map(({ kind, command, reason }) => [kind, command, reason])).toEqual([
      ['group', null, 'used by 1 account that relay did not make'],
      ['channel', null, expect.stringContaining('stays')],
      ['tariff', null, expect.stringContaining('stays')],
    ]);
  });
});

describe('undo believes only what it sees (N21)', () => {
  it('what the host does not remove is named, and not called undone', async () => {
    const { tools } = memorySub2api();
    const log = new ChangeLog(noJournal);
    await applyResources(planOf(aDesired(), anEmptyHost()), tools, log);
    const deaf = otherHost(() => ({ writes: { deleteTariff: async () => done } }));
    const { undone, leftovers } = await undo([...log.changes], deaf(tools), log);
    expect(undone.map(({ kind }) => kind)).not.toContain('tariff');
    expect(leftovers).toContainEqual(
      expect.objectContaining({ kind: 'tariff', reason: 'it could not be removed', command: 'look' }),
    );
  });

  it('what the run made and others have changed since stays', async () => {
    const { tools, state } = memorySub2api();
    const log = new ChangeLog(noJournal);
    const account = await madeBy(log, '1');
    state.groups.set('1', aGroup());
    state.accounts.set(account.id, { ...account, priority: 1 });
    const { undone, leftovers } = await undo([...log.changes], tools, log);
    expect([undone, leftovers]).toEqual([[], [expect.objectContaining({ id: account.id, command: null })]]);
    expect(state.accounts.size).toBe(1);
  });

  it('an account that a person has paused since stays paused', async () => {
    const { tools, state, log } = await played([
      { does: 'pause', on: 0 },
      { does: 'resume', on: 0 },
      { does: 'edit', on: 0 },
    ]);
    Object.assign(state.accounts.get('1')!, { enabled: false, paused: false });
    expect((await undo([...log.changes], tools, log)).leftovers).toEqual([]);
    expect(state.accounts.get('1')).toMatchObject({ enabled: false, paused: false, concurrency: 10 });
  });
});

const done = { status: 'applied', value: undefined } as const;

describe('a channel that others have changed since the plan was made', async () => {
  it('is not overwritten: the run ends, and says so (N7)', async () => {
    const { tools, state } = memorySub2api();
    const channel = aChannel({ restrictsModels: false });
    const plan = planOf(aDesired(), aServingHost({ channels: [channel] }));
    const group = aGroup();
    state.groups.set(group.id, group);
    const now = { ...channel, mappings: { openai: { theirs: 'theirs' } } };
    state.channels.set(now.id, now);
    const applying = applyResources(plan, tools, new ChangeLog(noJournal));
    await expect(applying).rejects.toMatchObject({ code: 'WRITE_REFUSED' });
    expect(state.channels.get(now.id)).toEqual(now);
  });
});

/** An account as this run has made it, noted in its log. */
async function madeBy(log: ChangeLog, place: string): Promise<Account> {
  const marker = aMarker({ run: 'run-2' });
  const account = anAccount({ id: '50', name: 'acme-07', marker, places: [place] });
  const after = { marker, places: [place], digest: settingsDigest(account) };
  const [change] = await log.note([
    { kind: 'account', action: 'created', id: null, name: account.name, before: null, after },
  ]);
  await log.made([{ change: change!, id: account.id }]);
  return account;
}

type Step = { does: 'pause' | 'resume' | 'bind' | 'edit'; on: number } | { does: 'others'; on: number };

const steps = fc.array(
  fc.record({ does: fc.constantFrom('pause', 'resume', 'bind', 'edit', 'others' as const), on: fc.nat(2) }),
  { maxLength: 12 },
);

/** Three accounts of an earlier run on a host that serves, and one that a run now works on. */
async function played(list: readonly Step[]) {
  const memory = memorySub2api();
  const { tools, state } = memory;
  state.groups.set('1', aGroup());
  for (const id of ['1', '2', '3'])
    state.accounts.set(id, anAccount({ id, name: `acme-0${id}`, marker: aMarker({ fingerprint: `sha256:${id}` }) }));
  const before = structuredClone(state);
  const log = new ChangeLog(noJournal);
  const staging = await makeStaging(
    { name: stagingName('run-2'), provider: aProvider(), access: 'subscription', run: 'run-2' },
    tools,
    log,
  );
  const theirs = new Set<string>();
  for (const { does, on } of list) {
    const account = structuredClone(state.accounts.get(String(on + 1))!);
    if (does === 'pause' || does === 'resume') await setEnabled([account], does === 'resume', tools, log);
    if (does === 'bind')
      await placeAccounts([account], account.places.includes(staging.id) ? ['1'] : ['1', staging.id], tools, log);
    if (does === 'edit') await updateAccount(editOf(account), tools, log);
    if (does === 'others') {
      state.accounts.get(account.id)!.priority = 1000 + Number(account.priority);
      theirs.add(account.id);
    }
  }
  return { ...memory, log, before, theirs };
}

function editOf(account: Account): UpdateStep {
  const change = {
    concurrency: Number(account.concurrency) + 1,
    settings: { 'extra.mode': { value: account.concurrency } },
  };
  const { name, marker } = account;
  const key = { line: 1, fingerprint: marker!.fingerprint, last4: '', enabled: true };
  return { ...key, action: 'update', name, account, change, differences: ['x'], retest: null, place: 'idle' };
}

describe('undoing whatever a run did to accounts', () => {
  it('leaves nothing of it, and names nothing falsely', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const { tools, state, log, before } = await played(list.filter(({ does }) => does !== 'others'));
        expect((await undo([...log.changes], tools, log)).leftovers).toEqual([]);
        expect(state).toEqual(before);
        expect(log.changes).toEqual([]);
      }),
      { numRuns: runs(200) },
    );
  });

  it('also by halves, as a run that is killed leaves it to its rollback', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(12), async (list, at) => {
        const { tools, state, log, before } = await played(list.filter(({ does }) => does !== 'others'));
        // The last change was noted, and never sent.
        const last = log.changes.at(-1);
        const account = last?.kind === 'account' && last.action === 'updated' ? state.accounts.get(last.id) : undefined;
        if (account !== undefined && at % 2 === 0) {
          const { enabled, paused, places } = (last?.before ?? {}) as AccountState;
          Object.assign(account, JSON.parse(JSON.stringify({ enabled, paused, places })));
          if (last !== undefined && accountStateOf(last)?.concurrency !== undefined) return;
        }
        expect((await undo([...log.changes], tools, log)).leftovers).toEqual([]);
        expect(state).toEqual(before);
      }),
      { numRuns: runs(200) },
    );
  });

  it('touches no setting that others have changed since, and names what it left for that', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const { tools, state, log, theirs } = await played(list);
        const priorities = new Map([...state.accounts].map(([id, { priority }]) => [id, priority]));
        const { leftovers } = await undo([...log.changes], tools, log);
        expect(new Map([...state.accounts].map(([id, { priority }]) => [id, priority]))).toEqual(priorities);
        for (const { kind, id } of leftovers.filter((each) => each.kind === 'account'))
          expect([kind, theirs.has(id ?? '')]).toEqual(['account', true]);
      }),
      { numRuns: runs(200) },
    );
  });
});
