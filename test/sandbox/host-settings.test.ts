import { describe, expect, it } from 'vitest';
import { sandboxes } from '../support/sandboxes.ts';
import { ask, askAs, seeded } from './sandbox-client.ts';

const openSandbox = sandboxes();

const admin = '/api/v1/admin';

describe('a sandbox', () => {
  it('has logins for the admin, by key and by password', async () => {
    const sandbox = await openSandbox();
    expect(sandbox.adminKey).toMatch(/^admin-[0-9a-f]{64}$/);
    expect((await ask(sandbox, 'GET', `${admin}/system/version`)).data).toEqual({ version: '0.1.179' });
    const { data } = await ask(sandbox, 'POST', '/api/v1/auth/login', {
      email: sandbox.adminEmail,
      password: sandbox.adminPassword,
    });
    expect(data.user).toMatchObject({ id: 1, role: 'admin' });
    expect((await askAs(sandbox, data.access_token, 'GET', `${admin}/groups`)).status).toBe(200);
    const fresh = await askAs(sandbox, data.access_token, 'POST', `${admin}/settings/admin-api-key/regenerate`);
    expect(fresh.data.key).not.toBe(sandbox.adminKey);
    expect((await ask(sandbox, 'GET', `${admin}/groups`)).status).toBe(401);
  });

  it('keeps a user out of the admin routes', async () => {
    const sandbox = await openSandbox();
    const { email, password } = seeded(sandbox).user;
    const { data } = await ask(sandbox, 'POST', '/api/v1/auth/login', { email, password });
    expect((await askAs(sandbox, data.access_token, 'GET', `${admin}/groups`)).body).toEqual({
      code: 'FORBIDDEN',
      message: 'Admin access required',
    });
  });

  it('records what it was asked and what it answered', async () => {
    const sandbox = await openSandbox();
    await ask(sandbox, 'POST', `${admin}/groups?x=1`, { name: 'a', rate_multiplier: 1 });
    expect(sandbox.requests).toEqual([
      {
        method: 'POST',
        credential: sandbox.adminKey,
        path: `${admin}/groups`,
        query: { x: '1' },
        body: { name: 'a', rate_multiplier: 1 },
        status: 200,
      },
    ]);
  });

  it('stops at once, whatever is open', async () => {
    const sandbox = await openSandbox({ faults: [{ path: '*', fault: 'delay', ms: 60_000, times: 0 }] });
    const open = ask(sandbox, 'GET', '/health');
    const ended = expect(open).rejects.toThrow();
    while (sandbox.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await sandbox.stop();
    await ended;
    await expect(fetch(sandbox.url)).rejects.toThrow();
    await expect(fetch(sandbox.vendorUrl)).rejects.toThrow();
  });
});

describe('the compliance gate', () => {
  it('locks admin routes until the exact phrase is sent', async () => {
    const sandbox = await openSandbox({ complianceGate: true });
    const locked = await ask(sandbox, 'GET', `${admin}/system/version`);
    expect(locked.status).toBe(423);
    expect(locked.body).toMatchObject({ code: 'ADMIN_COMPLIANCE_ACK_REQUIRED', metadata: { version: 'v2026.06.10' } });
    expect((await ask(sandbox, 'GET', '/api/v1/settings/public')).status).toBe(200);
    const { data } = await ask(sandbox, 'GET', `${admin}/compliance`);
    const accept = (phrase: string, language: string) =>
      ask(sandbox, 'POST', `${admin}/compliance/accept`, { phrase, language });
    expect((await accept('yes', 'en')).body.reason).toBe('ADMIN_COMPLIANCE_INVALID_PHRASE');
    expect((await accept(data.ack_phrase_en, 'zh')).status).toBe(400);
    expect((await accept(` ${data.ack_phrase_en} `, 'en')).data).toMatchObject({
      required: false,
      acknowledgement: { admin_user_id: 1 },
    });
    expect((await ask(sandbox, 'GET', `${admin}/system/version`)).status).toBe(200);
  });

  it('is unknown to the earlier version', async () => {
    const sandbox = await openSandbox({ hostVersion: '0.1.129', complianceGate: true });
    expect((await ask(sandbox, 'GET', `${admin}/compliance`)).text).toBe('404 page not found');
    expect((await ask(sandbox, 'GET', `${admin}/groups`)).status).toBe(200);
  });
});

describe('settings', () => {
  it('show any version', async () => {
    const sandbox = await openSandbox({ settings: { version: '0.0.9' } });
    expect(sandbox.version).toBe('0.0.9');
    expect((await ask(sandbox, 'GET', '/api/v1/settings/public')).data.version).toBe('0.0.9');
  });

  it('stop a password login with a captcha, a second factor, or backend mode', async () => {
    const login = async (settings: object, user = false) => {
      const sandbox = await openSandbox({ settings });
      const { email, password } = seeded(sandbox)[user ? 'user' : 'admin'];
      return ask(sandbox, 'POST', '/api/v1/auth/login', { email, password });
    };
    expect((await login({ turnstile_enabled: true })).body.reason).toBe('TURNSTILE_VERIFICATION_FAILED');
    expect((await login({ totp_for_admin: true })).data).toMatchObject({
      requires_2fa: true,
      user_email_masked: 'a***@relay.test',
    });
    expect((await login({ backend_mode_enabled: true }, true)).body.reason).toBe('BACKEND_MODE_ADMIN_ONLY');
    expect((await login({ backend_mode_enabled: true })).status).toBe(200);
  });

  it('keep stored keys back from whoever has no second factor', async () => {
    const path = `${admin}/accounts/data?ids=0`;
    expect((await ask(await openSandbox(), 'GET', path)).body).toEqual({ code: 400, message: 'invalid account id: 0' });
    const sandbox = await openSandbox({ settings: { step_up_enabled: true } });
    expect((await ask(sandbox, 'GET', path)).body).toEqual({
      code: 'STEP_UP_ADMIN_API_KEY_FORBIDDEN',
      message: 'Admin API key cannot access this endpoint; a two-factor verified admin session is required',
    });
    const { email, password } = seeded(sandbox).admin;
    const { data } = await ask(sandbox, 'POST', '/api/v1/auth/login', { email, password });
    const asPerson = await askAs(sandbox, data.access_token, 'GET', path);
    expect(asPerson).toMatchObject({ status: 403, body: { code: 'STEP_UP_TOTP_NOT_ENABLED' } });
  });

  it('answer wrong paths with the web page', async () => {
    const sandbox = await openSandbox({ settings: { embed_frontend: true } });
    for (const path of ['/chat/completions', '/v1', '/api', '/foo/api/v1/admin/groups']) {
      const reply = await ask(sandbox, 'POST', path, {});
      expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    }
    expect((await ask(sandbox, 'GET', '/api/v1/nope')).text).toBe('404 page not found');
    expect((await ask(sandbox, 'GET', '/health')).body).toEqual({ status: 'ok' });
  });

  it('leave the host in its wizard', async () => {
    const sandbox = await openSandbox({ needsSetup: true });
    expect((await ask(sandbox, 'GET', '/setup/status')).data).toEqual({ needs_setup: true, step: 'welcome' });
    for (const path of ['/health', '/api/v1/settings/public', `${admin}/groups`])
      expect((await ask(sandbox, 'GET', path)).status).toBe(404);
  });

  it('redirect a trailing slash by method', async () => {
    const sandbox = await openSandbox();
    const reply = await ask(sandbox, 'POST', `${admin}/groups/?a=1`, {});
    expect([reply.status, reply.headers.get('location')]).toEqual([307, `${admin}/groups?a=1`]);
  });
});
