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

/** What new-api alone understands of a provider. */
const newApi = z.strictObject({
  type: z
    .int()
    .positive()
    .optional()
    .describe('The type of channel, by its number, for a vendor whose address ends in a version of its own.'),
});

/** The kinds of hosts that a pack may name, each with the form of what it alone understands. */
export const providerHosts = z
  .strictObject({ sub2api: sub2api.optional(), 'new-api': newApi.optional() })
  .prefault({})
  .describe('What only one kind of host understands, by the name of the kind.');

type ProviderHosts = z.infer<typeof providerHosts>;

/** The versions of a kind of host that a pack works with, where it says so. */
export function hostVersions({ hosts }: { hosts: ProviderHosts }, kind: string): string | undefined {
  return kind === 'sub2api' ? hosts.sub2api?.version : undefined;
}

/**
 * The settings of an account that a pack asks for on a kind of host, by one name each, as the kind names them: `extra.x`
 * and `credentials.x`, or `type`.
 */
export function accountSettings({ hosts }: { hosts: ProviderHosts }, kind: string): Record<string, unknown> {
  if (kind === 'new-api') return { ...hosts['new-api'] };
  if (kind !== 'sub2api') return {};
  return Object.fromEntries(
    Object.entries(hosts.sub2api?.account ?? {}).flatMap(([map, values]) =>
      Object.entries(values).map(([name, value]) => [`${map}.${name}`, value]),
    ),
  );
}
