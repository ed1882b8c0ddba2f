import type { Flags } from '../../../config/options/option-flags.ts';
import type { Provider } from '../../../pack/manifest.ts';
import { guessPlatform, newPackText, type PackStart } from '../../../pack/new-pack.ts';
import { inspectBytes } from '../../../pack/inspect-bytes.ts';
import { platforms } from '../../../core/modes.ts';
import { didYouMean } from '../../../core/suggest.ts';
import { RelayError } from '../../../core/relay-error.ts';
import type { Finding } from '../../../text/finding.ts';
import { print, type Io } from '../../io.ts';
import { answerTo, canAsk } from '../../session/prompt.ts';

/** What of a new pack is given by name. */
export type PackFlags = Flags<'packs new'>;

type Known = Pick<PackStart, 'id'> & Partial<PackStart>;

/** Why an answer will not do, or nothing. */
type Check = (answer: string) => Promise<string | undefined>;

/** What makes the pack of these answers invalid. What is not known yet is taken to be right. */
export async function faultsOf(known: Known): Promise<Finding[]> {
  const right = {
    displayName: known.id,
    baseUrl: 'https://api.example.com',
    platform: 'openai',
    models: ['model'],
  } as const;
  const text = newPackText({ today: '2026-01-01', ...right, ...known });
  const { findings } = await inspectBytes('pack.yaml', Buffer.from(text), 'path', known.id);
  return findings.filter(({ severity }) => severity === 'error');
}

/**
 * What a new pack begins with: as given, else asked for on a terminal. An answer that would make no valid pack is answered
 * with why, and asked for again. Throws `USAGE` where nobody can be asked, and `CONSENT_NEEDED` when there is no answer.
 */
export async function askPack(id: string, flags: PackFlags, io: Io): Promise<Omit<PackStart, 'today'>> {
  const ask = asker(flags, io);
  const displayName = flags.displayName ?? (await ask('Name of the vendor', async () => undefined, id));
  const { baseUrl, platform } = await askUpstream({ id, displayName }, flags, ask, io);
  const known = { id, displayName, baseUrl, platform };
  const checkModels: Check = async (answer) =>
    modelsIn(answer).length === 0 ? 'At least one model is needed.' : why({ ...known, models: modelsIn(answer) });
  const models = flags.model ?? modelsIn(await ask('Models, a cheap one first, with blanks between', checkModels));
  return { ...known, models };
}

type Ask = (question: string, check: Check, standard?: string) => Promise<string>;

function asker(flags: PackFlags, io: Io): Ask {
  // Who gives what is needed is not asked for the rest.
  const may = canAsk(io, flags) && (flags.baseUrl === undefined || flags.model === undefined);
  const { signal } = new AbortController();
  return async (question, check, standard) => {
    if (!may && standard !== undefined) return standard;
    if (!may)
      throw new RelayError('USAGE', 'There is nobody to ask, and not all that a pack needs was given.', {
        hint: 'Add --base-url URL and --model MODEL, and perhaps --platform and --display-name.',
      });
    for (;;) {
      const said = await answerTo(`${question}${standard === undefined ? '' : ` [${standard}]`}: `, io, signal);
      if (said === undefined)
        throw new RelayError('CONSENT_NEEDED', 'There was no answer.', { hint: 'Answer, or give options.' });
      const answer = said.trim() === '' ? (standard ?? '') : said.trim();
      const reason = await check(answer);
      if (reason === undefined) return answer;
      print(io.stderr, reason);
    }
  };
}

/** Whether an address is right depends on the protocol, so that both are asked for again when they do not fit. */
async function askUpstream(
  known: Known,
  flags: PackFlags,
  ask: Ask,
  io: Io,
): Promise<Pick<PackStart, 'baseUrl' | 'platform'>> {
  const checkUrl: Check = async (baseUrl) => {
    if (baseUrl === '') return 'A base URL is needed, such as https://api.example.com/v1.';
    const guess = flags.platform ?? guessPlatform(baseUrl);
    const tried = await Promise.all(
      [guess, ...(flags.platform === undefined ? platforms : [])].map((platform) =>
        why({ ...known, baseUrl, platform }),
      ),
    );
    return tried.includes(undefined) ? undefined : tried[0];
  };
  for (;;) {
    const baseUrl = flags.baseUrl ?? (await ask('Base URL', checkUrl));
    const word =
      flags.platform ?? (await ask(`Protocol: ${platforms.join(', ')}`, checkPlatform, guessPlatform(baseUrl)));
    const upstream = { baseUrl, platform: word as Provider['platform'] };
    const reason = await why({ ...known, ...upstream });
    // What was given by name is refused with the pack as a whole.
    if (reason === undefined || flags.baseUrl !== undefined) return upstream;
    print(io.stderr, reason);
  }
}

async function checkPlatform(word: string): Promise<string | undefined> {
  const known: readonly string[] = platforms;
  return known.includes(word) ? undefined : `It must be ${platforms.join(' or ')}.${didYouMean(word, platforms)}`;
}

/** The first fault in a line for people, without its place in a text that they have not seen. */
async function why(known: Known): Promise<string | undefined> {
  const message = (await faultsOf(known))[0]?.message.replace(/^providers\[0\]\.baseUrl/, 'the base URL');
  return message === undefined ? undefined : `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

function modelsIn(answer: string): string[] {
  return answer.split(/[\s,]+/).filter(Boolean);
}
