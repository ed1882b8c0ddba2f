import { beforeAll, describe, expect, it } from 'vitest';
import { byUrgency, countsOf, endsOf, firstProblem, onlyReport, unitIds, unitName } from '../../src/report/units.ts';
import { asUnit, fleetOf, hostileHosts, sampleReports, type Samples } from '../support/sample-reports.ts';

let samples: Samples;
beforeAll(async () => {
  samples = await sampleReports();
});

describe('a unit', () => {
  it.each([
    [{ host: 'gw-1.example.com', access: 'self_service' }, 'gw-1.example.com kimi-cn self-service'],
    [{ host: 'prod', provider: 'zai' }, 'prod zai'],
    [undefined, '10.0.0.1:8080/relay kimi-cn'],
  ] as const)('of %j is called %s', (unit, name) => {
    const report = { ...samples.fine.report, host: { url: 'http://10.0.0.1:8080/relay/', kind: 'k', version: '1' } };
    expect(unitName(unit === undefined ? report : asUnit(report, unit))).toBe(name);
  });

  it.each([
    [
      ['gw-1.example.com', 'gw-2'],
      ['gw-1_example_com.kimi-cn.subscription', 'gw-2.kimi-cn.subscription'],
    ],
    [
      ['a.b', 'a_b', 'a:b', 'c'],
      ['a_b', 'a_b', 'a_b', 'c'].map(
        (word, index) => `${word}.kimi-cn.subscription${index === 1 || index === 2 ? `_${index + 1}` : ''}`,
      ),
    ],
    [['хост'], ['____.kimi-cn.subscription']],
  ])('has on %j the ids %j', (hosts, ids) => {
    expect(unitIds(hosts.map((host) => asUnit(samples.fine.report, { host })))).toEqual(ids);
  });

  it('has an id that is safe wherever it stands, whatever the host is called, and that no other has', () => {
    const hosts = [...hostileHosts, ...hostileHosts];
    const ids = unitIds(hosts.map((host) => asUnit(samples.fine.report, { host, provider: host })));
    expect(new Set(ids).size).toBe(hosts.length);
    for (const id of ids) expect(id).toMatch(/^[\w-]*\.[\w-]*\.[\w-]+$/);
  });

  it('keeps its id in a report of fewer', () => {
    const all = fleetOf(samples, 6);
    expect(unitIds(all.slice(3))).toEqual(unitIds(all).slice(3));
  });

  it('is what a report needs as soon as it is one of several', () => {
    const { report } = samples.fine;
    expect(onlyReport([report])).toBe(report);
    for (const several of [[], [report, report], [asUnit(report, {})]]) expect(onlyReport(several)).toBeUndefined();
  });
});

describe('several reports', () => {
  it('stand with what went wrong first, and else as they came', () => {
    const exits = [0, 5, 4, 8, 0, 6];
    const all = exits.map((exitCode, index) => ({ ...samples.fine.report, exitCode, index }));
    expect(all.toSorted(byUrgency).map(({ index }) => index)).toEqual([2, 5, 1, 3, 0, 4]);
  });

  it.each([
    [20, '20 imports on 10 hosts', '2 partially succeeded, 18 succeeded'],
    [2, '2 imports on gw-0.example.com', '1 partially succeeded, 1 succeeded'],
    [1, '1 import on gw-0.example.com', '1 partially succeeded'],
  ])('of %i imports are told as %s: %s', (count, counts, ends) => {
    const all = fleetOf(samples, count);
    expect([countsOf(all), endsOf(all)]).toEqual([counts, ends]);
  });

  it('have an error as the first problem before any warning', () => {
    const { mixed, fine } = samples;
    expect(firstProblem(mixed.report)).toMatch(/^KEY_REFUSED: kimi-cn-02: /);
    expect(firstProblem({ ...mixed.report, errors: [] })).toMatch(/^KEYS_MALFORMED: /);
    expect(firstProblem({ ...fine.report, warnings: [] })).toBe('');
  });
});
