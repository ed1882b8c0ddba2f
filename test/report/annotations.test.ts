import { beforeAll, describe, expect, it } from 'vitest';
import { annotations } from '../../src/report/forms/annotations.ts';
import { sampleReports, type Samples } from '../support/sample-reports.ts';

let samples: Samples;
beforeAll(async () => {
  samples = await sampleReports();
});

const aProblem = (code: string, message = 'm') => ({ code, stage: 'apply', message, hint: 'h' });

describe('annotations of a workflow', () => {
  it('tell each code once, errors first', () => {
    expect(annotations(samples.mixed.report).map((line) => line.split('::').slice(0, 2).join('::'))).toEqual([
      '::error title=Kimi%2C China site%3A KEY_REFUSED (2)',
      '::error title=Kimi%2C China site%3A BALANCE_EXHAUSTED',
      '::warning title=Kimi%2C China site%3A KEYS_MALFORMED',
      '::warning title=Kimi%2C China site%3A UPSTREAM_BUSY',
    ]);
    expect(annotations(samples.fine.report)).toEqual([]);
  });

  it('are one line each, whatever the host said', () => {
    const hostile = aProblem('X', '100% of\r\nit, ::error title=a:b,c::');
    const [line] = annotations({ ...samples.fine.report, errors: [hostile] });
    expect(line).toBe('::error title=Kimi%2C China site%3A X::100%25 of%0D%0Ait, ::error title=a:b,c::%0Ah');
  });

  it.each([
    [10, 10, '::error title=Kimi%2C China site%3A C9::m%0Ah'],
    [13, 10, '::error title=4 more kinds of problems::C9, C10, C11, C12. The report has all of them.'],
  ])('of %i codes are %i', (codes, count, last) => {
    const errors = Array.from({ length: codes }, (_, index) => aProblem(`C${index}`));
    const lines = annotations({ ...samples.fine.report, errors });
    expect(lines).toHaveLength(count);
    expect(lines.at(-1)).toBe(last);
  });

  it('hold five messages at most, and count the others', () => {
    const errors = Array.from({ length: 7 }, (_, index) => aProblem('C', `m${index}`));
    expect(annotations({ ...samples.fine.report, errors })[0]).toBe(
      '::error title=Kimi%2C China site%3A C (7)::m0%0Am1%0Am2%0Am3%0Am4%0Aand 2 more%0Ah',
    );
  });
});
