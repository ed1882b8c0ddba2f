import type { z } from 'zod';
import { RelayError } from '../../../core/relay-error.ts';
import type { ApiClient } from '../../http/api-client.ts';
import type { HttpReply } from '../../http/exchange.ts';
import { openEnvelope } from '../api/envelope.ts';
import { statusWire } from '../api/wire.ts';
import { parseJson } from '../../../core/parse-json.ts';

export type PublicStatus = Omit<z.infer<typeof statusWire>, 'setup'>;

/** Answered to everybody. */
export const statusRequest = { method: 'GET', path: '/api/status' } as const;

/** Which of the family of one-api answers, if any: of the others only what they have in common is known. */
export function familyOf(reply: HttpReply): 'new-api' | 'other' | undefined {
  const body = parseJson(reply.text);
  if (reply.status !== 200 || !isObject(body) || body['success'] !== true || !isObject(body['data'])) return undefined;
  const { data } = body;
  if (!('version' in data) || !('quota_per_unit' in data)) return undefined;
  // one-api makes its first user by itself, and so has no set-up to tell of.
  return reply.headers.has('x-new-api-version') || 'setup' in data ? 'new-api' : 'other';
}

/** What the host says of itself to everybody. Throws `HOST_IN_SETUP`, `HOST_VERSION_UNSUPPORTED`, or what it answered. */
export async function readStatus(open: ApiClient): Promise<PublicStatus> {
  const reply = await open.ask(statusRequest);
  const status = openEnvelope(open.http, statusRequest, reply, statusWire);
  if (familyOf(reply) === 'other')
    throw new RelayError('HOST_VERSION_UNSUPPORTED', `${open.http.baseUrl} is a gateway of the one-api family.`, {
      hint: 'relay works with new-api: one-api keeps no marks on its channels, and a deleted channel serves on for minutes.',
    });
  if (!status.setup) throw new RelayError('HOST_IN_SETUP', `${open.http.baseUrl} is still being set up.`);
  return status;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
