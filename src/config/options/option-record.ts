/** Every command that does something, as it is written after `relay`. */
export const commandNames = [
  'import',
  'plan',
  'connect',
  'status',
  'probe',
  'revoke',
  'remove',
  'runs list',
  'runs show',
  'runs prune',
  'resume',
  'rollback',
  'packs list',
  'packs show',
  'packs new',
  'packs fill',
  'packs schema',
  'validate',
  'doctor',
  'config show',
  'config schema',
  'sandbox',
  'completion',
  '__complete',
  'report show',
  'report merge',
  'report schema',
  'explain',
  'help',
] as const;
export type CommandName = (typeof commandNames)[number];

/** What a configuration file may say of an option, under its camel-case name. */
export interface SettingRecord {
  /** What it is for, where the help of the option does not say it for a file. */
  about?: string;
  /** Commands that it holds for: in others the option means something else, or would write over what was done. */
  only?: readonly CommandName[];
}

/** All that is to be said about one option. Whatever needs to know of options reads it here. */
export interface OptionRecord {
  /**
   * What it takes. A switch takes nothing, a duration is handed over in milliseconds, and where a file is named in a
   * configuration file, its path is relative to that.
   */
  kind: 'switch' | 'text' | 'file' | 'folder' | 'number' | 'duration' | 'choice';
  /** What stands for its value in help; by default its kind does. */
  value?: string;
  short?: string;
  /** What it is for, without its default, its words, and that it may be repeated. */
  about: string;
  /** The words of a choice. */
  words?: readonly string[];
  /** The largest number. */
  most?: number;
  /** What to do who wants no limit, and says 0. */
  unlimited?: string;
  /** What a text must be, where it stands in a configuration file. */
  check?: 'not empty' | 'digest' | 'upstream';
  /** What holds where nothing is said; a duration as it is written. */
  default?: string | number | boolean;
  /** Commands are handed its default where nothing was given, so that it is always there. */
  filled?: true;
  repeatable?: true;
  /** What `--no-…` is for. A switch that has it is on until then. */
  negative?: string;
  /** Of a file: it holds a secret, or something else that a command reads. */
  holds?: 'secret' | 'input';
  /** Variables that give it; the first that is set. Whoever asks for it looks there before the configuration file. */
  env?: readonly string[];
  /** A variable that gives the same in another way, and comes before the configuration file. */
  yieldsTo?: string;
  /** Whether it may stand in a configuration file, or why not. */
  config: true | SettingRecord | string;
  /** It is of a single import: where a file lists several, it stands there for each. */
  ofEach?: true;
  /** It agrees to something, or is asked of one command: not part of doing the same again. */
  once?: true;
  /** The commands that take it; `all` is said of the program itself. */
  on: readonly CommandName[] | 'all';
  /** It means nothing but with `--file`. */
  withFile?: true;
  /** Commands that do nothing without it, unless a file lists what they are to do. */
  needed?: readonly CommandName[];
  /** What is otherwise in a command: what it is for there, and the words that it takes there. */
  differs?: { readonly [Name in CommandName]?: { about?: string; words?: readonly string[] } };
}
