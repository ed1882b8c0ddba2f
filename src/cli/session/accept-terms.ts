import { throwIfStopped } from '../../apply/run-tools.ts';
import type { TermsOfUse } from '../../host/diagnosis.ts';
import { fold } from '../../report/text/fold.ts';
import { RelayError } from '../../core/relay-error.ts';
import { columnsOf } from '../columns.ts';
import { print, type Io } from '../io.ts';
import { answerTo, canAsk } from './prompt.ts';

/** Nothing but a person on a terminal accepts terms. Throws `CONSENT_NEEDED` before anything is sent to the host. */
export function checkPerson(io: Io, flags: { input: boolean }): void {
  if (canAsk(io, flags)) return;
  throw new RelayError(
    'CONSENT_NEEDED',
    'The compliance terms of a host are accepted by a person who types a phrase, and there is no terminal to type on.',
    {
      hint: flags.input
        ? 'Run this on a terminal; no option accepts the terms for you.'
        : 'Leave --no-input out; no option accepts the terms for you.',
    },
  );
}

/**
 * Shows what the host wants to be promised, and sends it once the person has typed a phrase to the letter. Throws
 * `CONSENT_NEEDED` for anything else that is typed, what the host refuses with, or the reason of `stop`.
 */
export async function acceptTermsOfUse(
  { version, texts, accept }: TermsOfUse,
  url: string,
  io: Io,
  stop: AbortSignal,
): Promise<void> {
  const say = (line: string) => print(io.stderr, line);
  const tell = (text: string) => say(fold(text, columnsOf(io, 'stderr'), 0));
  tell(`${url} works only after its operator has accepted its compliance terms, version ${version}:`);
  for (const { document, phrase } of texts) {
    say('');
    say(document);
    say(`  ${phrase}`);
  }
  say('');
  tell(
    'Read the document. To accept it in your name, type the phrase below its address to the letter; anything else accepts nothing.',
  );
  const answer = await answerTo('> ', io, stop);
  if (answer === undefined) say('');
  throwIfStopped({ stop });
  const typed = texts.find(({ phrase }) => phrase === answer?.trim());
  if (typed === undefined)
    throw new RelayError(
      'CONSENT_NEEDED',
      `${answer === undefined ? 'Nothing was typed' : 'That is not the phrase'}; the compliance terms were not accepted.`,
      { hint: 'Run this again and type the phrase exactly as it is shown.' },
    );
  const end = await accept(typed.language, typed.phrase);
  if (end.status === 'rejected') throw end.failure;
  if (end.status === 'unknown') throw end.failure.holding('It is not known whether the host has noted the acceptance.');
  say(`Accepted: version ${version}.`);
}
