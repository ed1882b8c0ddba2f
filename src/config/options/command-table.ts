import { platforms } from '../../core/modes.ts';
import { agrees, imports, ofOne } from './option-groups.ts';
import type { OptionRecord } from './option-record.ts';

/** What single commands are told, and what agrees to what they do. */
export const commandTable = {
  dryRun: {
    kind: 'switch',
    short: 'n',
    about: 'print what would be done, and change nothing',
    once: true,
    config: ofOne,
    on: ['import', 'rollback', 'remove'],
    differs: {
      rollback: { about: 'print what would be undone and what is kept, and change nothing' },
      remove: { about: 'print what would be removed, and change nothing' },
    },
  },
  detailedExitcode: {
    kind: 'switch',
    about: 'with a dry run: exit with 8 when something would change',
    once: true,
    config: ofOne,
    on: [...imports, 'status'],
    differs: { status: { about: 'exit with 8 when something is not fine' } },
  },
  yes: {
    kind: 'switch',
    short: 'y',
    about: 'agree to what would need a question',
    once: true,
    config: agrees,
    on: [...imports, 'resume', 'rollback', 'probe', 'remove'],
    differs: { probe: { about: 'agree to the removal of accounts' }, remove: { about: 'agree to the removal' } },
  },
  acceptCompliance: {
    kind: 'switch',
    about: "show the host's compliance terms, and accept them when you type their phrase",
    config: agrees,
    on: ['doctor'],
  },
  strict: {
    kind: 'switch',
    about: 'warnings are faults too, and facts without a source or older than a year are pointed out',
    config: ofOne,
    on: ['validate'],
  },
  platform: { kind: 'choice', words: platforms, about: 'the protocol it speaks', config: ofOne, on: ['packs new'] },
  model: {
    kind: 'text',
    repeatable: true,
    value: 'model',
    about: 'a model; the first is the one to test with',
    config: ofOne,
    on: ['packs new'],
  },
  displayName: {
    kind: 'text',
    value: 'name',
    about: 'the name of the vendor; default the id',
    config: ofOne,
    on: ['packs new'],
  },
  to: { kind: 'folder', about: 'where the folder of the pack is made; default here', config: ofOne, on: ['packs new'] },
  as: {
    kind: 'choice',
    value: 'form',
    words: ['text', 'markdown', 'html', 'junit'],
    about: 'how it is shown',
    default: 'text',
    filled: true,
    config: ofOne,
    on: ['report show'],
  },
  port: {
    kind: 'number',
    most: 65_535,
    about: 'port of the host (default: a free one)',
    config: ofOne,
    on: ['sandbox'],
  },
  hostVersion: {
    kind: 'choice',
    value: 'version',
    words: ['0.1.129', '0.1.179'],
    about: 'the version to imitate',
    config: ofOne,
    on: ['sandbox'],
  },
  faults: { kind: 'file', about: 'a JSON list of faults to play', config: ofOne, on: ['sandbox'] },
  complianceGate: {
    kind: 'switch',
    about: 'lock the admin API until the compliance terms are accepted',
    config: ofOne,
    on: ['sandbox'],
  },
} as const satisfies Record<string, OptionRecord>;
