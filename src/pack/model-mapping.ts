import type { Provider } from './manifest.ts';

/** The mapping as it is sent to the host: the manifest's own, and each default model under its own name. */
export function effectiveMapping(
  provider: Pick<Provider, 'defaultModels' | 'channelTemplate'>,
): Record<string, string> {
  const own = provider.channelTemplate.modelMapping;
  const plain = provider.defaultModels
    .filter((model) => !Object.hasOwn(own, model))
    .map((model) => [model, model] as const);
  return Object.fromEntries([...Object.entries(own), ...plain]);
}

/** Two names or patterns (`*` at the end stands for any rest) that could both match one model. */
export function overlap(one: string, other: string): boolean {
  const a = one.toLowerCase();
  const b = other.toLowerCase();
  if (a.endsWith('*') && b.endsWith('*')) return a.startsWith(b.slice(0, -1)) || b.startsWith(a.slice(0, -1));
  if (a.endsWith('*')) return b.startsWith(a.slice(0, -1));
  if (b.endsWith('*')) return a.startsWith(b.slice(0, -1));
  return a === b;
}

/** All pairs of a list that overlap. */
export function overlappingPairs(names: readonly string[]): [string, string][] {
  return names.flatMap((one, index) =>
    names
      .slice(index + 1)
      .filter((other) => overlap(one, other))
      .map((other): [string, string] => [one, other]),
  );
}
