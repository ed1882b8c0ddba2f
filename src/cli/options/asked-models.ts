import { isModelName } from '../../core/model-name.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { RelayError } from '../../core/relay-error.ts';

/** More names than that are no list that a person has written. */
const most = 1000;

/**
 * The models that the operator names. Throws `USAGE` for what can be no name or pattern, for too many, and for what holds a
 * secret that was given: a name is shown, a key never is. Call it when keys are known.
 */
export function askedModels(words: readonly string[] | undefined, redactor: Redactor): readonly string[] {
  if (words === undefined) return [];
  if (words.length > most) throw new RelayError('USAGE', `--model names ${words.length} models, more than ${most}.`);
  const secret = words.findIndex((word) => redactor.hide(word) !== word);
  if (secret >= 0)
    throw new RelayError(
      'USAGE',
      `The model that --model names as number ${secret + 1} holds a key, or looks like one.`,
      {
        hint: 'Name a model; keys are given by --keys FILE.',
      },
    );
  const wrong = words.findIndex((word) => !isModelName(word));
  if (wrong >= 0)
    throw new RelayError('USAGE', `What --model names as number ${wrong + 1} can be no name of a model.`, {
      hint: 'A name has 1 to 200 characters, without white space and control characters; * in it stands for anything.',
    });
  return words;
}
