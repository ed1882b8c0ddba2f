import { hiddenText, holdsHidden, isHidden, withTexts } from '../../../core/secrets/hidden-text.ts';
import type { ChannelSpec } from '../objects.ts';

type ChannelTexts = Pick<ChannelSpec, 'mappings' | 'prices' | 'billingSource'>;

/** A channel with each text of it that is the host's own passed through `change`. */
export function channelWith<T extends ChannelTexts>(channel: T, change: (text: string) => string): T {
  const { mappings, prices, billingSource } = channel;
  return {
    ...channel,
    mappings: withTexts(mappings, change),
    prices: prices.map((entry) =>
      Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, withTexts(value, change)])),
    ) as unknown as T['prices'],
    billingSource: change(billingSource),
  };
}

/** A channel and a noted state of one, to be compared. Where that has hidden texts, all such texts of both are hidden. */
export function comparableChannels<One extends ChannelTexts>(channel: One, noted: ChannelSpec): [One, ChannelSpec] {
  const hideAll = (text: string) => (isHidden(text) ? text : hiddenText(text));
  return holdsHidden(noted) ? [channelWith(channel, hideAll), channelWith(noted, hideAll)] : [channel, noted];
}

const words = { mappings: 'model mapping', prices: 'prices', billingSource: 'billing source' } as const;

/** What of a written state of a channel is not known any more, in words. */
export function unkeptOfChannel(state: ChannelSpec): string[] {
  return Object.entries(words).flatMap(([name, word]) =>
    holdsHidden((state as Record<string, unknown>)[name]) ? [word] : [],
  );
}
