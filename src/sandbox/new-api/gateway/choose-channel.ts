import { randomInt } from 'node:crypto';
import type { Host, HostContext } from '../host.ts';
import type { Channel } from '../rows.ts';
import { gatewayRefusal, type Caller } from './gateway-auth.ts';

/** Whether a channel is there for a model in a group. */
export function serves(channel: Channel, group: string, model: string): boolean {
  return channel.status === 1 && channel.group.split(',').includes(group) && channel.models.split(',').includes(model);
}

function pinnedChannel(host: Host, c: HostContext, id: number): Channel {
  // Asked of the store, so that a new channel need not wait for the next sync.
  const channel = host.state.channels.get(id);
  if (channel === undefined) throw gatewayRefusal(c, 400, 'Invalid channel ID');
  if (channel.status !== 1) throw gatewayRefusal(c, 403, 'This channel has been disabled');
  return channel;
}

/** By lot, each as likely as its weight says; those without a weight are alike. */
function drawn(channels: readonly Channel[]): Channel | undefined {
  const weights = channels.map(({ weight }) => weight + 1);
  let lot = randomInt(
    Math.max(
      1,
      weights.reduce((sum, weight) => sum + weight, 0),
    ),
  );
  return channels.find((_channel, index) => (lot -= weights[index] ?? 0) < 0);
}

/** The channel that answers: the one that was named, or one of the best that the gateway knows. Throws what clients get. */
export function chooseChannel(host: Host, c: HostContext, caller: Caller, model: string): Channel {
  if (caller.pinned !== undefined) return pinnedChannel(host, c, caller.pinned);
  const { token, group } = caller;
  if (token.model_limits_enabled && !token.model_limits.split(',').includes(model))
    throw gatewayRefusal(c, 403, `This token has no access to model ${model}`);
  const fit = [...host.cache.channels().values()].filter((channel) => serves(channel, group, model));
  const best = Math.max(...fit.map(({ priority }) => priority));
  const channel = drawn(fit.filter(({ priority }) => priority === best));
  if (channel === undefined)
    throw gatewayRefusal(
      c,
      503,
      `No available channel for model ${model} under group ${group} (distributor)`,
      'model_not_found',
    );
  return channel;
}
