import { ofOne, onFleet } from './option-groups.ts';
import type { OptionRecord } from './option-record.ts';

const ofFile = { about: 'instead: do it at each host and provider that a file of imports lists' };

/** Many hosts and providers in one go. */
export const fleetTable = {
  file: {
    kind: 'file',
    holds: 'input',
    about: 'instead: several imports in one go, on one host or many, as a YAML or JSON file lists them',
    config: ofOne,
    on: onFleet,
    differs: {
      status: ofFile,
      probe: ofFile,
      remove: ofFile,
      doctor: ofFile,
      revoke: { about: 'look for the key on each host that a file of imports names' },
    },
  },
  shard: {
    kind: 'text',
    value: 'i/n|auto',
    about: 'with --file: only the hosts of this shard of so many; auto reads what a CI system or Kubernetes sets',
    config: ofOne,
    withFile: true,
    on: onFleet,
  },
  hostsAtOnce: {
    kind: 'number',
    most: 256,
    about: 'with --file: hosts worked on side by side; default as many as this machine takes',
    config: true,
    withFile: true,
    on: onFleet,
    unlimited: 'Leave it out for as many as this machine takes.',
  },
  failFast: {
    kind: 'switch',
    about: 'with --file: begin nothing more once something has failed',
    config: ofOne,
    withFile: true,
    on: onFleet,
  },
} as const satisfies Record<string, OptionRecord>;
