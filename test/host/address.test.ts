import { describe, expect, it } from 'vitest';
import { CheckList } from '../../src/host/diagnosis.ts';
import { proxyOf, tellClock } from '../../src/host/http/tell-address.ts';

const now = Date.UTC(2026, 10, 20, 12);
const minute = 60_000;

describe('the clock of a host', () => {
  const clock = (date: string | null) => {
    const checks = new CheckList();
    tellClock(checks, date, now);
    return checks.all(['clock'])[0];
  };
  const at = (ms: number) => clock(new Date(now + ms).toUTCString());

  it.each([0, 900, -minute, minute])('%d ms apart is as here', (ms) => {
    expect(at(ms)?.state).toBe('pass');
  });

  it.each([
    [2 * minute, '2 minutes ahead of'],
    [-5 * minute, '5 minutes behind'],
    [-119 * minute, '119 minutes behind'],
    [180 * minute, '3 hours ahead of'],
    [-72 * 60 * minute, '3 days behind'],
  ])('%d ms apart is %s', (ms, says) => {
    expect(at(ms)).toMatchObject({ state: 'warning', message: `the clock of the host is ${says} the one here` });
  });

  it.each([null, '', 'yesterday'])('%j tells nothing', (date) => {
    expect(clock(date)).toMatchObject({ state: 'skipped', hint: null });
  });
});

describe('who passed an answer on', () => {
  it.each([
    [{}, undefined],
    [{ server: 'nginx/1.26.0' }, 'nginx/1.26.0'],
    [{ server: 'cloudflare', 'cf-ray': '8f-AMS' }, 'cloudflare'],
    [{ via: '1.1 squid' }, '1.1 squid'],
    [{ server: ' ' }, undefined],
  ])('%j', (headers, who) => {
    expect(proxyOf(new Headers(headers as Record<string, string>))).toBe(who);
  });
});

describe('a list of checks', () => {
  it('is told in order, and what was not come to is skipped because of the first failure', () => {
    const checks = new CheckList();
    checks.fail('login', { message: 'no', hint: 'try' });
    checks.pass('address', 'yes');
    checks.warn('captcha', 'on', 'mind');
    checks.fail('clock', { message: 'no', hint: 'try' });
    expect(
      checks
        .all(['address', 'login', 'compliance', 'captcha', 'clock', 'upstream'])
        .map(({ id, state, message }) => `${id} ${state}: ${message}`),
    ).toEqual([
      'address pass: yes',
      'login failure: no',
      'compliance skipped: not looked at, because of: Login',
      'captcha warning: on',
      'clock failure: no',
      'upstream skipped: not looked at, because of: Login',
    ]);
  });
});
