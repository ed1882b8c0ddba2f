import { beforeAll, describe, expect, it } from 'vitest';
import { junitReport } from '../../src/report/forms/junit-report.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { parseXml, type Element } from '../support/parse-xml.ts';
import type { ShownReport } from '../../src/report/outputs/imports-schema.ts';
import {
  asUnit,
  enlarged,
  hostileHosts,
  sampleReports,
  type Samples,
  withEverywhere,
} from '../support/sample-reports.ts';

let samples: Samples;
beforeAll(async () => {
  samples = await sampleReports();
});

function casesOf(report: Report, suite: 'run' | 'keys'): Element[] {
  const found = parseXml(junitReport([report])).children.find(({ attributes }) => attributes['name'] === suite);
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
    const root = parseXml(junitReport([samples.fine.report]));
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
    const root = parseXml(junitReport([samples.mixed.report]));
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

describe('several reports as JUnit XML', () => {
  const suitesOf = (reports: readonly ShownReport[]) => parseXml(junitReport(reports)).children;
  const classesOf = (suite: Element) => [
    ...new Set(suite.children.flatMap(({ attributes }) => attributes['classname'] ?? [])),
  ];

  it('are one document, with two suites for each that tell of which it is', () => {
    const { fine, undone } = samples;
    const lasting = (report: Report, durationMs: number) => ({ ...report, run: { ...report.run, durationMs } });
    const units = [
      asUnit(lasting(fine.report, 1500), { host: 'gw-1.example.com', access: 'self_service' }),
      asUnit(lasting(undone.report, 250), { host: 'gw-2', provider: 'zai' }),
    ];
    expect(parseXml(junitReport(units)).attributes).toMatchObject({
      name: 'relay import of 2 imports',
      tests: '15',
      failures: '2',
      skipped: '2',
      time: '1.750',
    });
    expect(
      suitesOf(units).map((suite) => [suite.attributes['name'], suite.attributes['failures'], classesOf(suite)]),
    ).toEqual([
      ['gw-1.example.com kimi-cn self-service: run', '0', ['relay.gw-1_example_com.kimi-cn.self-service.run']],
      ['gw-1.example.com kimi-cn self-service: keys', '0', ['relay.gw-1_example_com.kimi-cn.self-service.keys']],
      ['gw-2 zai: run', '1', ['relay.gw-2.zai.subscription.run']],
      ['gw-2 zai: keys', '1', ['relay.gw-2.zai.subscription.keys']],
    ]);
  });

  it('have the cases that each has by itself', () => {
    const { fine, mixed } = samples;
    const alone = [fine.report, mixed.report].flatMap((report) =>
      suitesOf([report]).map(({ children }) => told(children)),
    );
    expect(suitesOf([fine.report, mixed.report]).map(({ children }) => told(children))).toEqual(alone);
  });

  it('name the host of one among several too, so that files of shards can be read as one', () => {
    const [run] = suitesOf([asUnit(samples.fine.report, { host: 'gw-1' })]);
    expect(classesOf(run!)).toEqual(['relay.gw-1.kimi-cn.subscription.run']);
    const [alone] = suitesOf([samples.fine.report]);
    expect([alone?.attributes['name'], classesOf(alone!)]).toEqual(['run', ['relay.kimi-cn.run']]);
  });

  it('of hosts with hostile names are well-formed, and no two cases are the same', () => {
    const reports = [...hostileHosts, ...hostileHosts].map((host) => asUnit(samples.mixed.report, { host }));
    const suites = suitesOf(reports);
    expect(
      suites.slice(0, 8).map(({ attributes }) => attributes['name']?.replace(/ kimi-cn: (run|keys)$/, '')),
    ).toEqual(hostileHosts.slice(0, 4).flatMap((host) => [host, host]));
    const cases = suites.flatMap(({ children }) => children.filter(({ name }) => name === 'testcase'));
    const names = cases.map(({ attributes }) => `${attributes['classname']} ${attributes['name']}`);
    expect(new Set(names).size).toBe(reports.length * (5 + 9));
    for (const { attributes } of cases) expect(attributes['classname']).toMatch(/^relay(?:\.[\w-]*){3}\.(?:run|keys)$/);
  });

  it('are an empty document where nothing was imported', () => {
    expect(parseXml(junitReport([]))).toMatchObject({
      name: 'testsuites',
      attributes: {
        name: 'relay import of 0 imports',
        tests: '0',
        failures: '0',
        errors: '0',
        skipped: '0',
        time: '0.000',
      },
      children: [],
    });
  });
});
