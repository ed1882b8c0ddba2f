import type { Finding } from '../../text/finding.ts';
import type { PackReading } from '../read-pack.ts';

/** Ids that two packs share: names on a host begin with a provider's id, so the packs would take each other's objects. */
export async function checkTogether(readings: readonly PackReading[]): Promise<Finding[]> {
  const packs = new Map<string, string>();
  const providers = new Map<string, string>();
  const found: Promise<Finding | undefined>[] = [];
  for (const { file, pack, findingAt } of readings) {
    if (pack === undefined || findingAt === undefined) continue;
    const take = (known: Map<string, string>, id: string, what: string, path: (string | number)[]) => {
      const first = known.get(id);
      if (first === undefined) known.set(id, file);
      else if (first !== file)
        found.push(findingAt(path, 'DUPLICATE_ID', `the ${what} id "${id}" is used in ${first} too`));
    };
    take(packs, pack.id, 'pack', ['id']);
    for (const [index, { id }] of pack.providers.entries()) take(providers, id, 'provider', ['providers', index, 'id']);
  }
  return (await Promise.all(found)).filter((each) => each !== undefined);
}
