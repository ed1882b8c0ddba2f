import { userView } from '../people/user-view.ts';
import { done, failure, success } from '../envelope.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { isJsonObject, parseJson } from '../../json-object.ts';
import { HostError } from '../../reply.ts';
import { jsonProblem } from '../json-problem.ts';
import { readBody } from '../request-body.ts';
import { groupNames, usableGroups } from './groups.ts';
import { confirmTerms } from './payment-terms.ts';

/** Options that are maps: what is stored is what was sent, and what does not parse leaves the host with an empty map. */
const maps = new Set([
  'GroupRatio',
  'UserUsableGroups',
  'ModelRatio',
  'CompletionRatio',
  'CacheRatio',
  'CreateCacheRatio',
  'ModelPrice',
]);

const hidden = /(?:Token|Secret|Key|secret|api_key)$/;

/** What the host's decoder says of a text that is no map; undefined where it is one. */
function mapProblem(text: string): string | undefined {
  if (isJsonObject(parseJson(text))) return undefined;
  return jsonProblem(text) ?? 'json: cannot unmarshal array into Go value of type map[string]float64';
}

function checkGroupRatio(text: string): void {
  const problem = mapProblem(text);
  if (problem !== undefined) throw failure(problem);
  for (const [name, ratio] of Object.entries(parseJson(text) as Record<string, unknown>)) {
    if (typeof ratio !== 'number')
      throw failure(`json: cannot unmarshal ${typeof ratio} into Go value of type float64`);
    if (ratio < 0) throw failure(`group ratio must be not less than 0: ${name}`);
  }
}

async function store(host: Host, c: HostContext): Promise<Response> {
  const body = parseJson(await c.req.text());
  if (!isJsonObject(body)) throw new HostError(400, { message: '无效的参数', success: false });
  const { key = '', value } = body;
  if (typeof key !== 'string') throw new HostError(400, { message: '无效的参数', success: false });
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  if (key.startsWith('payment_setting.compliance_')) throw failure('合规确认字段不允许通过通用设置接口修改');
  if (key === 'GroupRatio') checkGroupRatio(text);
  const problem = maps.has(key) ? mapProblem(text) : undefined;
  if (key === 'CreateCacheRatio' && problem !== undefined) throw failure(`缓存创建倍率设置失败: ${problem}`);
  host.state.options.set(key, text);
  // Said after it was stored, as the host does.
  if (problem !== undefined) throw failure(problem);
  return done();
}

async function confirmCompliance(host: Host, c: HostContext): Promise<Response> {
  if (!c.get('bySession'))
    throw new HostError(403, {
      message: 'This operation requires dashboard session authentication. API access token is not allowed.',
      success: false,
    });
  if ((await readBody(c))['confirmed'] !== true) throw failure('请确认合规声明');
  const [at, by] = [host.seconds(), c.get('actor').id];
  confirmTerms(host.state.options, at, by);
  return success({ confirmed: true, confirmed_at: at, confirmed_by: by, terms_version: 'v1' });
}

/** Options, each one text that is replaced whole, and what is read from them: groups. */
export function addOptionRoutes(app: HostApp, host: Host): void {
  app.get('/api/option/', () =>
    success([...host.state.options].filter(([key]) => !hidden.test(key)).map(([key, value]) => ({ key, value }))),
  );
  app.put('/api/option/', (c) => store(host, c));
  app.post('/api/option/payment_compliance', (c) => confirmCompliance(host, c));
  app.get('/api/group/', () => success(groupNames(host)));
  app.get('/api/user/self', (c) => success(userView(c.get('actor'))));
  app.get('/api/user/self/groups', (c) => success(usableGroups(host, c.get('actor'))));
}
