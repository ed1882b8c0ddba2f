import { print, type Io } from '../io.ts';

/** One line of `--output ndjson`. Form and type come first, for whoever reads it by eye. */
export function printLine(io: Io, type: string, fields: object): void {
  print(io.stdout, JSON.stringify({ schema: 'relay.event/1', type, time: new Date().toISOString(), ...fields }));
}

/** Prints what a command was asked for, if that is for programs: one JSON value, or the last line. Tells whether it was. */
export function printResult(io: Io, { output }: { output: string }, kind: string, value: object): boolean {
  if (output === 'json') print(io.stdout, JSON.stringify(value, null, 2));
  if (output === 'ndjson') printLine(io, kind, { [kind]: value });
  return output !== 'text';
}
