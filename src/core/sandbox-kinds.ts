/** The kinds of hosts that relay can imitate; the first is the one that `sandbox` means. */
export const sandboxKindNames = ['sub2api', 'new-api'] as const;
export type SandboxKindName = (typeof sandboxKindNames)[number];
