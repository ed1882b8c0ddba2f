import type { Change, PlanView } from '../../plan/plan-view.ts';
import type { Style } from '../../core/style.ts';

const glyphs: Record<Change['action'], string> = {
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

/** How many unchanged accounts are listed before the rest is only counted. */
const maxUnchanged = 5;

/** A plan for people: a line for each change, and what it comes to. */
export function planText(view: PlanView, style: Style): string {
  const { host, provider } = view;
  const same = view.changes.filter((change) => change.kind === 'account' && change.action === 'unchanged');
  const hidden = new Set(same.length > maxUnchanged ? same.slice(maxUnchanged) : []);
  const shown = view.changes.filter((change) => !hidden.has(change));
  const kindWidth = Math.max(...shown.map((change) => change.kind.length));
  const nameWidth = Math.min(40, Math.max(...shown.map((change) => change.name.length)));
  const lines = shown.map((change) => {
    const colour =
      { '+': style.good, '-': style.bad, '~': style.unsure, '?': style.unsure, '=': style.dim }[
        glyphs[change.action]
      ] ?? style.dim;
    const id = change.id === null ? '' : ` (${change.id})`;
    const detail = [`${change.action}${id}`, change.detail].filter((part) => part !== '').join(', ');
    return `${colour(glyphs[change.action])} ${change.kind.padEnd(kindWidth)}  ${change.name.padEnd(nameWidth)}  ${style.dim(detail)}`;
  });
  if (hidden.size > 0) lines.push(style.dim(`= and ${hidden.size} more accounts, unchanged`));
  const { added, updated, removed, unchanged, retested } = view.counts;
  const counts = [
    ...(view.changesAnything ? [`${added} to add`, `${updated} to update`, `${removed} to remove`] : []),
    ...(retested > 0 ? [`${retested} to test again`] : []),
    `${unchanged - retested} unchanged`,
  ];
  const sum = view.acts ? counts.join(', ') : `nothing to do, ${unchanged} unchanged`;
  const warnings = view.warnings.map((warning) => `${style.unsure('warning')} ${warning.code}: ${warning.message}`);
  const heading = `${provider.displayName} (${provider.id}) on ${host.url} (${host.kind} ${host.version}), ${view.mode}, ${view.accessMode}`;
  return [
    style.bold(heading),
    `Keys go to ${provider.baseUrl}`,
    '',
    ...lines,
    '',
    ...(warnings.length > 0 ? [...warnings, ''] : []),
    `Accounts: ${sum}.`,
  ].join('\n');
}
