import { success } from '../envelope.ts';
import type { Host, HostApp } from '../host.ts';
import { paged, pageOf } from '../paging.ts';

const exact = ['type', 'channel', 'model_name', 'token_name', 'username', 'group', 'request_id'] as const;

/** What was answered, the last first: which channel it was, for whom, and what it cost. */
export function addLogRoutes(app: HostApp, host: Host): void {
  app.get('/api/log/', (c) => {
    const query = c.req.query();
    const rows = host.state.logs.filter((row) =>
      exact.every((name) => !query[name] || query[name] === '0' || String(row[name]) === query[name]),
    );
    return success(paged(rows.toReversed(), pageOf(query), (row) => row));
  });
}
