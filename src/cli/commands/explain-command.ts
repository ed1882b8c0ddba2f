import type { Flags } from '../../config/options/option-flags.ts';
import { explanationList, explanations, explanationText } from '../../report/explain-code.ts';
import { didYouMean } from '../../core/suggest.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { CodeOutput, CodesOutput } from '../../report/outputs/about-schemas.ts';
import { columnsOf } from '../columns.ts';
import { print, styleFor, type Io } from '../io.ts';

/** `relay explain [CODE]`: what a code means and what to do, or all codes. Throws `USAGE` with the nearest known one. */
export function explainCommand(word: string | undefined, flags: Flags<'explain'>, io: Io): number {
  const screen = { style: styleFor(io, 'stdout', flags.color), columns: columnsOf(io) };
  const json = flags.output === 'json';
  if (word === undefined) {
    const all: CodesOutput = { schema: 'relay.codes/1', codes: [...explanations] };
    print(io.stdout, json ? JSON.stringify(all, null, 2) : explanationList(screen));
    return 0;
  }
  const desired = word.toUpperCase().replaceAll('-', '_');
  const found = explanations.find(({ code }) => code === desired);
  if (found === undefined) {
    const near = didYouMean(
      desired,
      explanations.map(({ code }) => code),
    );
    // It may be anything that was pasted.
    const shown = /^[A-Z_]{1,40}$/.test(desired) ? `"${desired}"` : 'of that name';
    const hint = /^\d{1,3}$/.test(word)
      ? '`relay help exit-codes` says what a number means.'
      : '`relay explain` lists every code.';
    throw new RelayError('USAGE', `There is no code ${shown}.${near}`, { hint });
  }
  const one: CodeOutput = { schema: 'relay.code/1', ...found };
  print(io.stdout, json ? JSON.stringify(one, null, 2) : explanationText(found, screen));
  return 0;
}
