import { beforeAll, describe, expect, it } from 'vitest';
import { annotations } from '../../src/report/forms/annotations.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { asUnit, hostileHosts, sampleReports, type Samples } from '../support/sample-reports.ts';

let samples: Samples;
beforeAll(async () => {
  samples = await sampleReports();
});

const aProblem = (code: string, message = 'm') => ({ code, stage: 'apply', message, hint: 'h' });

describe('annotations of a workflow', () => {
  it('tell each code once, errors first', () => {
    expect(annotations([samples.mixed.report]).map((line) => line.split('::').slice(0, 2).join('::'))).toEqual([
      '::error title=Kimi%2C China site%3A KEY_REFUSED (2)',
      '::error title=Kimi%2C China site%3A BALANCE_EXHAUSTED',
      '::warning title=Kimi%2C China site%3A KEYS_MALFORMED',
      '::warning title=Kimi%2C China site%3A UPSTREAM_BUSY',
    ]);
    expect(annotations([samples.fine.report])).toEqual([]);
  });

  it('are one line each, whatever the host said', () => {
    const hostile = aProblem('X', '100% of\r\nit, ::error title=a:b,c::');
    const [line] = annotations([{ ...samples.fine.report, errors: [hostile] }]);
    expect(line).toBe('::error title=Kimi%2C China site%3A X::100%25 of%0D%0Ait, ::error title=a:b,c::%0Ah');
  });

  it.each([
    [10, 10, '::error title=Kimi%2C China site%3A C9::m%0Ah'],
    [13, 10, '::error title=4 more kinds of problems::C9, C10, C11, C12. The report has all of them.'],
  ])('of %i codes are %i', (codes, count, last) => {
    const errors = Array.from({ length: codes }, (_, index) => aProblem(`C${index}`));
    const lines = annotations([{ ...samples.fine.report, errors }]);
    expect(lines).toHaveLength(count);
    expect(lines.at(-1)).toBe(last);
  });

  it('hold five messages at most, and count the others', () => {
    const errors = Array.from({ length: 7 }, (_, index) => aProblem('C', `m${index}`));
    expect(annotations([{ ...samples.fine.report, errors }])[0]).toBe(
      '::error title=Kimi%2C China site%3A C (7)::m0%0Am1%0Am2%0Am3%0Am4%0Aand 2 more%0Ah',
    );
  });
});

describe('annotations over several reports', () => {
  const unit = (host: string, problems: Partial<Pick<Report, 'errors' | 'warnings'>>) =>
    asUnit({ ...samples.fine.report, ...problems }, { host });

  it('tell each code once, with how often and where it came, errors first', () => {
    const all = [
      unit('gw-1', { warnings: [aProblem('BUSY', 'later'), aProblem('SLOW')] }),
      unit('gw-2', { errors: [aProblem('DEAD', 'one'), aProblem('DEAD', 'two')], warnings: [aProblem('DRIFT')] }),
      unit('gw-3', { errors: [aProblem('DEAD', 'one'), aProblem('BUSY', 'now')] }),
      unit('gw-4', {}),
    ];
    expect(annotations(all)).toEqual([
      '::error title=BUSY%3A 2 times in 2 of 4 imports::In gw-1 kimi-cn, gw-3 kimi-cn:%0Alater%0Anow%0Ah',
      '::error title=DEAD%3A 3 times in 2 of 4 imports::In gw-2 kimi-cn, gw-3 kimi-cn:%0Aone%0Atwo%0Ah',
      '::warning title=SLOW%3A 1 time in 1 of 4 imports::In gw-1 kimi-cn:%0Am%0Ah',
      '::warning title=DRIFT%3A 1 time in 1 of 4 imports::In gw-2 kimi-cn:%0Am%0Ah',
    ]);
  });

  it('name the host of one among several', () => {
    expect(annotations([unit('gw-1', { errors: [aProblem('DEAD')] })])).toEqual([
      '::error title=DEAD%3A 1 time in 1 of 1 import::In gw-1 kimi-cn:%0Am%0Ah',
    ]);
  });

  it.each([
    [400, 1, 1, '::error title=C0%3A 400 times in 400 of 400 imports::In gw-0 kimi-cn, '],
    [400, 10, 10, '::error title=C9%3A 400 times in 400 of 400 imports::In gw-0 kimi-cn, '],
    [400, 13, 10, '::error title=4 more kinds of problems::C9, C10, C11, C12. The report has all of them.'],
    [0, 0, 0, undefined],
  ])('of %i imports with %i codes each are %i, each of bounded length', (imports, codes, count, last) => {
    const errors = Array.from({ length: codes }, (_, index) => aProblem(`C${index}`));
    const all = Array.from({ length: imports }, (_, index) =>
      unit(`gw-${index}`, { errors: errors.map((each) => ({ ...each, message: `on gw-${index}` })) }),
    );
    const lines = annotations(all);
    expect(lines).toHaveLength(count);
    expect(lines.at(-1)?.slice(0, last?.length)).toBe(last);
    for (const line of lines) expect(line.length).toBeLessThan(400);
    for (const line of lines.slice(0, 9)) expect(line).toMatch(/ and 395 more:%0Aon gw-0%0A.*%0Aand 395 more%0Ah$/);
  });

  it.each(hostileHosts)('are one line each on the host %j', (host) => {
    const [line = '', ...others] = annotations([unit(host, { errors: [aProblem('X')] }), unit('b', {})]);
    expect(others).toEqual([]);
    expect(line).toMatch(/^::error title=X%3A 1 time in 1 of 2 imports::In .* kimi-cn:%0Am%0Ah$/);
    expect(line).not.toMatch(/[\r\n]/);
  });
});
