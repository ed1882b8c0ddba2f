import type { AccountStatus, ProviderStatus } from '../plan/provider-status.ts';
import type { Style } from '../terms/style.ts';
import { readable } from './readable.ts';

/** What each state of an account is called on a screen. */
const words: Record<AccountStatus['state'], string> = {
  serving: 'serving',
  limited: 'limited',
  error: 'error',
  paused_by_relay: 'paused by relay',
  paused_by_hand: 'paused by hand',
  disabled: 'disabled',
  not_in_group: 'not in group',
  foreign: 'not of relay',
};

/** The status of a provider for people: its objects, a line for each account, and what it comes to. */
export function statusText(status: ProviderStatus, style: Style): string {
  const { provider, host, totals } = status;
  const lines = [style.bold(`${provider.displayName} (${provider.id}) on ${host.url} (${host.kind} ${host.version})`)];
  if (status.modes.length === 0) lines.push('', 'The host holds nothing of this provider.');
  for (const mode of status.modes) {
    const part = (kind: 'group' | 'channel' | 'plan') =>
      mode[kind] === null ? style.bad(`${kind} missing`) : `${kind} ${mode[kind].id}`;
    const parts = [part('group'), part('channel'), ...(mode.access === 'subscription' ? [part('plan')] : [])];
    lines.push('', `${mode.access.replace('_', '-')}: ${mode.group?.name ?? ''} (${parts.join(', ')})`);
    lines.push(
      ...accountLines(
        status.accounts.filter((each) => each.access === mode.access),
        style,
      ),
    );
  }
  for (const { id, name } of status.sideGroups)
    lines.push(`${style.unsure('left')} group ${name} (${id}), by an interrupted run; the next import removes it`);
  for (const { id, name } of status.probeUsers)
    lines.push(`${style.unsure('left')} user ${name} (${id}), by a run that was interrupted or is at work`);
  for (const { line, fingerprint } of status.missingKeys)
    lines.push(`${style.unsure('missing')} the key of line ${line} (${fingerprint}) has no account`);
  if (status.modes.length === 0) return lines.join('\n');
  const foreign = totals.foreign === 0 ? '' : `, ${totals.foreign} not of relay`;
  const tone = status.ok ? style.good : style.unsure;
  return [...lines, '', tone(`${totals.serving} of ${totals.accounts} accounts serve${foreign}.`)].join('\n');
}

function accountLines(accounts: readonly AccountStatus[], style: Style): string[] {
  const nameWidth = Math.max(4, ...accounts.map((account) => account.name.length));
  const stateWidth = Math.max(...accounts.map((account) => words[account.state].length));
  return accounts.map((account) => {
    const tone = { serving: style.good, error: style.bad }[account.state as string] ?? style.unsure;
    const notes = [
      account.limitedUntil === null ? '' : `until ${shortTime(account.limitedUntil)}`,
      account.lastUsedAt === null ? 'never used' : `used ${shortTime(account.lastUsedAt)}`,
      account.inKeys === null ? '' : account.inKeys ? 'in the key file' : 'not in the key file',
      readable(account.message),
    ];
    const said = notes.filter((note) => note !== '').join(', ');
    return `  ${account.name.padEnd(nameWidth)}  ${tone(words[account.state].padEnd(stateWidth))}  ${style.dim(said)}`;
  });
}

function shortTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}Z`;
}
