import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { htmlReport } from '../../src/report/page/html-report.ts';
import type { Report } from '../../src/report/report-schema.ts';
import type { ShownReport } from '../../src/report/outputs/imports-schema.ts';
import { formatCount } from '../../src/core/counted.ts';
import {
  asUnit,
  enlarged,
  fleetOf,
  hostileHosts,
  sampleReports,
  withEverywhere,
  type Samples,
} from '../support/sample-reports.ts';

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
    expect(textOf(htmlReport([samples[name].report]), '<p class="title">', '</section>')).toContain(text);
  });

  it('has a row for each line of the key file', () => {
    const html = htmlReport([samples.mixed.report]);
    expect(rowsOf(html)).toHaveLength(9);
    expect(html).toMatch(
      /<tr class=b><td>3<td>kimi-cn-02 .*<td>failed<td>failed<td>1<td>[\d,]+<td><b>KEY_REFUSED<\/b>/,
    );
    expect(html).toMatch(/<tr class=u><td>4<td>kimi-cn-03 .*<td>added<td>warning<td>3<td>[\d,]+<td><b>UPSTREAM_BUSY/);
    expect(html).toContain('<tr class=b><td>7<td><td><td>malformed<td><td><td><td><b>KEYS_MALFORMED</b>');
  });

  it('has what needs a look first, and each code leads to its rows', () => {
    const html = htmlReport([samples.mixed.report]);
    const tones = rowsOf(html).map((row) => row.at(-2));
    expect(tones).toEqual(tones.toSorted((a, b) => 'bugn'.indexOf(a ?? '') - 'bugn'.indexOf(b ?? '')));
    expect(html).toContain('<a href="#q=KEY_REFUSED">KEY_REFUSED</a>');
  });

  it('shows keys that came with a warning as such in the bar', () => {
    const bar = textOf(htmlReport([samples.mixed.report]), '<ul class="legend">', '</ul>');
    const { warning, added } = samples.mixed.report.summary;
    expect(warning).toBeGreaterThan(0);
    // As the terminal counts them.
    expect(bar).toContain(`${added} added ${warning} of them with a warning`);
  });

  it('is, where nothing was imported, a page that says so', () => {
    const html = htmlReport([]);
    expect(html).toContain('<title>Nothing to import</title>');
    expect(textOf(html, '<main>', '<script>')).toBe('There was nothing to import.');
  });

  it('of one among several is the one of an import by itself', () => {
    const { report } = samples.mixed;
    expect(htmlReport([asUnit(report, { host: 'elsewhere' })])).toBe(htmlReport([report]));
  });

  it('has no percentiles of a single test', () => {
    const { report } = samples.fine;
    const [first] = report.accounts;
    if (first === undefined) throw new Error('no account');
    expect(htmlReport([report])).toContain('Test latency');
    expect(htmlReport([{ ...report, accounts: [first] }])).not.toContain('Test latency');
  });

  it('shows each test and its tries on the time axis, and how long they took', () => {
    const html = htmlReport([samples.mixed.report]);
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
    const html = htmlReport([{ ...samples.undone.report, leftovers }]);
    expect(textOf(html, '<h2>Needs a look', '<h2>Timeline')).toMatch(/^Needs a look account “acme” #12 .*KEY_REFUSED/);
  });

  it.each<[string, Partial<Report>]>([
    ['no account and no stage', { accounts: [], keys: [], resources: [], gateway: null }],
    ['times that cannot be', { run: { ...blankRun(), durationMs: 0, startedAt: '2030-01-01T00:00:00.000Z' } }],
    ['endless durations', { run: { ...blankRun(), durationMs: Number.MAX_SAFE_INTEGER } }],
  ])('is drawn of a report with %s', (_, changes) => {
    const html = htmlReport([{ ...samples.mixed.report, ...changes }]);
    expect(html.slice(html.indexOf('<main>'), html.indexOf('</main>'))).not.toMatch(/NaN|Infinity|undefined|\de\+/);
    expect(html.length).toBeLessThan(200_000);
  });

  it('lets nothing run but its own script, and nothing be loaded', () => {
    const html = htmlReport([withEverywhere(samples.mixed.report, hostile)]);
    expect(policyIn(html)).toBe(policyFor(html));
    expect(loadedBy(html)).toEqual(['<style', '<script']);
    expect(html.match(/(?:src|href)="(?!data:image|#)[^"]*"/g)).toBeNull();
    expect(html).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F]/);
  });

  it('of 5,000 keys stays below 2 MB, also when the host was wordy about each', () => {
    const report = enlarged(samples.mixed.report, 5000);
    const html = htmlReport([report]);
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
    expect(Buffer.byteLength(htmlReport([wordy]))).toBeLessThan(2_000_000);
  });
});

describe('a page of several reports', () => {
  it('tells how each went first, what went wrong on top', () => {
    const { fine, undone, mixed } = samples;
    const units = [
      asUnit(fine.report, { host: 'gw-1' }),
      asUnit(mixed.report, { host: 'gw-2', access: 'self_service' }),
      asUnit(undone.report, { host: 'gw-3.example.com', provider: 'zai' }),
    ];
    const html = htmlReport(units);
    expect(html).toContain('<title>Rolled back: 3 imports, ');
    expect(textOf(html, '<header>', '</header>')).toMatch(
      /^3 imports on 3 hosts 1 rolled back, 1 partially succeeded, 1 succeeded · /,
    );
    const rows = /<tbody>([^]*?)<\/table><\/nav>/.exec(html)?.[1]?.trim().split('\n') ?? [];
    expect(rows.map((row) => textOf(`${row}$`, '<tr>', '$').replace(/(?<=KEY_REFUSED).*/, ''))).toEqual([
      'Rolled back gw-3.example.com zai subscription 4 0 of 3 KEY_REFUSED',
      'Partially succeeded gw-2 kimi-cn self-service 5 4 of 7 KEY_REFUSED',
      'Succeeded gw-1 kimi-cn subscription 0 2 of 2',
    ]);
    expect([...html.matchAll(/<article id="[^"]*">\s*<header>\s*<h1>([^<]*)/g)].map(([, heading]) => heading)).toEqual([
      'Kimi, China site on gw-3.example.com',
      'Kimi, China site on gw-2',
      'Kimi, China site on gw-1',
    ]);
    expect(html).toContain('<a href="#in=gw-2.kimi-cn.self-service&amp;q=KEY_REFUSED">KEY_REFUSED</a>');
    expect(rowsOf(html)).toHaveLength(2 + 9 + 3);
  });

  it.each<[string, () => ShownReport[]]>([
    ['of a fleet', () => fleetOf(samples, 40)],
    ['of reports without a unit, twice the same', () => [samples.mixed.report, samples.mixed.report]],
    [
      'of hosts with hostile names',
      () => hostileHosts.map((host) => asUnit(samples.mixed.report, { host, provider: host })),
    ],
  ])('%s has places that no two share, leads to each, and keeps codes to their own keys', (_, make) => {
    const units = make();
    const html = htmlReport(units);
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const places = [...html.matchAll(/<article id="([\w.-]+)">/g)].map(([, id]) => id);
    expect(places).toHaveLength(units.length);
    expect([...html.matchAll(/<a href="#([^"=]*)">/g)].map(([, to]) => to)).toEqual(places);
    const codes = [...html.matchAll(/<a href="#in=([^"&]*)&amp;q=/g)].map(([, to]) => to);
    expect([...new Set(codes)]).toEqual(places.filter((place) => codes.includes(place)));
    expect(codes.length).toBeGreaterThan(0);
  });

  it('lets nothing run but its own script, whatever the hosts are called', () => {
    const html = htmlReport(
      hostileHosts.map((host) => asUnit(withEverywhere(samples.mixed.report, hostile), { host })),
    );
    expect(loadedBy(html)).toEqual(['<style', '<script']);
    expect(policyIn(html)).toBe(policyFor(html));
    expect(html.match(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/)).toBeNull();
  });

  it.each([
    [400, 2, 3_500_000, 800],
    [400, 250, 12_000_000, 400 * 100],
    [4, 6000, 6_000_000, 4 * 5000],
    [2, 5000, 3_000_000, 2 * 5000],
  ])('of %i imports of %i keys stays below %i bytes, and lists %i keys', (imports, keys, bytes, rows) => {
    const report = enlarged(samples.fine.report, keys);
    const html = htmlReport(Array.from({ length: imports }, (_, index) => asUnit(report, { host: `gw-${index}` })));
    expect(Buffer.byteLength(html)).toBeLessThan(bytes);
    expect(rowsOf(html)).toHaveLength(rows);
    const hidden = keys - rows / imports;
    expect(html.includes(`and ${formatCount(hidden)} more; the JSON report has all of them`)).toBe(hidden > 0);
  });

  it('lists the keys that need a look before it leaves any out', () => {
    const report = enlarged(samples.mixed.report, 700);
    const html = htmlReport(Array.from({ length: 200 }, () => report));
    const { errors } = report;
    expect(errors.length).toBeGreaterThan(100);
    expect(html.match(/<tr class=b>/g)).toHaveLength(200 * 100);
    expect(html.match(/<option value="">All keys \(100\)<option value="!">Need a look \(100\)/g)).toHaveLength(200);
  });
});

/** What of the page could run or load something. Values stand in quotes, so that nothing in them is taken for a mark. */
function loadedBy(html: string): string[] | null {
  return html.replace(/"[^"]*"/g, '""').match(/<script|<style|<img|<iframe|<[^>]*\s(?:on\w+|style)=/gi);
}

function policyIn(html: string): string | undefined {
  return /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
}

/** The policy that lets the page have its own style and script, and nothing else. */
function policyFor(html: string): string {
  const [style = '', script = ''] = ['style', 'script'].map((tag) => {
    const text = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(html)?.[1] ?? '';
    return `&#39;sha256-${createHash('sha256').update(text).digest('base64')}&#39;`;
  });
  return `default-src &#39;none&#39;; style-src ${style}; script-src ${script}; img-src data:; base-uri &#39;none&#39;; form-action &#39;none&#39;`;
}

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
