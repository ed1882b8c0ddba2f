/** What stands behind the address of a pack: a vendor, a gateway to others, or a server of one's own. */
export const packKinds = ['vendor', 'gateway', 'local'] as const;

/** Who says which models there are: the pack, the list of the upstream, or the command. */
export const modelSources = ['pack', 'upstream', 'command'] as const;
export type ModelSource = (typeof modelSources)[number];

/** How an import treats a failure: undo everything, or keep what works (rule B2). */
export const importModes = ['strict', 'partial'] as const;
export type ImportMode = (typeof importModes)[number];

/** How users reach the models: through a subscription, or by their own balance (rule B3). */
export const accessModes = ['subscription', 'self_service'] as const;
export type AccessMode = (typeof accessModes)[number];

/** An access mode as it stands in names and options. */
export function accessSlug(access: AccessMode): string {
  return access === 'subscription' ? 'subscription' : 'self-service';
}

/** The wire protocols an upstream may speak. */
export const platforms = ['openai', 'anthropic', 'gemini'] as const;
export type Platform = (typeof platforms)[number];

/** What partial mode does with an account whose verdict is `failed` (rule N15). */
export const failedPolicies = ['disable', 'remove', 'keep'] as const;
export type FailedPolicy = (typeof failedPolicies)[number];

/** Where the key for the gateway check comes from (rule N9). */
export const probeModes = ['auto', 'find', 'none'] as const;
export type ProbeMode = (typeof probeModes)[number];

/** What becomes of the accounts that a provider has already (rule N5): matched by key, made anew, or left. */
export const accountsPolicies = ['reconcile', 'replace', 'append'] as const;
export type AccountsPolicy = (typeof accountsPolicies)[number];
