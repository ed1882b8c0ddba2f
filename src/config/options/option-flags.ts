import type { CommandName } from './option-record.ts';
import type { OptionName, OptionTable } from './option-table.ts';

/** The options of a command as its action gets them, those of the program among them; of several, what all of them take. */
export type Flags<Command extends CommandName> = Plain<
  { [Name in Taken<Command> & Sure<Command>]: Value<OptionTable[Name], Command> } & {
    [Name in Exclude<Taken<Command>, Sure<Command>>]?: Value<OptionTable[Name], Command> | undefined;
  } & Resolved
>;

/** What the options of a command hold beside what was given by name. */
export interface Resolved {
  /** Names of the options that the configuration file gave. */
  fromFile?: readonly string[];
}

/** What `import` and `plan` are told. */
export type ImportFlags = Flags<'import'>;

/** How a command that works on a host speaks, and whether it may ask. */
export type PrintFlags = Pick<ImportFlags, 'output' | 'quiet' | 'verbose' | 'color' | 'input' | 'fromFile'>;

/** Reports beside the JSON report. */
export type ExtraReportFlags = Pick<ImportFlags, 'junit' | 'html' | 'markdown' | 'github'>;

/** The options by which every command that talks to a host names it. */
export type HostOptions = Pick<
  ImportFlags,
  'host' | 'hostKind' | 'adminKeyFile' | 'adminUser' | 'adminEmail' | 'adminPasswordFile' | 'allowHttp'
>;

/** What a configuration file may say of options: as they are handed over, but durations as they are written. */
export type OptionSettings = {
  [Name in OptionName as OptionTable[Name]['config'] extends string ? never : Name]?: OptionTable[Name] extends {
    kind: 'duration';
  }
    ? string
    : Value<OptionTable[Name], 'import'>;
};

/** What holds where nothing is said. */
export type Defaults = {
  [Name in OptionName as OptionTable[Name] extends { default: unknown } ? Name : never]: OptionTable[Name] extends {
    default: infer Default;
  }
    ? Default
    : never;
};

type TakenBy<Row> = Row extends { on: 'all' }
  ? CommandName
  : Row extends { on: readonly (infer Name)[] }
    ? Name
    : never;

/** The options that every one of these commands takes. */
type Taken<Command> = {
  [Name in OptionName]: [Command] extends [TakenBy<OptionTable[Name]>] ? Name : never;
}[OptionName];

/** Those that are there whatever was given. */
type Sure<Command> = {
  [Name in OptionName]: OptionTable[Name] extends { filled: true }
    ? Name
    : OptionTable[Name] extends { needed: readonly (infer Needing)[] }
      ? [Command] extends [Exclude<Needing, TakenBy<OptionTable['file']>>]
        ? Name
        : never
      : never;
}[OptionName];

type Value<Row, Command> = Row extends { repeatable: true }
  ? string[]
  : Row extends { kind: 'switch' }
    ? boolean
    : Row extends { kind: 'number' | 'duration' }
      ? number
      : Row extends { kind: 'choice' }
        ? WordsIn<Row, Command>
        : Row extends { negative: string }
          ? string | false
          : string;

/** The words of a choice, as a command takes them. */
type WordsIn<Row, Command> = Row extends { differs: infer Differs }
  ? Command extends keyof Differs
    ? Differs[Command] extends { words: readonly (infer Word)[] }
      ? Word
      : WordsOf<Row>
    : WordsOf<Row>
  : WordsOf<Row>;
type WordsOf<Row> = Row extends { words: readonly (infer Word)[] } ? Word : never;

type Plain<Type> = { [Name in keyof Type]: Type[Name] };
