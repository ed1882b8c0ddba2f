import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomeOf, exitCodeOfAll, type Outcome, type Ending } from '../../src/report/outcome.ts';
import { runs } from '../support/sweep.ts';

const good: Ending = {
  access: 'subscription',
  undone: false,
  leftovers: 0,
  unsettled: 0,
  interruptedBy: null,
  gatewayOk: true,
  before: 'idle',
  accounts: { desired: 3, working: 3, failed: 0 },
  malformed: 0,
  errors: 0,
  silenced: false,
  unnoted: false,
  aborted: false,
  untouched: false,
};

const oneFailed: Partial<Ending> = { accounts: { desired: 3, working: 2, failed: 1 }, errors: 1 };
const noneWorks: Partial<Ending> = { accounts: { desired: 3, working: 0, failed: 3 }, errors: 3 };

describe('the end of a run (B19, N11)', () => {
  it.each<
    [string, Partial<Ending>, Outcome['batchStatus'], Outcome['providerStatus'], Outcome['accessStatus'], number]
  >([
    ['all well', {}, 'succeeded', 'active', 'subscription_ready', 0],
    ['all well in self-service', { access: 'self_service' }, 'succeeded', 'active', 'self_service_ready', 0],
    ['all well and not checked (N9)', { gatewayOk: null }, 'succeeded', 'active', 'unchecked', 0],
    [
      'nothing wanted',
      { accounts: { desired: 0, working: 0, failed: 0 } },
      'succeeded',
      'active',
      'subscription_ready',
      0,
    ],
    ['a failed account (B18)', oneFailed, 'partially_succeeded', 'degraded', 'subscription_ready', 5],
    [
      'a failed account in self-service',
      { ...oneFailed, access: 'self_service' },
      'partially_succeeded',
      'degraded',
      'self_service_ready',
      5,
    ],
    ['malformed lines', { malformed: 2 }, 'partially_succeeded', 'degraded', 'subscription_ready', 5],
    ['a failed subscription or removal', { errors: 1 }, 'partially_succeeded', 'degraded', 'subscription_ready', 5],
    ['a gateway that is not ready', { gatewayOk: false, errors: 1 }, 'partially_succeeded', 'degraded', 'broken', 7],
    [
      'a gateway that is not ready, and a failed account',
      { ...oneFailed, gatewayOk: false },
      'partially_succeeded',
      'degraded',
      'broken',
      7,
    ],
    ['no account that works', { ...noneWorks, gatewayOk: null }, 'partially_succeeded', 'degraded', 'broken', 7],
    [
      'no account that works, though others answer',
      noneWorks,
      'partially_succeeded',
      'degraded',
      'subscription_ready',
      7,
    ],
    [
      'a partial run whose first change was refused: the host is as it was (N11)',
      { ...noneWorks, gatewayOk: null, aborted: true, untouched: true },
      'partially_succeeded',
      'degraded',
      'broken',
      4,
    ],
    [
      'a partial run that ended after some changes, before it had accounts (N11)',
      { ...noneWorks, gatewayOk: null, aborted: true },
      'partially_succeeded',
      'degraded',
      'broken',
      5,
    ],
    [
      'a partial run that ended by an error (B20)',
      { gatewayOk: null, errors: 1, aborted: true },
      'partially_succeeded',
      'degraded',
      'broken',
      5,
    ],
    [
      'a strict failure, undone (B17)',
      { undone: true, gatewayOk: null, errors: 1 },
      'rolled_back',
      'failed',
      'broken',
      4,
    ],
    [
      'a strict failure, undone, beside accounts that serve on',
      { undone: true, before: 'served', gatewayOk: null, errors: 1 },
      'rolled_back',
      'active',
      'unchecked',
      4,
    ],
    [
      'a strict failure, undone, where a part of the accounts had served',
      { undone: true, before: 'partly', gatewayOk: null, errors: 1 },
      'rolled_back',
      'degraded',
      'unchecked',
      4,
    ],
    [
      'an interruption, undone, beside accounts that serve on',
      { undone: true, before: 'served', gatewayOk: null, interruptedBy: 'SIGINT', errors: 1 },
      'rolled_back',
      'active',
      'unchecked',
      130,
    ],
    [
      'a strict failure of a gateway that had served, undone',
      { undone: true, before: 'served', gatewayOk: false, errors: 1 },
      'rolled_back',
      'active',
      'broken',
      4,
    ],
    [
      'a strict failure with leftovers, beside accounts that had served',
      { undone: true, before: 'served', gatewayOk: null, leftovers: 1, errors: 1 },
      'failed',
      'degraded',
      'unchecked',
      6,
    ],
    [
      'a strict failure, undone, of a gateway (B17)',
      { undone: true, gatewayOk: false, errors: 1 },
      'rolled_back',
      'failed',
      'broken',
      4,
    ],
    ['a strict failure with leftovers', { undone: true, leftovers: 1, errors: 1 }, 'failed', 'failed', 'broken', 6],
    [
      'a strict failure with something unsettled',
      { undone: true, unsettled: 1, errors: 1 },
      'failed',
      'failed',
      'broken',
      6,
    ],
    [
      'an interruption',
      { interruptedBy: 'SIGINT', gatewayOk: null, errors: 1 },
      'partially_succeeded',
      'degraded',
      'broken',
      130,
    ],
    [
      'a termination',
      { interruptedBy: 'SIGTERM', gatewayOk: null, errors: 1 },
      'partially_succeeded',
      'degraded',
      'broken',
      143,
    ],
    [
      'an interruption, undone',
      { interruptedBy: 'SIGINT', undone: true, gatewayOk: null, errors: 1 },
      'rolled_back',
      'failed',
      'broken',
      130,
    ],
    [
      'an interruption with leftovers',
      { interruptedBy: 'SIGTERM', undone: true, leftovers: 2, errors: 1 },
      'failed',
      'failed',
      'broken',
      6,
    ],
    ['a probe user left behind', { leftovers: 1 }, 'partially_succeeded', 'degraded', 'subscription_ready', 6],
    [
      'something unsettled in a partial run',
      { unsettled: 1, errors: 1 },
      'partially_succeeded',
      'degraded',
      'subscription_ready',
      6,
    ],
  ])('%s', (_, changes, batchStatus, providerStatus, accessStatus, exitCode) => {
    expect(outcomeOf({ ...good, ...changes })).toEqual({ batchStatus, providerStatus, accessStatus, exitCode });
  });

  // A failed account is an error, and an error makes an access that was never looked at `broken`.
  it('a failed account, where the gateway is not to be checked (N9)', () => {
    expect(outcomeOf({ ...good, ...oneFailed, gatewayOk: null })).toMatchObject({
      batchStatus: 'partially_succeeded',
      accessStatus: 'unchecked',
      exitCode: 5,
    });
  });
  it('malformed lines, of which accounts are not affected, and a removal that failed, where the gateway is not to be checked (N9)', () => {
    expect(outcomeOf({ ...good, malformed: 1, errors: 1, gatewayOk: null })).toMatchObject({
      accessStatus: 'unchecked',
      exitCode: 5,
    });
  });

  // Unchanged accounts that were all paused by hand.
  it('accounts none of which serves, though none failed: the status and the exit code agree', () => {
    const { batchStatus, exitCode } = outcomeOf({
      ...good,
      gatewayOk: null,
      accounts: { desired: 2, working: 0, failed: 0 },
    });
    expect(exitCode === 0).toBe(batchStatus === 'succeeded');
  });
});

const endings = fc
  .record({
    access: fc.constantFrom('subscription', 'self_service'),
    undone: fc.boolean(),
    leftovers: fc.nat(2),
    unsettled: fc.nat(2),
    interruptedBy: fc.constantFrom(null, 'SIGINT', 'SIGTERM'),
    gatewayOk: fc.constantFrom(true, false, null),
    before: fc.constantFrom('served', 'partly', 'idle'),
    desired: fc.nat(4),
    failed: fc.nat(4),
    malformed: fc.nat(2),
    errors: fc.nat(2),
    silenced: fc.boolean(),
    unnoted: fc.boolean(),
    aborted: fc.boolean(),
    untouched: fc.boolean(),
  })
  .map(({ desired, failed, ...rest }): Ending => ({
    ...rest,
    accounts: { desired, failed: Math.min(desired, failed), working: desired - Math.min(desired, failed) },
  }));

describe('any end of a run', () => {
  it('has the exit code that counts most: 6, then 130 and 143, 3, 4, 7, 5 (N11)', () => {
    const idle = ({ gatewayOk, accounts }: Ending) =>
      gatewayOk !== false && accounts.desired > 0 && accounts.working === 0;
    const order: [number, (ending: Ending) => boolean][] = [
      [
        6,
        ({ leftovers, unsettled, silenced, unnoted, untouched }) =>
          leftovers + unsettled > 0 || unnoted || (silenced && !untouched),
      ],
      [130, (ending) => ending.interruptedBy === 'SIGINT'],
      [143, (ending) => ending.interruptedBy === 'SIGTERM'],
      [3, ({ silenced, aborted, untouched }) => silenced && aborted && untouched],
      [4, (ending) => ending.undone || (idle(ending) && ending.aborted && ending.untouched)],
      [7, (ending) => ending.gatewayOk === false || (idle(ending) && !ending.aborted)],
      [5, ({ accounts, malformed, errors, aborted }) => accounts.failed + malformed + errors > 0 || aborted],
      [0, () => true],
    ];
    fc.assert(
      fc.property(endings, (ending) => {
        expect(outcomeOf(ending).exitCode).toBe(order.find(([, holds]) => holds(ending))![0]);
      }),
      { numRuns: runs(500) },
    );
  });

  it('is a success exactly when the exit code is 0 (B19, N11)', () => {
    fc.assert(
      fc.property(endings, (ending) => {
        const { batchStatus, exitCode } = outcomeOf(ending);
        expect(batchStatus === 'succeeded').toBe(exitCode === 0);
      }),
      { numRuns: runs(500) },
    );
  });

  it('has statuses that fit each other (B19)', () => {
    fc.assert(
      fc.property(endings, (ending) => {
        const { batchStatus, providerStatus, accessStatus } = outcomeOf(ending);
        if (batchStatus === 'failed' || batchStatus === 'rolled_back') {
          // What was undone says nothing of accounts that were there before.
          expect(providerStatus === 'failed').toBe(ending.before === 'idle');
          if (ending.before === 'idle') expect(accessStatus).toBe('broken');
          if (providerStatus === 'active') expect(ending.before).toBe('served');
        } else expect(providerStatus).toBe(batchStatus === 'succeeded' ? 'active' : 'degraded');
        if (ending.gatewayOk === false) expect(accessStatus).toBe('broken');
        if (accessStatus === 'subscription_ready' || accessStatus === 'self_service_ready')
          expect(ending.gatewayOk).toBe(true);
        if (batchStatus === 'rolled_back') expect(ending.leftovers + ending.unsettled).toBe(0);
      }),
      { numRuns: runs(500) },
    );
  });
});

describe('the exit code of several runs in one go (N11)', () => {
  it.each([
    [[], 0],
    [[0, 0], 0],
    [[4, 4], 4],
    [[4, 3], 4],
    [[3, 3], 3],
    [[0, 3], 5],
    [[0, 4], 5],
    [[4, 5], 5],
    [[7, 0], 7],
    [[7, 4], 5],
    [[0, 6, 130], 6],
    [[0, 143, 4], 143],
    [[0, 130], 130],
    [[0, 1, 4], 1],
    [[5, 0], 5],
  ])('%j: %i', (codes, all) => {
    expect(exitCodeOfAll(codes)).toBe(all);
  });
});
