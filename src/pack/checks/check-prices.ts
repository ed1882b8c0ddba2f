import type { Finding } from '../../text/finding.ts';
import type { PackProvider } from '../manifest.ts';
import type { Path } from '../../text/source-text.ts';
import type { ManifestText } from '../manifest-text.ts';

/** Whether prices can reach the host, and each is one that bills something. */
export function checkPrices(source: ManifestText, provider: PackProvider, at: Path): Finding[] {
  const { prices, defaultModels } = provider;
  if (prices === undefined || prices === 'free') return [];
  const place = [...at, 'prices'];
  const findings: Finding[] = [];
  if (prices.currency !== 'USD' && prices.usdRate === undefined)
    findings.push(
      source.finding(
        place,
        'USD_RATE_MISSING',
        `prices in ${prices.currency} need usdRate, the ${prices.currency} that one US dollar buys`,
      ),
    );
  for (const [model, { input, output }] of Object.entries(prices.perMillionTokens)) {
    if (input === 0 || output === 0)
      findings.push(
        source.finding(
          [...place, 'perMillionTokens', model],
          'PRICE_ZERO',
          `a price of "${model}" is 0, so the host bills nothing for it`,
          'warning',
        ),
      );
    if (defaultModels !== 'live' && !defaultModels.includes(model))
      findings.push(
        source.finding(
          [...place, 'perMillionTokens', model],
          'PRICED_MODEL_UNKNOWN',
          `"${model}" has a price but is not among the default models`,
        ),
      );
  }
  return findings;
}
