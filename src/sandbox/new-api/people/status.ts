import { failure, success } from '../envelope.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { json } from '../../reply.ts';
import { fieldsOf, readBody } from '../request-body.ts';
import { roles } from '../rows.ts';
import { addUser } from './add-user.ts';

function isSetUp(host: Host): boolean {
  return [...host.state.users.values()].some((user) => user.role === roles.root);
}

function status(host: Host): Response {
  const { options } = host.state;
  return success({
    version: host.version,
    setup: isSetUp(host),
    start_time: host.startTime,
    system_name: 'New API',
    server_address: 'http://localhost:3000',
    turnstile_check: host.settings.turnstile_check,
    turnstile_site_key: '',
    quota_per_unit: Number(options.get('QuotaPerUnit')),
    quota_display_type: 'USD',
    display_in_currency: true,
    self_use_mode_enabled: options.get('SelfUseModeEnabled') === 'true',
    demo_site_enabled: false,
    password_login_enabled: host.settings.password_login,
    register_enabled: true,
    email_verification: false,
    docs_link: 'https://docs.newapi.pro',
  });
}

const setupShape = {
  username: 'string',
  password: 'string',
  confirmPassword: 'string',
  SelfUseModeEnabled: 'bool',
  DemoSiteEnabled: 'bool',
} as const;

async function setUp(host: Host, c: HostContext): Promise<Response> {
  if (isSetUp(host)) throw failure('系统已经初始化完成');
  const given = fieldsOf(await readBody(c), setupShape, 'SetupRequest');
  const { username = '', password = '', confirmPassword = '' } = given;
  if (username.length > 12) throw failure('用户名长度不能超过12个字符');
  if (password !== confirmPassword) throw failure('两次输入的密码不一致');
  if (password.length < 8) throw failure('密码长度至少为8个字符');
  addUser(host.state, { id: 1, username, password, display_name: 'Root User', role: roles.root, quota: 100_000_000 });
  host.state.options.set('SelfUseModeEnabled', String(given.SelfUseModeEnabled ?? false));
  return json(200, { message: '系统初始化成功', success: true });
}

/** What the host says of itself without a login, and its set-up. */
export function addStatusRoutes(app: HostApp, host: Host): void {
  app.get('/api/status', () => status(host));
  app.get('/api/setup', () => {
    const ready = isSetUp(host);
    return json(200, {
      data: { status: ready, root_init: false, database_type: ready ? '' : 'postgres' },
      success: true,
    });
  });
  app.post('/api/setup', (c) => setUp(host, c));
}
