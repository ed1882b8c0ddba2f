import { counted, formatCount } from '../../core/counted.ts';
import { durationText, momentText } from '../text/format.ts';
import { joined, markup, type Markup } from '../forms/markup.ts';
import { headline, plainWord, type Tone } from '../text/headline.ts';
import type { Report } from '../report-schema.ts';
import { testsText } from '../text/facts-text.ts';
import { percent } from './scale.ts';

/** The head of what is told of one import, under a heading: what was run where, and how it went. */
export function pageHead(report: Report, heading: string): Markup {
  const { run, provider, host } = report;
  const { tone, title, sentence } = headline(report);
  return markup`<header>
<h1>${heading}</h1>
<p class="sub">${provider.id} on <b>${host.url}</b>${host.kind === '' ? '' : ` (${host.kind} ${host.version})`}</p>
<p class="sub">${report.mode} import, ${plainWord(report.accessMode)} access · <time datetime="${run.startedAt}">${momentText(run.startedAt)}</time> · ${durationText(run.durationMs)}</p>
</header>
<section class="verdict ${tone}" aria-label="Outcome">
<p class="title"><i class="dot ${tone}"></i>${title} <span class="exit">exit ${report.exitCode}</span></p>
<p>${sentence}</p>
${keysBar(report)}
</section>
${facts(report)}`;
}

interface Share {
  word: string;
  count: number;
  tone: Tone;
  /** How many are told, where those with a warning have a share of their own and are counted all the same. */
  told?: number;
}

/** What became of the keys, as shares of one bar, and in words. */
function keysBar({ summary, keys, accounts }: Report): Markup {
  const warned = new Set(accounts.flatMap((each) => (each.validation === 'warning' ? [each.fingerprint] : [])));
  const withWarning = (outcome: string) =>
    keys.filter((key) => key.outcome === outcome && key.fingerprint !== null && warned.has(key.fingerprint)).length;
  const fine = (['added', 'updated', 'unchanged'] as const).map((word): Share => {
    return { word, count: summary[word] - withWarning(word), tone: 'good', told: summary[word] };
  });
  const warnings = (['added', 'updated', 'unchanged'] as const).reduce((sum, word) => sum + withWarning(word), 0);
  const shares: Share[] = [
    ...fine,
    { word: 'of them with a warning', count: warnings, tone: 'unsure' },
    { word: 'failed', count: summary.failed, tone: 'bad' },
    { word: 'unsettled', count: summary.unsettled, tone: 'bad' },
    { word: 'malformed', count: summary.malformed, tone: 'bad' },
    { word: 'rolled back', count: summary.rolledBack, tone: 'none' },
    { word: 'not tried', count: summary.notTried, tone: 'none' },
    { word: 'duplicate', count: summary.duplicate, tone: 'none' },
  ];
  const shown = shares.filter(({ count }) => count > 0);
  const all = shown.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return markup`<p class="legend">The key file holds no key.</p>`;
  let before = 0;
  const bars = shown.map(({ count, tone, word }) => {
    const bar = markup`<rect class="${tone}" x="${percent(before / all)}" width="${percent(count / all)}" height="10"><title>${formatCount(count)} ${word}</title></rect>`;
    before += count;
    return bar;
  });
  const words = shares
    .map(({ count, told = count, ...share }) => ({ ...share, told }))
    .filter(({ told }) => told > 0)
    .map(({ told, word, tone }) => markup`<li><i class="dot ${tone}"></i><b>${formatCount(told)}</b> ${word}`);
  return markup`<svg class="share" width="100%" height="10" role="img" aria-label="Shares of the keys">${bars}</svg>
<ul class="legend">${words}</ul>`;
}

function facts(report: Report): Markup {
  const { resources, removed } = report;
  const made = [...new Set(resources.map(({ name }) => name))].map((name) => {
    const items = resources
      .filter((each) => each.name === name)
      .map(
        ({ kind, id, action }) =>
          markup`<li>${kind}${id === null ? '' : ` #${id}`} <span class="dim">${plainWord(action)}</span>`,
      );
    return markup`${name}<ul class="inline">${items}</ul>`;
  });
  const rows: [string, Markup][] = [
    ['Tests', markup`${testsText(report)}`],
    ['Gateway', gatewayFact(report)],
    ['Status', markup`provider ${report.providerStatus}, access ${plainWord(report.accessStatus)}`],
    ['Users', markup`${usersText(report)}`],
    ['Resources', made.length === 0 ? markup`none` : joined(made)],
    ['Removed', markup`${removed.length === 0 ? 'no account' : counted(removed.length, 'account')}`],
  ];
  return markup`<dl class="facts">${joined(rows.map(([word, value]) => markup`<div><dt>${word}<dd>${value}</div>`))}</dl>`;
}

function gatewayFact({ gateway }: Report): Markup {
  if (gateway === null) return markup`<span class="dim">not checked</span>`;
  const checks: [string, boolean][] = [
    ['reachable', gateway.reachable],
    ['model listed', gateway.hasExpectedModel],
    ['completion answered', gateway.completionOk],
  ];
  const items = checks.map(
    ([word, held]) => markup`<li><i class="dot ${held ? 'good' : 'bad'}"></i>${held ? '' : 'not '}${word}`,
  );
  return markup`<ul class="inline">${items}<li class="dim">${durationText(gateway.ms)}${gateway.attempts > 1 ? `, ${gateway.attempts} tries` : ''}</ul>`;
}

function usersText({ grants, accessMode }: Report): string {
  if (accessMode === 'self_service') return 'anyone with balance';
  if (grants.length === 0) return 'none given access by this run';
  const failed = grants.filter(({ outcome }) => outcome === 'failed').length;
  return `${counted(grants.length, 'user')}${failed > 0 ? `, ${formatCount(failed)} failed` : ''}`;
}
