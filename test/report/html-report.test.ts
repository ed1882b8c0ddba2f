import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { htmlReport } from '../../src/report/page/html-report.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { enlarged, sampleReports, withEverywhere, type Samples } from '../support/sample-reports.ts';

let samples: Samples;
beforeAll(async () => {
  samples = await sampleReports();
});

/** What a reader sees of a part of the page, without its marks. */
function textOf(html: string, from: string, to: string): string {
  const part = html.slice(html.indexOf(from), html.indexOf(to, html.indexOf(from)));
  return part
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

const rowsOf = (html: string) => html.match(/<tr class=[gubn]>/g) ?? [];

describe('a report as a page', () => {
  it.each([
    ['fine', 'Succeeded exit 0 The host holds what was wanted. 2 added 2 added'],
    ['undone', 'Rolled back exit 4 The host is as it was before. 3 rolled back 3 rolled back'],
    ['mixed', 'Partially succeeded exit 5 The host holds what works: 4 of 7 accounts serve.'],
  ] as const)('of a run that was %s begins with how it went', (name, text) => {
    expect(textOf(htmlReport(samples[name].report), '<p class="title">', '</section>')).toContain(text);
  });

  it('has a row for each line of the key file', () => {
    const html = htmlReport(samples.mixed.report);
    expect(rowsOf(html)).toHaveLength(9);
    expect(html).toMatch(
      /<tr class=b><td>3<td>kimi-cn-02 .*<td>failed<td>failed<td>1<td>[\d,]+<td><b>KEY_REFUSED<\/b>/,
    );
    expect(html).toMatch(/<tr class=u><td>4<td>kimi-cn-03 .*<td>added<td>warning<td>3<td>[\d,]+<td><b>UPSTREAM_BUSY/);
    expect(html).toContain('<tr class=b><td>7<td><td><td>malformed<td><td><td><td><b>KEYS_MALFORMED</b>');
  });

  it('has what needs a look first, and each code leads to its rows', () => {
    const html = htmlReport(samples.mixed.report);
    const tones = rowsOf(html).map((row) => row.at(-2));
    expect(tones).toEqual(tones.toSorted((a, b) => 'bugn'.indexOf(a ?? '') - 'bugn'.indexOf(b ?? '')));
    expect(html).toContain('<a href="#q=KEY_REFUSED">KEY_REFUSED</a>');
  });

  it('shows keys that came with a warning as such in the bar', () => {
    const bar = textOf(htmlReport(samples.mixed.report), '<ul class="legend">', '</ul>');
    const { warning, added } = samples.mixed.report.summary;
    expect(warning).toBeGreaterThan(0);
    // As the terminal counts them.
    expect(bar).toContain(`${added} added ${warning} of them with a warning`);
  });

  it('of several imports tells how each went first, and keeps its codes to its own keys', () => {
    const html = htmlReport(samples.fine.report, { ...samples.mixed.report, accessMode: 'self_service' });
    expect(textOf(html, '<header>', '<article')).toMatch(
      /^2 imports on .* site subscription access · exit 0 Kimi, China site is live on .* site self service access · exit 5 /,
    );
    expect(html).toContain('<title>Partially succeeded: 2 imports, ');
    for (const place of ['kimi-cn', 'kimi-cn-self-service']) {
      expect(html.match(new RegExp(`<article id="${place}">`, 'g'))).toHaveLength(1);
      expect(html).toContain(`<a href="#${place}">`);
    }
    expect(html).toContain('<a href="#in=kimi-cn-self-service&amp;q=KEY_REFUSED">KEY_REFUSED</a>');
    expect(html.match(/id="again"/g)).toHaveLength(1);
    expect(rowsOf(html)).toHaveLength(rowsOf(htmlReport(samples.fine.report)).length + 9);
  });

  it('has no percentiles of a single test', () => {
    const { report } = samples.fine;
    const [first] = report.accounts;
    if (first === undefined) throw new Error('no account');
    expect(htmlReport(report)).toContain('Test latency');
    expect(htmlReport({ ...report, accounts: [first] })).not.toContain('Test latency');
  });

  it('shows each test and its tries on the time axis, and how long they took', () => {
    const html = htmlReport(samples.mixed.report);
    expect(textOf(html, '<h2>Timeline', '<h2>Test latency')).toMatch(/7 account tests; hatched .* kimi-cn-03 .* ×3/);
    expect(textOf(html, '<h2>Test latency', '<h2>Keys')).toMatch(/median .* p90 .* p99 .* slowest .* s/);
  });

  it('puts what is left on the host before all other problems', () => {
    const leftovers = [
      {
        kind: 'account',
        id: '12',
        name: 'acme',
        reason: 'it could not be removed',
        command: 'curl -X DELETE http://h/12',
      },
    ];
    const html = htmlReport({ ...samples.undone.report, leftovers });
    expect(textOf(html, '<h2>Needs a look', '<h2>Timeline')).toMatch(/^Needs a look account “acme” #12 .*KEY_REFUSED/);
  });

  it.each<[string, Partial<Report>]>([
    ['no account and no stage', { accounts: [], keys: [], resources: [], gateway: null }],
    ['times that cannot be', { run: { ...blankRun(), durationMs: 0, startedAt: '2030-01-01T00:00:00.000Z' } }],
    ['endless durations', { run: { ...blankRun(), durationMs: Number.MAX_SAFE_INTEGER } }],
  ])('is drawn of a report with %s', (_, changes) => {
    const html = htmlReport({ ...samples.mixed.report, ...changes });
    expect(html.slice(html.indexOf('<main>'), html.indexOf('</main>'))).not.toMatch(/NaN|Infinity|undefined|\de\+/);
    expect(html.length).toBeLessThan(200_000);
  });

  it('lets nothing run but its own script, and nothing be loaded', () => {
    const html = htmlReport(withEverywhere(samples.mixed.report, hostile));
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
    const [style = '', script = ''] = ['style', 'script'].map((tag) => {
      const text = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(html)?.[1] ?? '';
      return `&#39;sha256-${createHash('sha256').update(text).digest('base64')}&#39;`;
    });
    expect(policy).toBe(
      `default-src &#39;none&#39;; style-src ${style}; script-src ${script}; img-src data:; base-uri &#39;none&#39;; form-action &#39;none&#39;`,
    );
    const bare = html.replace(/"[^"]*"/g, '""');
    expect(bare.match(/<script|<style|<img|<iframe|<[^>]*\s(?:on\w+|style)=/gi)).toEqual(['<style', '<script']);
    expect(html.match(/(?:src|href)="(?!data:image|#)[^"]*"/g)).toBeNull();
    expect(html).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F]/);
  });

  it('of 5,000 keys stays below 2 MB, also when the host was wordy about each', () => {
    const report = enlarged(samples.mixed.report, 5000);
    const html = htmlReport(report);
    expect(rowsOf(html)).toHaveLength(5000);
    expect(Buffer.byteLength(html)).toBeLessThan(1_200_000);
    const wordy = enlarged(
      {
        ...report,
        accounts: report.accounts.map((each, index) => ({
          ...each,
          validation: 'failed' as const,
          code: 'TEST_FAILED',
          probe: each.probe && {
            ...each.probe,
            attempts: 3,
            message: `request ${index}: ${'no such "key" '.repeat(40)}`,
          },
        })),
      },
      5000,
    );
    expect(Buffer.byteLength(htmlReport(wordy))).toBeLessThan(2_000_000);
  });
});

const hostile = `</script></style><script>document.title='x'</script><img src=x onerror=alert(1)>"' onload='x\u0000\u001B[31m`;

function blankRun(): Report['run'] {
  return {
    id: 'r',
    startedAt: '2026-11-20T12:00:00.000Z',
    finishedAt: '2026-11-20T12:00:00.000Z',
    durationMs: 1,
    relayVersion: '0',
    dryRun: false,
    pace: null,
    journal: null,
    budget: null,
    interrupted: false,
    stages: [],
  };
}
