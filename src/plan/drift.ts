import { serviceOf, type Account, type Service } from '../host/account.ts';
import { problem, type Problem } from '../core/relay-error.ts';

const byHand: Partial<Record<Service, string>> = {
  disabled: 'disabled by hand',
  // The host itself may have done it, and have forgotten why after a test that ended well.
  paused_by_hand: 'paused, and not by relay',
};

/** What others have set on an account, and relay only shows (rule N7). */
export function accountDrift(account: Account): Problem[] {
  const { name, id } = account;
  const service = serviceOf(account);
  if (service === 'revoked') {
    const message = `The key of the account "${name}" (${id}) was revoked, and stands in the key file.`;
    return [problem('KEY_REVOKED', message)];
  }
  const by = byHand[service];
  return by === undefined ? [] : [problem('DRIFT', `The account "${name}" (${id}) differs from the pack: ${by}.`)];
}
