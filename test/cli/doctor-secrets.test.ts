import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { workplace, type Workplace } from '../support/binary.ts';

let place: Workplace;
let host: Sandbox;
beforeAll(async () => {
  place = await workplace();
});
afterAll(() => place.remove());
afterEach(() => host.stop());

const places = ['/*', '/api/v1/settings/public', '/api/v1/admin/*', '/api/v1/admin/groups', '/api/v1/auth/login'];

// The workplace searches what was said for the secrets that were given.
it.each(places.flatMap((path) => [['key', path] as const, ['password', path] as const]))(
  'doctor with a %s tells no secret of a host that quotes all it knows at %s',
  async (login, path) => {
    const faults = ['GET', 'POST'].map((method) => ({ method, path, fault: 'echo' as const, times: 0 }));
    host = await startSandbox({ faults });
    const env: Record<string, string> =
      login === 'key'
        ? { RELAY_ADMIN_KEY: host.adminKey }
        : { RELAY_ADMIN_EMAIL: host.adminEmail, RELAY_ADMIN_PASSWORD: host.adminPassword };
    const run = await place.run(['doctor', '--host', host.url, '--verbose', '--output', 'json'], { env });
    expect(run.exitCode).toBe(login === 'key' && path.includes('auth') ? 0 : 3);
    expect(JSON.parse(run.stdout)).toMatchObject({ schema: 'relay.doctor/1' });
  },
);
