import { readdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemProcesses } from '../../src/cli/session/processes.ts';
import { FolderLocks } from '../../src/journal/folder/folder-locks.ts';
import { lockFiles } from '../../src/journal/folder/lock-files.ts';
import { lockKeys } from '../../src/journal/lock/lock-keys.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../support/start-sandbox.ts';
import { systemClock } from '../../src/core/clock.ts';
import { importWords, workplace, type Workplace } from '../support/binary.ts';
import { holdings } from '../support/import-run.ts';
import { closeServers, serve, through } from '../support/small-server.ts';
import { goodKeys } from '../support/keys.ts';

const keys = goodKeys.slice(0, 2);

let place: Workplace;
let host: Sandbox;
let env: Record<string, string>;
let states = 0;
beforeAll(async () => {
  place = await workplace();
  await place.write('keys.txt', keys.join('\n'));
});
afterAll(() => place.remove());
afterEach(async () => {
  closeServers();
  await host.stop();
});

async function start(options: SandboxOptions = {}): Promise<void> {
  host = await startSandbox(options);
  states += 1;
  env = { RELAY_ADMIN_KEY: host.adminKey, RELAY_STATE_DIR: join(place.folder, `state-${states}`) };
}
const locks = () => join(env['RELAY_STATE_DIR'] ?? '', 'locks');
const onto = (url: string, ...more: string[]) => importWords({ url, vendorUrl: host.vendorUrl }, ...more);

type Asked = Pick<IncomingMessage, 'method' | 'url'>;
const makesAccounts = ({ method, url }: Asked) =>
  method === 'POST' && url?.startsWith('/api/v1/admin/accounts/batch') === true;
const testsSecond = ({ method, url }: Asked) => {
  const [, second] = host.state.accounts.keys();
  return method === 'POST' && url?.endsWith(`/accounts/${second}/test`) === true;
};
const asksWho = ({ url }: Asked) => url?.includes('role=admin') === true;

describe('two imports at once', () => {
  it.each(['another name of its address', 'an address of which nothing tells that it is the same'])(
    'do not double keys where one calls the host by %s',
    async (way) => {
      await start();
      let go = () => undefined as void;
      const free = new Promise<void>((resolve) => (go = resolve));
      let begun = () => undefined as void;
      const atWork = new Promise<void>((resolve) => (begun = resolve));
      // The first is about to make accounts until the second has read all that it reads before it wants the lock.
      const first = await serve(
        through(host.url, async (request) => {
          if (request.headers.host?.startsWith('localhost') === true) return asksWho(request) ? go() : undefined;
          if (!makesAccounts(request)) return undefined;
          begun();
          return free;
        }),
      );
      const second = way.startsWith('another')
        ? first.replace('127.0.0.1', 'localhost')
        : await serve(through(host.url, async (request) => (asksWho(request) ? go() : undefined)));
      const run = (url: string) => place.run(onto(url, '--no-report'), { env, where: 'apart' });
      const one = run(first);
      await atWork;
      const two = run(second);
      void two.then(go);
      expect(await one).toMatchObject({ exitCode: 0 });
      const other = await two;
      expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02'] });
      // Where the machine is too busy to end the first in ten seconds, the second is refused.
      if (other.exitCode === 3) expect(other.stderr).toContain(locks());
      else expect(other).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('othing') as unknown });
      expect(await readdir(locks())).toEqual([]);
    },
  );
});

describe('an import while another run is at work', () => {
  it('waits ten seconds, then ends with exit 3 and names run, process, age and file', async () => {
    await start();
    const [key] = lockKeys(host.url, null, 'kimi-cn');
    const name = key?.name ?? '';
    const since = new Date(Date.now() - 5 * 60_000).toISOString();
    const store = new FolderLocks(locks(), lockFiles);
    const owner = { ...systemProcesses().self, token: 'a'.repeat(32), run: 'the-other-run', since, timeoutMs: 30_000 };
    expect(await store.take(name, owner, undefined, Date.now())).toBe(true);
    let ahead = 0;
    const from = Date.now();
    vi.spyOn(systemClock, 'now').mockImplementation(() => from + ahead);
    vi.spyOn(systemClock, 'sleep').mockImplementation(async (ms) => void (ahead += ms));
    const run = await place.run(onto(host.url, '--no-report'), { env, where: 'here' });
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toContain(
      `error LOCKED: The run the-other-run (process ${process.pid}) has been at work on kimi-cn of the host at ${host.url} for 5 minutes, since ${since}. Its lock is ${store.placeOf(name)}.`,
    );
    expect(run.stderr).toContain(
      `To do: Wait until that run has ended. If there is no such run any more, remove ${store.placeOf(name)}.\nNext: relay import`,
    );
    expect(ahead).toBeGreaterThanOrEqual(10_000);
    expect(host.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

describe('an import on a host that does not tell who it is', () => {
  it('goes on with the lock of the address alone', async () => {
    await start({ faults: [{ path: '/api/v1/admin/users', fault: 'status', status: 403, times: 1 }] });
    const held: string[][] = [];
    const url = await serve(
      through(host.url, async (request) => void (makesAccounts(request) && held.push(await readdir(locks())))),
    );
    expect(await place.run(onto(url, '--no-report', '--probe', 'none'), { env })).toMatchObject({ exitCode: 0 });
    expect(held.map((files) => files.length)).toEqual([1]);
  });
});

describe('an import whose lock is taken away', () => {
  it.each([
    ['strict', 'accounts are made', makesAccounts, 6, 'failed'],
    ['partial', 'accounts are made', makesAccounts, 6, 'partially_succeeded'],
    ['strict', 'the second is tested', testsSecond, 6, 'failed'],
    ['partial', 'the second is tested', testsSecond, 6, 'partially_succeeded'],
  ])('sends nothing more, not even to undo: %s, while %s', async (mode, _when, is, exitCode, batchStatus) => {
    await start();
    const writes = () => host.requests.filter(({ method }) => method !== 'GET');
    let before = 0;
    const beats: (() => void)[] = [];
    vi.spyOn(systemClock, 'every').mockImplementation((_ms, beat) => {
      beats.push(beat);
      return () => undefined;
    });
    const abort = vi.spyOn(AbortController.prototype, 'abort');
    const url = await serve(
      through(host.url, async (request) => {
        if (!is(request) || beats.length === 0) return;
        before = writes().length;
        for (const file of await readdir(locks())) await rm(join(locks(), file));
        for (const beat of beats.splice(0)) beat();
        await vi.waitFor(() => expect(abort).toHaveBeenCalledWith(expect.objectContaining({ code: 'LOCK_LOST' })));
      }),
    );
    const run = await place.run(onto(url, '--mode', mode, '--concurrency', '1', '--probe', 'none'), {
      env,
      where: 'here',
    });
    expect(run.exitCode).toBe(exitCode);
    expect(run.stderr).toContain('LOCK_LOST');
    // The one that was on its way may have arrived.
    const later = writes().slice(before);
    expect(later.filter(({ method, path }) => !is({ method, url: path }))).toEqual([]);
    expect(later.length).toBeLessThanOrEqual(1);
    const report = await place.report();
    expect(report.batchStatus).toBe(batchStatus);
    expect(report.errors.map(({ code }) => code)).toEqual(['LOCK_LOST']);
    if (mode === 'strict')
      expect(report.leftovers.map(({ kind }) => kind).toSorted()).toEqual([
        'account',
        'account',
        'channel',
        'group',
        'tariff',
      ]);
    expect(holdings(host)).toMatchObject({
      accounts: ['kimi-cn-01', 'kimi-cn-02'],
      users: ['admin@relay.test', 'user@relay.test'],
    });
  });
});
