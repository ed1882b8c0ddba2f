import { json } from '../../reply.ts';
import type { Host, HostContext } from '../host.ts';
import { serving } from '../management/live-index.ts';
import type { Credential } from '../runtime/credential.ts';
import { isListed } from './cool-down.ts';

interface Listed {
  id: string;
  owner: string;
  since: number;
}

function listed(host: Host): Listed[] {
  const byModel = new Map<string, Credential[]>();
  for (const each of serving(host))
    for (const id of each.models.keys()) {
      const sharing = byModel.get(id);
      if (sharing === undefined) byModel.set(id, [each]);
      else sharing.push(each);
    }
  return [...byModel]
    .filter(([id, credentials]) => isListed(credentials, id, host.now()))
    .map(([id, credentials]) => ({ id, last: credentials.at(-1) }))
    .map(({ id, last }) => ({ id, owner: last?.ownedBy ?? '', since: last?.liveFrom ?? 0 }));
}

/** The models that are offered at this moment; to what looks like Claude Code, under other names. */
export function listModels(host: Host, c: HostContext): Response {
  const models = listed(host);
  const isClaude =
    c.req.header('anthropic-version') !== undefined || (c.req.header('user-agent') ?? '').startsWith('claude-cli');
  if (!isClaude) {
    const data = models.map(({ id, owner, since }) => {
      return { created: Math.floor(since / 1000), id, object: 'model', owned_by: owner };
    });
    return json(200, { data, object: 'list' });
  }
  const data = models.map(({ id, owner, since }) => ({
    created_at: new Date(since).toISOString(),
    display_name: id,
    id: id.startsWith('claude-') ? id : `claude-fable-5-dd-${[...id].toReversed().join('')}`,
    max_input_tokens: 200_000,
    max_tokens: 64_000,
    object: 'model',
    owned_by: owner,
    type: 'model',
  }));
  return json(200, { data, first_id: data[0]?.id ?? '', has_more: false, last_id: data.at(-1)?.id ?? '' });
}
