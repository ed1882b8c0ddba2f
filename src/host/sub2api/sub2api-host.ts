import type { Secret } from '../../core/secrets/secret.ts';
import type { ResourceDriver } from '../driver.ts';
import type { Gateway } from '../gateway.ts';
import type { GrantPort } from '../grants.ts';
import type { Gate, Host } from '../host.ts';
import type { ProofPort } from '../proof.ts';
import type { Sub2apiReads, Sub2apiWrites } from './admin-port.ts';
import { probeUsers } from './client-keys.ts';
import { channelDriver } from './drivers/channel.ts';
import { groupDriver } from './drivers/group.ts';
import { tariffDriver } from './drivers/tariff.ts';
import { groupIsolation } from './isolation.ts';
import { sub2apiLayout } from './layout/layout.ts';
import { surveyOf } from './survey.ts';
import { upstreamBase } from './upstream-base.ts';

/** A sub2api host, with what only its own folder and its tests may ask. */
export interface Sub2apiHost extends Host {
  reads: Sub2apiReads;
  writes: Sub2apiWrites;
  until(signal: AbortSignal): Sub2apiHost;
  through(gate: Gate): Sub2apiHost;
}

/** What a host is made of: how it is asked, and what differs between installations. */
export interface Sub2apiParts extends Pick<Host, 'info' | 'time' | 'command'> {
  /** What is asked ends with the signal, where there is one. */
  asking: (signal: AbortSignal | null) => { reads: Sub2apiReads; proof: ProofPort; identity: Host['identity'] };
  writes: Sub2apiWrites;
  gateway: Gateway;
  /** A secret that whoever holds the same admin login can make again, and nobody else: nothing of it need be kept. */
  derive: (purpose: string) => Secret;
  /** The same, each of whose requests passes the gate right before it leaves. */
  through: (gate: Gate) => Sub2apiParts;
}

/** The port of a sub2api host, over how it is asked and told. */
export function sub2apiHost(parts: Sub2apiParts, signal: AbortSignal | null = null): Sub2apiHost {
  const { info, time, command, writes, gateway, derive } = parts;
  const { reads, proof, identity } = parts.asking(signal);
  return {
    info,
    identity,
    time,
    budget: () => null,
    command,
    reads,
    writes,
    proof,
    gateway,
    layout: sub2apiLayout,
    resources: {
      barred: null,
      drivers: [
        groupDriver(reads, writes),
        channelDriver(reads, writes),
        tariffDriver(reads, writes),
      ] as ResourceDriver[],
      list: async () => {
        const [group, channel, tariff] = await Promise.all([reads.groups(), reads.channels(), reads.tariffs()]);
        return { group, channel, tariff };
      },
      survey: (made, kinds) => surveyOf(reads, made, kinds),
    },
    clientKeys: probeUsers(reads, writes, derive),
    grants: grantsOf(reads, writes),
    isolation: groupIsolation,
    upstreamBase,
    until: (other) => sub2apiHost(parts, other),
    through: (gate) => sub2apiHost(parts.through(gate), signal),
  };
}

/** How long a subscription runs for which nobody said it. */
const defaultDays = 30;

function grantsOf(reads: Sub2apiReads, writes: Sub2apiWrites): GrantPort {
  return {
    kind: 'subscription',
    goesWithUser: false,
    ofPlace: (place) => reads.subscriptionsOfGroup(place),
    ofUser: (userId) => reads.subscriptionsOfUser(userId),
    user: async (by) => {
      if ('name' in by) return undefined;
      return 'email' in by ? reads.userByEmail(by.email) : reads.userById(by.id);
    },
    give: (userId, place, days) => writes.assignSubscription(userId, place, days ?? defaultDays),
    extend: (id, days, requestId) => writes.extendSubscription(id, days, requestId),
    remove: (id) => writes.deleteSubscription(id),
  };
}
