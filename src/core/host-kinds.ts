/** The kinds of hosts that relay works with, as they are named in options, configuration files and packs. */
export const hostKindNames = ['sub2api', 'new-api', 'cliproxyapi'] as const;
export type HostKindName = (typeof hostKindNames)[number];
