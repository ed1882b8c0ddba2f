import { rounded } from '../decimals.ts';
import type { Caller } from '../gateway/gateway-auth.ts';
import type { Tokens } from '../gateway/gateway-forward.ts';
import { billedModel, pricingOf } from '../gateway/gateway-route.ts';
import type { Route } from '../gateway/gateway-route.ts';
import type { Host } from '../host.ts';
import type { JsonObject } from '../../json-object.ts';
import type { Account } from '../rows.ts';
import { timestamp } from '../state.ts';

function price(source: JsonObject | undefined, name: string): number {
  const value = source?.[name];
  return typeof value === 'number' ? value : 0;
}

/** Writes the usage row of an answered request and takes its price; a model without a price costs nothing. */
export function bill(
  host: Host,
  { key, user, group, subscription }: Caller,
  { route, account, model }: { route: Route; account: Account; model: string },
  tokens: Tokens,
): void {
  const pricing = pricingOf(route.channel, group.platform, billedModel(route, model, account));
  const total = tokens.input * price(pricing, 'input_price') + tokens.output * price(pricing, 'output_price');
  const actual = rounded(total * group.rate_multiplier, 10);
  const at = timestamp();
  host.state.usage.push({
    id: host.state.nextId('usage'),
    user_id: user.id,
    api_key_id: key.id,
    account_id: account.id,
    group_id: group.id,
    model,
    input_tokens: tokens.input,
    output_tokens: tokens.output,
    total_cost: rounded(total, 10),
    actual_cost: actual,
    created_at: at,
  });
  if (subscription === undefined) user.balance = rounded(user.balance - actual, 8);
  else subscription.usage_usd = rounded(subscription.usage_usd + actual, 10);
  key.last_used_at = at;
  account.last_used_at = at;
}
