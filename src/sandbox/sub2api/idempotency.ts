import { createHash } from 'node:crypto';
import { refusal, success } from './envelope.ts';
import { HostError } from '../reply.ts';
import type { HostContext } from './host.ts';

interface Entry {
  fingerprint: string;
  state: 'running' | 'done' | 'failed';
  at: number;
  stored: string;
}

/** Runs work at most once per Idempotency-Key. */
export type Idempotently = (c: HostContext, scope: string, payload: unknown, work: () => unknown) => Promise<Response>;

const storeLimit = 64 * 1024;
const secrets =
  /"(code|code_verifier|authorization_code|access_token|refresh_token|id_token|client_secret|password)":"(?:[^"\\]|\\.)*"/g;

/** JSON with sorted keys: what two payloads are compared by. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

function inProgress(
  seconds: number,
  reason = 'IDEMPOTENCY_IN_PROGRESS',
  message = 'idempotent request is still processing',
): HostError {
  const after = String(Math.max(1, Math.floor(seconds)));
  const body = { code: 409, message, reason, metadata: { retry_after: after } };
  return new HostError(409, body, { 'retry-after': after });
}

function replay(entry: Entry): Response {
  if (entry.stored.length > storeLimit)
    throw refusal(503, 'idempotency store unavailable', 'IDEMPOTENCY_STORE_UNAVAILABLE');
  return success(JSON.parse(entry.stored), 200, { 'x-idempotency-replayed': 'true' });
}

function refuseRepeat(entry: Entry): void {
  if (entry.state === 'running') throw inProgress(30);
  const wait = entry.at + 5_000 - Date.now();
  if (wait > 0)
    throw inProgress(wait / 1000, 'IDEMPOTENCY_RETRY_BACKOFF', 'idempotent request is in retry backoff window');
}

/** The store of idempotency keys; a record whose client went away stays `running` for good. */
export function createIdempotency(): Idempotently {
  const entries = new Map<string, Entry>();
  return async (c, scope, payload, work) => {
    const key = (c.req.header('idempotency-key') ?? '').trim();
    if (key === '') return success(await work());
    if (key.length > 128 || !/^[\x21-\x7e]+$/.test(key))
      throw refusal(400, 'idempotency key is invalid', 'IDEMPOTENCY_KEY_INVALID');
    const parts = [c.req.method, c.req.routePath, c.get('actor').id, canonical(payload)];
    const fingerprint = createHash('sha256').update(parts.join('\n')).digest('hex');
    const slot = `${scope}\n${key}`;
    const known = entries.get(slot);
    if (known !== undefined) {
      if (known.fingerprint !== fingerprint) {
        throw refusal(409, 'idempotency key reused with different payload', 'IDEMPOTENCY_KEY_CONFLICT');
      }
      if (known.state === 'done') return replay(known);
      refuseRepeat(known);
    }
    const entry: Entry = { fingerprint, state: 'running', at: Date.now(), stored: '' };
    entries.set(slot, entry);
    const gone = () => c.env.incoming.socket.destroyed;
    try {
      const data = await work();
      if (!gone())
        Object.assign(entry, { state: 'done', stored: JSON.stringify(data).replaceAll(secrets, '"$1":"***"') });
      return success(data);
    } catch (error) {
      if (!gone()) Object.assign(entry, { state: 'failed', at: Date.now() });
      throw error;
    }
  };
}
