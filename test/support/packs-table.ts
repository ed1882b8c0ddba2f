import type { PackManifest, Provider } from '../../src/pack/manifest.ts';

const head = [
  'Pack',
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
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function rowOf(pack: PackManifest, provider: Provider): string[] {
  return [
    pack.id,
    `\`${provider.id}\`${provider.default ? ' (default)' : ''}`,
    provider.platform,
    new URL(provider.baseUrl).host,
    `\`${provider.smokeTestModel}\``,
    provider.prices === undefined ? 'no prices' : (provider.asOf ?? 'unknown'),
    provider.terms === undefined ? 'no' : 'yes',
    provider.hosts.sub2api?.version ?? 'any',
  ];
}
