import { beforeAll, describe, expect, it } from 'vitest';
import { junitReport } from '../../src/report/forms/junit-report.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { parseXml, type Element } from '../support/parse-xml.ts';
import { enlarged, sampleReports, type Samples, withEverywhere } from '../support/sample-reports.ts';

let samples: Samples;
beforeAll(async () => {
  samples = await sampleReports();
});

function casesOf(report: Report, suite: 'run' | 'keys'): Element[] {
  const found = parseXml(junitReport(report)).children.find(({ attributes }) => attributes['name'] === suite);
  return found?.children.filter(({ name }) => name === 'testcase') ?? [];
}

/** A case in a line: its name, its end, and the code. */
function told(cases: readonly Element[]): string[] {
  return cases.map(({ attributes, children: [end] }) =>
    [attributes['name']?.replace(/ …\w+$/, ''), end?.name ?? 'passed', end?.attributes['type'] ?? '']
      .filter(Boolean)
      .join(' | '),
  );
}

describe('a report as JUnit XML', () => {
  it('has a case for the outcome, each stage and each line', () => {
    const { report } = samples.mixed;
    expect(told(casesOf(report, 'run'))).toEqual([
      'outcome | failure | partially_succeeded',
      'stage connect | passed',
      'stage plan | passed',
      'stage apply | passed',
      'stage verify | passed',
    ]);
    expect(told(casesOf(report, 'keys'))).toEqual([
      'line 1 kimi-cn-01 | passed',
      'line 3 kimi-cn-02 | failure | KEY_REFUSED',
      'line 4 kimi-cn-03 | system-out',
      'line 5 kimi-cn-04 | failure | BALANCE_EXHAUSTED',
      'line 6 kimi-cn-05 | failure | KEY_REFUSED',
      'line 7 | failure | KEYS_MALFORMED',
      'line 8 kimi-cn-01 | skipped',
      'line 9 kimi-cn-06 | passed',
      'line 10 kimi-cn-07 | passed',
    ]);
  });

  it('fails the key that undid a strict run, and skips those that went with it', () => {
    expect(told(casesOf(samples.undone.report, 'keys'))).toEqual([
      'line 1 kimi-cn-01 | skipped',
      'line 2 kimi-cn-02 | failure | KEY_REFUSED',
      'line 3 kimi-cn-03 | skipped',
    ]);
    const [skipped] = casesOf(samples.undone.report, 'keys')[0]?.children ?? [];
    expect(skipped?.attributes['message']).toBe('rolled back: Undone with the run.');
  });

  it('passes whole when the run went well', () => {
    const root = parseXml(junitReport(samples.fine.report));
    expect(root.attributes).toMatchObject({ tests: '7', failures: '0', errors: '0', skipped: '0' });
  });

  it.each([
    [0, 0],
    [8, 0],
    [1, 1],
    [3, 1],
    [5, 1],
    [7, 1],
    [130, 1],
  ])('of a run that exits with %i has %i failing outcomes', (exitCode, failures) => {
    const cases = casesOf({ ...samples.fine.report, exitCode }, 'run');
    expect(told(cases.filter(({ children }) => children.length > 0))).toHaveLength(failures);
  });

  it('fails the stage of an error that no account tells of, also one that never ran', () => {
    const errors = ['apply', 'access'].map((stage) => ({ code: 'HOST_FAILED', stage, message: 'm', hint: 'h' }));
    expect(told(casesOf({ ...samples.fine.report, exitCode: 4, errors }, 'run')).slice(-3)).toEqual([
      'stage apply | failure | HOST_FAILED',
      'stage verify | passed',
      'stage access | failure | HOST_FAILED',
    ]);
  });

  it('counts what it holds', () => {
    const root = parseXml(junitReport(samples.mixed.report));
    const suites = root.children.map(({ children }) => children.filter(({ name }) => name === 'testcase'));
    const all = suites.flat();
    const ends = (name: string) => String(all.filter(({ children }) => children[0]?.name === name).length);
    expect(root.attributes).toMatchObject({
      tests: String(all.length),
      failures: ends('failure'),
      skipped: ends('skipped'),
    });
  });

  it('is well-formed whatever the host said', () => {
    const hostile = withEverywhere(samples.mixed.report, ' ]]></failure> "\'&\u0000\u001B[31m\uD800');
    expect(told(casesOf(hostile, 'keys'))).toHaveLength(9);
  });

  it('holds 5,000 keys', () => {
    expect(casesOf(enlarged(samples.mixed.report, 5000), 'keys')).toHaveLength(5000);
  });
});
