import { describe, expect, it } from 'vitest';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { HostSnapshot, Desired } from '../../src/plan/observed.ts';
import { viewPlan } from '../../src/plan/plan-view.ts';
import { buildReport } from '../../src/report/build-report.ts';
import { closingText } from '../../src/report/text/footer-text.ts';
import { planText } from '../../src/report/text/plan-text.ts';
import { shorten } from '../../src/report/text/shorten.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { resultText } from '../../src/report/text/result-text.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import type { Style } from '../../src/core/style.ts';
import {
  aChannel,
  aMarker,
  anAccount,
  aGatewayCheck,
  anEmptyHost,
  aRecord,
  aServingHost,
  aDesired,
  aPrice,
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
    const view = viewPlan(result.plan, { host, provider: { id, displayName, baseUrl } }, (text) => text);
    return planText([view], { style, columns: 120 }).split('\n');
  }

  it('says on which host, and where keys go', () => {
    expect(textOf().slice(0, 2)).toEqual([
      '*Acme AI (acme) on host.example (sub2api 0.1.179), strict, subscription access*',
      'Keys go to https://api.acme.example/v1',
    ]);
  });

  it('has a line for each change, marked by what it does, and the sum over all kinds', () => {
    const lines = textOf({ keys: keysOf('test-key-one', 'test-key-two') });
    expect(lines.filter((line) => line.startsWith('<good>+ '))).toHaveLength(5);
    const first = `acme-01 (line 1, ${fingerprintOf('test-key-one')})`;
    expect(lines).toContain(`<good>+ create account ${first}`);
    expect(lines).toContainEqual(expect.stringMatching(/^<unsure>\? check the gateway: with a key/));
    expect(lines.at(-1)).toBe('*Plan: 5 objects to add, 0 to change, 0 to remove, 0 unchanged.*');
  });

  it('marks what goes, and sums up what stays', () => {
    const gone = anAccount({ id: '2', name: 'acme-02', marker: aMarker({ fingerprint: 'sha256:gone' }) });
    const lines = textOf({}, aServingHost({ accounts: [anAccount(), gone] }));
    expect(lines).toContain('<bad>- remove account acme-02 (2): its key is not in the key file');
    expect(lines).toContain('= group, channel, tariff and account unchanged');
    expect(lines.at(-1)).toBe('*Plan: 0 objects to add, 0 to change, 1 to remove, 4 unchanged.*');
  });

  it('says that there is nothing to do (N5)', () => {
    expect(textOf({}, aServingHost()).at(-1)).toBe('*Nothing to do: 4 objects unchanged.*');
  });

  it('tells each value as it is and as it shall be', () => {
    const account = anAccount({ concurrency: 3, baseUrl: 'https://old.example/v1', mapping: { big: 'bigger' } });
    const channel = aChannel({ prices: [aPrice({ models: ['big'], input: 1e-6, output: 10e-6 })] });
    const lines = textOf({}, aServingHost({ accounts: [account], channels: [channel] }));
    expect(lines.filter((line) => line.startsWith('    '))).toEqual([
      '    big input          $1 → $2',
      '    big cache read     + $0.5',
      '    big cache write    + $2',
      '    small input        + $0.1',
      '    small output       + $0.4',
      '    small cache read   + $0.1',
      '    small cache write  + $0.1',
      '    base URL     https://old.example/v1 → https://api.acme.example/v1',
      '    model big    bigger → big',
      '    model small  + small',
      '    concurrency  3 → 10',
    ]);
  });

  it.each([
    [5, 5],
    [6, 1],
    [40, 1],
  ])('of %i accounts to which the same happens tells %i lines', (all, lines) => {
    const names = Array.from({ length: all }, (_, index) => `key-${index}`);
    const accounts = names.map((key, index) =>
      anAccount({
        id: String(index + 1),
        name: `acme-${index}`,
        concurrency: 1,
        marker: aMarker({ fingerprint: fingerprintOf(key) }),
      }),
    );
    const told = textOf({ keys: keysOf(...names) }, aServingHost({ accounts }));
    const changed = told.filter((line) => line.startsWith('<unsure>~ update account'));
    expect(changed).toHaveLength(lines);
    expect(told.filter((line) => line === '    concurrency  1 → 10')).toHaveLength(1);
    if (all > 5) expect(changed[0]).toContain(`acme-0, acme-1, acme-2, acme-3, acme-4 and ${all - 5} more`);
  });

  it('tells what goes in the order in which people read', () => {
    const accounts = ['acme-2', 'acme-10', 'acme-1'].map((name, index) =>
      anAccount({ id: String(index + 1), name, marker: aMarker({ fingerprint: `sha256:${index}` }) }),
    );
    const gone = textOf({ keys: [] }, aServingHost({ accounts })).filter((line) => line.startsWith('<bad>-'));
    expect(gone.map((line) => /acme-\d+/.exec(line)?.[0])).toEqual(['acme-1', 'acme-2', 'acme-10']);
  });

  it('ends with its warnings before the sum', () => {
    const lines = textOf({}, aServingHost({ accounts: [anAccount({ enabled: false })] }));
    expect(lines.at(-3)).toMatch(/^<unsure>! DRIFT: The account "acme-01" \(1\)/);
  });

  it('is one plan with one sum where there are several', () => {
    const result = buildPlan(aDesired(), anEmptyHost());
    if (!('plan' in result)) throw new Error('no plan');
    const { id, displayName, baseUrl } = aDesired().provider;
    const view = viewPlan(result.plan, { host, provider: { id, displayName, baseUrl } }, (text) => text);
    const lines = planText([view, view], { style, columns: 120 }).split('\n');
    expect(lines.at(-1)).toBe('*Plan of 2 imports: 8 objects to add, 0 to change, 0 to remove, 0 unchanged.*');
  });
});

describe('the result of a run for people (N19)', () => {
  const screen = { style, columns: 200, lasting: true };
  const linesOf = (report: Report, more: Partial<typeof screen> = {}) =>
    resultText(report, { ...screen, ...more }).split('\n');
  const connect = {
    baseUrl: 'https://host.example/v1',
    access: 'g',
    models: ['big', 'small'],
    example: "curl 'https://host.example/v1/…' -H 'a: b' -d '{}'",
  };
  const applied = [{ name: 'apply', startedAt: '2026-11-20T12:00:00.000Z', durationMs: 1 }];
  const ran = (changes: Partial<Report> = {}) => {
    const report = aReport(changes);
    return { ...report, run: { ...report.run, stages: applied } };
  };
  const answers = aGatewayCheck({ ms: 1 });
  const three = ['acme-01', 'acme-02', 'acme-03'].map((name) => anAccountReport({ name }));
  const refused = anAccountReport({ name: 'acme-04', line: 4, validation: 'failed', code: 'KEY_REFUSED' });

  it.each<[string, Partial<Report>, string]>([
    [
      'that went well',
      { exitCode: 0, accounts: three, gateway: answers },
      '<good>✔ *Acme AI is live on host.example: 3 of 3 accounts serve, the gateway answers*',
    ],
    [
      'that keeps what works',
      { exitCode: 5, accounts: [...three, refused] },
      '<unsure>! *Partially succeeded: Acme AI on host.example, 3 of 4 accounts serve*',
    ],
    ['that was undone', { exitCode: 4 }, '<bad>✖ *Rolled back: Acme AI on host.example is as it was before*'],
    [
      'whose gateway does not answer',
      { exitCode: 7, gateway: { ...answers, ok: false } },
      '<unsure>! *Acme AI on host.example is in place, but the gateway does not answer*',
    ],
    [
      'without an account that works',
      { exitCode: 7 },
      '<unsure>! *Acme AI on host.example is in place, but no account works*',
    ],
  ])('begins with how a run ended %s, in words', (_, changes, first) => {
    expect(linesOf(ran(changes))[0]).toBe(first);
  });

  it('is four lines where there was nothing to do', () => {
    const warnings = [
      { code: 'DRIFT', stage: 'plan', message: 'The account "acme-01" is paused.', hint: 'Look.' },
      { code: 'PRICE_MISSING', stage: 'plan', message: 'No price.', hint: 'Look.' },
    ];
    const summary = summaryOf({ unchanged: 1 });
    const idle = aReport({ exitCode: 0, accounts: [anAccountReport()], summary, connect });
    expect(linesOf(idle)).toEqual([
      '<good>✔ *Nothing to do: Acme AI on host.example is as the pack and the key file say (1 of 1 account serves)*',
    ]);
    expect(linesOf({ ...idle, warnings })).toEqual([
      '<good>✔ *Nothing to do for Acme AI on host.example (1 of 1 account serves); what differs is left as it is*',
      '<unsure>! DRIFT: The account "acme-01" is paused.',
      '<unsure>! PRICE_MISSING: No price.',
    ]);
  });

  it('counts what became of keys and tests, and says how long it took', () => {
    const summary = summaryOf({ added: 1200, removed: 2, failed: 1, passed: 1200, failedVerdict: 1 });
    const report = ran({ exitCode: 5, summary });
    report.run.durationMs = 49_309;
    expect(linesOf(report)[1]).toBe('  keys: 1,200 added, 2 removed, 1 failed · tests: 1,200 passed, 1 failed · 49 s');
  });

  it('tells what became of the resources and of users, where something did', () => {
    const resources: Report['resources'] = [
      { kind: 'group', id: '1', name: 'g', action: 'created' },
      { kind: 'channel', id: '1', name: 'g', action: 'created' },
      { kind: 'tariff', id: '1', name: 'g', action: 'unchanged' },
    ];
    const grants: Report['grants'] = [
      { user: 'ann@example.org', userId: '7', days: 30, outcome: 'created', expiresAt: '2026-12-20T12:00:00.000Z' },
      { user: 'bob@example.org', userId: '8', days: 30, outcome: 'failed', expiresAt: null },
    ];
    expect(linesOf(ran({ exitCode: 0, resources, grants })).slice(2, 5)).toEqual([
      '  created: group and channel',
      '  access for ann@example.org: created until 2026-12-20',
      '  access for bob@example.org: failed',
    ]);
  });

  it('names what needs a look by its code, with what to do', () => {
    const message = 'API returned 401: {"error":{"message":"no such key","type":"invalid"}}';
    const probe = { ...refused.probe!, message };
    const failing = Array.from({ length: 7 }, (_, index) =>
      anAccountReport({ ...refused, name: `acme-${index}`, line: index + 1, probe }),
    );
    const warned = anAccountReport({ name: 'acme-09', line: 9, validation: 'warning', code: 'KEY_UNPROVEN' });
    const errors = failing.map(({ name }) => anError(`${name}: ${message}`));
    const warnings = [{ code: 'DRIFT', stage: 'plan', message: 'It is paused.', hint: 'Look.' }];
    const lines = linesOf(ran({ exitCode: 5, accounts: [...failing, warned], errors, warnings }));
    expect(lines.slice(2)).toEqual([
      '',
      '<bad>✖ KEY_REFUSED: acme-0 (line 1), acme-1 (line 2), acme-2 (line 3), acme-3 (line 4), acme-4 (line 5) and 2 more: API returned 401: no such key (invalid)',
      '  → Replace the key.',
      '',
      '<unsure>! KEY_UNPROVEN: acme-09 (line 9): The test passed.',
      '  → See `relay explain KEY_UNPROVEN`.',
      '',
      '<unsure>! DRIFT: It is paused.',
      '  → Look.',
    ]);
  });

  it('takes at most six lines with the name of the report where nothing was done, however much differs', () => {
    const message = 'The group "relay-acme-subscription" (1) differs from the pack: rate 3 on the host, 1 in the pack.';
    const warnings = ['PRICE_MISSING', 'DRIFT', 'FOREIGN_ACCOUNT'].flatMap((code) =>
      [1, 2, 3].map(() => ({ code, stage: 'plan', message, hint: 'Look.' })),
    );
    const idle = aReport({ exitCode: 0, accounts: [anAccountReport()], warnings });
    for (const columns of [80, 60]) {
      const lines = resultText(idle, { style, columns, lasting: true }).split('\n');
      expect(lines.length).toBeLessThanOrEqual(4);
      expect(lines.join('\n')).toContain('FOREIGN_ACCOUNT');
    }
  });

  it('tells each code once, and not again what only counts its accounts', () => {
    const probe = { ...refused.probe!, message: 'The host answered 500.' };
    const account = anAccountReport({ ...refused, code: 'WRITE_REFUSED', probe });
    const errors = [anError('1 of 1 accounts could not be made. The host answered 500.', 'WRITE_REFUSED')];
    const told = linesOf(ran({ exitCode: 4, accounts: [account], errors })).filter((line) =>
      line.startsWith('<bad>✖ W'),
    );
    expect(told).toHaveLength(1);
  });

  it('counts the kinds of problems that it leaves out', () => {
    const warnings = Array.from({ length: 11 }, (_, index) => ({
      code: `CODE_${index}`,
      stage: 'plan',
      message: 'x',
      hint: 'y',
    }));
    expect(linesOf(ran({ exitCode: 0, warnings })).at(-1)).toBe('  and 3 more kinds of problems');
  });

  const made: Report['resources'] = [{ kind: 'group', id: '1', name: 'g', action: 'created' }];

  it('says how users connect when the provider is there for the first time', () => {
    expect(linesOf(ran({ exitCode: 0, connect, resources: made })).slice(-7)).toEqual([
      'Users connect with',
      '  base URL  https://host.example/v1',
      '  access    g',
      '  models    big, small',
      "  try       curl 'https://host.example/v1/…' \\",
      "              -H 'a: b' \\",
      "              -d '{}'",
    ]);
  });

  it.each<[string, Partial<Report>, boolean]>([
    ['there is nothing to connect to', { connect: null, resources: made }, true],
    ['the host is gone when this is read', { connect, resources: made }, false],
    ['the host holds what it should not', { connect, resources: made, exitCode: 6 }, true],
    ['that was said before', { connect, resources: [{ ...made[0]!, action: 'unchanged' }] }, true],
  ])('does not say how users connect when %s', (_, changes, lasting) => {
    expect(linesOf(ran({ exitCode: 0, ...changes }), { lasting }).join('\n')).not.toContain('Users connect');
  });

  it.each([40, 60, 80])('has no line wider than %i columns, and cuts no word', (columns) => {
    const long = 'a message of the host that goes on and on for longer than any screen is wide, and then for some more';
    const warnings = [{ code: 'DRIFT', stage: 'plan', message: long, hint: long }];
    const lines = linesOf(ran({ exitCode: 0, accounts: three, gateway: answers, warnings }), { columns });
    expect(lines.filter((line) => line.replaceAll(/[<>*]|unsure|good/g, '').length > columns)).toEqual([]);
    expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain(long);
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
      'KEY_REFUSED: it went wrong (and 2 more)',
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
    const told = (more: object) =>
      closingText(report, { same: command, ...more }).filter((each) => !each.startsWith('To do: '));
    const lines = told({ partial: 'P', onlyFailed: 'F' });
    expect(lines.slice(2, -1)).toEqual(line === undefined ? [] : [line]);
    expect(told({})).toHaveLength(3);
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
      'To do: Run the commands above.',
      `Next: ${command}`,
    ]);
  });

  it('offer no command for what stays because of others (N21)', () => {
    const lines = closing({
      exitCode: 6,
      leftovers: [aLeftover({ kind: 'group', reason: 'used by 9 accounts of other runs of relay', command: null })],
    });
    expect(lines.slice(1)).toEqual([
      'The host holds what was kept, for these reasons:',
      '  kept: group "acme-02" (12): used by 9 accounts of other runs of relay',
      'To do: Look at what was kept, and why.',
      `Next: ${command}`,
    ]);
  });

  it('name revoked keys as the cause where the gateway is silent because of them alone', () => {
    const revoked = { code: 'KEY_REVOKED', stage: 'plan', message: 'It was revoked.', hint: 'Take it out.' };
    const silent = anError('silent', 'GATEWAY_NOT_READY');
    const idle = [anAccountReport({ scheduled: false })];
    const of = (changes: Partial<Report>) => closing({ exitCode: 7, warnings: [revoked], ...changes })[0];
    expect(of({ errors: [silent], accounts: idle })).toBe('KEY_REVOKED: It was revoked.');
    expect(of({ errors: [silent], accounts: [anAccountReport()] })).toBe('GATEWAY_NOT_READY: silent');
    expect(of({ errors: [anError('x', 'TEST_FAILED')], accounts: idle })).toBe('TEST_FAILED: x');
  });

  it('end with what to do next', () => {
    expect(closing({ errors: [anError()] }).slice(-2)).toEqual(['To do: Replace the key.', `Next: ${command}`]);
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
