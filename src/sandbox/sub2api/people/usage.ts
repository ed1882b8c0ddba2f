import type { HostApp, Host } from '../host.ts';
import { paged } from '../pagination.ts';

const idFilters = ['user_id', 'api_key_id', 'account_id', 'group_id'] as const;

/** GET `/api/v1/admin/usage`: what answered gateway requests cost, the last first. */
export function addUsageRoutes(app: HostApp, host: Host): void {
  app.get('/api/v1/admin/usage', (c) => {
    const query = c.req.query();
    const rows = host.state.usage.filter((row) =>
      idFilters.every((name) => !query[name] || row[name] === Number(query[name])),
    );
    return paged(rows.toReversed(), query, (row) => row);
  });
}
