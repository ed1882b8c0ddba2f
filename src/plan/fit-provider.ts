import { counted, firstOf } from '../core/counted.ts';
import { problem, type Problem } from '../core/relay-error.ts';
import type { Host } from '../host/host.ts';
import type { Provider } from '../pack/manifest.ts';

/** A provider in the form that a host wants: its address as accounts are given it, its names as the host knows names. Pure. */
export function fitProvider(
  provider: Provider,
  { upstreamBase, info: { capabilities } }: Pick<Host, 'upstreamBase' | 'info'>,
): { provider: Provider; warnings: Problem[] } {
  const baseUrl = upstreamBase(provider.baseUrl, provider.platform);
  const { modelMapping } = provider.channelTemplate;
  const patterns = Object.keys(modelMapping).filter((name) => name.includes('*'));
  const { modelPatterns } = capabilities;
  if (modelPatterns.possible || patterns.length === 0) return { provider: { ...provider, baseUrl }, warnings: [] };
  const names = Object.entries(modelMapping).filter(([name]) => !patterns.includes(name));
  const message = `This host does not honour ${counted(patterns.length, 'name')} of the pack (${firstOf(patterns)}): ${modelPatterns.why}.`;
  return {
    provider: { ...provider, baseUrl, channelTemplate: { modelMapping: Object.fromEntries(names) } },
    warnings: [problem('HOST_IGNORES', message)],
  };
}
