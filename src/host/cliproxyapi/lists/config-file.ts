import { z } from 'zod';
import type { ApiClient } from '../../http/api-client.ts';
import { HostFailure } from '../../host-failure.ts';
import { management } from '../api/client.ts';
import { openReply } from '../api/reply.ts';
import { elementsOf, type Elements, type ListName } from './units.ts';

const fileWire = z.looseObject({
  'api-keys': z.array(z.string()).nullish(),
  'openai-compatibility': elementsOf('openai-compatibility').nullish(),
  'claude-api-key': elementsOf('claude-api-key').nullish(),
  'gemini-api-key': elementsOf('gemini-api-key').nullish(),
});

/** The host writes a name that is `<<` with the tag of YAML's merge key, and means text. */
const mergeAsText = { tag: 'tag:yaml.org,2002:merge', resolve: (text: string) => text };

/** What the configuration file of a host says, as far as relay writes there. */
export type ConfigLists = Readonly<Record<ListName, Elements>> & { clients: readonly string[] };

/**
 * The lists as they stand in the file of the host; nothing while it is being written, which shows as an empty answer. Throws
 * `HostFailure`.
 */
export async function configLists(client: ApiClient): Promise<ConfigLists | undefined> {
  const request = { method: 'GET', path: `${management}/config.yaml` } as const;
  const reply = await client.ask(request);
  if (reply.status !== 200) return openReply(client.http, request, reply, z.never());
  if (reply.text.trim() === '') return undefined;
  const { parseDocument, visit } = await import('yaml');
  const content = parsed(() => {
    const document = parseDocument(reply.text, { customTags: [mergeAsText] });
    if (document.errors.length > 0) return undefined;
    // Keys and names need no quotes there: the host takes them for text, as they are written.
    visit(document, {
      Scalar: (_, node) => {
        if (typeof node.value === 'number' && node.source !== undefined) node.value = node.source;
      },
    });
    return document.toJS() as unknown;
  });
  const read = fileWire.safeParse(content).data;
  if (read === undefined)
    throw new HostFailure('HOST_REPLY_UNEXPECTED', 'The configuration file of the host cannot be read.', {
      delivery: 'unknown',
      transient: true,
    });
  return {
    'openai-compatibility': read['openai-compatibility'] ?? [],
    'claude-api-key': read['claude-api-key'] ?? [],
    'gemini-api-key': read['gemini-api-key'] ?? [],
    clients: read['api-keys'] ?? [],
  };
}

function parsed(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}
