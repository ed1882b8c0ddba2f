import { formatCount } from '../../core/counted.ts';
import { accessSlug } from '../../core/modes.ts';
import { joined, markup, type Markup } from '../forms/markup.ts';
import type { ShownReport } from '../outputs/imports-schema.ts';
import { momentText } from '../text/format.ts';
import { cut } from '../text/fold.ts';
import { servingCounts } from '../text/footer-text.ts';
import { headline } from '../text/headline.ts';
import { countsOf, endsOf, firstProblem, unitOf } from '../units.ts';

/** A longer problem is cut here; the part of its import has more of it. */
const maxProblemLength = 160;

/** One import on a page of several. */
export interface PagePart {
  report: ShownReport;
  /** What it is called in addresses of the page. */
  place: string;
}

const columns = ['Outcome', 'Host', 'Provider', 'Access', 'Exit', 'Accounts', 'First problem'];

/** The head of a page of several imports: how each went, and where it stands on the page. */
export function importsHead(parts: readonly PagePart[]): Markup {
  const reports = parts.map(({ report }) => report);
  const began = reports.map(({ run }) => run.startedAt).toSorted()[0] ?? '';
  return markup`<header>
<h1>${countsOf(reports)}</h1>
<p class="sub"><b>${endsOf(reports)}</b> · <time datetime="${began}">${momentText(began)}</time></p>
</header>
<nav><table class="imports"><thead><tr>${columns.map((word) => markup`<th scope="col">${word}`)}<tbody>
${joined(parts.map(rowOf), '\n')}
</table></nav>
`;
}

function rowOf({ report, place }: PagePart): Markup {
  const { host, provider, access } = unitOf(report);
  const { tone, title } = headline(report);
  const { serving, all } = servingCounts(report);
  return markup`<tr><td><i class="dot ${tone}"></i> ${title}<td><a href="#${place}">${host}</a><td>${provider}<td>${accessSlug(access)}<td>${report.exitCode}<td>${formatCount(serving)} of ${formatCount(all)}<td>${cut(firstProblem(report), maxProblemLength)}`;
}

/** How a page of several looks, beside what is the same on every page. What is far off is laid out when it is scrolled to. */
export const importsStyle = `
.imports td { overflow-wrap: break-word; }
.imports td:last-child { overflow-wrap: anywhere; color: var(--dim); }
.imports td:nth-child(2) { overflow-wrap: anywhere; font-weight: 600; }
.imports td:first-child { white-space: nowrap; }
article { content-visibility: auto; contain-intrinsic-size: auto 50rem; }
@media (max-width: 44rem) {
  .imports, .imports tbody { display: block; }
  .imports thead { display: none; }
  .imports tr { display: flex; flex-wrap: wrap; gap: 0 .9rem; padding: .35rem 0; border-bottom: 1px solid var(--line); }
  .imports td { min-width: 0; padding: 0; border: 0; overflow-wrap: anywhere; }
  .imports td:nth-child(5)::before { content: 'exit '; }
  .imports td:nth-child(6)::after { content: ' serve'; }
  .imports td:last-child { flex-basis: 100%; }
}
@media print { article { content-visibility: visible; } }
`;
