import { CommanderError, type Command, type Option } from 'commander';
import { shownAddress } from '../../config/shown-address.ts';
import { optionRecords } from '../../config/options/option-table.ts';

/** By which the error is known that two values are. */
export const twoValuesCode = 'relay.twoValues';

/**
 * Has a command line refused in which an option says two things, of those that this command has by now: the last would
 * win in silence, and be another host or another key file than the one that was read. The same said twice is fine. It is
 * an error of commander's when the line is parsed, which `usageError` puts into words: what makes relay's own is not loaded
 * at every start.
 */
export function refuseTwoValues(command: Command): void {
  const given = new Map<string, { words: string; value: string }>();
  for (const option of command.options) {
    if (optionRecords.get(option.attributeName())?.repeatable === true) continue;
    command.on(`option:${option.name()}`, (value?: string) => {
      const now = { words: wordsOf(option, value), value: `${option.negate} ${value ?? ''}` };
      const earlier = given.get(option.attributeName()) ?? now;
      given.set(option.attributeName(), now);
      if (earlier.value === now.value) return;
      const both =
        earlier.words === now.words ? `${now.words}, twice and differently` : `${earlier.words} and ${now.words}`;
      throw new CommanderError(2, twoValuesCode, `The command line says two things: ${both}.`);
    });
  }
}

/** As it was written, without what may be a secret: people put one where its file is to be named. */
function wordsOf(option: Option, value: string | undefined): string {
  const name = option.long ?? option.flags;
  if (value === undefined || optionRecords.get(option.attributeName())?.holds === 'secret') return name;
  return `${name} ${shownAddress(value)}`;
}
