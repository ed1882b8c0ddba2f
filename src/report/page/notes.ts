import { formatCount } from '../../core/counted.ts';
import { momentText } from '../text/format.ts';
import { joined, markup, type Markup } from '../forms/markup.ts';
import { plainWord } from '../text/headline.ts';
import { problemGroups } from '../text/problem-groups.ts';
import type { Report } from '../report-schema.ts';

/** So much is listed of each kind before the rest is only counted. */
const maxMessages = 5;
const maxListed = 200;

/**
 * What needs a look: what is left on the host with the commands for it, then errors and warnings by code, which lead to
 * the keys of this import. `place` is its name on a page of several, else empty.
 */
export function attention(report: Report, place: string): Markup {
  const left = [
    ...report.leftovers.map((each) => ({
      ...each,
      how: each.command === null ? 'stays on the host' : 'is left on the host',
    })),
    ...report.unsettled.map((each) => ({ ...each, how: 'may have been changed on the host' })),
  ];
  const groups = problemGroups(report);
  if (left.length === 0 && groups.length === 0) return markup``;
  const commands = left
    .slice(0, maxListed)
    .map(
      ({ kind, name, id, reason, command, how }) =>
        markup`<li><i class="dot bad"></i><div><p><b>${kind} “${name}”</b>${id === null ? '' : ` #${id}`} ${how}</p><p class="said">${reason}</p>${command === null ? null : markup`<code>${command}</code>`}</div>`,
    );
  const where = place === '' ? '' : `in=${place}&`;
  const problems = groups.map(({ tone, code, hint, messages }) => {
    const told = messages.slice(0, maxMessages).map((message) => markup`<p class="said">${message}</p>`);
    const hidden = messages.length - told.length;
    return markup`<li><i class="dot ${tone}"></i><div><p><b><a href="#${where}q=${code}">${code}</a></b>${messages.length > 1 ? ` × ${formatCount(messages.length)}` : ''} <span class="dim">${tone === 'bad' ? 'error' : 'warning'}</span></p>${told}${hidden > 0 ? markup`<p class="said dim">and ${formatCount(hidden)} more</p>` : null}<p class="hint">${hint}</p></div>`;
  });
  return markup`<section><h2>Needs a look</h2><ul class="problems">${commands}${rest(left.length)}${problems}</ul></section>
`;
}

function rest(all: number): Markup | null {
  return all > maxListed
    ? markup`<li class="dim">and ${formatCount(all - maxListed)} more; the JSON report has all of them`
    : null;
}

/** How users connect, whom the run gave access, and what it took away. */
export function results(report: Report): Markup {
  return joined([connecting(report), users(report), removals(report)]);
}

function connecting({ connect, exitCode }: Report): Markup {
  if (connect === null || exitCode === 6) return markup``;
  return markup`<section><h2>Users connect with</h2>
<dl class="pairs"><dt>Base URL<dd><code>${connect.baseUrl}</code><dt>Access<dd>${connect.access}<dt>Models<dd>${connect.models.join(', ')}<dt>Try<dd><code>${connect.example}</code></dl></section>
`;
}

function users({ grants }: Report): Markup {
  if (grants.length === 0) return markup``;
  const rows = grants
    .slice(0, maxListed)
    .map(
      ({ user, days, outcome, expiresAt }) =>
        markup`<tr><td>${user}<td>${plainWord(outcome)}<td>${days === null ? '' : `${days} days`}<td>${expiresAt === null ? '' : `until ${momentText(expiresAt)}`}`,
    );
  return markup`<section><h2>Users</h2><table class="small"><tbody>${rows}</table>${more(grants.length)}</section>
`;
}

function removals({ removed }: Report): Markup {
  if (removed.length === 0) return markup``;
  const rows = removed
    .slice(0, maxListed)
    .map(({ id, name, reason }) => markup`<tr><td>${name} <i>#${id}</i><td>${reason}`);
  return markup`<section><h2>Removed accounts</h2><table class="small"><tbody>${rows}</table>${more(removed.length)}</section>
`;
}

function more(all: number): Markup | null {
  return all > maxListed
    ? markup`<p class="dim">and ${formatCount(all - maxListed)} more; the JSON report has all of them</p>`
    : null;
}

/** The last lines of the page: what tells this run from any other. */
export function pageFoot({ run, provider }: Report): Markup {
  // Nothing was tested where the upstream did not even list its models.
  const tested = provider.smokeTestModel === '' ? '' : ` · tested with ${provider.smokeTestModel}`;
  return markup`<footer>run ${run.id} · relay ${run.relayVersion} · pack ${provider.pack} <span class="hash">${provider.digest}</span> · keys sent to ${provider.baseUrl}${tested}</footer>`;
}
