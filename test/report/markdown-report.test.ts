import { beforeAll, describe, expect, it } from 'vitest';
import { markdownReport } from '../../src/report/forms/markdown-report.ts';
import { enlarged, sampleReports, type Samples, withEverywhere } from '../support/sample-reports.ts';

let samples: Samples;
beforeAll(async () => {
  samples = await sampleReports();
});

describe('a report as Markdown', () => {
  it.each([
    ['fine', '## ✅ Kimi, China site: succeeded', 'The host holds what was wanted. Exit code 0.'],
    ['undone', '## ❌ Kimi, China site: rolled back', 'The host is as it was before. Exit code 4.'],
    [
      'mixed',
      '## ⚠️ Kimi, China site: partially succeeded',
      'The host holds what works: 4 of 7 accounts serve. Exit code 5.',
    ],
  ] as const)('of a run that was %s begins with how it went', (name, title, sentence) => {
    const [first, , second] = markdownReport(samples[name].report).split('\n');
    expect([first, second]).toEqual([title, sentence]);
  });

  it('lists the keys that need a look, and no other', () => {
    const text = markdownReport(samples.mixed.report);
    const rows = text
      .slice(text.indexOf('### Keys'))
      .split('\n')
      .filter((line) => /^\| \d/.test(line));
    expect(
      rows.map((row) =>
        row
          .split(' | ')
          .filter((_, index) => [0, 1, 3, 4].includes(index))
          .join(' '),
      ),
    ).toEqual([
      '| 3 kimi-cn-02 failed KEY_REFUSED',
      '| 4 kimi-cn-03 added UPSTREAM_BUSY',
      '| 5 kimi-cn-04 failed BALANCE_EXHAUSTED',
      '| 6 kimi-cn-05 failed KEY_REFUSED',
      '| 7  malformed KEYS_MALFORMED',
    ]);
    expect(markdownReport(samples.fine.report)).not.toContain('### Keys');
  });

  it('gives the command for each thing that is left on the host', () => {
    const leftovers = [
      {
        kind: 'account',
        id: '12',
        name: 'a|b',
        reason: 'it could not be removed',
        command: 'curl -X DELETE http://h/1 | cat',
      },
    ];
    expect(markdownReport({ ...samples.undone.report, leftovers })).toContain(
      '| left | account | a\\|b | 12 | it could not be removed | `curl -X DELETE http://h/1 \\| cat` |',
    );
  });

  it('holds no markup, mention or link of the host', () => {
    const hostile = ' <img src=x> [a](http://evil.example) @team #1 | ~~x~~ ` **b**\n# head';
    const text = markdownReport(withEverywhere(samples.mixed.report, hostile));
    const bare = text.replace(/(?<!\\)`[^`\n]*`/g, '');
    expect(bare).not.toMatch(/<img|(?<!\\)\]\(|(?<!\\)\[a|@team|http:\/\/|(?<!\\)\*\*b|^# head/m);
    const columns = text.split('\n').filter((line) => /^\| \d/.test(line));
    for (const row of columns) expect(row.match(/(?<!\\)\|/g)).toHaveLength(7);
  });

  it('of 5,000 keys fits a step summary', () => {
    const message = `é${'&<*'.repeat(199)}`;
    const report = enlarged(samples.mixed.report, 5000);
    const accounts = report.accounts.map((each) => ({
      ...each,
      validation: 'failed' as const,
      code: 'TEST_FAILED',
      probe: each.probe && { ...each.probe, message },
    }));
    expect(Buffer.byteLength(markdownReport({ ...report, accounts }))).toBeLessThan(200_000);
    expect(markdownReport({ ...report, accounts })).toContain('And 4,900 more; the JSON report has all of them.');
  });
});
