import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountOutcome } from '../../src/apply/accounts/making.ts';
import { buildReport } from '../../src/report/build-report.ts';
import { reportSchema, type Report } from '../../src/report/report-schema.ts';
import type { RunRecord } from '../../src/report/run-record.ts';
import { problem } from '../../src/core/relay-error.ts';
import {
  aChannel,
  aGatewayCheck,
  anAccount,
  aRecord,
  aServingHost,
  aSubscription,
  aUser,
  aVerdict,
  dayMs,
  fingerprintOf,
  madeAccount,
  noon,
} from '../support/builders.ts';
import { endsOfKeys } from '../support/ends-of-keys.ts';

const three = 'test-key-one\ntest-key-two\ntest-key-three\n';

/** Every report here is checked against its own schema, with no field more. */
function reportOf(record: RunRecord): Report {
  takeBack(record);
  return reportSchema.strict().parse(buildReport(record));
}

/** What undo does to the log of a record that says how much was undone, and what of it was left. */
function takeBack({ log, undone, leftovers }: RunRecord): void {
  if (!undone) return;
  void log.revert(
    log.changes.filter((change) => !leftovers.some(({ kind, name }) => kind === change.kind && name === change.name)),
  );
}

/** Something that was made, in a log. */
function made({ log }: RunRecord, kind: string, id: string, name: string): void {
  void log.note([{ kind, action: 'created', id: null, name, before: null, after: {} }]);
  const change = log.changes.at(-1);
  if (change !== undefined) void log.made([{ change, id }]);
}

/** What applying a plan writes into the log. */
function recordResources(record: RunRecord): void {
  const { log, plan } = record;
  for (const step of plan.resources) {
    const { kind, name } = step;
    if (step.action === 'create') made(record, kind, '1', name);
    else if (step.action !== 'unchanged') {
      const { id, before, after } = step;
      void log.note([{ kind, action: 'updated', id, name, before, after }]);
    }
  }
}

/** Accounts made and tested as `ends` says, in the order of the steps. */
function carry(
  record: RunRecord,
  ...ends: ('passed' | 'warning' | 'failed' | 'untested' | 'refused' | 'dropped' | 'unsettled' | 'not_tried')[]
): RunRecord {
  recordResources(record);
  for (const [index, step] of record.plan.accounts.entries()) {
    const end = ends[index] ?? 'passed';
    if (step.action === 'unchanged') continue;
    const account = madeAccount(step, String(11 + index));
    const outcomes: Partial<Record<typeof end, AccountOutcome>> = {
      refused: { outcome: 'failed', code: 'WRITE_REFUSED', message: 'The host refused the account.', id: null },
      dropped: { outcome: 'failed', code: 'SETTINGS_DROPPED', message: 'Another priority was stored.', id: account.id },
      unsettled: { outcome: 'unsettled', message: 'The answer was lost.' },
      not_tried: { outcome: 'not_tried' },
    };
    const outcome = outcomes[end] ?? { outcome: 'created', account };
    record.outcomes.set(step.fingerprint, outcome);
    if (outcome.outcome === 'created') made(record, 'account', account.id, step.name);
    if (end === 'passed') record.verdicts.set(step.fingerprint, aVerdict(account));
    if (end === 'warning')
      record.verdicts.set(step.fingerprint, aVerdict(account, { validation: 'warning', code: 'KEY_UNPROVEN' }));
    if (end === 'failed')
      record.verdicts.set(step.fingerprint, aVerdict(account, { validation: 'failed', code: 'KEY_REFUSED' }));
  }
  return record;
}

function failing(record: RunRecord, code: 'KEY_REFUSED' | 'INTERRUPTED' | 'WRITE_REFUSED' = 'KEY_REFUSED'): RunRecord {
  record.errors.push({ ...problem(code, 'it went wrong'), stage: 'verify' });
  return record;
}

/** The sums that the report promises (N2). */
function expectSums({ summary, keys, accounts }: Report): void {
  expect(summary.lines).toBe(summary.blank + summary.malformed + summary.duplicate + summary.accepted);
  expect(summary.accepted).toBe(endsOfKeys(summary));
  expect(keys).toHaveLength(summary.lines - summary.blank);
  expect(new Set(keys.map((key) => key.line)).size).toBe(keys.length);
  expect(accounts).toHaveLength(summary.accepted);
  for (const account of accounts)
    expect(
      keys.filter(
        (key) => key.line === account.line && key.account === account.name && key.fingerprint === account.fingerprint,
      ),
    ).toHaveLength(1);
}

describe('the report of a run in which all went well (B25)', () => {
  const record = carry(aRecord(three));
  record.gateway = aGatewayCheck();
  record.connect = { baseUrl: 'https://host.example/v1', access: 'g', models: ['big'], example: 'curl' };
  const report = reportOf(record);

  it('holds the statuses, the counts and the keys', () => {
    expect(report).toMatchObject({
      batchStatus: 'succeeded',
      providerStatus: 'active',
      accessStatus: 'subscription_ready',
      exitCode: 0,
    });
    expect(report.summary).toMatchObject({
      lines: 3,
      blank: 0,
      accepted: 3,
      added: 3,
      passed: 3,
      warning: 0,
      failedVerdict: 0,
    });
    expect(report.keys[0]).toEqual({
      line: 1,
      fingerprint: fingerprintOf('test-key-one'),
      last4: '',
      outcome: 'added',
      duplicateOf: null,
      account: 'acme-01',
    });
    expectSums(report);
  });

  it('holds what was asked for, and of which host', () => {
    expect(report).toMatchObject({
      schema: 'relay.import-report/2',
      run: {
        id: 'run-2',
        startedAt: '2026-11-20T12:00:00.000Z',
        finishedAt: '2026-11-20T12:00:05.000Z',
        durationMs: 5000,
        interrupted: false,
        dryRun: false,
      },
      host: { url: 'https://host.example', kind: 'sub2api', version: '0.1.179' },
      provider: {
        pack: 'acme',
        id: 'acme',
        displayName: 'Acme AI',
        platform: 'openai',
        accountType: 'apikey',
        baseUrl: 'https://api.acme.example/v1',
        smokeTestModel: 'small',
        digest: 'sha256:0',
      },
      mode: 'strict',
      accessMode: 'subscription',
    });
  });

  it('holds each object and account', () => {
    const name = 'relay-acme-subscription';
    expect(report).toMatchObject({
      resources: [
        { kind: 'group', id: '1', name, action: 'created' },
        { kind: 'channel', id: '1', name, action: 'created' },
        { kind: 'tariff', id: '1', name, action: 'created' },
      ],
    });
    expect(report.accounts[1]).toEqual({
      id: '12',
      name: 'acme-02',
      line: 2,
      fingerprint: fingerprintOf('test-key-two'),
      action: 'created',
      validation: 'passed',
      code: null,
      scheduled: true,
      smokeModelSeen: true,
      models: ['big', 'small'],
      probe: {
        ok: true,
        message: 'The test passed.',
        evidence: 'test',
        attempts: 1,
        startedAt: '2026-11-20T12:00:00.000Z',
        ms: 20,
      },
    });
  });

  it('is the same for the same record', () => {
    expect(buildReport(record)).toEqual(buildReport(record));
  });
});

describe('every line of the key file has one outcome, and the counts add up (N2)', () => {
  const messy =
    '\uFEFF# head\n\ntest-key-one\ntest-key bad\ntest-key-two\n  test-key-one  \ntest-key-two\ntest-key\u0000worse\ntest-key-three\n';
  const outcomes = (report: Report) => report.keys.map((key) => [key.line, key.outcome, key.duplicateOf, key.account]);

  it('after a strict rollback', () => {
    const record = failing(carry(aRecord(three), 'passed', 'failed', 'untested'));
    record.undone = true;
    const report = reportOf(record);
    expectSums(report);
    expect(outcomes(report)).toEqual([
      [1, 'rolled_back', null, 'acme-01'],
      [2, 'rolled_back', null, 'acme-02'],
      [3, 'rolled_back', null, 'acme-03'],
    ]);
    expect(report).toMatchObject({
      batchStatus: 'rolled_back',
      exitCode: 4,
      summary: { rolledBack: 3, passed: 1, failedVerdict: 1 },
      resources: [
        { kind: 'group', action: 'rolled_back' },
        { kind: 'channel', action: 'rolled_back' },
        { kind: 'tariff', action: 'rolled_back' },
      ],
    });
    expect(report.accounts.map((account) => [account.action, account.scheduled, account.validation])).toEqual([
      ['rolled_back', null, 'passed'],
      ['rolled_back', null, 'failed'],
      ['rolled_back', null, 'not_tried'],
    ]);
  });

  it('after a strict rollback that left an account behind', () => {
    const record = failing(carry(aRecord(three), 'passed', 'failed'));
    record.undone = true;
    record.leftovers = [{ kind: 'account', id: '12', name: 'acme-02', reason: 'why', command: 'curl …' }];
    const report = reportOf(record);
    expectSums(report);
    expect(outcomes(report).map(([, outcome]) => outcome)).toEqual(['rolled_back', 'failed', 'rolled_back']);
    expect(report).toMatchObject({ batchStatus: 'failed', exitCode: 6 });
    expect(report.accounts[1]).toMatchObject({ id: '12', action: 'created', scheduled: true });
  });

  it('after a strict rollback that left the group behind', () => {
    const record = failing(carry(aRecord(three)));
    record.undone = true;
    record.leftovers = [{ kind: 'group', id: '1', name: 'relay-acme-subscription', reason: 'why', command: 'curl …' }];
    expect(reportOf(record)).toMatchObject({
      exitCode: 6,
      resources: [
        { kind: 'group', action: 'created' },
        { kind: 'channel', action: 'rolled_back' },
        { kind: 'tariff', action: 'rolled_back' },
      ],
    });
  });

  it('after a strict failure while accounts were made', () => {
    const record = failing(carry(aRecord(three), 'untested', 'refused', 'not_tried'), 'WRITE_REFUSED');
    record.undone = true;
    const report = reportOf(record);
    expectSums(report);
    expect(outcomes(report).map(([, outcome]) => outcome)).toEqual(['rolled_back', 'failed', 'not_tried']);
    expect(report.accounts[1]).toMatchObject({
      id: null,
      action: 'none',
      validation: 'failed',
      code: 'WRITE_REFUSED',
      scheduled: null,
      probe: { ok: false, attempts: 0 },
    });
    expect(report.accounts[2]).toMatchObject({
      id: null,
      action: 'none',
      validation: 'not_tried',
      code: null,
      probe: null,
    });
  });

  it('after a failure before anything was made', () => {
    const record = failing(aRecord(three), 'WRITE_REFUSED');
    record.undone = true;
    const report = reportOf(record);
    expectSums(report);
    expect(report.summary).toMatchObject({ notTried: 3, added: 0 });
    expect(report).toMatchObject({
      exitCode: 4,
      resources: [
        { kind: 'group', id: null, action: 'none' },
        { kind: 'channel', id: null, action: 'none' },
        { kind: 'tariff', id: null, action: 'none' },
      ],
    });
  });

  it('after a partial run with failures, malformed lines and duplicates', () => {
    const record = failing(carry(aRecord(messy, { mode: 'partial' }), 'passed', 'failed', 'dropped'));
    record.gateway = aGatewayCheck();
    record.takenOut.set('12', 'disabled');
    const report = reportOf(record);
    expectSums(report);
    expect(outcomes(report)).toEqual([
      [3, 'added', null, 'acme-01'],
      [4, 'malformed', null, null],
      [5, 'failed', null, 'acme-02'],
      [6, 'duplicate', 3, 'acme-01'],
      [7, 'duplicate', 5, 'acme-02'],
      [8, 'malformed', null, null],
      [9, 'failed', null, 'acme-03'],
    ]);
    expect(report.summary).toMatchObject({
      lines: 9,
      blank: 2,
      malformed: 2,
      duplicate: 2,
      accepted: 3,
      added: 1,
      failed: 2,
      passed: 1,
      failedVerdict: 2,
    });
    expect(report.keys[1]).toEqual({
      line: 4,
      fingerprint: null,
      last4: '',
      outcome: 'malformed',
      duplicateOf: null,
      account: null,
    });
    expect(report).toMatchObject({ batchStatus: 'partially_succeeded', exitCode: 5 });
    expect(report.accounts[1]).toMatchObject({ action: 'disabled', validation: 'failed', scheduled: false });
  });

  it.each([
    ['disabled', 'disabled', false],
    ['removed', 'removed', null],
    ['kept', 'created', true],
  ] as const)('after a failed account was %s (N15)', (what, action, scheduled) => {
    const record = failing(carry(aRecord(three, { mode: 'partial' }), 'passed', 'failed'));
    if (what !== 'kept') record.takenOut.set('12', what);
    const report = reportOf(record);
    expectSums(report);
    expect(report.keys[1]).toMatchObject({ outcome: 'failed', account: 'acme-02' });
    expect(report.accounts[1]).toMatchObject({ action, scheduled, validation: 'failed', code: 'KEY_REFUSED' });
  });

  it('after an interruption', () => {
    const record = failing(
      carry(aRecord(messy, { mode: 'partial' }), 'passed', 'untested', 'not_tried'),
      'INTERRUPTED',
    );
    record.interruptedBy = 'SIGTERM';
    const report = reportOf(record);
    expectSums(report);
    expect(report.run.interrupted).toBe(true);
    expect(report.exitCode).toBe(143);
    expect(report.accounts.map((account) => account.validation)).toEqual(['passed', 'not_tried', 'not_tried']);
    expect(outcomes(report).filter(([, outcome]) => outcome === 'not_tried')).toEqual([
      [9, 'not_tried', null, 'acme-03'],
    ]);
  });

  it('when the fate of an account is unknown', () => {
    const record = failing(
      carry(aRecord(three, { mode: 'partial' }), 'passed', 'unsettled', 'not_tried'),
      'WRITE_REFUSED',
    );
    record.unsettled = [{ kind: 'account', id: null, name: 'acme-02', reason: 'why', command: 'curl …' }];
    const report = reportOf(record);
    expectSums(report);
    expect(report.summary).toMatchObject({ added: 1, unsettled: 1, notTried: 1 });
    expect(report.accounts[1]).toMatchObject({
      action: 'none',
      validation: 'not_tried',
      probe: { message: 'The answer was lost.' },
    });
    expect(report).toMatchObject({ exitCode: 6, batchStatus: 'partially_succeeded' });
  });

  it('when a gateway made this run’s accounts be undone, and the earlier ones stayed (B17)', () => {
    const host = aServingHost();
    const record = failing(carry(aRecord('test-key-one\ntest-key-two\n', {}, host), 'passed', 'passed'));
    record.undone = true;
    record.gateway = aGatewayCheck({ ok: false, completionOk: false });
    const report = reportOf(record);
    expectSums(report);
    expect(outcomes(report).map(([, outcome]) => outcome)).toEqual(['unchanged', 'rolled_back']);
    expect(report).toMatchObject({ exitCode: 4, batchStatus: 'rolled_back' });
    expect(report.resources[0]).toMatchObject({ kind: 'group', action: 'unchanged' });
    expect(report.accounts.map((account) => [account.action, account.scheduled])).toEqual([
      ['unchanged', true],
      ['rolled_back', null],
    ]);
  });

  it('however the run went', () => {
    const line = fc.constantFrom(
      'test-key-one',
      'test-key-two',
      'test-key-three',
      ' test-key-one ',
      'test-key bad',
      '',
      '# c',
      'ü',
    );
    const ends = fc.constantFrom(
      'passed',
      'warning',
      'failed',
      'untested',
      'refused',
      'dropped',
      'unsettled',
      'not_tried',
    );
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        fc.tuple(ends, ends, ends),
        fc.boolean(),
        fc.constantFrom(null, 'SIGINT'),
        fc.boolean(),
        fc.boolean(),
        (lines, how, undone, interruptedBy, left, serving) => {
          const record = carry(
            aRecord(lines.join('\n'), { mode: 'partial' }, serving ? aServingHost() : undefined),
            ...how,
          );
          Object.assign(record, { undone, interruptedBy });
          if (left) record.leftovers = [{ kind: 'account', id: '11', name: 'acme-01', reason: 'why', command: 'x' }];
          const report = reportOf(record);
          expectSums(report);
          const { keys } = report;
          expect(
            keys
              .filter((key) => key.outcome === 'duplicate')
              .every((key) =>
                keys.some(
                  (first) =>
                    first.line === key.duplicateOf &&
                    first.fingerprint === key.fingerprint &&
                    first.duplicateOf === null,
                ),
              ),
          ).toBe(true);
        },
      ),
    );
  });
});

describe('what was there before', () => {
  it('is unchanged, and nothing was tested (N5)', () => {
    const report = reportOf(aRecord('test-key-one\n', {}, aServingHost()));
    expectSums(report);
    expect(report).toMatchObject({
      exitCode: 0,
      batchStatus: 'succeeded',
      accessStatus: 'unchecked',
      gateway: null,
      resources: [
        { kind: 'group', id: '1', action: 'unchanged' },
        { kind: 'channel', action: 'unchanged' },
        { kind: 'tariff', action: 'unchanged' },
      ],
    });
    expect(report.summary).toMatchObject({ unchanged: 1, passed: 0 });
    expect(report.accounts[0]).toMatchObject({
      action: 'unchanged',
      validation: 'not_tried',
      scheduled: true,
      probe: null,
    });
  });

  it('and still fails counts as failed (N5)', () => {
    const account = anAccount({ state: 'error' });
    const record = failing(aRecord('test-key-one\n', { mode: 'partial' }, aServingHost({ accounts: [account] })));
    record.verdicts.set(
      fingerprintOf('test-key-one'),
      aVerdict(account, { validation: 'failed', code: 'ACCOUNT_HELD_OUT' }),
    );
    const report = reportOf(record);
    expectSums(report);
    expect(report.keys[0]?.outcome).toBe('failed');
    expect(report.accounts[0]).toMatchObject({ action: 'unchanged', validation: 'failed', scheduled: false });
    expect(report.exitCode).toBe(7);
  });

  it('and was revived is in service', () => {
    const before = anAccount({ enabled: false, paused: true });
    const record = aRecord('test-key-one\n', { mode: 'partial' }, aServingHost({ accounts: [before] }));
    record.verdicts.set(fingerprintOf('test-key-one'), aVerdict({ ...before, enabled: true }));
    expect(reportOf(record)).toMatchObject({
      exitCode: 0,
      accounts: [{ action: 'unchanged', validation: 'passed', scheduled: true }],
      summary: { unchanged: 1, passed: 1 },
    });
  });

  it.each([
    [true, 'restored'],
    [false, 'updated'],
  ] as const)('and was edited is, with it undone %s, %s (N7)', (undone, action) => {
    const record = failing(
      carry(aRecord('test-key-one\ntest-key-two\n', {}, aServingHost({ channels: [aChannel({ prices: [] })] }))),
    );
    record.undone = undone;
    expect(reportOf(record)).toMatchObject({
      resources: [{ kind: 'group', action: 'unchanged' }, { kind: 'channel', action }, { kind: 'tariff' }],
    });
  });

  it('and was removed is named (B21)', () => {
    const record = carry(aRecord('test-key-two\n', {}, aServingHost()));
    record.removed = [{ id: '1', name: 'acme-01', reason: 'its key is not in the key file' }];
    record.gateway = aGatewayCheck();
    const report = reportOf(record);
    expectSums(report);
    expect(report).toMatchObject({ removed: [{ id: '1', name: 'acme-01' }], summary: { removed: 1, added: 1 } });
  });

  it('and has no tariff in self-service', () => {
    expect(reportOf(carry(aRecord(three, { access: 'self_service' })))).toMatchObject({
      resources: [{ kind: 'group' }, { kind: 'channel' }],
      accessMode: 'self_service',
    });
  });
});

describe('subscriptions (B22)', () => {
  const targets = [{ asked: 'ann@example.org', user: { email: 'ann@example.org' }, days: 30 }];
  const given = (outcome: 'created' | 'reused' | 'extended' | 'failed', undone = false, left = false): Report => {
    const record = failing(
      carry(aRecord(three, { targets, extend: true }, aServingHost({ users: [aUser()], grants: [aSubscription()] }))),
    );
    record.grants = [
      {
        kind: 'subscription',
        user: 'ann@example.org',
        userId: '7',
        days: 30,
        outcome,
        expiresAt: outcome === 'failed' ? null : noon + 30 * dayMs,
        message: null,
        lost: null,
      },
    ];
    record.undone = undone;
    const state = { userId: '7', place: '1', expiresAt: noon, days: 30, active: true };
    const draft = { kind: 'subscription', id: '1', name: 'ann@example.org', after: state } as const;
    if (outcome === 'created') void record.log.note([{ ...draft, action: 'created', before: null }]);
    if (outcome === 'extended') void record.log.note([{ ...draft, action: 'updated', before: state }]);
    if (left)
      record.leftovers = [{ kind: 'subscription', id: '1', name: 'ann@example.org', reason: 'why', command: 'x' }];
    return reportOf(record);
  };

  it.each([
    ['created', false, false, 'created'],
    ['created', true, false, 'rolled_back'],
    ['created', true, true, 'created'],
    ['reused', true, false, 'reused'],
    ['extended', false, false, 'extended'],
    ['extended', true, true, 'extended'],
    ['failed', true, false, 'failed'],
  ] as const)(
    'that were %s are, with them undone %s and left behind: %s, told as %s',
    (outcome, undone, left, told) => {
      expect(given(outcome, undone, left).grants).toEqual([
        expect.objectContaining({ user: 'ann@example.org', userId: '7', days: 30, outcome: told }),
      ]);
    },
  );

  // An extension that was taken back is still told as one that holds.
  it('that were extended and shortened again are told as rolled back', () => {
    expect(given('extended', true).grants).toEqual([expect.objectContaining({ outcome: 'rolled_back' })]);
  });
});

describe('no key', () => {
  it('stands in any report, nor any text of a malformed line (N1, N2)', () => {
    const long = 'canary-0123456789abcdef';
    const record = failing(carry(aRecord(`${long}\n${long} broken\n${long}\n`, { mode: 'partial' }), 'failed'));
    const report = reportOf(record);
    expect(JSON.stringify(report)).not.toContain('canary');
    expect(inspect(report, { depth: null })).not.toContain('canary');
    expect(report.keys.map((key) => key.last4)).toEqual(['cdef', '', 'cdef']);
  });
});

it('says 6 of a run that lost its lock after it had noted something: whose that is by now nobody knows', () => {
  const record = aRecord('test-key-one\n');
  const draft = { kind: 'group', name: 'relay-acme', action: 'created', id: null, before: null, after: {} } as const;
  void record.log.note([draft]);
  record.silenced = true;
  record.undone = true;
  record.errors.push({ code: 'LOCK_LOST', message: 'lost', hint: '', stage: 'undo' });
  expect(buildReport(record)).toMatchObject({ exitCode: 6, batchStatus: 'failed' });
});
