import { z } from 'zod';

const settings = z.record(z.string(), z.unknown()).default({});

/** What sub2api alone understands of a provider. */
const sub2api = z.strictObject({
  version: z.string().optional().describe('The versions of the host that this works with, such as ">=0.1.129".'),
  account: z
    .strictObject({
      credentials: settings.describe('More settings of the account; never a secret.'),
      extra: settings.describe('Extra settings of the account on the host.'),
    })
    .prefault({}),
});

/** The kinds of hosts that a pack may name, each with the form of what it alone understands. */
export const providerHosts = z
  .strictObject({ sub2api: sub2api.optional() })
  .prefault({})
  .describe('What only one kind of host understands, by the name of the kind.');

type ProviderHosts = z.infer<typeof providerHosts>;
type HostSettings = NonNullable<ProviderHosts[keyof ProviderHosts]>;

/** What a pack says for one kind of host; nothing said is nothing asked for. */
export function settingsFor({ hosts }: { hosts: ProviderHosts }, kind: string): HostSettings {
  const found = Object.entries(hosts).find(([name]) => name === kind)?.[1];
  return found ?? { account: { credentials: {}, extra: {} } };
}

/** The settings of an account that a pack asks for on a kind of host, by one name each: `extra.x`, `credentials.x`. */
export function accountSettings(provider: { hosts: ProviderHosts }, kind: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settingsFor(provider, kind).account).flatMap(([map, values]) =>
      Object.entries(values).map(([name, value]) => [`${map}.${name}`, value]),
    ),
  );
}
