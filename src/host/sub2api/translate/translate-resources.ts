import type { Channel, ChannelPrice, ChannelSpec, Group, GroupSpec, Tariff, TariffSpec } from '../objects.ts';
import { screenedDescription, type Screen } from '../../screen.ts';
import type { ChannelWire, GroupWire, PlanWire } from '../api/wire.ts';

/** From the host's words to relay's, and back. Pure. */
export function toGroup(wire: GroupWire, screen: Screen): Group {
  return {
    id: String(wire.id),
    name: screen.name(wire.name),
    description: screenedDescription(wire.description, screen),
    platform: screen.name(wire.platform),
    type: wire.subscription_type,
    rateMultiplier: wire.rate_multiplier,
    active: wire.status === 'active',
  };
}

export function fromGroupSpec(spec: GroupSpec): Record<string, unknown> {
  return {
    name: spec.name,
    description: spec.description,
    platform: spec.platform,
    subscription_type: spec.type,
    rate_multiplier: spec.rateMultiplier,
  };
}

export function toChannel(wire: ChannelWire, screen: Screen): Channel {
  return {
    id: String(wire.id),
    name: screen.name(wire.name),
    active: wire.status === 'active',
    groupIds: wire.group_ids.map(String),
    mappings: wire.model_mapping,
    prices: wire.model_pricing.map(toPrice),
    restrictsModels: wire.restrict_models,
    billingSource: wire.billing_model_source,
  };
}

function toPrice(wire: ChannelWire['model_pricing'][number]): ChannelPrice {
  const {
    id: _id,
    platform,
    models,
    billing_mode,
    input_price,
    output_price,
    cache_read_price,
    cache_write_price,
    ...rest
  } = wire;
  return {
    platform,
    models,
    billing: billing_mode,
    input: input_price ?? null,
    output: output_price ?? null,
    cacheRead: cache_read_price ?? null,
    cacheWrite: cache_write_price ?? null,
    rest,
  };
}

/** Sends every managed field: this host replaces lists whole, and takes an absent platform for anthropic. */
export function fromChannelSpec(spec: ChannelSpec): Record<string, unknown> {
  return {
    name: spec.name,
    group_ids: spec.groupIds.map(Number),
    model_mapping: spec.mappings,
    model_pricing: spec.prices.map((price) => ({
      ...price.rest,
      platform: price.platform,
      models: price.models,
      billing_mode: price.billing,
      input_price: price.input,
      output_price: price.output,
      cache_read_price: price.cacheRead,
      cache_write_price: price.cacheWrite,
    })),
    restrict_models: spec.restrictsModels,
    billing_model_source: spec.billingSource,
  };
}

export function toTariff(wire: PlanWire, screen: Screen): Tariff {
  return {
    id: String(wire.id),
    name: screen.name(wire.name),
    groupId: String(wire.group_id),
    price: wire.price,
    validityDays: wire.validity_days,
    validityUnit: wire.validity_unit,
    forSale: wire.for_sale,
  };
}

export function fromTariffSpec(spec: TariffSpec): Record<string, unknown> {
  return {
    name: spec.name,
    group_id: Number(spec.groupId),
    price: spec.price,
    validity_days: spec.validityDays,
    validity_unit: spec.validityUnit,
    for_sale: spec.forSale,
  };
}
