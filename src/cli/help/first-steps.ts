import { fold } from '../../report/text/fold.ts';
import { helpTopicNames } from './topic-names.ts';

const steps = [
  ['relay import --pack kimi --keys keys.txt --host sandbox', 'try it, on a host that is gone afterwards'],
  ['relay doctor --host https://gateway.example.org', 'check whether relay can work on yours'],
  ['relay packs list', 'the vendors that it knows'],
] as const;

/** What whoever types `relay` alone is told, on a screen of so many columns. */
export function firstSteps(columns: number): string {
  const width = Math.max(...steps.map(([command]) => command.length));
  const beside = steps.map(([command, about]) => `  ${command.padEnd(width)}  ${about}`);
  const fits = beside.every((line) => line.length <= columns);
  // A command is there to be copied, so it stays whole.
  const table = fits ? beside : steps.map(([command, about]) => `  ${command}\n${fold(`      ${about}`, columns, 0)}`);
  return [
    fold(
      'relay brings the keys of a vendor up on an LLM gateway: it plans, applies, proves it, or undoes it.',
      columns,
      0,
    ),
    table.join('\n'),
    fold(`All commands: relay --help. Topics: relay help ${helpTopicNames.join(', ')}.`, columns, 0),
  ].join('\n\n');
}
