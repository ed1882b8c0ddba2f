import { z } from 'zod';
import { provider, type Provider } from '../config/entries.ts';
import { struct } from '../config/go-json.ts';
import { normalProviders } from '../config/normalize.ts';
import { save } from '../config/reload.ts';
import { json } from '../../reply.ts';
import type { Host, HostApp } from '../host.ts';
import { idsOf } from '../runtime/synthesize.ts';
import { changed, valueOf } from './changes.ts';
import { liveIndex } from './live-index.ts';
import { checkWeight, leadingNumber, placeIn, readList, readStruct, refused } from './request-body.ts';

const list = 'openai-compatibility';
const path = `/v0/management/${list}`;

/** What a change may set; of the rest, and of what nobody knows, it says nothing. */
const fields = [
  'name',
  'prefix',
  'disabled',
  'disable-cooling',
  'base-url',
  'api-key-entries',
  'models',
  'headers',
  'support-prompt-cache-key',
  'request-retry',
  'request-scoped-errors',
];

const change = struct({
  name: z.string().nullish(),
  index: z.int().nullish(),
  value: z.record(z.string(), z.unknown()).nullish(),
});

/** Each provider with what its keys are called while they serve. */
function view(host: Host): unknown[] {
  const ids = idsOf(host.state.config, list);
  return host.state.config[list].map((each, at) => {
    const indexes = (ids[at] ?? []).map((id) => liveIndex(host, id));
    if (each['api-key-entries'] === undefined) return { ...each, 'auth-index': indexes[0] };
    const keys = each['api-key-entries'].map((key, place) => ({ ...key, 'auth-index': indexes[place] }));
    return { ...each, 'api-key-entries': keys };
  });
}

function checkWeights(before: string, each: Provider): void {
  for (const [at, { weight }] of (each['api-key-entries'] ?? []).entries())
    checkWeight(`${before}api-key-entries[${at}].weight: `, weight);
}

/** The providers that speak OpenAI's protocol: one list, read and written as a whole, or changed one at a time. */
export function addProviderRoutes(app: HostApp, host: Host): void {
  const { state } = host;
  app.get(path, () => json(200, { [list]: view(host) }));
  app.put(path, async (c) => {
    const given = await readList(c, provider);
    for (const [at, each] of given.entries()) if (each['base-url'].trim() !== '') checkWeights(`${list}[${at}].`, each);
    state.config[list] = normalProviders(given);
    return save(host);
  });
  app.patch(path, async (c) => {
    const body = await readStruct(c, change);
    const value = valueOf(body);
    const providers = state.config[list];
    const named = typeof body.name === 'string' ? body.name.trim() : undefined;
    const place = placeIn(providers, body.index) ?? providers.findIndex(({ name }) => name === named);
    const before = providers[place];
    if (before === undefined) throw refused(404, 'item not found');
    const after = changed(before, provider, value, fields);
    checkWeights('', after);
    // Without its base URL it goes, whatever else was said.
    state.config[list] = normalProviders(providers.with(place, after));
    return save(host);
  });
  app.delete(path, (c) => {
    const name = c.req.query('name') ?? '';
    const place = placeIn(state.config[list], leadingNumber(c.req.query('index')));
    if (name !== '') state.config[list] = state.config[list].filter((each) => each.name !== name);
    else if (place !== undefined) state.config[list] = state.config[list].toSpliced(place, 1);
    else throw refused(400, 'missing name or index');
    return save(host);
  });
}
