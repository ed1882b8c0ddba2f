import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { htmlReport } from '../../src/report/page/html-report.ts';
import { sampleReports, withEverywhere } from '../support/sample-reports.ts';

const chromium = '/usr/bin/chromium';

/** Runs in the page that holds the report in a frame as wide as a phone, and writes down what it sees there. */
const look = String.raw`
const frame = document.querySelector('iframe');
const until = async (isSo) => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
};
frame.addEventListener('load', async () => {
  const page = frame.contentDocument;
  const [search, which] = page.querySelectorAll('.tools input, .tools select');
  const lines = () => [...page.querySelector('.keys').querySelectorAll('tbody tr')].filter((row) => !row.hidden).map((row) => Number(row.cells[0].textContent));
  const seen = { title: page.title, injected: page.querySelectorAll('img, .x').length, scripts: page.scripts.length };
  seen.policy = getComputedStyle(page.querySelector('h1')).fontSize !== '32px';
  seen.overhang = page.documentElement.scrollWidth - page.documentElement.clientWidth;
  seen.all = lines();
  page.querySelectorAll('th button')[6].click();
  seen.slowestFirst = lines()[0];
  page.querySelectorAll('th button')[0].click();
  which.value = '!';
  which.dispatchEvent(new Event('change'));
  seen.needLook = lines();
  which.selectedIndex = 0;
  search.value = 'sha256:' + page.querySelector('.keys tbody td:nth-child(3)').textContent.split(' ')[0];
  const told = page.querySelector('output');
  const before = told.value;
  search.dispatchEvent(new Event('input'));
  await until(() => told.value !== before);
  seen.found = lines();
  seen.told = told.value;
  const [first, second] = page.querySelectorAll('article');
  const shown = (part) => [...part.querySelectorAll('.keys tbody tr')].filter((row) => !row.hidden).length;
  const all = shown(second);
  second.querySelector('.problems a').click();
  await until(() => shown(second) !== all);
  seen.followed = [shown(first), shown(second) < second.querySelectorAll('.keys tbody tr').length];
  document.querySelector('pre').textContent = JSON.stringify(seen);
});
`;

const hostile = `</script><img class=x src=x onerror="top.document.title='pwned'"><script>top.document.title='pwned'</script>"'>`;

describe.skipIf(!existsSync(chromium))('the page of a report in a browser', () => {
  it('sorts, searches and filters, fits a phone, runs nothing of the host, and has nothing to complain of', async () => {
    const { mixed } = await sampleReports();
    const second = { ...mixed.report, accessMode: 'self_service' as const };
    const page = htmlReport([withEverywhere(mixed.report, hostile), withEverywhere(second, hostile)]);
    const folder = await mkdtemp(join(tmpdir(), 'relay-page-'));
    try {
      const file = join(folder, 'frame.html');
      await writeFile(join(folder, 'report.html'), page);
      const frame = '<iframe width="390" height="800" src="report.html"></iframe>';
      await writeFile(file, `<!doctype html><title>fine</title><pre></pre>${frame}<script>${look}</script>`);
      const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
      const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
      // The page that looks may see into the other.
      const work = [
        '--allow-file-access-from-files',
        `--user-data-dir=${join(folder, 'profile')}`,
        '--enable-logging=stderr',
      ];
      const { stdout, stderr } = await execa(
        chromium,
        [...flags, ...quiet, ...work, '--virtual-time-budget=60000', '--dump-dom', `file://${file}`],
        { timeout: 60_000, env: { HOME: folder } },
      );
      expect(stderr).not.toContain('CONSOLE');
      expect(stdout).toContain('<title>fine</title>');
      const seen = JSON.parse(/<pre>(.*)<\/pre>/.exec(stdout)?.[1] ?? '{}') as Record<string, unknown>;
      expect(seen).toMatchObject({
        injected: 0,
        scripts: 1,
        policy: true,
        overhang: 0,
        all: [3, 5, 6, 7, 4, 1, 9, 10, 8],
        slowestFirst: 4,
        needLook: [3, 4, 5, 6, 7],
        found: [1, 8],
        told: '2 of 9',
        followed: [2, true],
      });
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
