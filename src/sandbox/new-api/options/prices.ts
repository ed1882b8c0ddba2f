import type { Host } from '../host.ts';
import { jsonObject, parseJson } from '../../json-object.ts';
import type { JsonObject } from '../../json-object.ts';

/** An option as the map that the host made of it: empty where it is none. */
export function optionMap(host: Host, name: string): JsonObject {
  return jsonObject(parseJson(host.state.options.get(name) ?? ''));
}

function numberIn(map: JsonObject, name: string): number | undefined {
  const value = map[name];
  return typeof value === 'number' ? value : undefined;
}

/** What a model costs, by the name that clients ask for. */
export interface ModelPrice {
  /** US dollars for a call, which come before ratios. */
  perCall: number | undefined;
  ratio: number;
  completionRatio: number;
}

/** The price of a model; undefined where it has none, and the host does without it. */
export function priceOf(host: Host, model: string): ModelPrice | undefined {
  const perCall = numberIn(optionMap(host, 'ModelPrice'), model);
  const ratio = numberIn(optionMap(host, 'ModelRatio'), model);
  const completionRatio = numberIn(optionMap(host, 'CompletionRatio'), model) ?? 1;
  if (perCall !== undefined || ratio !== undefined) return { perCall, ratio: ratio ?? 0, completionRatio };
  return host.state.options.get('SelfUseModeEnabled') === 'true'
    ? { perCall: undefined, ratio: 37.5, completionRatio }
    : undefined;
}

/** What the host says of a model without a price. */
export function priceMissing(model: string): string {
  return `模型 ${model} 的价格未配置。请前往「系统设置 → 运营设置」开启自用模式，或在「系统设置 → 分组与模型定价设置」中为该模型配置价格；Model ${model} price not configured. Go to System Settings → Operation Settings to enable self-use mode, or configure the model price in System Settings → Group & Model Pricing.`;
}

/** What an answer costs in the host's units. */
export function quotaFor(
  host: Host,
  price: ModelPrice,
  groupRatio: number,
  tokens: { input: number; output: number },
): number {
  const quota =
    price.perCall === undefined
      ? (tokens.input + tokens.output * price.completionRatio) * price.ratio * groupRatio
      : price.perCall * Number(host.state.options.get('QuotaPerUnit')) * groupRatio;
  return Math.round(quota);
}
