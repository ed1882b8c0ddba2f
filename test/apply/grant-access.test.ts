import { describe, expect, it } from 'vitest';
import { ChangeLog } from '../../src/apply/change-log.ts';
import { extended } from '../../src/apply/drivers/grant.ts';
import { grantAccess, type GrantResult } from '../../src/apply/grant-access.ts';
import { noJournal } from '../../src/apply/journal.ts';
import { findUnrecorded } from '../../src/apply/undo/find-unrecorded.ts';
import { undo } from '../../src/apply/undo/undo.ts';
import { RelayError } from '../../src/core/relay-error.ts';
import type { Grant } from '../../src/host/grants.ts';
import { HostFailure, type WriteResult } from '../../src/host/host-failure.ts';
import type { GrantStep } from '../../src/plan/import-plan.ts';
import { aGroup, aSubscription, aUser, dayMs } from '../support/builders.ts';
import { memorySub2api } from '../support/memory-sub2api.ts';
import { otherHost } from '../support/other-host.ts';

const user = aUser();
const base = { kind: 'subscription', user, asked: user.email, days: 30 };
const create: GrantStep = { ...base, action: 'create' };
const reuse: GrantStep = { ...base, action: 'reuse', id: '1', expiresAt: 5 };
const extend = (wasActive: boolean): GrantStep => ({ ...base, action: 'extend', id: '1', byDays: 10, wasActive });

const failure = (maybeInFlight = false) =>
  new HostFailure('HOST_FAILED', 'it said no', { delivery: 'unknown', transient: false, maybeInFlight });
const rejected: WriteResult<never> = { status: 'rejected', failure: failure() };
const lost = (maybeInFlight = false): WriteResult<never> => ({ status: 'unknown', failure: failure(maybeInFlight) });

type Writes = ReturnType<Parameters<typeof otherHost>[0]>['writes'];

function granting(writes: (real: NonNullable<Writes>) => Writes = () => ({}), grants: Partial<Grant>[] = []) {
  const memory = memorySub2api();
  memory.state.groups.set('1', aGroup());
  for (const each of grants) memory.state.subscriptions.set(each.id ?? '1', aSubscription(each));
  const tools = otherHost((host) => ({ writes: writes(host.writes) ?? {} }))(memory.tools);
  const log = new ChangeLog(noJournal);
  const results: GrantResult[] = [];
  const give = (steps: readonly GrantStep[], endsOnFailure = false) =>
    grantAccess(steps, '1', endsOnFailure, tools, log, results);
  const outcomes = () => results.map(({ outcome }) => outcome);
  const undone = async () => {
    await findUnrecorded(tools, log);
    return (await undo([...log.changes], tools, log)).leftovers;
  };
  return { ...memory, tools, log, results, give, outcomes, undone };
}

describe('users get access (B22)', () => {
  it('that they did not have, for as long as was asked for; undone it is gone', async () => {
    const host = granting();
    await host.give([create]);
    const [given] = [...host.state.subscriptions.values()];
    expect(given).toMatchObject({ userId: '7', place: '1', active: true });
    expect((given?.expiresAt ?? 0) - (given?.startsAt ?? 0)).toBe(30 * dayMs);
    expect(host.results).toEqual([
      {
        kind: 'subscription',
        user: user.email,
        userId: '7',
        days: 30,
        outcome: 'created',
        expiresAt: given!.expiresAt,
        message: null,
        lost: null,
      },
    ]);
    expect(await host.undone()).toEqual([]);
    expect(host.state.subscriptions.size).toBe(0);
  });

  it('that they have: nothing is sent', async () => {
    const host = granting();
    await host.give([reuse]);
    expect(host.results).toMatchObject([{ outcome: 'reused', expiresAt: 5 }]);
    expect([host.sent, host.log.changes]).toEqual([[], []]);
  });

  it('that is lengthened, from its end as it is now; undone it ends as before', async () => {
    const host = granting(undefined, [{ id: '1' }]);
    const before = structuredClone(host.state.subscriptions.get('1')!);
    await host.give([extend(true)]);
    expect(host.results).toMatchObject([{ outcome: 'extended', expiresAt: (before.expiresAt ?? 0) + 10 * dayMs }]);
    expect(await host.undone()).toEqual([]);
    expect(host.state.subscriptions.get('1')).toEqual(before);
  });

  it('that somebody has lengthened since stays so, and is named', async () => {
    const host = granting(undefined, [{ id: '1' }]);
    await host.give([extend(true)]);
    const longer = host.state.subscriptions.get('1')!;
    longer.expiresAt = (longer.expiresAt ?? 0) + 5 * dayMs;
    const now = structuredClone(host.state.subscriptions.get('1')!);
    expect(await host.undone()).toMatchObject([{ kind: 'subscription', id: '1', command: null }]);
    expect(host.state.subscriptions.get('1')).toEqual(now);
  });

  it('that had expired runs anew, and no host can take that back', async () => {
    const host = granting(undefined, [{ id: '1', active: false }]);
    await host.give([extend(false)]);
    expect(host.outcomes()).toEqual(['extended']);
    expect(host.log.changes).toMatchObject([{ after: { expiresAt: null, active: true } }]);
  });

  it('that is gone since the plan was made fails', async () => {
    const host = granting(undefined, [{ id: '2' }]);
    await host.give([extend(true)]);
    expect(host.results).toMatchObject([{ outcome: 'failed', lost: null, expiresAt: null }]);
    expect(host.results[0]?.message).toContain('is gone since the plan was made');
    expect(host.sent).toEqual([]);
  });
});

describe('an access that is not given', () => {
  it.each([
    [false, ['failed', 'failed', 'reused']],
    [true, ['failed']],
  ])('where a failure ends it (%s)', async (endsOnFailure, outcomes) => {
    const host = granting(() => ({ assignSubscription: async () => rejected }));
    await host.give([create, create, reuse], endsOnFailure);
    expect(host.outcomes()).toEqual(outcomes);
    expect(host.results[0]).toMatchObject({ message: expect.stringContaining('it said no') as unknown, lost: null });
  });

  it('and of which nobody can tell is named as lost', async () => {
    const host = granting(() => ({ assignSubscription: async () => lost(true) }));
    await host.give([create]);
    expect(host.results).toMatchObject([{ outcome: 'failed', lost: { code: 'WRITE_UNSETTLED' } }]);
  });

  it('for what concerns the whole run ends that', async () => {
    const host = granting(() => ({ assignSubscription: () => Promise.reject(new RelayError('LOCK_LOST', 'gone')) }));
    await expect(host.give([create])).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(host.results).toEqual([]);
  });
});

describe('a lost answer to an access', () => {
  it.each<[string, Partial<Grant>, string]>([
    ['as it was sent', {}, 'created'],
    ['which the host rounds', { expiresAt: 30 * dayMs + 59_000 }, 'created'],
    ['of another length', { expiresAt: 31 * dayMs }, 'failed'],
    ['for somebody else', { userId: '8' }, 'failed'],
    ['of another place', { place: '2' }, 'failed'],
    ['that has expired', { active: false }, 'failed'],
    ['that others gave', { byRelay: false }, 'failed'],
  ])('is believed where the host shows one %s', async (_, changes, outcome) => {
    const host = granting();
    const tools = otherHost(() => ({
      writes: {
        assignSubscription: async () => {
          const given = { id: '5', startsAt: 0, expiresAt: 30 * dayMs, ...changes };
          host.state.subscriptions.set('5', aSubscription(given));
          return lost();
        },
      },
    }))(host.tools);
    await grantAccess([create], '1', false, tools, host.log, host.results);
    expect(host.outcomes()).toEqual([outcome]);
  });

  it('that comes after all is found before the run is undone', async () => {
    const host = granting((real) => ({
      assignSubscription: async (...args) => {
        host.late = () => real.assignSubscription!(...args);
        return lost(true);
      },
    })) as ReturnType<typeof granting> & { late?: () => Promise<unknown> };
    await host.give([create]);
    expect(host.outcomes()).toEqual(['failed']);
    await host.late!();
    expect(await host.undone()).toEqual([]);
    expect(host.state.subscriptions.size).toBe(0);
  });
});

it('a state without an end cannot be lengthened', () => {
  const state = { userId: '7', place: '1', expiresAt: null, days: 30, active: true };
  expect(() => extended(state, 1)).toThrow(RelayError);
  expect(extended({ ...state, expiresAt: 5 }, -2)).toEqual({ ...state, expiresAt: 5 - 2 * dayMs });
});
