import { hostKindNames, type HostKindName } from './host-kinds.ts';

/** What `--host` takes for the embedded host: `sandbox`, or with the kind that it shall imitate. */
export const sandboxWords: readonly string[] = ['sandbox', ...hostKindNames.map((kind) => `sandbox:${kind}`)];

/** The kind that the embedded host imitates, where a word asks for that host; the first where it names none. */
export function sandboxOf(word: string | undefined): HostKindName | undefined {
  if (word === 'sandbox') return hostKindNames[0];
  return hostKindNames.find((kind) => word === `sandbox:${kind}`);
}
