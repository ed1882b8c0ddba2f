import { counted, enumerated, firstOf, formatCount, maxListed } from '../../core/counted.ts';
import { compareNames } from '../../core/name-order.ts';
import { bucketsOf } from '../../core/buckets.ts';
import type { Change, PlanView } from '../../plan/plan-view.ts';
import type { UnitName } from '../../core/run-event.ts';
import { markOf, type Style } from '../../core/style.ts';
import { fold } from './fold.ts';
import { hostName, plainWord } from './headline.ts';

type Glyph = '+' | '~' | '-' | '?' | '=';

const glyphs: Record<Change['action'], Glyph> = {
  create: '+',
  adopt: '~',
  update: '~',
  extend: '~',
  retest: '?',
  check: '?',
  unchanged: '=',
  reuse: '=',
  remove: '-',
};

export interface PlanScreen {
  style: Style;
  columns: number;
}

/** Plans for people: what would be made, changed from what to what, and removed, and what it comes to in all. */
export function planText(views: readonly NamedPlan[], { style, columns }: PlanScreen): string {
  const alike = bucketsOf(views, (view) => JSON.stringify([headOf(view, ''), planLines(view, style)]));
  const blocks = [...alike.values()].map((own) => planBlock(own, style));
  return fold([...blocks, style.bold(totalText(views))].join('\n\n'), columns);
}

/** A plan with the name of its host, where that has one. */
export type NamedPlan = PlanView & { unit?: UnitName };

/** What is the same on several hosts is shown once. */
function planBlock(alike: readonly NamedPlan[], style: Style): string {
  const hosts = alike.map(({ unit, host }) => `${unit?.host ?? hostName(host.url)} (${host.kind} ${host.version})`);
  const [view] = alike;
  return view === undefined ? '' : [style.bold(headOf(view, firstOf(hosts))), ...planLines(view, style)].join('\n');
}

function headOf({ provider, mode, accessMode }: PlanView, where: string): string {
  return `${provider.displayName} (${provider.id}) on ${where}, ${mode}, ${plainWord(accessMode)} access`;
}

function planLines(view: PlanView, style: Style): string[] {
  const { provider, changes } = view;
  const told = changes.filter(({ action }) => glyphs[action] !== '=');
  const same = changes.filter(({ action }) => glyphs[action] === '=');
  const lines = [...groupsOf(told).flatMap((group) => groupLines(group, style)), ...sameLines(same, style)];
  const warnings = view.warnings.map((warning) => `${markOf('unsure', style)} ${warning.code}: ${warning.message}`);
  return [
    `Keys go to ${provider.baseUrl}`,
    ...modelLines(view, style),
    '',
    ...lines,
    ...(warnings.length > 0 ? ['', ...warnings] : []),
  ];
}

/** Which models, where it is not the pack alone that says so, and what is new in that. */
function modelLines({ models: { from, offered, added, gone, tested } }: PlanView, style: Style): string[] {
  if (from === 'pack') return [];
  const whose = from === 'upstream' ? 'listed by the upstream' : 'named by the command';
  return [
    `${counted(offered.length, 'model')} ${whose}, tested with ${tested}: ${firstOf(offered)}`,
    ...(added.length === 0 ? [] : [`  ${style.good('+')} new: ${firstOf(added)}`]),
    ...(gone.length === 0 ? [] : [`  ${style.bad('-')} gone: ${firstOf(gone)}`]),
  ];
}

/** Accounts to which the same happens are one group; in the order in which the first of each is carried out. */
function groupsOf(changes: readonly Change[]): Change[][] {
  const groups = bucketsOf(changes, ({ kind, action, values, detail, name }) => {
    // What differs from one to the next is told of each: its line, and its key.
    const what = kind === 'account' ? (values === undefined ? reasonOf(detail) : JSON.stringify(values)) : name;
    return JSON.stringify([kind, action, what]);
  });
  return [...groups.values()].map((group) => (group[0]?.action === 'remove' ? group.toSorted(byName) : group));
}

/** Why it happens, without the line and the key that it happens to. */
function reasonOf(detail: string): string {
  return detail.replace(/^line \d+, key \S+(?: \(…\S+\))?(?:; )?/, '');
}

function byName(one: Change, other: Change): number {
  return compareNames(one.name, other.name);
}

function groupLines(group: readonly Change[], style: Style): string[] {
  const [first] = group;
  if (first === undefined) return [];
  const glyph = glyphs[first.action];
  const mark = toneOf(glyph, style)(glyph);
  const { kind, values = [] } = first;
  const detail = kind === 'account' ? reasonOf(first.detail) : first.detail;
  const word = wordOf(first);
  const nameIn = (each: Change) => (nameOf(each) === '' ? '' : ` ${nameOf(each)}`);
  // The values say it better.
  const why = values.length > 0 || detail === '' ? '' : `: ${detail}`;
  const head =
    group.length <= maxListed
      ? group.map((each) => `${mark} ${word}${nameIn(each)}${style.dim(why)}`)
      : [`${mark} ${word} ${firstOf(group.map(({ name }) => name))}${style.dim(why)}`];
  const width = Math.max(...values.map(({ name }) => name.length));
  return [
    ...head,
    ...values.map(({ name, from, to }) => {
      const change = from === null ? `+ ${to ?? ''}` : to === null ? `- ${from}` : `${from} → ${to}`;
      return `    ${name.padEnd(width)}  ${change}`;
    }),
  ];
}

function wordOf({ action, kind }: Change): string {
  if (kind === 'gateway') return 'check the gateway';
  if (action === 'check') return `check in a staging ${kind}`;
  return `${action === 'retest' ? 'test again' : action} ${kind}`;
}

function nameOf({ action, name, id, line, fingerprint }: Change): string {
  // The gateway has no name, and a staging place another one in each run.
  if (action === 'check') return '';
  const key = line === undefined ? '' : ` (line ${line}, ${fingerprint ?? ''})`;
  return `${name}${id === null ? '' : ` (${id})`}${key}`;
}

/** What stays as it is, by kind. */
function sameLines(same: readonly Change[], style: Style): string[] {
  const kinds = [...new Set(same.map(({ kind }) => kind))];
  if (kinds.length === 0) return [];
  const parts = kinds.map((kind) => {
    const count = same.filter((each) => each.kind === kind).length;
    return count === 1 ? kind : counted(count, kind);
  });
  return [style.dim(`= ${enumerated(parts)} unchanged`)];
}

function toneOf(glyph: Glyph, style: Style): (text: string) => string {
  return { '+': style.good, '-': style.bad, '~': style.unsure, '?': style.unsure, '=': style.dim }[glyph];
}

/** What it comes to, over all kinds of objects. */
function totalText(views: readonly PlanView[]): string {
  const changes = views.flatMap((view) => view.changes);
  const count = (glyph: Glyph) => changes.filter(({ action }) => glyphs[action] === glyph).length;
  const retests = changes.filter(({ action }) => action === 'retest').length;
  const of = views.length === 1 ? '' : ` of ${views.length} imports`;
  if (views.every(({ acts }) => !acts)) return `Nothing to do${of}: ${counted(count('='), 'object')} unchanged.`;
  return `Plan${of}: ${[
    `${counted(count('+'), 'object')} to add`,
    `${formatCount(count('~'))} to change`,
    `${formatCount(count('-'))} to remove`,
    ...(retests > 0 ? [`${formatCount(retests)} to test again`] : []),
    `${formatCount(count('='))} unchanged`,
  ].join(', ')}.`;
}
