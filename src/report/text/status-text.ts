import { accessSlug } from '../../core/modes.ts';
import { accessModes } from '../../core/modes.ts';
import type { AccountStatus, ProviderStatus, ResourceStatus } from '../../plan/status-schema.ts';
import type { Style } from '../../core/style.ts';
import { counted } from '../../core/counted.ts';
import { shorten } from './shorten.ts';

/** What each state of an account is called on a screen. */
const words: Record<AccountStatus['state'], string> = {
  serving: 'serving',
  limited: 'limited',
  error: 'error',
  paused_by_relay: 'paused by relay',
  paused_by_hand: 'paused by hand',
  not_enabled: 'not enabled',
  disabled: 'disabled',
  not_in_group: 'not in group',
  superseded: 'superseded',
  foreign: 'not of relay',
};

/** From so many columns on, all that is told of an account stands on one line. */
const wideScreen = 100;

/** The status of a provider for people: its objects, what is told of each account, and what it comes to. */
export function statusText(status: ProviderStatus, style: Style, columns: number = wideScreen): string {
  const { provider, host, totals } = status;
  const lines = [style.bold(`${provider.displayName} (${provider.id}) on ${host.url} (${host.kind} ${host.version})`)];
  const modes = accessModes.map((access) => ({ access, own: ownOf(status, access) }));
  const there = modes.filter(({ own }) => own.length > 0);
  for (const { access, own } of there) {
    const users = status.grants.filter((each) => each.access === access).length;
    const served = users === 0 ? '' : `, ${counted(users, 'user')}`;
    lines.push('', `${accessSlug(access)}: ${own[0]?.name ?? ''} (${partsText(own, style)})${served}`);
    const accounts = status.accounts.filter((each) => each.access === access);
    lines.push(...accountLines(accounts, style, columns >= wideScreen));
  }
  if (there.length === 0) lines.push('', 'The host holds nothing of this provider.');
  const more = otherLines(status, style);
  if (more.length > 0) lines.push('', ...more);
  if (there.length === 0) return lines.join('\n');
  const untested = totals.untested === 0 ? '' : `, ${totals.untested} of them untested`;
  const notEnabled = totals.notEnabled === 0 ? '' : `, ${totals.notEnabled} not enabled`;
  const foreign = totals.foreign === 0 ? '' : `, ${totals.foreign} not of relay`;
  const tone = status.ok ? style.good : style.unsure;
  return [
    ...lines,
    '',
    tone(`${totals.serving} of ${totals.accounts} accounts serve${untested}${notEnabled}${foreign}.`),
  ].join('\n');
}

/** What the provider is on the host in one access mode: what is there, and what should be. */
function ownOf({ resources }: ProviderStatus, access: ResourceStatus['access']): ResourceStatus[] {
  return resources.filter((each) => each.access === access && each.state !== 'foreign' && each.state !== 'left_behind');
}

function partsText(own: readonly ResourceStatus[], style: Style): string {
  const parts = own.map(({ kind, id, state }) => {
    if (id === null) return style.bad(`${kind} missing`);
    return state === 'switched_off' ? style.bad(`${kind} ${id} switched off`) : `${kind} ${id}`;
  });
  return parts.join(', ');
}

function accountLines(accounts: readonly AccountStatus[], style: Style, wide: boolean): string[] {
  const nameOf = ({ name, id }: AccountStatus) => `${name} (${id})`;
  const nameWidth = Math.max(...accounts.map((account) => nameOf(account).length));
  const stateWidth = Math.max(...accounts.map((account) => words[account.state].length));
  return accounts.flatMap((account) => {
    const tone = { serving: style.good, error: style.bad }[account.state as string] ?? style.unsure;
    const notes = notesOf(account);
    const begin = `  ${nameOf(account).padEnd(nameWidth)}  `;
    if (wide) return [`${begin}${tone(words[account.state].padEnd(stateWidth))}  ${style.dim(notes.join(', '))}`];
    return [`${begin}${tone(words[account.state])}`, ...notes.map((note) => `    ${style.dim(note)}`)];
  });
}

function notesOf(account: AccountStatus): string[] {
  return [
    account.limitedUntil === null ? '' : `until ${shortTime(account.limitedUntil)}`,
    account.state === 'serving' && !account.tested ? 'not tested' : '',
    account.lastUsedAt === null ? 'never used' : `used ${shortTime(account.lastUsedAt)}`,
    account.inKeys === null ? '' : account.inKeys ? 'in the key file' : 'not in the key file',
    account.state === 'superseded' ? 'another account has its key; the next import removes it' : '',
    shorten(account.message),
  ].filter((note) => note !== '');
}

function otherLines(status: ProviderStatus, style: Style): string[] {
  const { resources, probeUsers, missingKeys, untestedRuns } = status;
  const inState = (state: ResourceStatus['state']) => resources.filter((each) => each.state === state);
  return [
    ...untestedRuns.map(
      (run) => `${style.unsure('untested')} the run ${run} left accounts untested; it was interrupted, or is at work`,
    ),
    ...inState('foreign').map(
      ({ kind, name, id }) => `${style.unsure('not of relay')} ${kind} ${name} (${id}) has a managed name; see --adopt`,
    ),
    ...inState('left_behind').map(
      ({ kind, id, name }) =>
        `${style.unsure('left')} ${kind} ${name} (${id}), by an interrupted run; the next import removes it`,
    ),
    ...probeUsers.map(
      ({ id, name }) => `${style.unsure('left')} user ${name} (${id}), by a run that was interrupted or is at work`,
    ),
    ...missingKeys.map(
      ({ line, fingerprint }) => `${style.unsure('missing')} the key of line ${line} (${fingerprint}) has no account`,
    ),
  ];
}

function shortTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}Z`;
}
