import type { Command } from 'commander';
import { didYouMean } from '../../core/suggest.ts';
import { RelayError } from '../../core/relay-error.ts';
import { fold } from '../../report/text/fold.ts';
import { helpTopicNames, type HelpTopic } from '../help/topic-names.ts';
import { helpTopics } from '../help/topics.ts';
import { columnsOf } from '../columns.ts';
import { print, type Io } from '../io.ts';
import { rootOf } from '../options/build-command.ts';

/** `relay help [WORDS]`: a topic, or the help of a command; of the program without words. */
export async function helpCommand(command: Command, words: readonly string[], io: Io): Promise<number> {
  const program = rootOf(command);
  const asked = words.join(' ');
  const topic = helpTopicNames.find((each) => each === asked);
  const found = commandAt(program, words);
  // Packs are a topic and a group of commands: both are of use.
  const texts = [
    ...(topic === undefined ? [] : [topicText(topic, columnsOf(io))]),
    ...(found === undefined ? [] : [found.helpInformation()]),
  ];
  if (texts.length === 0) {
    const names = [...helpTopicNames, ...program.commands.map((each) => each.name())];
    throw new RelayError('USAGE', `There is no topic and no command "${asked}".${didYouMean(asked, names)}`, {
      hint: `Topics: ${helpTopicNames.join(', ')}. \`relay --help\` lists the commands.`,
    });
  }
  print(io.stdout, texts.join('\n\n').trimEnd());
  return 0;
}

/** Paragraphs are set anew to the screen; what is indented keeps its lines. */
function topicText(topic: HelpTopic, columns: number): string {
  const blocks = helpTopics[topic]().split('\n\n');
  return blocks
    .map((block) => (block.startsWith(' ') ? fold(block, columns) : fold(block.replaceAll('\n', ' '), columns, 0)))
    .join('\n\n');
}

function commandAt(program: Command, words: readonly string[]): Command | undefined {
  let at: Command | undefined = program;
  for (const word of words) at = at?.commands.find((each) => each.name() === word);
  return at;
}
