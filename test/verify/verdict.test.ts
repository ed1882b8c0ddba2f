import { describe, expect, it } from 'vitest';
import type { AccountTest, TestFault, UpstreamModels } from '../../src/host/proof.ts';
import type { Code } from '../../src/core/codes.ts';
import { isInconclusive, decideVerdict } from '../../src/verify/verdict.ts';

const passed: AccountTest = { outcome: 'passed', answered: true, message: '' };
const silent: AccountTest = { outcome: 'passed', answered: false, message: '' };
const timedOut: AccountTest = { outcome: 'error', timedOut: true, message: 'no answer within 120 s' };
const broken: AccountTest = { outcome: 'error', timedOut: false, message: 'the stream was cut' };
const failed = (why: TestFault, message = `it was ${why}`): AccountTest => ({ outcome: 'failed', why, message });

const listed: UpstreamModels = { outcome: 'listed', models: ['small'] };
const refused: UpstreamModels = { outcome: 'refused', message: 'the list was refused' };
const missing: UpstreamModels = { outcome: 'missing', message: 'failed with HTTP 404' };
const junk: UpstreamModels = { outcome: 'junk', message: 'not valid JSON' };
const away: UpstreamModels = { outcome: 'unavailable', message: 'failed with HTTP 500' };

type Row = [
  what: string,
  test: AccountTest,
  list: UpstreamModels | null,
  keyCheck: 'models-list' | 'none',
  validation: string,
  code: Code | null,
  evidence: string,
];

const rows: Row[] = [
  ['a test that passed', passed, null, 'models-list', 'passed', null, 'test'],
  ['a test that passed, where lists are public', passed, null, 'none', 'passed', null, 'test'],
  ['a key that the vendor refuses', failed('refused'), null, 'models-list', 'failed', 'KEY_REFUSED', 'test'],
  ['an empty balance', failed('exhausted'), null, 'models-list', 'failed', 'BALANCE_EXHAUSTED', 'test'],
  ['an answer that is none', failed('junk'), null, 'models-list', 'failed', 'UPSTREAM_JUNK', 'test'],
  ['another failure', failed('other'), null, 'models-list', 'failed', 'TEST_FAILED', 'test'],
  ['a test that could not be carried out', broken, null, 'models-list', 'failed', 'TEST_ERROR', 'none'],
  // the model list decides where the test does not
  [
    'a busy vendor that takes the key',
    failed('busy'),
    listed,
    'models-list',
    'warning',
    'UPSTREAM_BUSY',
    'models-list',
  ],
  [
    'a plain 403 of a vendor that takes the key',
    failed('forbidden'),
    listed,
    'models-list',
    'warning',
    'UPSTREAM_FORBIDDEN',
    'models-list',
  ],
  [
    'an untestable account whose key is taken',
    failed('untestable'),
    listed,
    'models-list',
    'warning',
    'TEST_UNAVAILABLE',
    'models-list',
  ],
  [
    'a time-out of a vendor that takes the key',
    timedOut,
    listed,
    'models-list',
    'warning',
    'UPSTREAM_BUSY',
    'models-list',
  ],
  ['a test that passed without text', silent, listed, 'models-list', 'warning', 'KEY_UNPROVEN', 'models-list'],
  // a dead key, found by its list
  [
    'a dead key on an untestable account',
    failed('untestable'),
    refused,
    'models-list',
    'failed',
    'KEY_REFUSED',
    'models-list',
  ],
  [
    'a dead key behind a plain 403',
    failed('forbidden'),
    refused,
    'models-list',
    'failed',
    'KEY_REFUSED',
    'models-list',
  ],
  ['a dead key behind a busy vendor', failed('busy'), refused, 'models-list', 'failed', 'KEY_REFUSED', 'models-list'],
  ['a dead key behind a time-out', timedOut, refused, 'models-list', 'failed', 'KEY_REFUSED', 'models-list'],
  ['a dead key whose test passed without text', silent, refused, 'models-list', 'failed', 'KEY_REFUSED', 'models-list'],
  [
    'a dead key where lists are public and yet refuse it',
    failed('untestable'),
    refused,
    'none',
    'failed',
    'KEY_REFUSED',
    'models-list',
  ],
  // no API at the address
  ['a list that is not JSON', failed('untestable'), junk, 'models-list', 'failed', 'UPSTREAM_JUNK', 'models-list'],
  [
    'a list that is not JSON, after a test without text',
    silent,
    junk,
    'models-list',
    'failed',
    'UPSTREAM_JUNK',
    'models-list',
  ],
  [
    'a list that is not JSON, where lists are public',
    failed('busy'),
    junk,
    'none',
    'failed',
    'UPSTREAM_JUNK',
    'models-list',
  ],
  // a list that proves nothing
  ['a public list', failed('untestable'), listed, 'none', 'warning', 'KEY_UNPROVEN', 'none'],
  ['a public list and a busy vendor', failed('busy'), listed, 'none', 'warning', 'KEY_UNPROVEN', 'none'],
  ['a public list and a plain 403', failed('forbidden'), listed, 'none', 'warning', 'KEY_UNPROVEN', 'none'],
  ['a public list and no text', silent, listed, 'none', 'warning', 'KEY_UNPROVEN', 'none'],
  ['a list that answers 404', failed('untestable'), missing, 'models-list', 'warning', 'KEY_UNPROVEN', 'none'],
  [
    'a list that answers 404, after a test without text',
    silent,
    missing,
    'models-list',
    'warning',
    'KEY_UNPROVEN',
    'none',
  ],
  ['a list that cannot be had', failed('busy'), away, 'models-list', 'warning', 'KEY_UNPROVEN', 'none'],
  ['a list that was not asked for', failed('untestable'), null, 'models-list', 'warning', 'KEY_UNPROVEN', 'none'],
  ['a time-out and no list', timedOut, missing, 'models-list', 'warning', 'KEY_UNPROVEN', 'none'],
];

describe('the verdict on an account (B14, B15, N13)', () => {
  it.each(rows)('%s', (_, test, list, keyCheck, validation, code, evidence) => {
    expect(decideVerdict(test, true, list, keyCheck)).toMatchObject({ validation, code, evidence });
  });

  it.each(rows)('%s, without the smoke-test model', (_, test, list, keyCheck) => {
    expect(decideVerdict(test, false, list, keyCheck)).toMatchObject({ validation: 'failed', code: 'MODEL_NOT_SEEN' });
  });

  it.each(rows)('%s has a message', (_, test, list, keyCheck) => {
    expect(decideVerdict(test, true, list, keyCheck).message).toMatch(/\S/);
  });

  it('is never passed unless the test passed with text (N13)', () => {
    for (const [what, test, list, keyCheck] of rows) {
      if (test !== passed) expect(decideVerdict(test, true, list, keyCheck).validation, what).not.toBe('passed');
    }
  });

  it('says so when the test failed without a message (B15)', () => {
    expect(decideVerdict(failed('other', ''), true, null, 'models-list')).toMatchObject({
      validation: 'failed',
      message: 'The test failed without a message.',
    });
  });

  it('repeats what the vendor said', () => {
    expect(decideVerdict(failed('refused', 'API returned 401: no'), true, null, 'models-list').message).toBe(
      'API returned 401: no',
    );
    expect(decideVerdict(failed('busy', 'API returned 429: slow'), true, listed, 'models-list').message).toBe(
      'API returned 429: slow',
    );
    expect(decideVerdict(failed('untestable'), true, refused, 'models-list').message).toBe('the list was refused');
  });

  it('tells of an unproven key what the test and the list said', () => {
    expect(decideVerdict(failed('busy', 'API returned 503: x'), true, missing, 'models-list').message).toBe(
      'API returned 503: x; failed with HTTP 404',
    );
    expect(decideVerdict(silent, true, listed, 'none').message).toBe(
      'The test ended without any text; the model list of this vendor proves nothing',
    );
  });
});

describe('a test that leaves open whether the key works (N13)', () => {
  it.each<[string, AccountTest, boolean]>([
    ['passed', passed, false],
    ['passed without text', silent, true],
    ['refused', failed('refused'), false],
    ['exhausted', failed('exhausted'), false],
    ['busy', failed('busy'), true],
    ['forbidden', failed('forbidden'), true],
    ['untestable', failed('untestable'), true],
    ['junk', failed('junk'), false],
    ['other', failed('other'), false],
    ['timed out', timedOut, true],
    ['not carried out', broken, false],
  ])('%s: %s', (_, test, open) => {
    expect(isInconclusive(test)).toBe(open);
  });
});
