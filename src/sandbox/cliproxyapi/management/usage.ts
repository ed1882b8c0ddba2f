import { struct, text } from '../config/go-json.ts';
import { json } from '../../reply.ts';
import type { Host, HostApp } from '../host.ts';
import type { Credential } from '../runtime/credential.ts';
import { serving } from './live-index.ts';
import { readStruct, refused } from './request-body.ts';

const spanMs = 10 * 60_000;

interface Use {
  success: number;
  failed: number;
  recent_requests: { time: string; success: number; failed: number }[];
}

const clock = (at: number) => new Date(at).toISOString().slice(11, 16);

/** How often a credential answered, in all and in each of the last 20 spans of ten minutes. */
export function useOf(of: Pick<Credential, 'success' | 'failed' | 'asked'>, now: number): Use {
  const end = (Math.floor(now / spanMs) + 1) * spanMs;
  const recent_requests = Array.from({ length: 20 }, (_, at) => {
    const from = end - (20 - at) * spanMs;
    const asked = of.asked.filter((each) => each.at >= from && each.at < from + spanMs);
    const success = asked.filter(({ isGood }) => isGood).length;
    return { time: `${clock(from)}-${clock(from + spanMs)}`, success, failed: asked.length - success };
  });
  return { success: of.success, failed: of.failed, recent_requests };
}

function together(one: Use | undefined, other: Use): Use {
  if (one === undefined) return other;
  return {
    success: one.success + other.success,
    failed: one.failed + other.failed,
    recent_requests: one.recent_requests.map((each, at) => ({
      time: each.time,
      success: each.success + (other.recent_requests[at]?.success ?? 0),
      failed: each.failed + (other.recent_requests[at]?.failed ?? 0),
    })),
  };
}

/** What the host tells of the keys that serve: how often each answered. Cool-downs can be ended, but not seen. */
export function addUsageRoutes(app: HostApp, host: Host): void {
  app.get('/v0/management/api-key-usage', () => {
    const told: Record<string, Record<string, Use>> = {};
    for (const each of serving(host)) {
      if (each.key === '') continue;
      const keys = (told[each.usageName] ??= {});
      const name = `${each.base}|${each.key}`;
      keys[name] = together(keys[name], useOf(each, host.now()));
    }
    return json(200, told);
  });
  app.post('/v0/management/reset-quota', async (c) => {
    const { auth_index } = await readStruct(c, struct({ auth_index: text })).catch(() => {
      throw refused(400, 'invalid request body');
    });
    if (auth_index.trim() === '') throw refused(400, 'auth_index is required');
    const found = serving(host).find(({ index }) => index === auth_index.trim());
    if (found === undefined) throw refused(404, 'auth not found');
    const models = [...found.coolDowns.keys()];
    found.coolDowns.clear();
    return json(200, { status: 'ok', auth_index: found.index, models });
  });
}
