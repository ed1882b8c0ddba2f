import { createHash } from 'node:crypto';
import { counted } from '../../core/counted.ts';
import { keyRows } from '../forms/key-rows.ts';
import { Markup, markup } from '../forms/markup.ts';
import { headline, type Headline } from '../text/headline.ts';
import type { Missing, ShownReport } from '../outputs/imports-schema.ts';
import type { Report } from '../report-schema.ts';
import { byUrgency, missingText, nothingToImport, unitIds, unitOf } from '../units.ts';
import { keyTable } from './key-table.ts';
import { latency } from './latency.ts';
import { importsHead, importsStyle, type PagePart } from './imports-head.ts';
import { attention, pageFoot, results } from './notes.ts';
import { pageHead } from './overview.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';
import { testTimes } from './test-times.ts';
import { timeline } from './timeline.ts';

/** So many keys are listed on a page of several, shared out evenly among the imports; but each may list some. */
const maxKeys = 20_000;
const minKeysEach = 100;

/**
 * Reports as one HTML page that needs nothing else: no other file, no network, and no script to be read. Its policy lets
 * the browser run this script and this style only, whatever the reports hold. Several are told in a table first, and stand
 * in its order: what went wrong is on top.
 */
export function htmlReport(reports: readonly ShownReport[], missing: Missing = []): string {
  const places = unitIds(reports);
  const parts = reports
    .map((report, index): PagePart => ({ report, place: places[index] ?? '' }))
    .toSorted((a, b) => byUrgency(a.report, b.report));
  const [worst, ...others] = parts;
  const absent =
    missing.length === 0 ? markup`` : markup`<header><h1><i class="dot bad"></i> ${missingText(missing)}</h1></header>`;
  if (worst === undefined)
    return page(
      missing.length === 0 ? 'Nothing to import' : 'Not whole',
      missing.length === 0 ? 'good' : 'bad',
      pageStyle,
      markup`${absent}<main><h1>${nothingToImport}</h1></main>`,
    );
  const known = headline(worst.report);
  const { tone, title } =
    missing.length === 0 ? known : { tone: 'bad' as const, title: `Not whole, ${known.title.toLowerCase()}` };
  const keysEach = Math.max(minKeysEach, Math.floor(maxKeys / parts.length));
  const day = reports[0]?.run.startedAt.slice(0, 10) ?? '';
  return others.length === 0 && missing.length === 0
    ? page(`${title}: ${worst.report.provider.displayName}, ${day}`, tone, pageStyle, onlyPart(worst.report))
    : page(
        `${title}: ${counted(parts.length, 'import')}, ${day}`,
        tone,
        `${pageStyle}${importsStyle}`,
        markup`${absent}${importsHead(parts)}${parts.map((part) => partOfSeveral(part, keysEach))}`,
      );
}

function page(title: string, tone: Headline['tone'], style: string, body: Markup): string {
  const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(pageScript)}; img-src data:; base-uri 'none'; form-action 'none'`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="${icon(tone)}">
<style>${new Markup(style)}</style>
</head>
<body>
${hatching}
${body}<script>${new Markup(pageScript)}</script>
</body>
</html>
`.text;
}

function onlyPart(report: Report): Markup {
  return markup`<main>
${pageHead(report, report.provider.displayName)}
${details(report, '')}</main>
${pageFoot(report)}
`;
}

function partOfSeveral({ report, place }: PagePart, most: number): Markup {
  return markup`<article id="${place}">
${pageHead(report, `${report.provider.displayName} on ${unitOf(report).host}`)}
${details(report, place, most)}${pageFoot(report)}
</article>
`;
}

/** What stands under the head of an import. `place` is what it is called on a page of several, else empty. */
function details(report: Report, place: string, most?: number): Markup {
  const tests = testTimes(report);
  return markup`${attention(report, place)}${timeline(report, tests)}${latency(tests)}${keyTable(keyRows(report), most)}${results(report)}`;
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
