import type { CheckList } from '../host/diagnosis.ts';
import type { Account } from '../host/account.ts';
import type { Host } from '../host/host.ts';
import type { UpstreamModels } from '../host/proof.ts';
import type { PackProvider } from '../pack/manifest.ts';
import { RelayError } from '../core/relay-error.ts';

/** How many upstreams are asked, each through one account. */
const maxUpstreams = 3;

/** Lets the host ask the vendor's model list with one account of each upstream, which changes nothing. */
export async function tellUpstream(
  checks: CheckList,
  host: Host,
  accounts: readonly Account[],
  provider: PackProvider | undefined,
): Promise<void> {
  const owned = accounts.filter(
    ({ marker, baseUrl }) =>
      baseUrl !== null && marker !== null && (provider === undefined || marker.provider === provider.id),
  );
  const byUpstream = new Map<string, Account>();
  // Of several accounts of one upstream, one that serves says most.
  for (const account of owned.toSorted((a, b) => Number(serves(a)) - Number(serves(b))))
    byUpstream.set(upstreamName(account.baseUrl ?? ''), account);
  if (byUpstream.size === 0) {
    const whose =
      provider === undefined ? '' : ` of ${provider.baseUrl === 'ask' ? provider.id : upstreamName(provider.baseUrl)}`;
    checks.skip('upstream', `relay has no account${whose} on the host yet; the import tests each one it adds`);
    return;
  }
  const told = await Promise.all(
    [...byUpstream].slice(0, maxUpstreams).map(async ([name, account]) => answerOf(host, name, account)),
  );
  const bad = told.filter(({ good }) => !good);
  const message = [...told.map(({ says }) => says), ...elsewhere(provider, byUpstream)].join('; ');
  if (bad.length === 0) checks.pass('upstream', message);
  else checks.warn('upstream', message, bad[0]?.hint ?? '');
}

/** Accounts may have been made with another base URL than the pack's, of which the host then tells nothing. */
function elsewhere(provider: PackProvider | undefined, asked: ReadonlyMap<string, Account>): string[] {
  if (provider === undefined || provider.baseUrl === 'ask' || asked.has(upstreamName(provider.baseUrl))) return [];
  return [
    `that is where the accounts of ${provider.id} send; ${upstreamName(provider.baseUrl)} of the pack was not asked, since no account sends there`,
  ];
}

const serves = (account: Account) => account.enabled && account.state === 'active';

async function answerOf(
  host: Host,
  name: string,
  account: Account,
): Promise<{ good: boolean; says: string; hint: string }> {
  const retest = 'Test all accounts again with `relay probe`.';
  const reach = `Check that the machine of the host reaches ${name}: DNS, firewall, proxy.`;
  let models: UpstreamModels;
  try {
    models = await host.proof.upstreamModels(account.id);
  } catch (failure) {
    if (!(failure instanceof RelayError)) throw failure;
    return { good: false, says: `the host did not tell about ${name}: ${failure.message}`, hint: failure.hint };
  }
  if (models.outcome === 'listed') return { good: true, says: `the host reaches ${name}`, hint: '' };
  if (models.outcome === 'missing')
    return { good: true, says: `the host reaches ${name}, which has no list of models`, hint: '' };
  if (models.outcome === 'refused')
    return { good: false, says: `the host reaches ${name}, which refuses the key of ${account.name}`, hint: retest };
  return { good: false, says: `the host got no good answer of ${name}: ${models.message}`, hint: reach };
}

/** The host name of an upstream. What is no URL may be anything, a key too. */
export function upstreamName(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : 'what is no URL';
}
