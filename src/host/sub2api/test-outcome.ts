import { createParser } from 'eventsource-parser';
import { z } from 'zod';
import type { AccountTest, TestFault } from '../proof.ts';
import { containsWord } from '../protocols/contains-word.ts';
import { parseJson } from '../../core/parse-json.ts';

const eventWire = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  error: z.string().optional(),
  success: z.boolean().optional(),
});

/**
 * Reads the event stream of an account test. The stream alone tells the outcome: the status is always 200, early errors
 * come as plain text in the same framing, and types that are not known are passed over.
 */
export function readTestStream(
  text: string,
  options: { platform: string; deadCodes: readonly string[]; clean: (text: string) => string },
): AccountTest {
  let answered = false;
  let end: AccountTest | undefined;
  const parser = createParser({
    onEvent: ({ data }) => {
      const event = eventWire.safeParse(parseJson(data)).data;
      if (event === undefined || end !== undefined) return;
      if (event.type === 'content' || event.type === 'image')
        answered ||= event.type === 'image' || (event.text ?? '') !== '';
      if (event.type === 'test_complete' && event.success === true) end = { outcome: 'passed', answered, message: '' };
      if (event.type === 'error') {
        const message = event.error ?? '';
        end = {
          outcome: 'failed',
          why: faultOf(message, options.platform, options.deadCodes),
          message: options.clean(message),
        };
      }
    },
  });
  parser.feed(text.endsWith('\n\n') ? text : `${text}\n\n`);
  return (
    end ?? {
      outcome: 'error',
      timedOut: false,
      message: `the test ended without a result: ${options.clean(text.slice(0, 400))}`,
    }
  );
}

/** `API returned 429: …` of the host, `Chat Completions API (/v1/chat/completions) returned 429: …` from 0.1.179. */
const quotedStatus = /^(?:API|Chat Completions API \([^)]*\)) returned (\d{3}):/i;
const quotedUpstream = /API returned|rate_limit|upstream|temporar|retry|Chat Completions API \([^)]*\) returned/i;
const transientWords =
  /\b(?:429|502|503|504)\b|rate.?limit|too many requests|bad gateway|service unavailable|time.?out/i;
const hostCannotTest =
  /不支持 OpenAI Responses API|(?:does not|doesn't|not) support the OpenAI Responses API|test endpoint only supports the Responses API/i;
const throttleWords = /rate.?limit|too many requests/i;
const junkAnswer =
  /^(?:Invalid Chat Completions response|Stream ended before response\.completed|Failed to parse response)/i;

/**
 * `Request failed: Post "…": EOF`, `Chat Completions API (…) request failed: …`, `Stream read error: …`. A vendor that closes a
 * connection in the moment in which the host uses it again is enough for it.
 */
const noAnswer = /^(?:(?:[\w ]+(?: \([^)]*\))? )?request failed|Stream read error): /i;

/** What a failed test means (rule B15 and its newer wording). Pure. */
export function faultOf(message: string, platform: string, deadCodes: readonly string[]): TestFault {
  const text = message.trim();
  if (text === '') return 'other';
  const status = Number(quotedStatus.exec(text)?.[1] ?? 0);
  if (status === 401 || status === 402) return 'refused';
  if (status === 429 && deadCodes.some((word) => containsWord(text, word))) return 'exhausted';
  if (status === 403)
    return platform === 'openai' && /^API returned 403: Forbidden$/i.test(text) ? 'forbidden' : 'refused';
  if (status === 0 && hostCannotTest.test(text)) return 'untestable';
  if (junkAnswer.test(text)) return 'junk';
  if (transientWords.test(text) && quotedUpstream.test(text))
    return status === 429 || (status === 0 && throttleWords.test(text)) ? 'throttled' : 'busy';
  return noAnswer.test(text) ? 'unanswered' : 'other';
}
