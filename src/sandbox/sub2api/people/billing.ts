import { rounded } from '../decimals.ts';
import type { Caller } from '../gateway/gateway-auth.ts';
import type { Tokens } from '../gateway/gateway-forward.ts';
import { billedModel, pricingOf, upstreamModel } from '../gateway/gateway-route.ts';
import type { Route } from '../gateway/gateway-route.ts';
import type { Host } from '../host.ts';
import type { JsonObject } from '../../json-object.ts';
import type { Account, Pricing } from '../rows.ts';
import { timestamp } from '../state.ts';

function price(source: JsonObject | undefined, name: string): number {
  const value = source?.[name];
  return typeof value === 'number' ? value : 0;
}

/** The entry's interval for that many tokens, or the entry itself. */
function tierOf(pricing: Pricing | undefined, tokens: number): JsonObject | undefined {
  const tier = pricing?.intervals.find((interval) => {
    const max = interval['max_tokens'];
    return tokens > price(interval, 'min_tokens') && (typeof max !== 'number' || tokens <= max);
  });
  return tier ?? pricing;
}

/** Writes the usage row of an answered request and takes its price; a model without a price costs nothing. */
export function bill(
  host: Host,
  caller: Caller,
  used: { route: Route; account: Account; model: string; endpoint: string; stream: boolean },
  tokens: Tokens,
): void {
  const { key, user, group, subscription } = caller;
  const { route, account, model } = used;
  const pricing = pricingOf(route.channel, group.platform, billedModel(route, model, account));
  const tier = tierOf(pricing, tokens.input);
  const perRequest = pricing !== undefined && pricing.billing_mode !== 'token' ? price(tier, 'per_request_price') : 0;
  const inputCost = tokens.input * price(tier, 'input_price');
  const outputCost = tokens.output * price(tier, 'output_price');
  const total = perRequest > 0 ? perRequest : inputCost + outputCost;
  const actual = rounded(total * group.rate_multiplier, 10);
  const at = timestamp();
  const id = host.state.nextId('usage');
  host.state.usage.push({
    id,
    user_id: user.id,
    api_key_id: key.id,
    account_id: account.id,
    group_id: group.id,
    subscription_id: subscription?.id ?? null,
    channel_id: route.channel?.id ?? null,
    request_id: `sandbox-${id}`,
    model,
    upstream_model: upstreamModel(account, route.mapped),
    endpoint: used.endpoint,
    stream: used.stream,
    input_tokens: tokens.input,
    output_tokens: tokens.output,
    input_cost: rounded(inputCost, 10),
    output_cost: rounded(outputCost, 10),
    total_cost: rounded(total, 10),
    actual_cost: actual,
    rate_multiplier: group.rate_multiplier,
    created_at: at,
  });
  if (subscription === undefined) user.balance = rounded(user.balance - actual, 8);
  else subscription.usage_usd = rounded(subscription.usage_usd + actual, 10);
  key.last_used_at = at;
  if (key.quota > 0) key.quota_used = rounded(key.quota_used + actual, 10);
  account.last_used_at = at;
}
