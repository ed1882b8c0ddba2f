import { chooseProvider } from '../../pack/find-pack.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { ImportFlags } from '../../config/options/option-flags.ts';
import { hostWord } from '../../config/host-settings.ts';
import { sandboxOf } from '../../core/sandbox-kinds.ts';
import { checkedBaseUrl } from '../options/base-url.ts';
import type { Sources } from '../options/sources.ts';
import { fold } from '../../report/text/fold.ts';
import { columnsOf } from '../columns.ts';
import { print, type Io } from '../io.ts';
import { answerTo, canAsk } from './prompt.ts';

/**
 * The options of an import with the address of the upstream, asked for on a terminal where only the operator knows it. An
 * answer that will not do is answered with why. Throws `BASE_URL_NEEDED` when there is no answer.
 */
export async function withBaseUrl<Given extends ImportFlags>(flags: Given, io: Io, sources: Sources): Promise<Given> {
  if (flags.baseUrl !== undefined || flags.pack === undefined || !canAsk(io, flags)) return flags;
  const { pack } = await sources.pack(flags);
  const { id, baseUrl, platform } = chooseProvider(pack, flags.provider);
  const { config } = await sources.config();
  // The embedded host brings an upstream of its own.
  if (baseUrl !== 'ask' || sandboxOf(hostWord(flags, io.env, config)) !== undefined) return flags;
  for (;;) {
    const said = await answerTo(`Base URL of ${id}, as the host reaches it: `, io, new AbortController().signal);
    if (said === undefined) throw new RelayError('BASE_URL_NEEDED', 'There was no answer.');
    try {
      return { ...flags, baseUrl: checkedBaseUrl(said.trim(), platform, flags.allowHttp ?? false) };
    } catch (error) {
      if (!(error instanceof RelayError)) throw error;
      print(io.stderr, fold(`${error.message} ${error.hint}`, columnsOf(io)));
    }
  }
}
