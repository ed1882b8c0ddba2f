import { commandTable } from './command-table.ts';
import { fleetTable } from './fleet-table.ts';
import { hostTable } from './host-table.ts';
import { importTable } from './import-table.ts';
import { printTable } from './print-table.ts';
import type { CommandName, OptionRecord } from './option-record.ts';

/**
 * Every option, once: what the command line takes, what a configuration file may hold, what the help, the completion and
 * the reference page say, and what commands are handed (`option-flags.ts`) come from here. By its camel-case name.
 */
export const optionTable = { ...importTable, ...fleetTable, ...commandTable, ...hostTable, ...printTable } as const;

export type OptionTable = typeof optionTable;
export type OptionName = keyof OptionTable;

/** The table without what is special about each row. */
export const optionRecords: ReadonlyMap<string, OptionRecord> = new Map(Object.entries(optionTable));

/** The options that a command takes, or with `all` those of the whole program, in the order of the table. */
export function optionsOf(command: CommandName | 'all'): [OptionName, OptionRecord][] {
  return [...optionRecords].filter(([, { on }]) =>
    command === 'all' || on === 'all' ? on === command : on.includes(command),
  ) as [OptionName, OptionRecord][];
}

/** The names of the options of a kind. */
export function optionsThat(are: (option: OptionRecord) => boolean): OptionName[] {
  return [...optionRecords].flatMap(([name, option]) => (are(option) ? [name as OptionName] : []));
}

/** `batchSize` → `--batch-size`; what was turned off has `no-` before it. */
export function longOption(name: string, value?: unknown): string {
  const long = name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
  return value === false ? `--no-${long}` : `--${long}`;
}
