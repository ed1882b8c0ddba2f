/** What `relay report schema` knows: what stands between `relay.` and the number in the field `schema` of an output. */
export const outputNames = [
  'import-report',
  'imports-report',
  'plan',
  'imports-plan',
  'status',
  'overview',
  'doctor',
  'probe',
  'remove',
  'revoke',
  'connect',
  'rollback',
  'runs',
  'prune',
  'run',
  'packs',
  'pack',
  'validate',
  'codes',
  'code',
  'settings',
  'sandbox',
  'error',
  'event',
] as const;

export type OutputName = (typeof outputNames)[number];
