import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { importInto } from '../support/import-run.ts';
import { killAt } from '../support/killable.ts';
import { goodKeys } from '../support/keys.ts';

const keys = goodKeys.slice(0, 2);
const third = goodKeys[2];
const hour = 3_600_000;

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.stop());

const probeUsers = () => [...sandbox.state.users.values()].filter(({ email }) => email.startsWith('relay-probe-'));

/** A run that is killed once its probe user has a key. */
async function killedAtGatewayCheck(): Promise<void> {
  const kill = killAt(9, 'sent');
  await importInto(sandbox, keys, { between: kill.between }).catch(() => undefined);
  expect(kill.fired()).toBe(true);
  expect(probeUsers()).toHaveLength(1);
  expect(sandbox.state.apiKeys.size).toBe(1);
}

describe('the probe user of a run that was killed (N9)', () => {
  it('is removed with its key by the next import, where that run is known to be over', async () => {
    await killedAtGatewayCheck();
    const { report, plan } = await importInto(sandbox, [...keys, third], { phase: 'ended' });
    expect(plan.stale.clients).toHaveLength(1);
    expect(report).toMatchObject({ exitCode: 0, warnings: [] });
    expect(probeUsers()).toEqual([]);
    expect(sandbox.state.apiKeys.size).toBe(0);
  });

  it('is removed also where nothing else is to be done', async () => {
    await killedAtGatewayCheck();
    await importInto(sandbox, keys);
    const [user] = probeUsers();
    expect(user).toBeDefined();
    const { report } = await importInto(sandbox, keys, { phase: 'ended' });
    expect(report.exitCode).toBe(0);
    expect(probeUsers()).toEqual([]);
  });

  it('is left alone while that run is at work here', async () => {
    await killedAtGatewayCheck();
    const { report } = await importInto(sandbox, [...keys, third], { phase: 'at_work' });
    expect(report).toMatchObject({ exitCode: 0, warnings: [] });
    expect(probeUsers()).toHaveLength(1);
  });

  it.each([
    ['younger than an hour: it may be at work on another machine', 59 / 60, 1, ['PROBE_USER_LEFT']],
    ['older than an hour by the clock of the host', 61 / 60, 0, []],
  ] as const)('of a run that nobody knows here, %s', async (_, hours, left, warnings) => {
    await killedAtGatewayCheck();
    probeUsers()[0]!.created_at = new Date(Date.now() - hours * hour).toISOString();
    const { report } = await importInto(sandbox, [...keys, third], { phase: 'unknown' });
    expect(report.warnings.map(({ code }) => code)).toEqual(warnings);
    expect(probeUsers()).toHaveLength(left);
  });

  it('is told where it cannot be removed, and keeps no import from its work', async () => {
    await killedAtGatewayCheck();
    const [user] = probeUsers();
    sandbox.addFault({
      path: `/api/v1/admin/users/${user?.id}`,
      method: 'DELETE',
      times: 0,
      fault: 'status',
      status: 403,
    });
    const { report } = await importInto(sandbox, [...keys, third], { phase: 'ended' });
    expect(report).toMatchObject({ exitCode: 0, warnings: [{ code: 'PROBE_LEFT_BEHIND' }] });
    expect(report.warnings[0]?.message).toContain(`/users/${user?.id}`);
  });
});
