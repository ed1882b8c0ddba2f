import { describe, expect, it } from 'vitest';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { HostSnapshot, Desired } from '../../src/plan/observed.ts';
import { viewPlan } from '../../src/plan/plan-view.ts';
import { buildReport } from '../../src/report/build-report.ts';
import { closingText } from '../../src/report/text/footer-text.ts';
import { planText } from '../../src/report/text/plan-text.ts';
import { shorten } from '../../src/report/text/shorten.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { summaryText } from '../../src/report/text/summary-text.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import type { Style } from '../../src/core/style.ts';
import {
  aMarker,
  anAccount,
  anEmptyHost,
  aRecord,
  aServingHost,
  aDesired,
  fingerprintOf,
  keysOf,
} from '../support/builders.ts';

/** Colours that can be read. */
const style: Style = {
  bold: (text) => `*${text}*`,
  dim: (text) => text,
  good: (text) => `<good>${text}`,
  bad: (text) => `<bad>${text}`,
  unsure: (text) => `<unsure>${text}`,
};

const host = { url: 'https://host.example', kind: 'sub2api', version: '0.1.179' };

function aReport(changes: Partial<Report> = {}): Report {
  return { ...buildReport(aRecord('test-key-one\n')), ...changes };
}

function summaryOf(changes: Partial<Report['summary']>): Report['summary'] {
  const zero = Object.fromEntries(Object.keys(aReport().summary).map((name) => [name, 0])) as Report['summary'];
  return { ...zero, ...changes };
}

function anAccountReport(changes: Partial<Report['accounts'][number]> = {}): Report['accounts'][number] {
  return {
    id: '1',
    name: 'acme-01',
    line: 1,
    fingerprint: fingerprintOf('test-key-one'),
    action: 'created',
    validation: 'passed',
    code: null,
    scheduled: true,
    smokeModelSeen: true,
    models: [],
    probe: {
      ok: true,
      message: 'The test passed.',
      evidence: 'test',
      attempts: 1,
      startedAt: '2026-11-20T12:00:00.000Z',
      ms: 1,
    },
    ...changes,
  };
}

const anError = (message = 'it went wrong', code = 'KEY_REFUSED') => ({
  code,
  stage: 'verify',
  message,
  hint: 'Replace the key.',
});
const aLeftover = (changes: Partial<Report['leftovers'][number]> = {}) => ({
  kind: 'account',
  id: '12',
  name: 'acme-02',
  reason: 'it could not be removed',
  command: 'curl -X DELETE …/12',
  ...changes,
});

describe('a plan for people (N8)', () => {
  function textOf(desired: Partial<Desired> = {}, snapshot: HostSnapshot = anEmptyHost()): string[] {
    const result = buildPlan(aDesired(desired), snapshot);
    if (!('plan' in result)) throw new Error('no plan');
    const { id, displayName, baseUrl } = aDesired(desired).provider;
    return planText(viewPlan(result.plan, { host, provider: { id, displayName, baseUrl } }), style).split('\n');
  }

  it('says on which host, and where keys go', () => {
    expect(textOf().slice(0, 2)).toEqual([
      '*Acme AI (acme) on https://host.example (sub2api 0.1.179), strict, subscription*',
      'Keys go to https://api.acme.example/v1',
    ]);
  });

  it('has a line for each change, marked by what it does, and the sum', () => {
    const lines = textOf({ keys: keysOf('test-key-one', 'test-key-two') });
    expect(lines.filter((line) => line.startsWith('<good>+ '))).toHaveLength(5);
    expect(lines).toContainEqual(expect.stringMatching(/^<good>\+ account {2}acme-01 .* create, line 1, key sha256:/));
    expect(lines).toContainEqual(expect.stringMatching(/^<unsure>\? gateway {2}gateway .* check, with a user and key/));
    expect(lines.at(-1)).toBe('Accounts: 2 to add, 0 to update, 0 to remove, 0 unchanged.');
  });

  it('marks what goes and what stays', () => {
    const gone = anAccount({ id: '2', name: 'acme-02', marker: aMarker({ fingerprint: 'sha256:gone' }) });
    const lines = textOf({}, aServingHost({ accounts: [anAccount(), gone] }));
    expect(lines).toContainEqual(
      expect.stringMatching(/^<bad>- account {2}acme-02 .* remove \(2\), its key is not in the key file$/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^= account {2}acme-01 .* unchanged \(1\), line 1/));
    expect(lines.at(-1)).toBe('Accounts: 0 to add, 0 to update, 1 to remove, 1 unchanged.');
  });

  it('says that there is nothing to do (N5)', () => {
    expect(textOf({}, aServingHost()).at(-1)).toBe('Accounts: nothing to do, 1 unchanged.');
  });

  it.each([
    [5, 5, 0],
    [6, 5, 1],
    [40, 5, 35],
  ])('of %i unchanged accounts lists %i and counts %i', (all, listed, counted) => {
    const names = Array.from({ length: all }, (_, index) => `key-${index}`);
    const accounts = names.map((key, index) =>
      anAccount({ id: String(index + 1), name: `acme-${index}`, marker: aMarker({ fingerprint: fingerprintOf(key) }) }),
    );
    const lines = textOf({ keys: keysOf(...names) }, aServingHost({ accounts }));
    expect(lines.filter((line) => line.startsWith('= account'))).toHaveLength(listed);
    expect(lines.filter((line) => line.startsWith('= and'))).toEqual(
      counted === 0 ? [] : [`= and ${counted} more accounts, unchanged`],
    );
    expect(lines.at(-1)).toContain(`${all} unchanged`);
  });

  it('ends with its warnings before the sum', () => {
    const lines = textOf({}, aServingHost({ accounts: [anAccount({ enabled: false })] }));
    expect(lines.at(-3)).toMatch(/^<unsure>warning DRIFT: The account "acme-01" \(1\)/);
  });
});

describe('a summary for people (N19)', () => {
  const linesOf = (report: Report, lasting = true) => summaryText(report, style, lasting).split('\n');
  const connect = {
    baseUrl: 'https://host.example/v1',
    access: 'g',
    models: ['big', 'small'],
    example: "curl 'https://host.example/v1/…'",
  };

  it.each([
    [0, '<good>'],
    [5, '<unsure>'],
    [7, '<unsure>'],
    [4, '<bad>'],
    [6, '<bad>'],
    [130, '<bad>'],
  ])('that exits with %i begins in its tone', (exitCode, tone) => {
    const report = aReport({ exitCode, batchStatus: 'succeeded', providerStatus: 'active', accessStatus: 'unchecked' });
    expect(linesOf(report)[0]).toBe(`${tone}*succeeded* · provider active · access unchecked`);
  });

  it.each<[string, Partial<Report['summary']>]>([
    ['3 added', { added: 3 }],
    ['1 added, 2 unchanged, 3 removed, 4 failed', { added: 1, unchanged: 2, removed: 3, failed: 4 }],
    [
      '1 rolled back, 2 not tried, 3 unsettled, 4 malformed, 5 duplicate',
      { rolledBack: 1, notTried: 2, unsettled: 3, malformed: 4, duplicate: 5 },
    ],
    ['none', {}],
  ])('counts the keys: %s', (text, summary) => {
    expect(linesOf(aReport({ summary: summaryOf(summary) }))).toContain(`  keys      ${text}`);
  });

  it.each<[string, Partial<Report['summary']>]>([
    ['none were needed', { unchanged: 3 }],
    ['none were made', { notTried: 2 }],
    ['2 passed, 1 with a warning, 0 failed', { passed: 2, warning: 1 }],
    ['0 passed, 0 with a warning, 3 failed', { failedVerdict: 3 }],
  ])('counts the tests: %s', (text, summary) => {
    expect(linesOf(aReport({ summary: summaryOf(summary) }))).toContain(`  tests     ${text}`);
  });

  it.each<[string, Report['gateway']]>([
    ['not checked', null],
    [
      'reachable yes, model listed no, completion answered yes',
      {
        ok: true,
        reachable: true,
        hasExpectedModel: false,
        completionOk: true,
        attempts: 1,
        status: 200,
        message: '',
        ms: 1,
        probeKey: 'made',
      },
    ],
    [
      'reachable no, model listed no, completion answered no',
      {
        ok: false,
        reachable: false,
        hasExpectedModel: false,
        completionOk: false,
        attempts: 1,
        status: null,
        message: '',
        ms: 1,
        probeKey: 'made',
      },
    ],
  ])('tells of the gateway: %s', (text, gateway) => {
    expect(linesOf(aReport({ gateway }))).toContain(`  gateway   ${text}`);
  });

  it('tells what became of the resources', () => {
    const resources: Report['resources'] = [
      { kind: 'group', id: '1', name: 'g', action: 'rolled_back' },
      { kind: 'channel', id: '1', name: 'g', action: 'restored' },
    ];
    expect(linesOf(aReport({ resources }))).toContain('  resources g: group rolled back, channel restored');
    const other = { kind: 'entry', id: null, name: 'h', action: 'none' } as const;
    expect(linesOf(aReport({ resources: [...resources, other] }))).toContain(
      '  resources g: group rolled back, channel restored; h: entry none',
    );
    expect(linesOf(aReport({ resources: [] }))).toContain('  resources none');
  });

  it.each<[string, Partial<Report>, string[]]>([
    ['anybody with balance', { accessMode: 'self_service' }, ['  users     anyone with balance can make a key']],
    ['nobody', { grants: [] }, ['  users     none was given access by this run; --user EMAIL gives it']],
    [
      'each user',
      {
        grants: [
          { user: 'ann@example.org', userId: '7', days: 30, outcome: 'created', expiresAt: '2026-12-20T12:00:00.000Z' },
          { user: 'bob@example.org', userId: '8', days: 30, outcome: 'failed', expiresAt: null },
        ],
      },
      ['  user      ann@example.org: created, until 2026-12-20', '  user      bob@example.org: failed'],
    ],
    ['nobody after a rollback', { batchStatus: 'rolled_back' }, []],
    ['nobody after a failure', { batchStatus: 'failed' }, []],
  ])('tells who has access: %s (N9)', (_, changes, desired) => {
    const lines = linesOf(aReport({ batchStatus: 'succeeded', ...changes }));
    expect(lines.filter((line) => line.startsWith('  user'))).toEqual(desired);
  });

  it('names the accounts that need a look, and why, in words', () => {
    const message = 'API returned 401: {"error":{"message":"no such key","type":"invalid"}}';
    const accounts = [
      anAccountReport(),
      anAccountReport({
        name: 'acme-02',
        line: 2,
        validation: 'failed',
        code: 'KEY_REFUSED',
        probe: { ...anAccountReport().probe!, message },
      }),
      anAccountReport({ name: 'acme-03', line: 5, validation: 'warning', code: 'KEY_UNPROVEN' }),
      anAccountReport({ name: 'acme-04', line: 6, validation: 'not_tried', probe: null }),
    ];
    const lines = linesOf(aReport({ accounts })).filter((line) => line.includes('acme-0'));
    expect(lines).toEqual([
      '  <bad>failed   acme-02 (line 2) KEY_REFUSED: API returned 401: no such key (invalid)',
      '  <unsure>warning  acme-03 (line 5) KEY_UNPROVEN: The test passed.',
    ]);
  });

  it('names twenty of them at most, and counts the others', () => {
    const accounts = Array.from({ length: 27 }, (_, index) =>
      anAccountReport({ name: `acme-${index}`, validation: 'failed' }),
    );
    const lines = linesOf(aReport({ accounts }));
    expect(lines.filter((line) => line.includes('<bad>failed'))).toHaveLength(20);
    expect(lines).toContain('  and 7 more; the report has all of them');
  });

  const aWarning = (message: string, code = 'DRIFT', stage = 'plan') => ({ code, stage, message, hint: 'Look.' });

  it('tells each warning in a line, ten at most, and counts the others', () => {
    const warnings = Array.from({ length: 14 }, (_, index) => aWarning(`The account "acme-${index}" is paused.`));
    const lines = linesOf(aReport({ accounts: [], warnings })).filter((line) => line.includes('DRIFT'));
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe('  <unsure>warning  DRIFT: The account "acme-0" is paused.');
    expect(linesOf(aReport({ accounts: [], warnings }))).toContain('  and 4 more; the report has all of them');
    expect(linesOf(aReport({ warnings: warnings.slice(0, 10) })).join()).not.toContain('more;');
  });

  it('does not tell twice what the line of an account tells, and tells every other warning of the tests', () => {
    const account = anAccountReport({ validation: 'warning', code: 'KEY_UNPROVEN' });
    const warnings = [
      aWarning('acme-01: The test passed.', 'KEY_UNPROVEN', 'verify'),
      aWarning('The host did not take the note.', 'TEST_NOT_NOTED', 'verify'),
    ];
    const lines = linesOf(aReport({ accounts: [account], warnings })).filter((line) => line.startsWith('  <unsure>'));
    expect(lines).toEqual([
      '  <unsure>warning  acme-01 (line 1) KEY_UNPROVEN: The test passed.',
      '  <unsure>warning  TEST_NOT_NOTED: The host did not take the note.',
    ]);
  });

  it('ends with how users connect', () => {
    expect(linesOf(aReport({ exitCode: 0, connect })).slice(-5)).toEqual([
      'Users connect with',
      '  base URL  https://host.example/v1',
      '  access    g',
      '  models    big, small',
      "  try       curl 'https://host.example/v1/…'",
    ]);
  });

  it.each<[string, Partial<Report>, boolean]>([
    ['there is nothing to connect to', { connect: null }, true],
    ['the host is gone when this is read', { connect }, false],
    ['the host holds what it should not', { connect, exitCode: 6 }, true],
  ])('does not say how users connect when %s', (_, changes, lasting) => {
    expect(summaryText(aReport({ exitCode: 0, ...changes }), style, lasting)).not.toContain('Users connect');
  });
});

describe('the last words of a run that did not end well', () => {
  const command = 'relay import --pack acme --keys keys.txt';
  const closing = (changes: Partial<Report>) => closingText(aReport(changes), { same: command });
  const working = [
    anAccountReport(),
    anAccountReport({ name: 'acme-02' }),
    anAccountReport({ name: 'acme-03', validation: 'failed' }),
    anAccountReport({ name: 'acme-04', scheduled: false }),
  ];
  const notAnswering: Report['gateway'] = {
    ok: false,
    reachable: true,
    hasExpectedModel: false,
    completionOk: false,
    attempts: 3,
    status: 503,
    message: '503',
    ms: 1,
    probeKey: 'made',
  };

  it('begin with the first cause, and count the others', () => {
    expect(closing({ errors: [anError()] })[0]).toBe('KEY_REFUSED: it went wrong');
    expect(closing({ errors: [anError(), anError('x'), anError('y')] })[0]).toBe(
      'KEY_REFUSED: it went wrong (and 2 more in the report)',
    );
    expect(closing({ errors: [] })[0]).toBe('The run did not end well.');
    expect(closing({ errors: [anError('x', 'INTERRUPTED')], run: { ...aReport().run, interrupted: true } })[0]).toBe(
      'The run was stopped.',
    );
  });

  it('give the cause in words', () => {
    const message = 'acme-01: API returned 429: {"error":{"message":"no balance","code":"1113"}}';
    expect(closing({ errors: [anError(message)] })[0]).toBe(
      'KEY_REFUSED: acme-01: API returned 429: no balance (1113)',
    );
  });

  it.each<[string, Partial<Report>]>([
    [
      'The host is as it was before.',
      { exitCode: 4, resources: [{ kind: 'group', id: '1', name: 'g', action: 'rolled_back' }] },
    ],
    [
      'The host is as it was before.',
      { exitCode: 4, resources: [{ kind: 'group', id: null, name: 'g', action: 'none' }] },
    ],
    [
      'The host is as it was before.',
      { exitCode: 4, resources: [{ kind: 'group', id: '1', name: 'g', action: 'unchanged' }] },
    ],
    ['The host holds what works: 2 of 4 accounts serve.', { exitCode: 5, accounts: working }],
    ['The host holds something that should not be there, or may:', { exitCode: 6, leftovers: [aLeftover()] }],
    ['Everything is in place on the host, but the gateway does not answer.', { exitCode: 7, gateway: notAnswering }],
    ['Everything is in place on the host, but no account works.', { exitCode: 7, gateway: null }],
    ['The host is as it was before.', { exitCode: 130, batchStatus: 'rolled_back' }],
    [
      'The host holds 2 accounts of this run that serve.',
      { exitCode: 143, batchStatus: 'partially_succeeded', accounts: working },
    ],
  ])('say what the host now holds: %s (N11)', (text, changes) => {
    expect(closing(changes)[1]).toBe(text);
  });

  it('count with those that serve and that the run left alone', () => {
    const [, holds] = closing({ exitCode: 5, accounts: working, summary: summaryOf({ others: 7 }) });
    expect(holds).toBe('The host holds what works: 9 of 11 accounts serve.');
  });

  it.each<[string, Partial<Report>, string | undefined]>([
    ['strict, because of keys', { mode: 'strict', exitCode: 4 }, 'To keep the keys that work: P'],
    ['partial', { mode: 'partial', exitCode: 5 }, 'Only those that failed, once they work: F'],
    ['stopped', { mode: 'partial', exitCode: 130, run: { ...aReport().run, interrupted: true } }, undefined],
    ['strict, not because of keys', { mode: 'strict', exitCode: 4, summary: summaryOf({ notTried: 2 }) }, undefined],
  ])('name another way after a run that was %s', (_, changes, line) => {
    const report = aReport({ errors: [anError()], summary: summaryOf({ failedVerdict: 1 }), ...changes });
    const lines = closingText(report, { same: command, partial: 'P', onlyFailed: 'F' });
    expect(lines.slice(2, -1)).toEqual(line === undefined ? [] : [line]);
    expect(closingText(report, { same: command })).toHaveLength(3);
    expect(lines.at(-1)).toMatch(/^Next: /);
  });

  it('name each leftover and what is unsettled, with why and its command (N3)', () => {
    const lines = closing({
      exitCode: 6,
      leftovers: [aLeftover(), aLeftover({ kind: 'user', id: null, name: 'probe' })],
      unsettled: [aLeftover({ kind: 'group', name: 'g', reason: 'nobody can tell', command: 'curl …' })],
    });
    expect(lines.slice(1)).toEqual([
      'The host holds something that should not be there, or may:',
      '  left: account "acme-02" (12): it could not be removed: curl -X DELETE …/12',
      '  left: user "probe": it could not be removed: curl -X DELETE …/12',
      '  unsettled: group "g" (12): nobody can tell; look with: curl …',
      `Next: run the commands above, then: ${command}`,
    ]);
  });

  it('offer no command for what stays because of others (N21)', () => {
    const lines = closing({
      exitCode: 6,
      leftovers: [aLeftover({ kind: 'group', reason: 'used by 9 accounts of other runs of relay', command: null })],
    });
    expect(lines.slice(1)).toEqual([
      'The host holds what others have changed or use since:',
      '  kept: group "acme-02" (12): used by 9 accounts of other runs of relay',
      `Next: look at what was kept and is used by others, then: ${command}`,
    ]);
  });

  it('end with what to do next', () => {
    expect(closing({ errors: [anError()] }).at(-1)).toBe(`Next: Replace the key. Then: ${command}`);
    expect(closing({ errors: [] }).at(-1)).toBe(`Next: ${command}`);
    const run = { ...aReport().run, interrupted: true };
    expect(closing({ errors: [anError('x', 'INTERRUPTED')], run }).at(-1)).toBe(`Next: ${command}`);
  });
});

describe('a quoted answer in words', () => {
  it.each([
    ['API returned 401: {"error":{"message":"no","type":"t","code":"c"}}', 'API returned 401: no (c)'],
    ['API returned 401: {"error":{"message":"no","type":"t","code":null}}', 'API returned 401: no (t)'],
    ['API returned 401: {"error":{"message":"no","code":1113}}', 'API returned 401: no (1113)'],
    ['API returned 401: {"error":{"message":"no"}}', 'API returned 401: no'],
    ['{"error":{"message":"no"}}', 'no'],
    ['{"error":{"type":"t","message":"say \\"no\\""}}', 'say \\"no\\" (t)'],
  ])('%s', (message, text) => {
    expect(shorten(message)).toBe(text);
  });

  it.each([
    '',
    'no JSON',
    'API returned 401: {',
    'API returned 401: {"error":"no"}',
    'API returned 401: {"message":"no"}',
    'API returned 401: {"error":{"message":"no"}} and more',
    'API returned 401: {"error":{"mess…',
  ])('leaves what it does not know as it is: %j', (message) => {
    expect(shorten(message)).toBe(message);
  });

  // The first message anywhere is taken for that of the error.
  it('takes the message of the error, whatever else has one', () => {
    expect(shorten('API returned 400: {"message":"outer","error":{"message":"inner"}}')).toBe(
      'API returned 400: inner',
    );
  });

  const shown = (body: string, secret = 'Zq7+wV/9k&Lm2xT4') => {
    const redactor = new Redactor();
    redactor.learn(new Secret(secret));
    return shorten(redactor.clean(`API returned 401: ${body}`));
  };

  it('shows no key that the vendor quotes (N1)', () => {
    expect(shown('{"error":{"message":"bad key Zq7+wV/9k&Lm2xT4"}}')).toBe('API returned 401: bad key [redacted]');
  });

  // What was cleaned in its JSON form is unpacked afterwards, and not cleaned again.
  it.each([
    ['an escaped slash, as PHP writes it', String.raw`{"error":{"message":"bad key Zq7+wV\/9k&Lm2xT4"}}`],
    ['an escaped ampersand, as Go writes it', String.raw`{"error":{"message":"bad key Zq7+wV/9k\u0026Lm2xT4"}}`],
    ['an escaped letter', String.raw`{"error":{"message":"bad key \u005aq7+wV/9k&Lm2xT4"}}`],
  ])('shows no key that the vendor quotes with %s (N1)', (_, body) => {
    expect(shown(body)).not.toContain('Zq7+wV/9k&Lm2xT4');
  });

  it.each([
    ['a line feed', String.raw`{"error":{"message":"no\nrelay: all is well"}}`],
    ['a carriage return', String.raw`{"error":{"message":"no\rall is well"}}`],
    ['a backspace', String.raw`{"error":{"message":"no\b\bok"}}`],
    ['a turn of direction', String.raw`{"error":{"message":"no\u2066ko"}}`],
    ['an escape that was escaped by halves', String.raw`{"error":{"message":"no\u\u001b001b[2J"}}`],
  ])('holds nothing that a terminal obeys: %s (N1)', (_, body) => {
    expect(shown(body)).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u2066]/);
  });
});
