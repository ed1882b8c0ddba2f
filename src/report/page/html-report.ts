import { createHash } from 'node:crypto';
import { keyRows } from '../forms/key-rows.ts';
import { Markup, markup } from '../forms/markup.ts';
import { headline, type Headline } from '../text/headline.ts';
import type { Report } from '../report-schema.ts';
import { keyTable } from './key-table.ts';
import { latency } from './latency.ts';
import { attention, pageFoot, results } from './notes.ts';
import { pageHead } from './overview.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';
import { testTimes } from './test-times.ts';
import { timeline } from './timeline.ts';

/**
 * The report as one HTML page that needs nothing else: no other file, no network, and no script to be read. Its policy
 * lets the browser run this script and this style only, whatever the report holds.
 */
export function htmlReport(report: Report): string {
  const tests = testTimes(report);
  const { tone, title } = headline(report);
  const policy = `default-src 'none'; style-src ${hashOf(pageStyle)}; script-src ${hashOf(pageScript)}; img-src data:; base-uri 'none'; form-action 'none'`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}: ${report.provider.displayName}, ${report.run.startedAt.slice(0, 10)}</title>
<link rel="icon" href="${icon(tone)}">
<style>${new Markup(pageStyle)}</style>
</head>
<body>
<main>
${pageHead(report)}
${attention(report)}${timeline(report, tests)}${latency(tests)}${keyTable(keyRows(report))}${results(report)}</main>
${pageFoot(report)}
<script>${new Markup(pageScript)}</script>
</body>
</html>
`.text;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** A dot in the colour of the outcome, for the tab. */
function icon(tone: Headline['tone']): string {
  const colour = { good: '1a7f4b', unsure: 'b26a00', bad: 'c62828' }[tone];
  return `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23${colour}'/%3E%3C/svg%3E`;
}
