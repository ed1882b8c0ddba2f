import type { Commitment } from '../diagnosis.ts';
import { HostFailure, type WriteEnd } from '../host-failure.ts';
import type { AdminClient } from './admin-client.ts';
import { commitmentWire } from './wire.ts';

const path = '/api/v1/admin/compliance';

/** What the host waits for its operator to accept. Throws `HostFailure`, also when the host names no words for it. */
export async function readCommitment(client: AdminClient): Promise<Commitment> {
  const said = await client.get(path, commitmentWire);
  const clean = (text: string) => client.http.clean(text, 300);
  const texts = [
    { language: 'en', document: clean(said.document_url_en), phrase: clean(said.ack_phrase_en) },
    { language: 'zh', document: clean(said.document_url_zh), phrase: clean(said.ack_phrase_zh) },
  ].filter(({ phrase }) => phrase !== '');
  if (texts.length === 0)
    throw new HostFailure('HOST_REPLY_UNEXPECTED', 'The host does not say with which words its terms are accepted.', {
      fate: 'not_done',
      transient: false,
    });
  return {
    version: client.http.clean(said.version, 40),
    texts,
    accept: async (language, phrase): Promise<WriteEnd<void>> => {
      const end = await client.write('POST', `${path}/accept`, { phrase, language }, commitmentWire);
      return end.end === 'done' ? { end: 'done', value: undefined } : end;
    },
  };
}
