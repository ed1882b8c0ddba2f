import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryPlace, type MemoryPlace } from './memory-place.ts';

let place: MemoryPlace;
beforeEach(async () => {
  place = await memoryPlace();
});
afterEach(() => place.remove());

const pack = ['--pack', 'kimi', '--access', 'self-service'];
const importing = ['import', ...pack, '--keys', 'keys.txt', '--report', 'report.json', '--yes'];
const keysOnHost = () => place.world.entries.map(({ key }) => key.open()).toSorted();
const theirs = { name: 'theirs', key: 'of-another', createdAt: 0 };

/** Entries that are none of relay's, and a client of theirs. */
function addOthers(): void {
  const { entries, clients } = place.world;
  const [first] = entries;
  if (first !== undefined) entries.push({ ...first, name: 'theirs', note: null, testedBy: null });
  clients.push(theirs);
}

describe('a host of quite another model, through the real commands', () => {
  it('gets an entry for each key, each tested before it is stored, and answers', async () => {
    await place.keys('memory-key-one', 'memory-key-two');
    const first = await place.run(importing);
    expect(first.exitCode).toBe(0);
    expect(first.err).toMatch(/Test 2 keys[\s\S]*Apply[\s\S]*Check 2 accounts[\s\S]*the gateway answered/);
    expect(keysOnHost()).toEqual(['memory-key-one', 'memory-key-two']);
    expect(place.world.entries.every(({ testedBy }) => testedBy !== null)).toBe(true);
    expect(place.world.clients).toEqual([]);
    const report = await place.report();
    expect(report).toMatchObject({ accessStatus: 'self_service_ready', resources: [], connect: { access: 'memory' } });
    expect(report.warnings.map(({ code }) => code)).toContain('HOST_IGNORES');
    const again = await place.run(importing);
    expect(again.exitCode).toBe(0);
    expect(place.writes()).toBe(0);
  });

  it('is left as it was by a strict import of a key that does not work', async () => {
    await place.keys('memory-key-one', 'memory-dead-two');
    const { exitCode } = await place.run(importing);
    expect(exitCode).toBe(4);
    expect(keysOnHost()).toEqual([]);
    expect(place.writes()).toBe(0);
    expect((await place.report()).keys.map(({ outcome }) => outcome)).toEqual(['not_tried', 'failed']);
  });

  it('keeps what works in partial mode, and stores no key that does not', async () => {
    await place.keys('memory-key-one', 'memory-dead-two', 'memory-empty-three');
    const { exitCode } = await place.run([...importing, '--mode', 'partial']);
    expect(exitCode).toBe(5);
    expect(keysOnHost()).toEqual(['memory-key-one']);
    const report = await place.report();
    expect(report.accounts.map(({ validation, code }) => [validation, code])).toEqual([
      ['passed', null],
      ['failed', 'KEY_REFUSED'],
      ['failed', 'BALANCE_EXHAUSTED'],
    ]);
    expect(report.accessStatus).toBe('self_service_ready');
  });

  it('has its keys rotated: new ones serve before old ones go', async () => {
    await place.keys('memory-key-one', 'memory-key-two', 'memory-key-three');
    await place.run(importing);
    addOthers();
    await place.keys('memory-key-one', 'memory-key-two', 'memory-key-four');
    const { exitCode } = await place.run(importing);
    expect(exitCode).toBe(0);
    expect(keysOnHost()).toEqual(['memory-key-four', 'memory-key-one', 'memory-key-one', 'memory-key-two']);
    expect((await place.report()).removed).toHaveLength(1);
    expect(place.world.clients).toEqual([theirs]);
  });

  it('tells its status, tests its accounts again, and lets go of all that is managed', async () => {
    await place.keys('memory-key-one', 'memory-key-two');
    await place.run(importing);
    place.world.clients.push(theirs);
    const status = await place.run(['status', '--pack', 'kimi', '--output', 'json']);
    expect(status.exitCode).toBe(0);
    expect(JSON.parse(status.out)).toMatchObject({
      resources: [],
      totals: { accounts: 2, serving: 2, untested: 0 },
      accounts: [{ concurrency: null }, { priority: null }],
    });
    expect((await place.run(['probe', '--pack', 'kimi'])).exitCode).toBe(0);
    place.world.vendor = (key) => (key.endsWith('two') ? 'refused' : 'answers');
    expect((await place.run(['probe', '--pack', 'kimi'])).exitCode).toBe(5);
    expect((await place.run(['probe', '--pack', 'kimi', '--repair', 'remove', '--yes'])).exitCode).toBe(5);
    expect(keysOnHost()).toEqual(['memory-key-one']);
    const removed = await place.run(['remove', '--pack', 'kimi', '--yes']);
    expect(removed).toMatchObject({ exitCode: 0, out: expect.stringContaining('removed account') as unknown });
    expect(keysOnHost()).toEqual([]);
    expect(place.world.clients).toEqual([theirs]);
  });

  it('changes entries that serve while they serve, and puts back what spoils them', async () => {
    await place.keys('memory-key-one', 'memory-key-two');
    await place.run([...importing, '--base-url', 'https://one.example/v1']);
    place.world.vendor = () => 'refused';
    const { exitCode } = await place.run([...importing, '--base-url', 'https://two.example/v1']);
    expect(exitCode).toBe(4);
    expect(place.world.entries.map(({ address }) => address)).toEqual([
      'https://one.example/v1',
      'https://one.example/v1',
    ]);
  });

  it.each([
    ['access by subscription', ['--access', 'subscription'], 'there are no users to give access to'],
    ['named users', ['--user', 'ann@example.org'], 'cannot honour --user: there are no users'],
  ])('refuses %s before anything is sent, with the why of the host', async (_, more, why) => {
    await place.keys('memory-key-one');
    const { exitCode, err } = await place.run(['import', '--pack', 'kimi', '--keys', 'keys.txt', '--yes', ...more]);
    expect(exitCode).toBe(2);
    expect(err).toContain(why);
    expect(place.writes()).toBe(0);
  });

  it.each([
    ['enabled', 'false', 'an entry serves as long as it is there'],
    ['priority', '3', 'an entry has no rank'],
    ['concurrency', '3', 'an entry has no limit of its own'],
  ])('refuses the column "%s" of a key file', async (column, value, why) => {
    await place.keys(`key,${column}`, `memory-key-one,${value}`);
    const { exitCode, err } = await place.run(importing);
    expect({ exitCode, err }).toMatchObject({ exitCode: 2, err: expect.stringContaining(why) as unknown });
    expect(err).toContain(`column "${column}" of the key file (line 2)`);
  });

  it('refuses to disable what does not work, since it cannot', async () => {
    await place.keys('memory-key-one');
    await place.run(importing);
    const { exitCode, err } = await place.run(['probe', '--pack', 'kimi', '--repair', 'disable', '--yes']);
    expect(exitCode).toBe(2);
    expect(err).toContain('an entry serves as long as it is there');
  });

  it('has the account of one leaked key removed, since it cannot be taken out of service', async () => {
    await place.keys('memory-key-one', 'memory-key-two-which-is-long');
    await place.run(importing);
    const { exitCode, out } = await place.run(['revoke', '--last4', 'long', '--yes']);
    expect(exitCode).toBe(0);
    expect(out).toContain('is removed from the host');
    expect(keysOnHost()).toEqual(['memory-key-one']);
  });

  it('says how users connect', async () => {
    await place.keys('memory-key-one');
    await place.run(importing);
    const { exitCode, out } = await place.run(['connect', '--pack', 'kimi']);
    expect(exitCode).toBe(0);
    expect(out).toContain('base URL  http://127.0.0.1:9/memory/v1');
  });

  it('is examined, and is not asked for what it has not', async () => {
    const { exitCode, out } = await place.run(['doctor', '--pack', 'kimi']);
    expect(exitCode).toBe(0);
    expect(out).toContain('Gateway check');
    expect(out).not.toContain('Compliance');
  });
});

describe('a run that is killed at any change of such a host', () => {
  const killedAt = async (killAt: number) => {
    await place.keys('memory-key-one', 'memory-key-two', 'memory-key-three');
    await place.run(importing);
    await place.keys('memory-key-one', 'memory-key-four', 'memory-key-five', 'memory-key-six');
    await place.run([...importing, '--allow-mass-removal'], { killAt });
    const runs = JSON.parse((await place.run(['runs', 'list', '--output', 'json'])).out) as {
      runs: { id: string; state: string }[];
    };
    return runs.runs.find(({ state }) => state === 'not_finished');
  };

  it.each([1, 2, 3, 4, 5, 6])('goes on at change %i, and ends as if it had not been killed', async (killAt) => {
    const run = await killedAt(killAt);
    if (run === undefined) throw new Error('there is no run');
    const resumed = await place.run(['resume', run.id, '--keys', 'keys.txt', '--report', 'report.json', '--yes']);
    expect(`${resumed.exitCode} ${resumed.err}`).toMatch(/^0 /);
    expect(keysOnHost()).toEqual(['memory-key-five', 'memory-key-four', 'memory-key-one', 'memory-key-six']);
    expect(place.world.clients).toEqual([]);
    const journal = await readFile(join(place.folder, 'state', 'runs', `${run.id}.jsonl`), 'utf8');
    expect(journal).not.toMatch(/memory-key/);
  });

  it('stays when the records of old runs are removed, unless it is asked for', async () => {
    const run = await killedAt(1);
    const prune = (...more: string[]) =>
      place.run(['runs', 'prune', '--older-than', '1ms', '--output', 'json', ...more]);
    const kept = JSON.parse((await prune()).out) as { removed: string[]; kept: { id: string }[] };
    expect(kept.removed).toHaveLength(1);
    expect(kept.kept.map(({ id }) => id)).toEqual([run?.id]);
    expect((await prune('--unfinished')).err).toContain('CONSENT_NEEDED');
    expect(JSON.parse((await prune('--unfinished', '--yes')).out)).toMatchObject({ removed: [run?.id], kept: [] });
    expect((await place.run(['runs', 'list'])).out).toBe('There are no runs yet.\n');
    expect((await place.run(['runs', 'prune', '--older-than', 'long'])).exitCode).toBe(2);
  });

  it.each([1, 2, 3, 4])('is rolled back at change %i, as far as keys are at hand', async (killAt) => {
    const run = await killedAt(killAt);
    const { exitCode } = await place.run(['rollback', run?.id ?? '', '--yes']);
    expect(exitCode).toBe(0);
    expect(keysOnHost().filter((key) => /four|five|six/.test(key))).toEqual([]);
    expect(place.world.clients).toEqual([]);
  });
});
