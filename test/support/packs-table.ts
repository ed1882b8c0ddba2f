import type { PackManifest, PackProvider } from '../../src/pack/manifest.ts';
import { markdownTable } from './markdown-table.ts';

const head = [
  'Pack',
  'Kind',
  'Provider',
  'Platform',
  'Upstream host',
  'Smoke-test model',
  'Prices as of',
  'Terms to agree to',
  'Host version',
];

/** What packs hold, as a Markdown table with a row for each provider. */
export function packsTable(packs: readonly PackManifest[]): string {
  const rows = packs.flatMap((pack) => pack.providers.map((provider) => rowOf(pack, provider)));
  return markdownTable(head, rows);
}

function pricesOf({ prices, asOf }: PackProvider): string {
  if (prices === 'free') return 'free';
  return prices === undefined ? 'no prices' : (asOf ?? 'unknown');
}

function rowOf(pack: PackManifest, provider: PackProvider): string[] {
  return [
    pack.id,
    pack.kind,
    `\`${provider.id}\`${provider.default ? ' (default)' : ''}`,
    provider.platform,
    provider.baseUrl === 'ask' ? 'yours: `--base-url`' : new URL(provider.baseUrl).host,
    provider.smokeTestModel === undefined ? 'of its list' : `\`${provider.smokeTestModel}\``,
    pricesOf(provider),
    provider.terms === undefined ? 'no' : 'yes',
    provider.hosts.sub2api?.version ?? 'any',
  ];
}
