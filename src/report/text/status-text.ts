import { codes } from '../../core/codes.ts';
import { linesOfAlike } from '../../core/alike.ts';
import { accessModes, accessSlug } from '../../core/modes.ts';
import { bucketsOf } from '../../core/buckets.ts';
import { counted, formatCount } from '../../core/counted.ts';
import type { AccountStatus, ProviderStatus, ResourceStatus } from '../../plan/status-schema.ts';
import { markOf, type Style } from '../../core/style.ts';
import { isFine } from '../status-faults.ts';
import { cut, fold, widthOf } from './fold.ts';
import { shortTime, usedText } from './format.ts';
import { hostName } from './headline.ts';
import { shorten } from './shorten.ts';

/** What each state of an account is called on a screen. */
export const stateWords: Record<AccountStatus['state'], string> = {
  serving: 'serving',
  limited: 'limited',
  error: 'error',
  paused_by_relay: 'paused by relay',
  paused_by_hand: 'paused, not by relay',
  revoked: 'revoked',
  not_enabled: 'not enabled',
  disabled: 'disabled',
  not_in_group: 'not in group',
  superseded: 'superseded',
  foreign: 'not of relay',
};

export interface StatusScreen {
  style: Style;
  columns: number;
  /** Which accounts have a line of their own: those that need a look and a count of the others, or each, or no others. */
  accounts: 'folded' | 'all' | 'problems';
}

/** The status of a provider for people: what it comes to, what needs a look first, and what is fine in one line. */
export function statusText(status: ProviderStatus, screen: StatusScreen): string {
  const { style, columns } = screen;
  const { provider, host } = status;
  const lines = [
    style.bold(`${provider.displayName} (${provider.id}) on ${hostName(host.url)} (${host.kind} ${host.version})`),
    sumText(status, style),
  ];
  const there = accessModes.filter((access) => isThere(status, access));
  for (const access of there) {
    const own = status.accounts.filter((each) => each.access === access);
    lines.push('', headingOf(status, access, style), ...accountLines(own, screen));
  }
  const more = otherLines(status, style);
  if (more.length > 0) lines.push('', ...more);
  return fold(lines.join('\n'), columns);
}

function sumText({ totals, ok, resources, accounts }: ProviderStatus, style: Style): string {
  if (resources.length + accounts.length === 0) return codes.NOT_THERE.summary;
  const parts = [
    `${formatCount(totals.serving)} of ${counted(totals.accounts, 'account serves', 'accounts serve')}`,
    ...(totals.untested === 0 ? [] : [`${formatCount(totals.untested)} of them untested`]),
    ...(totals.notEnabled === 0 ? [] : [`${formatCount(totals.notEnabled)} not enabled`]),
    ...(totals.foreign === 0 ? [] : [`${formatCount(totals.foreign)} not of relay`]),
  ];
  return `${markOf(ok ? 'good' : 'bad', style)} ${parts.join(', ')}`;
}

function isThere({ resources, accounts }: ProviderStatus, access: ResourceStatus['access']): boolean {
  return (
    accounts.some((each) => each.access === access) ||
    resources.some((each) => each.access === access && each.state !== 'foreign' && each.state !== 'left_behind')
  );
}

function headingOf(status: ProviderStatus, access: ResourceStatus['access'], style: Style): string {
  const own = status.resources.filter(
    (each) => each.access === access && each.state !== 'foreign' && each.state !== 'left_behind',
  );
  const users = status.grants.filter((each) => each.access === access).length;
  const parts = own.map(({ kind, id, state }) => {
    if (id === null) return style.bad(`${kind} missing`);
    return state === 'switched_off' ? style.bad(`${kind} ${id} switched off`) : `${kind} ${id}`;
  });
  const name = own[0]?.name;
  const where = name === undefined ? '' : `: ${name} (${parts.join(', ')})`;
  return `${accessSlug(access)}${where}${users === 0 ? '' : `, ${counted(users, 'user')}`}`;
}

/** Those that need a look first, of many alike a few; the others are counted by their state, unless each is asked for. */
function accountLines(accounts: readonly AccountStatus[], screen: StatusScreen): string[] {
  const { style, accounts: which } = screen;
  const problems = accounts.filter((account) => !isFine(account));
  const fine = accounts.filter(isFine);
  const shown = which === 'all' ? [...problems, ...fine] : problems;
  const width = Math.max(...shown.map((account) => nameOf(account).length));
  const line = (account: AccountStatus) => accountLine(account, width, screen);
  if (which !== 'folded') return shown.map(line);
  const reasons = (account: AccountStatus) => reasonsOf(account).join(', ');
  const lines = linesOfAlike(problems, reasons, line, (more, first) => `    and ${more} more: ${reasons(first)}`);
  const isCut = lines.length < problems.length;
  const counts = [...bucketsOf(fine, ({ state }) => state)]
    .map(([state, own]) => `${formatCount(own.length)} ${stateWords[state]}`)
    .join(', ');
  const told = [`${problems.length > 0 && fine.length > 0 ? 'and ' : ''}${counts}`, '--all shows each'];
  if (fine.length > 0 || isCut) lines.push(style.dim(`  ${told.filter((part) => part !== '').join('; ')}`));
  return lines;
}

/** Least room for what is said beside the name; with less, the reason alone stands below. */
const leastRoom = 30;

/** One account, the reason cut to the width. */
function accountLine(account: AccountStatus, nameWidth: number, { style, columns }: StatusScreen): string {
  const mark = markOf(isFine(account) ? 'good' : account.state === 'error' ? 'bad' : 'unsure', style);
  const begin = `  ${mark} ${nameOf(account).padEnd(nameWidth)}  `;
  const room = columns - widthOf(begin);
  if (room >= leastRoom) return begin + cut(notesOf(account).join(', '), room);
  const below = '    ';
  return `${begin.trimEnd()}\n${below}${cut(reasonsOf(account).join(', '), columns - below.length)}`.trimEnd();
}

function nameOf({ name, id }: AccountStatus): string {
  return `${name} (${id})`;
}

function notesOf(account: AccountStatus): string[] {
  return [...reasonsOf(account), ...usedText(account.lastUsedAt, 'used')];
}

/** Why an account needs a look; nothing where it serves and is tested. */
function reasonsOf({ state, tested, limitedUntil, inKeys, message }: AccountStatus): string[] {
  return [
    state === 'serving' ? '' : stateWords[state],
    limitedUntil === null ? '' : `until ${shortTime(limitedUntil)}`,
    state === 'serving' && !tested ? 'serves untested' : '',
    state === 'paused_by_relay' && !tested ? 'no test has passed' : '',
    inKeys === false ? 'its key is not in the key file' : '',
    state === 'superseded' ? 'another account has its key; the next import removes it' : '',
    shorten(message),
  ].filter((note) => note !== '');
}

function otherLines(status: ProviderStatus, style: Style): string[] {
  const { resources, probeUsers, missingKeys, untestedRuns } = status;
  const mark = markOf('unsure', style);
  const inState = (state: ResourceStatus['state']) => resources.filter((each) => each.state === state);
  return [
    ...untestedRuns.map(
      (run) => `${mark} The run ${run} left accounts untested: it was interrupted, is at work, or the vendor was busy.`,
    ),
    ...inState('foreign').map(
      ({ kind, name, id }) =>
        `${mark} The ${kind} ${name} (${id}) has a managed name and is not of relay; see --adopt.`,
    ),
    ...inState('left_behind').map(
      ({ kind, id, name }) =>
        `${mark} An interrupted run left the ${kind} ${name} (${id}); the next import removes it.`,
    ),
    ...probeUsers.map(({ id, name }) => `${mark} A run that was interrupted, or is at work, left ${name} (${id}).`),
    ...missingKeys.map(({ line, fingerprint }) => `${mark} The key of line ${line} (${fingerprint}) has no account.`),
  ];
}
