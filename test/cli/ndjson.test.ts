import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventSchema } from '../../src/report/outputs/event-schema.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../support/start-sandbox.ts';
import { workplace, type Workplace } from '../support/binary.ts';

let place: Workplace;
let host: Sandbox | undefined;
beforeAll(async () => {
  place = await workplace();
  await place.write('keys.txt', 'sk-good-aaaaaaaaaaaaaaaaaaaa1\nsk-dead-bbbbbbbbbbbbbbbbbbbb2');
});
afterAll(() => place.remove());
afterEach(async () => {
  await host?.stop();
  host = undefined;
});

async function linesOf(command: string, options: SandboxOptions, ...more: string[]) {
  host ??= await startSandbox(options);
  const args = [command, '--pack', 'kimi', '--host', host.url, '--output', 'ndjson', ...more];
  const run = await place.run(args, { env: { RELAY_ADMIN_KEY: host.adminKey } });
  const lines = run.stdout.split('\n').map((line) => eventSchema.parse(JSON.parse(line)));
  return { ...run, lines, types: lines.map(({ type }) => type) };
}

const upstream = () => ['--keys', 'keys.txt', '--base-url', `${host?.vendorUrl}/v1`];

describe('--output ndjson: a line for each event, each as the schema says', () => {
  it('an import ends with its report, whatever is shown beside it', async () => {
    host = await startSandbox();
    const run = await linesOf('import', {}, ...upstream(), '--mode', 'partial', '--report', '-');
    expect(run.exitCode).toBe(5);
    expect(run.types.slice(0, 2)).toEqual(['stage-started', 'stage-finished']);
    expect(run.types).toContain('progress');
    expect(run.lines.at(-1)).toMatchObject({
      schema: 'relay.event/1',
      type: 'report',
      report: { exitCode: 5, batchStatus: 'partially_succeeded' },
    });
    expect(run.stderr).toContain('2 of 2 tested');
    const status = await linesOf('status', {});
    expect(status.lines.at(-1)).toMatchObject({ type: 'status', status: { totals: { accounts: 2 } } });
    const probe = await linesOf('probe', {}, '--quiet');
    expect(probe.types.at(-1)).toBe('probe');
    expect(probe.stderr).not.toContain('tested');
    const removed = await linesOf('remove', {}, '--yes');
    expect(removed.lines.at(-1)).toMatchObject({ type: 'remove', remove: { exitCode: 0 } });
  });

  it('a plan ends with the plan, and retries are among the events', async () => {
    const faults = [{ path: '/api/v1/admin/groups', fault: 'status' as const, status: 503, times: 1 }];
    host = await startSandbox({ faults });
    const plan = await linesOf('plan', {}, ...upstream());
    expect(plan.lines.at(-1)).toMatchObject({ type: 'plan', plan: { schema: 'relay.plan/1' } });
  });

  it('what could not begin ends with the error', async () => {
    host = await startSandbox();
    const wrong = await linesOf('import', {}, '--keys', 'absent.txt');
    expect(wrong).toMatchObject({ exitCode: 2, types: ['error'] });
    const refused = await place.run(['status', '--pack', 'kimi', '--host', host.url, '--output=ndjson'], {
      env: { RELAY_ADMIN_KEY: 'admin-0000000000000000000000' },
    });
    const last = eventSchema.parse(JSON.parse(refused.stdout.split('\n').at(-1) ?? ''));
    expect(last).toMatchObject({ type: 'error', error: { exitCode: 3, errors: [{ code: 'LOGIN_REFUSED' }] } });
  });
});
