import { commands, groups } from '../../src/cli/commands/command-list.ts';
import { aboutIn, placeholderOf, wordsIn } from '../../src/cli/options/build-options.ts';
import { hostTable } from '../../src/config/options/host-table.ts';
import { commandNames, type CommandName, type OptionRecord } from '../../src/config/options/option-record.ts';
import { longOption, optionRecords, optionsOf, type OptionName } from '../../src/config/options/option-table.ts';
import { markdownTable } from './markdown-table.ts';

const introduction = `# Commands and options

Every command, what each option is for, and whether a configuration file may say it. \`relay COMMAND --help\` says the same
of one command, and \`relay config schema\` of the configuration file. Made by \`npm run docs\`; do not edit.`;

/** The page of all commands and options, from the list and the table that make them. */
export function optionsPage(): string {
  const shown = commandNames.filter((name) => commands[name].hidden !== true);
  const all = optionsOf('all').map(([name]) => `\`${longForm(name)}\``);
  return [
    introduction,
    '## Commands',
    `Each also takes ${all.join(', ')} and \`--help\`; ${groupsText()}.`,
    ...shown.map(commandPart),
    '## Options',
    `Those of the host are ${Object.keys(hostTable)
      .map((name) => `\`${longForm(name as OptionName)}\``)
      .join(', ')}.`,
    'Where the command line says nothing, the environment does, then the configuration file, then the default.',
    markdownTable(
      ['Option', 'What it is for', 'Default', 'In a configuration file'],
      [...optionRecords].map(optionRow),
    ),
    '',
  ].join('\n\n');
}

function groupsText(): string {
  const texts = Object.entries(groups).map(([name, { about }]) => `\`relay ${name}\`: ${about}`);
  return `groups of commands are ${texts.join('; ')}`;
}

function commandPart(name: CommandName): string {
  const { about, takes, examples = [] } = commands[name];
  const own = optionsOf(name).map(([option]) => option);
  const options = [
    ...own.filter((option) => !Object.hasOwn(hostTable, option)).map((option) => `\`${longForm(option)}\``),
    ...(own.includes('host') ? ['and those of the host'] : []),
  ];
  return [
    `### relay ${name}${takes === undefined ? '' : ` ${takes.replace(/[<>]/g, (mark) => `\\${mark}`)}`}`,
    `${about.charAt(0).toUpperCase()}${about.slice(1)}.`,
    ...(options.length === 0 ? [] : [`Options: ${options.join(', ')}.`]),
    ...(examples.length === 0 ? [] : [`\`\`\`sh\n${examples.join('\n')}\n\`\`\``]),
  ].join('\n\n');
}

function longForm(name: OptionName): string {
  const { kind, negative } = optionRecords.get(name) as OptionRecord;
  return longOption(name, negative === undefined || kind !== 'switch' ? undefined : false);
}

function optionRow([name, record]: [string, OptionRecord]): string[] {
  const { kind, short, negative, config } = record;
  const isOff = negative !== undefined && kind === 'switch';
  const flag = [
    ...(short === undefined ? [] : [`\`-${short}\``]),
    ...(isOff
      ? []
      : [`\`${longOption(name)}${kind === 'switch' ? '' : ` ${placeholderOf(name, record).toUpperCase()}`}\``]),
    ...(negative === undefined ? [] : [`\`${longOption(name, false)}\``]),
  ].join(', ');
  return [
    flag,
    [isOff ? negative : aboutOf(record), ...wordsText(record, undefined), ...differences(record)].join('. '),
    record.default === undefined || kind === 'switch' ? '' : `\`${record.default}\``,
    typeof config === 'string' ? `no: ${config}` : `\`${name}\`${onlyText(config)}`,
  ];
}

function aboutOf({ about, repeatable }: OptionRecord): string {
  return repeatable === true ? `${about}; may be repeated` : about;
}

function onlyText(config: OptionRecord['config']): string {
  const { only } = typeof config === 'object' ? config : {};
  return only === undefined ? '' : `, for ${only.map((each) => `\`${each}\``).join(' and ')}`;
}

/** What is otherwise in some commands, told once for those where it is the same. */
function differences(record: OptionRecord): string[] {
  const told = new Map<string, string[]>();
  for (const name of Object.keys(record.differs ?? {}) as CommandName[]) {
    const text = [aboutIn(record, name), ...wordsText(record, name)].join('. ');
    told.set(text, [...(told.get(text) ?? []), `\`${name}\``]);
  }
  return [...told].map(([text, names]) => `For ${names.join(', ')}: ${text}`);
}

function wordsText(record: OptionRecord, name: CommandName | undefined): string[] {
  const words = name === undefined ? (record.words ?? []) : wordsIn(record, name);
  if (words.length === 0 || (name !== undefined && record.differs?.[name]?.words === undefined)) return [];
  return [`One of ${words.map((word) => `\`${word}\``).join(', ')}`];
}
