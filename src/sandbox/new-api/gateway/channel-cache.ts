import type { Channel } from '../rows.ts';

/** What the gateway serves from: channels in memory, which lag behind those that are stored. */
export interface ChannelCache {
  /** The channels as the gateway knows them now. */
  channels(): Map<number, Channel>;
  /** Takes over all that is stored, as any change of a channel does, but making one. */
  refresh(): void;
}

const syncSeconds = 60;

/** A cache over stored channels: none at all while it is off, else refreshed every minute and when it is told. */
export function createChannelCache(
  stored: Map<number, Channel>,
  isOn: () => boolean,
  seconds: () => number,
): ChannelCache {
  let known = new Map<number, Channel>();
  let syncedAt = seconds();
  const refresh = () => {
    known = new Map([...stored].map(([id, channel]) => [id, { ...channel }]));
  };
  return {
    channels() {
      if (!isOn()) return stored;
      const passed = Math.floor((seconds() - syncedAt) / syncSeconds);
      if (passed > 0) {
        syncedAt += passed * syncSeconds;
        refresh();
      }
      return known;
    },
    refresh,
  };
}
