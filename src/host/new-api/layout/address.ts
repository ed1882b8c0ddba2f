import { problem, type Problem } from '../../../core/relay-error.ts';
import type { Provider } from '../../../pack/manifest.ts';
import { accountSettings } from '../../../pack/provider-hosts.ts';
import { reaches, typeFor } from '../channel-types.ts';

/** Whether a channel reaches the upstream of a provider: this host asks for `/v1/…` below the address that it is given. */
export function addressProblems(provider: Pick<Provider, 'baseUrl' | 'platform' | 'hosts'>): Problem[] {
  const { baseUrl, platform } = provider;
  const type = typeFor(platform, accountSettings(provider, 'new-api')['type']);
  if (reaches(type, baseUrl)) return [];
  return [
    problem(
      'HOST_CANNOT',
      `This host asks for /v1 below ${baseUrl}, and no type of channel is known that reaches it as it is.`,
      'Give an address that ends in /v1 by --base-url if the vendor has one, or name the type in the pack: hosts.new-api.type.',
    ),
  ];
}
