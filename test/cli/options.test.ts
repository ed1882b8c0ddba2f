import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { complete } from '../../src/cli/completion/complete.ts';
import { aboutIn, wordsIn, WordOption } from '../../src/cli/options/build-options.ts';
import { nameOf } from '../../src/cli/options/build-command.ts';
import { repeatCommand } from '../../src/cli/options/repeat-command.ts';
import { resolveOptions } from '../../src/cli/options/resolve-options.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { configSchema, leftOut } from '../../src/config/config-schema.ts';
import type { Flags, Resolved } from '../../src/config/options/option-flags.ts';
import { commandNames, type CommandName, type OptionRecord } from '../../src/config/options/option-record.ts';
import { longOption, optionRecords, optionsOf } from '../../src/config/options/option-table.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { parse } from '../support/command-line.ts';

const io = { version: '0', env: {}, cwd: '/' } as never;
const program = buildProgram({ io, redactor: async () => new Redactor(), done: () => undefined });
const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
const commands = new Map(leaves(program).map((command) => [nameOf(command), command]));

/** What every command is handed, whatever is given. */
const always = { color: true, input: true };

describe('a command line', () => {
  it.each<[CommandName, string, Record<string, unknown>, string[]?]>([
    [
      'import',
      'import --pack kimi --keys - --mode partial --user a@b=30 --user 7 --concurrency 16 --gateway-wait 2m -n -y',
      {
        pack: 'kimi',
        keys: '-',
        mode: 'partial',
        user: ['a@b=30', '7'],
        concurrency: 16,
        gatewayWait: 120_000,
        dryRun: true,
        yes: true,
        output: 'text',
      },
    ],
    [
      'import',
      'import --file a.yaml --no-report --no-color',
      { file: 'a.yaml', report: false, color: false, output: 'text' },
    ],
    [
      'import',
      '--quiet import --config c.yaml --report r.json',
      { quiet: true, config: 'c.yaml', report: 'r.json', output: 'text' },
    ],
    [
      'plan',
      'plan --pack kimi --keys k --access self_service --detailed-exitcode --output ndjson',
      { pack: 'kimi', keys: 'k', access: 'self_service', detailedExitcode: true, output: 'ndjson' },
    ],
    ['validate', 'validate ./a b --strict --output junit', { strict: true, output: 'junit' }, ['./a', 'b']],
    ['packs list', 'packs list --output json', { output: 'json' }],
    ['packs show', 'packs show kimi', { output: 'text' }, ['kimi']],
    [
      'packs new',
      'packs new acme --base-url https://a/v1 --model one --model two --platform openai --to there --display-name A',
      { baseUrl: 'https://a/v1', model: ['one', 'two'], platform: 'openai', to: 'there', displayName: 'A' },
      ['acme'],
    ],
    ['packs schema', 'packs schema', {}],
    [
      'doctor',
      'doctor --pack kimi --provider kimi-cn --accept-compliance --timeout 1.5s',
      { pack: 'kimi', provider: 'kimi-cn', acceptCompliance: true, timeout: 1500, output: 'text' },
    ],
    ['runs list', 'runs list --no-input', { input: false, output: 'text' }],
    ['runs show', 'runs show R', { output: 'text' }, ['R']],
    [
      'resume',
      'resume R --keys k --probe-key-file p --html h --github --allow-mass-removal',
      { keys: 'k', probeKeyFile: 'p', html: 'h', github: true, allowMassRemoval: true, output: 'text' },
      ['R'],
    ],
    ['rollback', 'rollback R --dry-run --deadline 1h', { dryRun: true, deadline: 3_600_000, output: 'text' }, ['R']],
    ['status', 'status --pack kimi --host prod --keys k', { pack: 'kimi', host: 'prod', keys: 'k', output: 'text' }],
    [
      'probe',
      'probe --pack kimi --repair disable --revive --probe none --concurrency 256',
      { pack: 'kimi', repair: 'disable', revive: true, probe: 'none', concurrency: 256, output: 'text' },
    ],
    [
      'remove',
      'remove --pack kimi --access self-service --allow-http --yes',
      { pack: 'kimi', access: 'self-service', allowHttp: true, yes: true, output: 'text' },
    ],
    ['report show', 'report show r.json --as html --provider p', { as: 'html', provider: 'p' }, ['r.json']],
    ['report show', 'report show -', { as: 'text' }, ['-']],
    ['report schema', 'report schema status', {}, ['status']],
    ['explain', 'explain KEY_REFUSED', { output: 'text' }, ['KEY_REFUSED']],
    ['explain', 'explain --output json', { output: 'json' }],
    ['config show', 'config show --mode strict --verbose', { mode: 'strict', verbose: true, output: 'text' }],
    ['config schema', 'config schema', {}],
    ['completion', 'completion fish', {}, ['fish']],
    ['__complete', '__complete -- import --mo', {}, ['import', '--mo']],
    [
      'sandbox',
      'sandbox --port 8080 --host-version 0.1.129 --faults f.json --compliance-gate',
      { port: 8080, hostVersion: '0.1.129', faults: 'f.json', complianceGate: true, output: 'text' },
    ],
    [
      'sandbox',
      'sandbox --host-kind new-api --host-version A --api-limit 180/180s',
      { hostKind: 'new-api', hostVersion: 'A', apiLimit: '180/180s', output: 'text' },
    ],
    ['sandbox', 'sandbox --host-kind cliproxyapi --bans', { hostKind: 'cliproxyapi', bans: true, output: 'text' }],
  ])('of %s: %s', async (command, line, flags, words = []) => {
    const understood = await parse(line.split(' '));
    expect({ ...understood, words: understood?.words.filter((each) => each !== undefined) }).toEqual({
      command,
      flags: { ...always, ...flags },
      words,
    });
  });

  it.each<[string, string]>([
    ['import --mode parital', 'Did you mean "partial"?'],
    ['import --concurrency 257', 'It must be a number from 1 to 256.'],
    ['import --concurrency 0', 'Leave it out for as many as host and vendor take.'],
    ['sandbox --port 0', 'It must be a number from 1 to 65535.'],
    ['import --timeout 30', 'It must be a duration such as 500ms, 30s or 2m.'],
    ['runs list --output ndjson', 'It must be text or json.'],
    ['import --moed strict', 'Did you mean --mode?'],
    ['plan --dry-run', "unknown option '--dry-run'"],
    ['import --keys', 'argument missing'],
    ['runs show', "missing required argument 'run'"],
    ['import --mode strict --mode partial', 'says two things'],
  ])('that is wrong is refused: %s', async (line, message) => {
    await expect(parse(line.split(' '))).rejects.toThrow(message);
  });
});

describe('a configuration file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'relay-options-'));
    const settings = [
      'pack: kimi',
      'keys: k.txt',
      'access: self-service',
      'baseUrl: https://a.example/v1',
      'html: page.html',
      'report: false',
      'timeout: 10s',
      'concurrency: 4',
      'probeKeyFile: p',
      'host: prod',
      'output: ndjson',
      'verbose: true',
      'color: false',
    ];
    await writeFile(join(folder, 'c.yaml'), settings.join('\n'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const timed = ['timeout', 'verbose', 'color'];
  it.each<[string, string[]]>([
    [
      'import',
      ['pack', 'keys', 'access', 'baseUrl', 'html', 'report', 'concurrency', 'probeKeyFile', 'output', ...timed],
    ],
    [
      'import --dry-run',
      ['pack', 'keys', 'access', 'baseUrl', 'report', 'concurrency', 'probeKeyFile', 'output', ...timed],
    ],
    [
      'plan --mode strict',
      ['pack', 'keys', 'access', 'baseUrl', 'report', 'concurrency', 'probeKeyFile', 'output', ...timed],
    ],
    [
      'plan --access subscription --report r',
      ['pack', 'keys', 'baseUrl', 'concurrency', 'probeKeyFile', 'output', ...timed],
    ],
    ['resume R', ['keys', 'html', 'report', 'probeKeyFile', 'output', ...timed]],
    ['status', ['pack', 'keys', 'output', ...timed]],
    ['probe', ['pack', 'concurrency', 'probeKeyFile', 'output', ...timed]],
    ['remove', ['pack', 'output', ...timed]],
    ['remove --dry-run', ['pack', 'output', ...timed]],
    ['doctor --timeout 5s', ['pack', 'output', 'verbose', 'color']],
    ['validate', timed],
    ['packs new acme', ['verbose', 'color']],
    ['sandbox', ['verbose', 'color']],
    ['config show', []],
    ['packs schema', []],
  ])('says of %s what is meant for it', async (line, desired) => {
    const words = ['--config', join(folder, 'c.yaml'), ...line.split(' ')];
    const understood = await parse(words, (command, at) => resolveOptions(command, { ...at, env: {}, uid: undefined }));
    const { fromFile = [] }: Resolved = understood?.flags ?? {};
    expect(fromFile.toSorted()).toEqual(desired.toSorted());
    if (fromFile.includes('timeout')) expect(understood?.flags['timeout']).toBe(10_000);
    if (fromFile.includes('keys')) expect(understood?.flags['keys']).toBe(join(folder, 'k.txt'));
  });

  it('comes after the environment', async () => {
    const words = ['--config', join(folder, 'c.yaml'), 'probe'];
    const env = { RELAY_PROBE_KEY: 'sk-given-elsewhere' };
    const understood = await parse(words, (command, at) => resolveOptions(command, { ...at, env, uid: undefined }));
    expect(understood?.flags['probeKeyFile']).toBeUndefined();
  });
});

/** A value that an option takes, as it is written, and as it is handed over. */
function valueFor({ kind }: OptionRecord, words: readonly string[]): [string, unknown] {
  if (kind === 'number') return ['7', 7];
  if (kind === 'duration') return ['7s', 7000];
  return kind === 'choice' ? [words.at(-1) ?? '', words.at(-1)] : ['x', 'x'];
}

describe('the table of options', () => {
  it('is of the commands that there are', () => {
    expect([...commands.keys()].toSorted()).toEqual([...commandNames].toSorted());
  });

  it.each(commandNames.map((name) => [name]))('gives %s its options, and no other', (name) => {
    const known = commands.get(name)?.options.map((option) => option.attributeName());
    const listed = [...optionRecords]
      .filter(([, { on }]) => on !== 'all' && on.includes(name))
      .map(([option]) => option);
    expect([...new Set(known)].toSorted()).toEqual(listed.toSorted());
  });

  it('gives the program the options of all commands', () => {
    const all = [...optionRecords].filter(([, { on }]) => on === 'all').map(([option]) => option);
    expect(program.options.map((option) => option.attributeName())).toEqual(['version', ...all]);
  });

  it.each(commandNames.map((name) => [name]))('has each option of %s completed, with its words', async (name) => {
    const typed = name.split(' ');
    const { words } = await complete(program, [...typed, '--'], io);
    const known = new Set(words.map(({ word }) => word));
    for (const [option, record] of [...optionsOf(name), ...optionsOf('all')]) {
      if (record.negative === undefined || record.kind !== 'switch') expect(known).toContain(longOption(option));
      if (record.negative !== undefined) expect(known).toContain(longOption(option, false));
      if (record.kind !== 'choice') continue;
      const found = await complete(program, [...typed, longOption(option), ''], io);
      expect(found.words.map(({ word }) => word)).toEqual(wordsIn(record, name));
    }
  });

  it.each([...optionRecords])('has %s in the configuration schema, or says why not', (name, { config }) => {
    expect(Object.hasOwn(configSchema.shape, name)).toBe(typeof config !== 'string');
    expect(leftOut[name]).toBe(typeof config === 'string' ? config : undefined);
  });

  it.each([...optionRecords])('is whole: %s', (name, record) => {
    const { kind, words, most, default: standard, needed = [], on, differs = {}, negative, filled } = record;
    expect(name).toMatch(/^[a-z]+(?:[A-Z]?[a-z0-9]+)*$/);
    expect(words === undefined).toBe(kind !== 'choice');
    expect(most === undefined).toBe(kind !== 'number');
    if (words !== undefined && standard !== undefined) expect(words).toContain(standard);
    if (filled === true || (kind === 'switch' && negative !== undefined)) expect(standard).toBeDefined();
    const takers: readonly string[] = on === 'all' ? [] : on;
    expect(takers).toEqual([...new Set(takers)]);
    for (const command of [...needed, ...Object.keys(differs)]) expect(takers).toContain(command);
  });

  it.each(commandNames.flatMap((name) => optionsOf(name).map(([option, record]) => [name, option, record] as const)))(
    'is what %s hands over of %s',
    async (name, option, record) => {
      const takes = commands.get(name)?.registeredArguments.some(({ required }) => required) === true ? ['word'] : [];
      const [written, value] = valueFor(record, wordsIn(record, name));
      const given = [...name.split(' '), ...takes, longOption(option), ...(record.kind === 'switch' ? [] : [written])];
      const desired = record.kind === 'switch' ? true : record.repeatable === true ? [value] : value;
      const understood = await parse(given);
      expect(understood?.flags[option]).toEqual(desired);
      const again = repeatCommand(['relay', name, ...takes].join(' '), understood?.flags ?? {});
      if (record.once === true) expect(again).not.toContain(longOption(option));
      else expect(await parse(again.split(' ').slice(1))).toEqual(understood);
    },
  );

  it('says what an option is for as it is in each command', () => {
    for (const [name, command] of commands)
      for (const option of command.options.filter(({ negate }) => !negate)) {
        const record = optionRecords.get(option.attributeName()) as OptionRecord;
        const words = option instanceof WordOption ? ` (${wordsIn(record, name).join('|')})` : '';
        expect(option.description).toBe(`${aboutIn(record, name)}${words}`);
      }
  });
});

it('gives actions types that say what is there', () => {
  expectTypeOf<Flags<'connect'>['pack']>().toEqualTypeOf<string>();
  // A file may list what to import instead.
  expectTypeOf<Flags<'probe' | 'import'>['pack']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Flags<'import'>['user']>().toEqualTypeOf<string[] | undefined>();
  expectTypeOf<Flags<'import'>['report']>().toEqualTypeOf<string | false | undefined>();
  expectTypeOf<Flags<'probe'>['gatewayWait']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<Flags<'probe'>['repair']>().toEqualTypeOf<'disable' | 'remove' | undefined>();
  expectTypeOf<Flags<'validate'>['output']>().toEqualTypeOf<'text' | 'json' | 'junit' | 'github'>();
  expectTypeOf<Flags<'runs list'>['output']>().toEqualTypeOf<'text' | 'json'>();
  expectTypeOf<Flags<'packs schema'>['color']>().toEqualTypeOf<boolean>();
  expectTypeOf<Flags<'status' | 'probe'>>().not.toHaveProperty('repair');
  expectTypeOf<Flags<'plan'>>().not.toHaveProperty('dryRun');
});
