import { z } from 'zod';
import { save } from '../config/reload.ts';
import { struct, text } from '../config/go-json.ts';
import { json } from '../../reply.ts';
import type { Host, HostApp } from '../host.ts';
import { leadingNumber, placeIn, readList, readStruct, refused } from './request-body.ts';

const change = struct({
  old: z.string().nullish(),
  new: z.string().nullish(),
  index: z.int().nullish(),
  value: z.string().nullish(),
});

/** The keys that clients open the gateway with: bare texts, kept as they are sent. */
export function addClientKeyRoutes(app: HostApp, host: Host): void {
  const path = '/v0/management/api-keys';
  app.get(path, () => json(200, { 'api-keys': host.state.areClientKeysNull ? null : host.state.config['api-keys'] }));
  app.put(path, async (c) => {
    const keys = await readList(c, text);
    host.state.config['api-keys'] = keys;
    host.state.areClientKeysNull = keys.length === 0;
    return save(host);
  });
  app.patch(path, async (c) => {
    const { old, new: fresh, index, value } = await readStruct(c, change);
    const keys = host.state.config['api-keys'];
    const place = typeof value === 'string' ? placeIn(keys, index) : undefined;
    if (place !== undefined) keys[place] = value ?? '';
    else if (typeof old === 'string' && typeof fresh === 'string') {
      const at = keys.indexOf(old);
      // Whom nobody knows is added.
      keys[at === -1 ? keys.length : at] = fresh;
    } else throw refused(400, 'missing fields');
    host.state.areClientKeysNull = false;
    return save(host);
  });
  app.delete(path, (c) => {
    const keys = host.state.config['api-keys'];
    const place = placeIn(keys, leadingNumber(c.req.query('index')));
    const value = (c.req.query('value') ?? '').trim();
    if (place !== undefined) keys.splice(place, 1);
    else if (value !== '') host.state.config['api-keys'] = keys.filter((key) => key.trim() !== value);
    else throw refused(400, 'missing index or value');
    return save(host);
  });
}
