import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Readable, Writable } from 'node:stream';
import { execa } from 'execa';
import { vi } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { reportSchema, type Report } from '../../src/report/report-schema.ts';
import { createFaultPicker } from '../../src/sandbox/faults/faults.ts';
import type { Sandbox } from './start-sandbox.ts';
import { systemClock } from '../../src/core/clock.ts';
import { leaksIn } from './canaries.ts';
import { sweeping } from './sweep.ts';

export const relayBinary = fileURLToPath(new URL('../../bin/relay.js', import.meta.url));

const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** An empty folder to run in, as a user would have it. */
export interface Workplace {
  folder: string;
  write: (name: string, text: string) => Promise<string>;
  run: (
    args: readonly string[],
    options?: {
      env?: Record<string, string>;
      input?: string;
      /** Sends a signal to the process when something has come about; see `stallAt`. */
      signalAt?: { moment: Promise<unknown>; signal: NodeJS.Signals };
      /** In this process, where a test stands in for a part of it, or in one of its own, where it runs beside another. */
      where?: 'here' | 'apart';
      /** A folder in this one to run in. */
      inside?: string;
    },
  ) => Promise<Finished>;
  report: (name?: string) => Promise<Report>;
  remove: () => Promise<void>;
}

/** An import of `keys.txt` into a host, with the embedded vendor behind it. */
export function importWords({ url, vendorUrl }: { url: string; vendorUrl: string }, ...more: string[]): string[] {
  const upstream = ['--base-url', `${vendorUrl}/v1`];
  return lastWins(['import', '--pack', 'kimi', '--keys', 'keys.txt', '--host', url, ...upstream, ...more]);
}

/** A command line in which what is said last of an option stands for all that was said of it. */
export function lastWins(words: readonly string[]): string[] {
  const isRepeated = (word: string, index: number) =>
    word.startsWith('--') && word !== '--user' && words.indexOf(word, index + 1) !== -1;
  return words.filter(
    (word, index) =>
      !isRepeated(word, index) &&
      (index === 0 || word.startsWith('--') || !isRepeated(words[index - 1] ?? '', index - 1)),
  );
}

export interface Finished {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/**
 * The moment at which a sandbox got so many such requests (`*` in the path stands for any run of characters). They stay
 * without an answer, so that the run is still there when a signal comes; what they ask for is done with `carriedOut`.
 */
export function stallAt(
  { requests, addFault }: Sandbox,
  method: string,
  path: string,
  { carriedOut = true, times = 1 } = {},
): Promise<void> {
  const stall = { method, path, fault: 'delay', ms: 3_600_000, after: carriedOut, times } as const;
  addFault(stall);
  const due = createFaultPicker([stall]);
  let left = times;
  const push = requests.push.bind(requests);
  return new Promise((resolve) => {
    requests.push = (...more) => {
      left -= more.filter((request) => due(request.method, request.path) !== undefined).length;
      if (left === 0) resolve();
      return push(...more);
    };
  });
}

const timeoutOfTheSystem = systemClock.timeout.bind(systemClock);

/**
 * Has the time-out of so many milliseconds pass at that moment, for what runs in this process until the test ends. Give one
 * that is long enough never to pass by itself.
 */
export function passTimeoutAt(moment: Promise<unknown>, ms: number): void {
  vi.spyOn(systemClock, 'timeout').mockImplementation((asked) => {
    if (asked !== ms) return timeoutOfTheSystem(asked);
    const limit = new AbortController();
    void moment.then(() => limit.abort());
    return limit.signal;
  });
}

/** What is the process's own, and no command line's: colours and certificates. */
const ofTheProcess = /^(?:NODE_|FORCE_COLOR|NO_COLOR|TERM|COLORTERM|CI$|GITHUB_ACTIONS)/i;

/**
 * Runs a command line inside this process, or by the built binary where only a process of its own will do (and, with
 * `RELAY_SWEEP=1`, everywhere), with an environment that holds nothing of the machine's but the path. After each run, all
 * that it said and all that it wrote is searched for the secrets it was given (rule N1).
 */
export async function workplace(): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'relay-test-'));
  const given = new Set<string>();
  const secrets = new Set<string>();
  // What was looked at after an earlier run, and has not been written since.
  const searched = new Map<string, string>();
  const textIfNew = async (path: string) => {
    const about = await stat(path).then(({ mtimeMs, size }) => `${mtimeMs} ${size} ${secrets.size}`, orGone);
    if (about === searched.get(path)) return '';
    searched.set(path, about);
    return readFile(path, 'utf8').catch(orGone);
  };
  const search = async (said: string) => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && !given.has(entry.name));
    const written = await Promise.all(files.map((file) => textIfNew(join(file.parentPath, file.name))));
    const leaks = leaksIn([said, ...written].join('\n'), [...secrets]);
    if (leaks.length > 0) throw new Error(`leaked: ${leaks.join(', ')}`);
  };
  return {
    folder,
    write: async (name, text) => {
      await writeFile(join(folder, name), text);
      given.add(basename(name));
      if (/key|password/.test(name)) {
        for (const word of text.split(/[\s",]+/)) if (word.length >= 16) secrets.add(word);
      }
      return name;
    },
    run: async (args, { env = {}, input, signalAt, where, inside = '.' } = {}) => {
      const cwd = join(folder, inside);
      for (const [name, value] of Object.entries(env)) if (/KEY$|PASSWORD$/.test(name)) secrets.add(value);
      const mustBeReal =
        where === 'apart' || signalAt !== undefined || Object.keys(env).some((name) => ofTheProcess.test(name));
      if (where === 'here' || (!mustBeReal && !sweeping)) {
        const here = { PATH: process.env['PATH'] ?? '', HOME: folder, ...env };
        const finished = await runHere(args, cwd, here, input ?? '');
        await search(`${finished.stdout}\n${finished.stderr}`);
        return finished;
      }
      const child = execa(process.execPath, [relayBinary, ...args], {
        cwd,
        env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
        extendEnv: false,
        reject: false,
        // An orderly end may take its time.
        forceKillAfterDelay: false,
        ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
      });
      void signalAt?.moment.then(() => child.kill(signalAt.signal));
      const { exitCode, stdout, stderr } = await child;
      await search(`${stdout}\n${stderr}`);
      // A newer Node warns of what an older one took; users would read it as relay's words.
      if (/^\(node:\d+\) /m.test(stderr)) throw new Error(`Node warns: ${stderr}`);
      return { exitCode: exitCode ?? -1, stdout, stderr };
    },
    report: async (name = 'relay-report.json') =>
      reportSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8'))),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A file that another process has taken away meanwhile tells nothing any more. */
function orGone(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}

/** How far pauses have moved the time of this process. */
let ahead = 0;

/** Has the pauses of relay take no time, where a test has not said otherwise, until it is ended. Returns what ends it. */
function skipPauses(): () => void {
  const { now, sleep } = systemClock;
  if (vi.isMockFunction(now) || vi.isMockFunction(sleep)) return () => undefined;
  systemClock.now = () => Date.now() + ahead;
  systemClock.sleep = async (ms) => {
    ahead += ms;
    await turn();
  };
  return () => void Object.assign(systemClock, { now, sleep });
}

/** Runs a command line as the binary does, with streams that are no terminal, and without waiting where relay would pause. */
async function runHere(
  args: readonly string[],
  folder: string,
  env: Record<string, string>,
  input: string,
): Promise<Finished> {
  const said = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk: Buffer, _, done) {
        said[name] += chunk.toString();
        done();
      },
    });
  const before = { folder: process.cwd(), home: process.env['HOME'] };
  const endSkipping = skipPauses();
  process.chdir(folder);
  process.env['HOME'] = env['HOME'] ?? folder;
  try {
    const io = { stdin: Readable.from([Buffer.from(input)]), stdout: stream('stdout'), stderr: stream('stderr') };
    const exitCode = await main([...args], { ...io, env, cwd: folder, uid: process.geteuid?.(), version });
    const trimmed = (text: string) => text.replace(/\n$/, '');
    return { exitCode, stdout: trimmed(said.stdout), stderr: trimmed(said.stderr) };
  } finally {
    endSkipping();
    process.chdir(before.folder);
    process.env['HOME'] = before.home;
  }
}
