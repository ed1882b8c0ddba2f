import { beforeAll, describe, expect, it } from 'vitest';
import { annotations } from '../../src/report/forms/annotations.ts';
import { junitReport } from '../../src/report/forms/junit-report.ts';
import { markdownReport } from '../../src/report/forms/markdown-report.ts';
import { htmlReport } from '../../src/report/page/html-report.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { reportText } from '../../src/report/text/report-text.ts';
import type { Style } from '../../src/core/style.ts';
import { leaksIn } from '../support/canaries.ts';
import { asUnit, sampleReports, type Samples } from '../support/sample-reports.ts';

const same = (text: string) => text;
const plain: Style = { bold: same, dim: same, good: same, bad: same, unsure: same };

let samples: Samples;
beforeAll(async () => {
  samples = await sampleReports();
});

describe.each<[string, (report: Report) => string]>([
  ['text', (report) => reportText(report, { style: plain, columns: 80 })],
  ['Markdown', (report) => markdownReport([report])],
  ['JUnit XML', (report) => junitReport([report])],
  ['a page', (report) => htmlReport([report])],
  ['annotations', (report) => annotations([report]).join('\n')],
  ['Markdown over several', (report) => markdownReport([report, asUnit(report, {})])],
  ['JUnit XML over several', (report) => junitReport([report, asUnit(report, {})])],
  ['a page of several', (report) => htmlReport([report, asUnit(report, {})])],
  ['annotations over several', (report) => annotations([report, asUnit(report, {})]).join('\n')],
])('a report as %s', (_, render) => {
  it.each(['mixed', 'undone', 'fine'] as const)('tells no secret of a run that was %s (N1)', (name) => {
    const { report, secrets } = samples[name];
    expect(secrets.length).toBeGreaterThan(3);
    expect(leaksIn(render(report), secrets)).toEqual([]);
  });

  it('is the same for the same report', () => {
    expect(render(samples.mixed.report)).toBe(render(structuredClone(samples.mixed.report)));
  });
});
