import { createHash } from 'node:crypto';
import { HostFailure } from '../../host-failure.ts';
import type { HostIdentity } from '../../host.ts';
import { listAll } from '../api/admin-client.ts';
import type { ApiClient } from '../../http/api-client.ts';
import { adminWire } from '../api/wire.ts';

/**
 * By whom this host was set up, and when: its first admin is made once, with its database, and stays. Nothing where the
 * host does not show its admins. Throws `HostFailure` when it refuses the login.
 */
export async function identityOf(client: ApiClient): Promise<HostIdentity | null> {
  const query = { role: 'admin', sort_by: 'id', sort_order: 'asc' };
  try {
    const users = await listAll(client, '/api/v1/admin/users', adminWire, query);
    const [first] = users.filter(({ role }) => role === 'admin').toSorted((a, b) => a.id - b.id);
    if (first === undefined) return null;
    // The host writes a time in the zone that it runs in, which may be another one after a restart.
    const { id, created_at: madeAt } = first;
    const value = createHash('sha256')
      .update(`sub2api ${id} ${Date.parse(madeAt)} ${microsecondsIn(madeAt)}`)
      .digest('hex');
    return { value, proven: true };
  } catch (failure) {
    if (!(failure instanceof HostFailure) || ['LOGIN_REFUSED', 'COMPLIANCE_GATE'].includes(failure.code)) throw failure;
    return null;
  }
}

/** The fraction of a second, of which dates keep three digits: of many hosts two may have been set up in one millisecond. */
function microsecondsIn(time: string): string {
  return (/\.(\d{1,6})/.exec(time)?.[1] ?? '').padEnd(6, '0');
}
