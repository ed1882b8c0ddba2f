import { formatCount } from '../../core/counted.ts';
import type { KeyRow } from '../forms/key-rows.ts';
import { joined, markup, type Markup } from '../forms/markup.ts';
import { plainWord } from '../text/headline.ts';

/** What all messages of the table may come to, in characters; a page is for reading, the JSON report has all of it. */
const roomForMessages = 500_000;
const minCutLength = 80;

const columns = ['Line', 'Account', 'Key', 'Outcome', 'Test', 'Tries', 'ms', 'Why'];

const letters = { good: 'g', unsure: 'u', bad: 'b', none: 'n' } as const;

/** What needs a look stands first. */
const urgency: readonly KeyRow['tone'][] = ['bad', 'unsure', 'good', 'none'];

/**
 * Every line of the key file as a row, what needs a look first; only so many where `most` says so. A plain table by itself;
 * the page's script adds search, filter and sorting.
 */
export function keyTable(all: readonly KeyRow[], most = Infinity): Markup {
  if (all.length === 0) return markup``;
  const inOrder = all.toSorted((a, b) => urgency.indexOf(a.tone) - urgency.indexOf(b.tone) || a.line - b.line);
  const rows = inOrder.slice(0, most);
  const cut = maxMessageLength(rows);
  const hidden = all.length - rows.length;
  // The end tags of cells and rows may be left out in HTML; with thousands of rows that is a third of the page.
  return markup`<section class="keys"><h2>Keys</h2>
<form class="tools" hidden>
<input type="search" placeholder="Search account, key, code…" aria-label="Search the table" autocomplete="off" spellcheck="false">
<select aria-label="Which keys">${options(hidden > 0 ? rows : all)}</select>
<output aria-live="polite"></output>
</form>
<table><thead><tr>${joined(columns.map((word) => markup`<th scope="col">${word}`))}<tbody>
${joined(
  rows.map((row) => rowOf(row, cut)),
  '\n',
)}
</table>${hidden > 0 ? markup`<p class="dim">and ${formatCount(hidden)} more; the JSON report has all of them</p>` : null}</section>
`;
}

function maxMessageLength(rows: readonly KeyRow[]): number {
  const said = rows.filter(({ message }) => message !== '');
  const all = said.reduce((sum, { message }) => sum + message.length, 0);
  return all <= roomForMessages ? Infinity : Math.max(minCutLength, Math.floor(roomForMessages / said.length));
}

function options(rows: readonly KeyRow[]): Markup[] {
  const attention = rows.filter(({ tone }) => tone === 'bad' || tone === 'unsure').length;
  const outcomes = new Map<string, number>();
  for (const { outcome } of rows) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  return [
    markup`<option value="">All keys (${formatCount(rows.length)})`,
    ...(attention > 0 ? [markup`<option value="!">Need a look (${formatCount(attention)})`] : []),
    ...[...outcomes].map(([outcome, count]) => markup`<option>${plainWord(outcome)} (${formatCount(count)})`),
  ];
}

function rowOf(
  { line, account, fingerprint, last4, outcome, verdict, tone, code, message, attempts, ms }: KeyRow,
  cut: number,
): Markup {
  const short = message.length > cut ? `${message.slice(0, cut - 1)}…` : message;
  const key = fingerprint === null ? '' : fingerprint.replace('sha256:', '');
  const name =
    account === null ? null : markup`${account.name}${account.id === null ? null : markup` <i>#${account.id}</i>`}`;
  const tested = attempts > 0;
  return markup`<tr class=${letters[tone]}><td>${line}<td>${name}<td>${key}${last4 === '' ? null : markup` <i>…${last4}</i>`}<td>${plainWord(outcome)}<td>${verdict === null || verdict === 'not_tried' ? '' : verdict}<td>${tested ? attempts : ''}<td>${tested ? formatCount(ms) : ''}<td>${code === null ? null : markup`<b>${code}</b> `}${short}`;
}
