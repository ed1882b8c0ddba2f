import { counted } from '../../core/counted.ts';
import { joined, markup, type Markup } from '../forms/markup.ts';
import type { Report } from '../report-schema.ts';
import { headline, hostName, outcomeSentence, plainWord } from '../text/headline.ts';
import { momentText } from '../text/format.ts';

/** What the part of an import is called on a page of several. A provider may be there once for each access mode. */
export function importsPlace({ provider, accessMode }: Report): string {
  return `${provider.id}${accessMode === 'self_service' ? '-self-service' : ''}`;
}

/** The head of a page of several imports: how each went, and where it stands on the page. */
export function importsHead(reports: readonly Report[]): Markup {
  const hosts = [...new Set(reports.map(({ host }) => hostName(host.url)))].join(', ');
  const began = reports.map(({ run }) => run.startedAt).toSorted()[0] ?? '';
  const rows = reports.map((report) => {
    const { tone } = headline(report);
    return markup`<li><i class="dot ${tone}"></i><div><p><b><a href="#${importsPlace(report)}">${report.provider.displayName}</a></b> <span class="dim">${plainWord(report.accessMode)} access · exit ${report.exitCode}</span></p><p>${outcomeSentence(report)}</p></div>`;
  });
  return markup`<header>
<h1>${counted(reports.length, 'import')}</h1>
<p class="sub">on <b>${hosts}</b> · <time datetime="${began}">${momentText(began)}</time></p>
</header>
<nav><ul class="problems">${joined(rows)}</ul></nav>
`;
}
