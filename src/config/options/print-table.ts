import { onHost } from './option-groups.ts';
import type { OptionRecord } from './option-record.ts';

const short = { about: 'text, or one JSON value on standard output', words: ['text', 'json'] } as const;

/** How commands speak, and whether they ask. */
export const printTable = {
  output: {
    kind: 'choice',
    value: 'form',
    words: ['text', 'json', 'ndjson'],
    about: 'text, one JSON value, or a line for each event',
    default: 'text',
    filled: true,
    config: { about: 'how results are said, by commands that have this form' },
    on: [
      ...onHost,
      'validate',
      'packs list',
      'packs show',
      'runs list',
      'runs show',
      'runs prune',
      'report merge',
      'explain',
      'sandbox',
    ],
    differs: {
      status: { about: 'how it is told; csv has a line for each account', words: ['text', 'json', 'ndjson', 'csv'] },
      validate: { about: 'how findings are told', words: ['text', 'json', 'junit', 'github'] },
      'packs list': short,
      'packs show': short,
      'runs list': short,
      'runs show': short,
      'runs prune': short,
      'report merge': short,
      explain: short,
      sandbox: short,
    },
  },
  config: {
    kind: 'file',
    about: 'configuration file (default: relay.config.yaml or .relayrc here or above)',
    config: 'it names the configuration file itself',
    on: 'all',
  },
  quiet: { kind: 'switch', about: 'no progress and no summary', default: false, once: true, config: true, on: 'all' },
  verbose: {
    kind: 'switch',
    about: 'print each request, on standard error',
    default: false,
    config: { about: 'print each request' },
    on: 'all',
  },
  color: {
    kind: 'switch',
    about: 'colours, where there are any',
    negative: 'no colours',
    default: true,
    filled: true,
    config: true,
    on: 'all',
  },
  input: {
    kind: 'switch',
    about: 'ask on a terminal',
    negative: 'never ask; refuse what would need a question',
    default: true,
    filled: true,
    config: true,
    on: 'all',
  },
} as const satisfies Record<string, OptionRecord>;
