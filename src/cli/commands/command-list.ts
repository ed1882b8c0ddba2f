import { helpTopicNames } from '../help/topic-names.ts';
import { outputNames } from '../../report/outputs/output-names.ts';
import type { CommandName } from '../../config/options/option-record.ts';
import type { CommandRecord, GroupRecord } from '../options/build-command.ts';

/** Groups of commands. */
export const groups: Readonly<Record<string, GroupRecord>> = {
  packs: {
    about: 'find, show and write packs',
    examples: [
      'relay packs list',
      'relay packs show kimi',
      'relay packs new acme',
      'relay packs schema > pack.schema.json',
    ],
  },
  runs: {
    about: 'list and show runs',
    examples: ['relay runs list', 'relay runs show 20261121-101530-4f2a91'],
  },
  report: {
    about: 'show a report, merge those of shards, and the schemas of what relay prints',
    examples: [
      'relay report show relay-report.json',
      'relay report merge shard-*.json',
      'relay report schema > report.schema.json',
    ],
  },
  config: {
    about: 'what is configured, and where it comes from',
    examples: ['relay config show --host prod', 'relay config schema > relay.schema.json'],
  },
};

/**
 * Every command, in the order of the help. What one takes is in `config/options/`. What it needs is loaded when it runs, so
 * that starting costs little.
 */
export const commands: { readonly [Name in CommandName]: CommandRecord<Name> } = {
  import: {
    about: 'bring the keys of a vendor up on a host: plan, apply, test, open access, report',
    examples: [
      'relay import --pack kimi --keys keys.txt --user ann@example.org=30',
      'relay import --pack kimi --keys keys.txt --user user@relay.test=30 --host sandbox',
      'relay import --pack deepseek --keys - --mode partial --output json < keys.txt',
      'relay import --file fleet.yaml --shard 3/10 --report shard-3.json',
      'relay import --pack kimi --keys keys.txt --yes --html report.html --junit report.xml --github',
    ],
    run: async (flags, { io, redactor }) => (await import('./import-command.ts')).importCommand(flags, io, redactor),
  },
  plan: {
    about: 'print what import would do, and change nothing',
    examples: [
      'relay plan --pack kimi --keys keys.txt',
      'relay plan --pack kimi --keys keys.txt --output json --detailed-exitcode',
    ],
    run: async (flags, { io, redactor }) =>
      (await import('./import-command.ts')).importCommand({ ...flags, dryRun: true }, io, redactor),
  },
  validate: {
    takes: '[packs...]',
    about: 'check manifests; all that are found by name when none is given. With --host, ask that host too',
    examples: [
      'relay validate ./my-pack',
      'relay validate --strict --output junit ./packs > findings.xml',
      'relay validate kimi --host https://gateway.example.org',
    ],
    run: async (flags, { io, redactor }, packs) =>
      (await import('./packs/validate-command.ts')).validateCommand(packs, flags, io, redactor),
  },
  'packs list': {
    about: 'every pack that is found by name. With --host, which of them that host takes, and why not',
    examples: [
      'relay packs list',
      'relay packs list --kind local',
      'relay packs list --host https://gateway.example.org',
    ],
    run: async (flags, { io, redactor }) => (await import('./packs/packs-command.ts')).listPacks(flags, io, redactor),
  },
  'packs show': {
    takes: '<pack>',
    about: 'one pack in full',
    run: async (flags, { io }, [pack = '']) => (await import('./packs/packs-command.ts')).showPack(pack, flags, io),
  },
  'packs new': {
    takes: '<id>',
    about: 'write a commented pack to fill in; asks for what is not given',
    examples: [
      'relay packs new acme',
      'relay packs new acme --base-url https://api.acme.example/v1 --model acme-small',
    ],
    run: async (flags, { io }, [id = '']) =>
      (await import('./packs/new-pack-command.ts')).newPackCommand(id, flags, io),
  },
  'packs fill': {
    takes: '[pack]',
    about: 'write a pack from what an upstream lists; sends reads, and one completion to test a model',
    examples: [
      'relay packs fill --base-url http://127.0.0.1:8000',
      'relay packs fill our-gateway --base-url https://llm.example.org --key-file key.txt --model "qwen*"',
    ],
    run: async (flags, { io, redactor }, [pack]) =>
      (await import('./packs/fill-pack-command.ts')).fillPackCommand(pack, flags, io, redactor),
  },
  'packs schema': {
    about: 'the JSON Schema of a manifest',
    withoutConfig: true,
    run: async (_, { io }) => (await import('./packs/pack-schema-command.ts')).showPackSchema(io),
  },
  doctor: {
    about: 'check whether relay can work on a host, and what to do where it cannot; reads only',
    examples: ['relay doctor --host https://gateway.example.org', 'relay doctor --pack kimi --output json'],
    run: async (flags, { io, redactor }) => (await import('./doctor-command.ts')).doctorCommand(flags, io, redactor),
  },
  'runs list': {
    about: 'every run of the state, newest first: of this machine, or of all that share it',
    examples: ['relay runs list', 'relay runs list --state postgres://relay@db.example.org/relay'],
    run: async (flags, { io, redactor }) => (await import('./runs/runs-command.ts')).listRuns(flags, io, redactor),
  },
  'runs show': {
    takes: '<run>',
    about: 'what a run did and what can be done about it',
    run: async (flags, { io, redactor }, [run = '']) =>
      (await import('./runs/runs-command.ts')).showRun(run, flags, io, redactor),
  },
  'runs prune': {
    about:
      'remove the records of old runs, and their reports; never of one that is not finished, unless that is asked for',
    examples: ['relay runs prune --older-than 30d', 'relay runs prune --older-than 90d --unfinished --yes'],
    run: async (flags, { io, redactor }) => (await import('./runs/prune-command.ts')).pruneRuns(flags, io, redactor),
  },
  resume: {
    takes: '<run>',
    about: 'finish a run that was interrupted',
    examples: ['relay resume 20261121-101530-4f2a91 --keys keys.txt'],
    run: async (flags, { io, redactor }, [run = '']) =>
      (await import('./runs/resume-command.ts')).resumeCommand(run, flags, io, redactor),
  },
  rollback: {
    takes: '<run>',
    about: 'undo a run, finished or not',
    examples: [
      'relay rollback 20261121-101530-4f2a91 --dry-run',
      'relay rollback 20261121-101530-4f2a91 --keys keys-before.txt --yes',
    ],
    run: async (flags, { io, redactor }, [run = '']) =>
      (await import('./runs/rollback-command.ts')).rollbackCommand(run, flags, io, redactor),
  },
  status: {
    about: 'what the host holds for a provider, or for all that relay manages',
    examples: [
      'relay status',
      'relay status --pack kimi',
      'relay status --pack kimi --keys keys.txt --output json',
      'relay status --file fleet.yaml',
    ],
    run: async (flags, { io, redactor }) =>
      (await import('./provider/status-command.ts')).statusCommand(flags, io, redactor),
  },
  probe: {
    about: 'test the managed accounts and the gateway again',
    examples: [
      'relay probe --pack kimi',
      'relay probe --pack kimi --repair disable --revive',
      'relay probe --pack kimi --since-last --quiet',
      'relay probe --file fleet.yaml --since-last',
    ],
    run: async (flags, { io, redactor }) =>
      (await import('./provider/probe-command.ts')).probeCommand(flags, io, redactor),
  },
  revoke: {
    about: 'take the account of one leaked key out of service, now',
    examples: [
      'relay revoke --last4 9f3a --yes',
      'relay revoke --fingerprint sha256:0123456789ab --pack kimi',
      'relay revoke --name kimi-cn-07 --yes --output json',
      'relay revoke --last4 9f3a --file fleet.yaml',
    ],
    run: async (flags, { io, redactor }) =>
      (await import('./provider/revoke-command.ts')).revokeCommand(flags, io, redactor),
  },
  connect: {
    about: 'what users need to connect: address, access, models, an example',
    examples: ['relay connect --pack kimi'],
    run: async (flags, { io, redactor }) =>
      (await import('./provider/connect-command.ts')).connectCommand(flags, io, redactor),
  },
  remove: {
    about: 'take what relay manages for a provider off the host',
    examples: ['relay remove --pack kimi --dry-run', 'relay remove --pack kimi --access self-service'],
    run: async (flags, { io, redactor }) =>
      (await import('./provider/remove-command.ts')).removeCommand(flags, io, redactor),
  },
  'report show': {
    takes: '<report>',
    about: 'a JSON report for people: a file, the id of a run whose report the state holds, or - for standard input',
    examples: [
      'relay report show relay-report.json',
      'relay report show 20261121-101530-4f2a91',
      'relay report show relay-report.json --as html > report.html',
    ],
    run: async (flags, { io, redactor }, [report = '']) =>
      (await import('./report-command.ts')).showReport(report, flags, io, redactor),
  },
  'report merge': {
    takes: '<reports...>',
    about: 'the report of a whole fleet from those of its shards; 6 where one is missing',
    examples: [
      'relay report merge shard-*.json',
      'relay report merge shard-*.json --report relay-report.json --html report.html --github',
    ],
    run: async (flags, { io }, files) => (await import('./merge-command.ts')).mergeCommand(files, flags, io),
  },
  'report schema': {
    takes: '[name]',
    about: 'the JSON Schema of the report, or of anything else that relay prints for programs',
    notes: `A name stands between "relay." and the number in the field "schema":\n  ${outputNames.slice(0, 11).join(', ')},\n  ${outputNames.slice(11).join(', ')};\nevent is a line of --output ndjson.`,
    examples: ['relay report schema', 'relay report schema status > status.schema.json'],
    withoutConfig: true,
    run: async (_flags, { io }, [name = 'import-report']) =>
      (await import('./report-command.ts')).showReportSchema(name, io),
  },
  explain: {
    takes: '[code]',
    about: 'what a code of an error, a warning or a rule for packs means, and what to do; all codes without one',
    examples: ['relay explain KEY_REFUSED', 'relay explain --output json'],
    withoutConfig: true,
    run: async (flags, { io }, [code]) => (await import('./explain-command.ts')).explainCommand(code, flags, io),
  },
  'config show': {
    about: 'every setting and where it comes from; takes the options of import, to see what they change',
    examples: ['relay config show', 'relay config show --mode partial --output json'],
    withoutConfig: true,
    run: async (flags, { io, redactor, command }) =>
      (await import('./config-command.ts')).showConfig(command, flags, io, redactor),
  },
  'config schema': {
    about: 'the JSON Schema of the configuration file',
    withoutConfig: true,
    run: async (_, { io }) => (await import('./config-command.ts')).showConfigSchema(io),
  },
  completion: {
    takes: '<shell>',
    about: 'a script that makes bash, zsh or fish complete commands, options and what they take',
    examples: ['source <(relay completion bash)', 'relay completion fish | source'],
    withoutConfig: true,
    run: async (_, { io }, [shell = '']) => (await import('./completion-command.ts')).completionCommand(shell, io),
  },
  __complete: {
    takes: '[words...]',
    about: '',
    hidden: true,
    withoutConfig: true,
    run: async (_, { io, command }, words) =>
      (await import('./completion-command.ts')).completeCommand(command, words, io),
  },
  sandbox: {
    about: 'start the embedded host and a fake vendor, and run until stopped',
    examples: ['relay sandbox', 'relay sandbox --host-kind new-api --host-version A --output json'],
    run: async (flags, { io }) => (await import('./sandbox-command.ts')).sandboxCommand(flags, io),
  },
  help: {
    takes: '[words...]',
    about: `the help of a command, or of a topic: ${helpTopicNames.join(', ')}`,
    examples: ['relay help import', 'relay help exit-codes'],
    withoutConfig: true,
    run: async (_, { io, command }, words) => (await import('./help-command.ts')).helpCommand(command, words, io),
  },
};
