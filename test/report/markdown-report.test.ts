import { beforeAll, describe, expect, it } from 'vitest';
import { markdownReport } from '../../src/report/forms/markdown-report.ts';
import { formatCount } from '../../src/core/counted.ts';
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
    const [first, , second] = markdownReport([samples[name].report]).split('\n');
    expect([first, second]).toEqual([title, sentence]);
  });

  it('lists the keys that need a look, and no other', () => {
    const text = markdownReport([samples.mixed.report]);
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
    expect(markdownReport([samples.fine.report])).not.toContain('### Keys');
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
    expect(markdownReport([{ ...samples.undone.report, leftovers }])).toContain(
      '| left | account | a\\|b | 12 | it could not be removed | `curl -X DELETE http://h/1 \\| cat` |',
    );
  });

  it('holds no markup, mention or link of the host', () => {
    const hostile = ' <img src=x> [a](http://evil.example) @team #1 | ~~x~~ ` **b**\n# head';
    const text = markdownReport([withEverywhere(samples.mixed.report, hostile)]);
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
    expect(Buffer.byteLength(markdownReport([{ ...report, accounts }]))).toBeLessThan(200_000);
    expect(markdownReport([{ ...report, accounts }])).toContain('And 4,900 more; the JSON report has all of them.');
  });
});

describe('several reports as Markdown', () => {
  const rowsOf = (text: string) => text.split('\n').filter((line) => /^\| (?:✅|⚠️|❌)/.test(line));

  it('are a table, what went wrong first, and then those that did not end well', () => {
    const { fine, undone, mixed } = samples;
    const text = markdownReport([
      asUnit(fine.report, { host: 'gw-1.example.com' }),
      asUnit(mixed.report, { host: 'gw-2', access: 'self_service' }),
      asUnit({ ...fine.report, exitCode: 8 }, { host: 'gw-3' }),
      asUnit(undone.report, { host: 'gw-4', provider: 'zai' }),
    ]);
    expect(text.split('\n').slice(0, 3)).toEqual([
      '## ❌ 4 imports on 4 hosts: 1 rolled back, 1 partially succeeded, 2 succeeded',
      '',
      'Keys: 8 added, 3 failed, 3 rolled back, 1 malformed, 1 duplicate.',
    ]);
    expect(rowsOf(text).map((row) => row.replace(/(?<=KEY_REFUSED: ).*/, ''))).toEqual([
      '| ❌ | `gw-4` | `zai` | subscription | rolled back | 4 | 0 of 3 | KEY_REFUSED: ',
      '| ⚠️ | `gw-2` | `kimi-cn` | self-service | partially succeeded | 5 | 4 of 7 | KEY_REFUSED: ',
      '| ⚠️ | `gw-3` | `kimi-cn` | subscription | succeeded | 8 | 2 of 2 |  |',
      '| ✅ | `gw-1.example.com` | `kimi-cn` | subscription | succeeded | 0 | 2 of 2 |  |',
    ]);
    expect(text.match(/^#+ .*/gm)?.slice(1)).toEqual([
      '### ❌ gw-4 zai: rolled back',
      '#### What happened',
      '#### Keys that need a look',
      '### ⚠️ gw-2 kimi-cn self-service: partially succeeded',
      '#### What happened',
      '#### Keys that need a look',
      '#### Users connect with',
    ]);
  });

  it('are a sentence where nothing was imported', () => {
    expect(markdownReport([])).toBe('## Nothing to import\n\nThere was nothing to import.\n');
  });

  it('are told in full where there is one, of several or not', () => {
    const { report } = samples.fine;
    expect(markdownReport([asUnit(report, { host: 'gw-1' })])).toBe(markdownReport([report]));
  });

  it('hold no markup, mention or link in the name of a host, and no cell of it is two', () => {
    const names = [...hostileHosts, 'http://evil.example', '<b>*x*</b>'];
    const text = markdownReport(names.map((host) => asUnit(samples.mixed.report, { host, provider: host })));
    const bare = text.replace(/(?<!\\)`[^`\n]*`/g, '');
    expect(bare).not.toMatch(/<script|<img|<b>|(?<!\\)\]\(|(?<!\\)\[x|@team|http:\/\/|(?<!\\)\*x|^::/m);
    expect(rowsOf(text)).toHaveLength(names.length);
    for (const row of rowsOf(text)) expect(row.match(/(?<!\\)\|/g)).toHaveLength(9);
  });

  it.each([
    ['few keys each', 3, 'KEY_REFUSED', 400],
    ['5,000 wordy keys each', 5000, `é${'&<*'.repeat(199)}`, 400],
    ['wordy problems, and there are far more', 3, '&'.repeat(5000), 4000],
  ])('of 400 imports fit a step summary when all failed with %s', (_, keys, message, count) => {
    const report = enlarged(samples.mixed.report, keys);
    const errors = [{ code: 'TEST_FAILED', stage: 'verify', message, hint: message }, ...report.errors];
    const accounts = report.accounts.map((each) => ({
      ...each,
      validation: 'failed' as const,
      probe: each.probe && { ...each.probe, message },
    }));
    const failed = { ...report, errors, accounts, exitCode: 6 };
    const text = markdownReport(
      Array.from({ length: count }, (__, index) => asUnit(failed, { host: `gw-${index}.${'example.'.repeat(20)}com` })),
    );
    expect(Buffer.byteLength(text)).toBeLessThan(900_000);
    const rows = rowsOf(text).length;
    const blocks = text.match(/^### /gm)?.length ?? 0;
    expect([rows > 200, blocks > 1]).toEqual([true, true]);
    expect(text.includes('more imports; the JSON report has all of them.')).toBe(rows < count);
    expect(text.includes(`And ${formatCount(count - blocks)} more imports that did not end well;`)).toBe(
      blocks < count,
    );
  });
});
