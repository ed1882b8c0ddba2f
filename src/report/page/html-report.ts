import { createHash } from 'node:crypto';
import { formatCount } from '../../core/counted.ts';
import { keyRows } from '../forms/key-rows.ts';
import { joined, Markup, markup } from '../forms/markup.ts';
import { headline, type Headline } from '../text/headline.ts';
import type { Report } from '../report-schema.ts';
import { keyTable } from './key-table.ts';
import { latency } from './latency.ts';
import { importsHead, importsPlace } from './imports-head.ts';
import { attention, pageFoot, results } from './notes.ts';
import { pageHead } from './overview.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';
import { testTimes } from './test-times.ts';
import { timeline } from './timeline.ts';

/**
 * Reports as one HTML page that needs nothing else: no other file, no network, and no script to be read. Its policy lets
 * the browser run this script and this style only, whatever the reports hold. Several are told in a list first.
 */
export function htmlReport(report: Report, ...others: readonly Report[]): string {
  const all = [report, ...others];
  const { tone, title } = headline(all.toSorted((a, b) => urgency(b) - urgency(a))[0] ?? report);
  const of = others.length === 0 ? report.provider.displayName : `${formatCount(all.length)} imports`;
  const policy = `default-src 'none'; style-src ${hashOf(pageStyle)}; script-src ${hashOf(pageScript)}; img-src data:; base-uri 'none'; form-action 'none'`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}: ${of}, ${report.run.startedAt.slice(0, 10)}</title>
<link rel="icon" href="${icon(tone)}">
<style>${new Markup(pageStyle)}</style>
</head>
<body>
${hatching}
${others.length === 0 ? importPart(report, '') : markup`${importsHead(all)}${joined(all.map((each) => importPart(each, importsPlace(each))))}`}<script>${new Markup(pageScript)}</script>
</body>
</html>
`.text;
}

/** All that is told of one import. `place` is its name on a page of several, else empty. */
function importPart(report: Report, place: string): Markup {
  const tests = testTimes(report);
  const parts = markup`${pageHead(report)}
${attention(report, place)}${timeline(report, tests)}${latency(tests)}${keyTable(keyRows(report))}${results(report)}`;
  return place === ''
    ? markup`<main>
${parts}</main>
${pageFoot(report)}
`
    : markup`<article id="${place}">
${parts}${pageFoot(report)}
</article>
`;
}

function urgency(report: Report): number {
  return ['good', 'unsure', 'bad'].indexOf(headline(report).tone);
}

/** How the bars of tests look that were tried again. */
const hatching = markup`<svg class="defs" width="0" height="0" aria-hidden="true"><defs><pattern id="again" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v5" /></pattern></defs></svg>`;

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** A dot in the colour of the outcome, for the tab. */
function icon(tone: Headline['tone']): string {
  const colour = { good: '1a7f4b', unsure: 'b26a00', bad: 'c62828' }[tone];
  return `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23${colour}'/%3E%3C/svg%3E`;
}
