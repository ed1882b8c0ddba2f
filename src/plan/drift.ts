import { isRevoked, type Account } from '../host/account.ts';
import { problem, type Problem } from '../core/relay-error.ts';

/** What people have set on an account, and relay only shows (rule N7). */
export function accountDrift(account: Account): Problem[] {
  const { name, id, state, enabled, paused } = account;
  const pausedByHand = state === 'active' && !enabled && !paused;
  if (isRevoked(account)) {
    const message = `The key of the account "${name}" (${id}) was revoked, and stands in the key file.`;
    return [problem('DRIFT', message, 'Take the key out of the key file.')];
  }
  const by = state === 'inactive' ? 'disabled by hand' : pausedByHand ? 'paused by hand' : null;
  return by === null ? [] : [problem('DRIFT', `The account "${name}" (${id}) differs from the pack: ${by}.`)];
}
