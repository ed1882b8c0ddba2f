import { createHash } from 'node:crypto';
import { isJsonObject, jsonObject, parseJson } from '../../json-object.ts';
import { json } from '../../reply.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import type { AuthFile } from '../state.ts';
import { refused } from './request-body.ts';
import { useOf } from './usage.ts';

const path = '/v0/management/auth-files';

function nameOf(c: HostContext, mustBeJson: boolean): string {
  const name = (c.req.query('name') ?? '').trim();
  if (name === '' || /[/\\]/.test(name)) throw refused(400, 'invalid name');
  if (mustBeJson && !name.toLowerCase().endsWith('.json')) throw refused(400, 'name must end with .json');
  return name;
}

function view(host: Host, name: string, file: AuthFile): object {
  const content = jsonObject(parseJson(file.text));
  const type = typeof content['type'] === 'string' ? content['type'] : 'unknown';
  const isDisabled = content['disabled'] === true;
  const seed = `${type.toLowerCase()}:/auths/${name}`;
  const at = (time: number) => new Date(time).toISOString();
  return {
    account_type: 'oauth',
    auth_index: createHash('sha256').update(seed).digest('hex').slice(0, 16),
    created_at: at(file.madeAt),
    disabled: isDisabled,
    id: name,
    label: type,
    modtime: at(file.changedAt),
    name,
    ...(typeof content['note'] === 'string' ? { note: content['note'] } : {}),
    path: `/auths/${name}`,
    provider: type,
    ...useOf({ success: 0, failed: 0, asked: [] }, host.now()),
    runtime_only: false,
    size: Buffer.byteLength(file.text),
    source: 'file',
    status: isDisabled ? 'disabled' : 'active',
    status_message: '',
    type,
    unavailable: false,
    updated_at: at(file.changedAt),
  };
}

/** The files of logins, which take any JSON: what is of a type that nobody knows serves nothing, and is kept. */
export function addAuthFileRoutes(app: HostApp, host: Host): void {
  const { authFiles: files } = host.state;
  app.get(path, () => {
    const sorted = [...files].toSorted(([one], [other]) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1));
    return json(200, { files: sorted.map(([name, file]) => view(host, name, file)) });
  });
  app.get(`${path}/download`, (c) => {
    const name = nameOf(c, true);
    const file = files.get(name);
    if (file === undefined) throw refused(404, 'file not found');
    const headers = { 'content-type': 'application/json', 'content-disposition': `attachment; filename="${name}"` };
    return new Response(file.text, { status: 200, headers });
  });
  app.post(path, async (c) => {
    const name = nameOf(c, true);
    const text = await c.req.text();
    if (!isJsonObject(parseJson(text))) throw refused(500, 'invalid auth file');
    const now = host.now();
    files.set(name, { text, madeAt: files.get(name)?.madeAt ?? now, changedAt: now });
    return json(200, { status: 'ok' });
  });
  app.delete(path, (c) => {
    if (['true', '1', '*'].includes(c.req.query('all') ?? '')) {
      const deleted = files.size;
      files.clear();
      return json(200, { status: 'ok', deleted });
    }
    if (!files.delete(nameOf(c, false))) throw refused(404, 'auth file not found');
    return json(200, { status: 'ok' });
  });
}
