import { hostKindNames } from '../../core/host-kinds.ts';
import { onHost } from './option-groups.ts';
import type { OptionRecord } from './option-record.ts';

const reaching = [...onHost, 'validate', 'packs list'] as const;

/** Which host, how to log in there, and for how long to wait. */
export const hostTable = {
  host: {
    kind: 'text',
    value: 'url',
    about: 'the host: a URL, a name of the configuration file, or "sandbox" (env RELAY_HOST)',
    env: ['RELAY_HOST', 'SUB2API_BASE_URL'],
    config: { about: 'a URL, a name of hosts, or "sandbox"' },
    on: reaching,
  },
  hostKind: {
    kind: 'choice',
    value: 'kind',
    about: 'kind of the host, where it is not recognised (env RELAY_HOST_KIND)',
    words: hostKindNames,
    env: ['RELAY_HOST_KIND'],
    config: { about: 'kind of the host, for a host that names none itself' },
    on: [...reaching, 'sandbox'],
    differs: { sandbox: { about: 'the kind to imitate' } },
  },
  adminKeyFile: {
    kind: 'file',
    holds: 'secret',
    about: 'file with the admin API key, - is standard input (env RELAY_ADMIN_KEY)',
    env: ['RELAY_ADMIN_KEY_FILE'],
    config: { about: 'file with the admin API key, for a host that names none itself' },
    on: reaching,
  },
  adminUser: {
    kind: 'text',
    value: 'id',
    about: 'whose admin key it is, where the host wants to know (env RELAY_ADMIN_USER)',
    env: ['RELAY_ADMIN_USER'],
    config: { about: 'whose admin key it is, where the host wants to know' },
    on: reaching,
  },
  adminEmail: {
    kind: 'text',
    value: 'email',
    about: 'log in as this admin, by e-mail or name (env RELAY_ADMIN_EMAIL)',
    env: ['RELAY_ADMIN_EMAIL'],
    config: { about: 'log in as this admin instead' },
    on: reaching,
  },
  adminPasswordFile: {
    kind: 'file',
    holds: 'secret',
    about: 'file with the password (env RELAY_ADMIN_PASSWORD)',
    env: ['RELAY_ADMIN_PASSWORD_FILE'],
    config: { about: 'file with the password of that admin' },
    on: reaching,
  },
  allowHttp: {
    kind: 'switch',
    about: 'allow plain http to an address that is not this machine',
    default: false,
    config: true,
    on: [...reaching, 'packs fill'],
  },
  state: {
    kind: 'folder',
    value: 'url|folder',
    about: 'where runs, locks and reports are: a folder, or postgres://… for several machines (env RELAY_STATE)',
    yieldsTo: 'RELAY_STATE',
    config: { about: 'where runs, locks and reports are: a folder, or the address of a database without a password' },
    on: [...onHost, 'runs list', 'runs show', 'runs prune', 'report show'],
  },
  timeout: {
    kind: 'duration',
    about: 'limit of one request',
    default: '30s',
    config: true,
    on: [...reaching, 'packs fill'],
  },
  deadline: {
    kind: 'duration',
    about: 'limit of the whole run; default none',
    config: { about: 'limit of the whole run' },
    on: reaching,
  },
} as const satisfies Record<string, OptionRecord>;
