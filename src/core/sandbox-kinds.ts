/** The kinds of hosts that relay can imitate; the first is the one that `sandbox` means. */
export const sandboxKindNames = ['sub2api', 'new-api', 'cliproxyapi'] as const;
export type SandboxKindName = (typeof sandboxKindNames)[number];

/** What `--host` takes for the embedded host: `sandbox`, or with the kind that it shall imitate. */
export const sandboxWords: readonly string[] = ['sandbox', ...sandboxKindNames.map((kind) => `sandbox:${kind}`)];

/** The kind that the embedded host imitates, where a word asks for that host. */
export function sandboxOf(word: string | undefined): SandboxKindName | undefined {
  if (word === 'sandbox') return sandboxKindNames[0];
  return sandboxKindNames.find((kind) => word === `sandbox:${kind}`);
}
