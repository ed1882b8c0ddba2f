import { z } from 'zod';
import { type HostFailure, type WriteResult } from '../host-failure.ts';
import type { ApiClient } from '../http/api-client.ts';
import { anything } from './api/wire.ts';

/** How a channel is switched: as any other edit, or by a path of its own. */
type Way = 'edit' | 'path';

/**
 * Older builds switch a channel by the request that edits it; newer ones refuse that, and have a path of their own. Editing
 * is tried first, once for a host: an unknown path counts among requests for web pages, of which few are allowed.
 */
export class StatusSwitch {
  #way: Promise<Way | undefined> | undefined;

  /** Switches a channel; `to` as the host numbers statuses. */
  async set(client: ApiClient, id: number, to: number): Promise<WriteResult<unknown>> {
    const known = await this.#way;
    if (known !== undefined) return send(client, known, id, to);
    const tried = tryBoth(client, id, to);
    this.#way = tried.then(({ way }) => way);
    return (await tried).ended;
  }
}

/** How it ended, and the way that the host takes where it told. */
async function tryBoth(
  client: ApiClient,
  id: number,
  to: number,
): Promise<{ way: Way | undefined; ended: WriteResult<unknown> }> {
  const edited = await send(client, 'edit', id, to);
  if (edited.status === 'applied') return { way: 'edit', ended: edited };
  if (edited.status === 'unknown' || edited.failure.transient) return { way: undefined, ended: edited };
  const ended = await send(client, 'path', id, to);
  if (ended.status === 'applied') return { way: 'path', ended };
  return { way: undefined, ended: isMissing(ended.failure) ? edited : ended };
}

function send(client: ApiClient, way: Way, id: number, to: number): Promise<WriteResult<unknown>> {
  const collection = '/api/channel/';
  return way === 'edit'
    ? client.write('PUT', collection, { id, status: to }, anything)
    : client.write('POST', `${collection}${id}/status`, { status: to }, z.boolean().nullish());
}

/** That there is no such path, not that there is no such channel. */
function isMissing({ status, reason }: HostFailure): boolean {
  return status === 404 && reason === 'invalid_request_error';
}
