import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemProcesses } from '../../src/cli/session/processes.ts';
import { FolderLocks } from '../../src/journal/folder/folder-locks.ts';
import { lockFiles } from '../../src/journal/folder/lock-files.ts';
import { bundled } from '../support/bundled.js';

const rounds = 30;

interface Answer {
  done: boolean;
  code?: string;
}

let folder: string;
let built: string;
let racers: ChildProcess[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-race-'));
  built = await mkdtemp(join(tmpdir(), 'relay-racer-'));
  const racer = await bundled('test/support/lock-racer.js', built);
  racers = Array.from({ length: 4 }, () => fork(racer, [folder]));
  await Promise.all(racers.map((each) => once(each, 'message')));
});
afterAll(async () => {
  for (const each of racers) each.kill('SIGKILL');
  for (const each of [folder, built]) await rm(each, { recursive: true, force: true });
});

async function tell(child: ChildProcess, message: { does: 'take'; at: number } | { does: 'release' }): Promise<Answer> {
  const answer = once(child, 'message');
  child.send(message);
  return ((await answer) as [Answer])[0];
}

const { pid } = spawnSync(process.execPath, ['--version']);

/** Leaves the lock as a process does that was killed while it had it, in the `round`-th round. */
async function leaveByTheDead(round: number): Promise<void> {
  const owner = {
    ...systemProcesses().self,
    pid,
    startedAt: '1',
    token: round.toString(16).padStart(32, '0'),
    run: 'dead',
    since: new Date().toISOString(),
    timeoutMs: 30_000,
  };
  expect(await new FolderLocks(folder, lockFiles).take('raced', owner, undefined, Date.now())).toBe(true);
}

describe('several processes that want the lock of a dead one', () => {
  it('never get it together, in many rounds', async () => {
    for (let round = 0; round < rounds; round += 1) {
      await leaveByTheDead(round);
      const at = Date.now() + 5;
      const answers = await Promise.all(racers.map((each) => tell(each, { does: 'take', at })));
      const holders = racers.filter((_, index) => answers[index]?.done === true);
      expect(holders).toHaveLength(1);
      for (const { done, code } of answers) if (!done) expect(code).toBe('LOCKED');
      for (const holder of holders) expect(await tell(holder, { does: 'release' })).toEqual({ done: true });
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it('get it at once from one that is killed', async () => {
    const [one, other] = racers as [ChildProcess, ChildProcess];
    expect(await tell(one, { does: 'take', at: 0 })).toEqual({ done: true });
    expect(await tell(other, { does: 'take', at: 0 })).toEqual({ done: false, code: 'LOCKED' });
    one.kill('SIGKILL');
    await once(one, 'exit');
    expect(await tell(other, { does: 'take', at: 0 })).toEqual({ done: true });
  });
});
