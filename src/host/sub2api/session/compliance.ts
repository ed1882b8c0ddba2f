import type { TermsOfUse } from '../../diagnosis.ts';
import { HostFailure, mapResult, type WriteResult } from '../../host-failure.ts';
import type { ApiClient } from '../../http/api-client.ts';
import { termsWire } from '../api/wire.ts';

const path = '/api/v1/admin/compliance';

/** What the host waits for its operator to accept. Throws `HostFailure`, also when the host names no words for it. */
export async function readTermsOfUse(client: ApiClient): Promise<TermsOfUse> {
  const said = await client.get(path, termsWire);
  const clean = (text: string) => client.http.clean(text, 300);
  const texts = [
    { language: 'en', document: clean(said.document_url_en), phrase: clean(said.ack_phrase_en) },
    { language: 'zh', document: clean(said.document_url_zh), phrase: clean(said.ack_phrase_zh) },
  ].filter(({ phrase }) => phrase !== '');
  if (texts.length === 0)
    throw new HostFailure('HOST_REPLY_UNEXPECTED', 'The host does not say with which words its terms are accepted.', {
      delivery: 'not_applied',
      transient: false,
    });
  return {
    version: client.http.clean(said.version, 40),
    texts,
    accept: async (language, phrase): Promise<WriteResult<void>> => {
      const end = await client.write('POST', `${path}/accept`, { phrase, language }, termsWire);
      return mapResult(end, () => undefined);
    },
  };
}
