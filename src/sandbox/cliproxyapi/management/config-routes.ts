import { json } from '../../reply.ts';
import { FileProblem, readConfig } from '../config/config-file.ts';
import type { Host, HostApp } from '../host.ts';

const root = '/v0/management';

/** The configuration as a whole: what memory holds, and the file as it is. */
export function addConfigRoutes(app: HostApp, host: Host): void {
  const { state, settings } = host;
  app.get(`${root}/config`, () => {
    const { 'api-keys': keys, ...lists } = state.config;
    const filled = Object.entries(lists).filter(([, list]) => list.length > 0);
    return json(200, {
      'proxy-url': '',
      'force-model-prefix': false,
      'request-log': false,
      'api-keys': keys,
      plugins: { enabled: false, dir: 'plugins', configs: {} },
      debug: false,
      'request-retry': 0,
      'max-retry-interval': 0,
      routing: { strategy: 'round-robin' },
      ...Object.fromEntries(filled),
    });
  });
  app.get(`${root}/config.yaml`, () => {
    const headers = { 'content-type': 'application/yaml; charset=utf-8', 'cache-control': 'no-store' };
    const isBeingSaved = settings.emptyNextReads > 0;
    if (isBeingSaved) settings.emptyNextReads -= 1;
    return new Response(isBeingSaved ? '' : state.file, { status: 200, headers });
  });
  app.put(`${root}/config.yaml`, async (c) => {
    const text = await c.req.text();
    try {
      state.config = readConfig(text);
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      return json(400, { error: 'invalid_yaml', message: error.message });
    }
    state.file = text;
    return json(200, { ok: true, changed: ['config'] });
  });
  app.get(`${root}/debug`, () => json(200, { debug: false }));
  app.get(`${root}/plugins`, () => json(200, { plugins_enabled: false, plugins_dir: 'plugins', plugins: [] }));
}
