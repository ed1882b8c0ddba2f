import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { reportSchema, type Report } from '../../src/report/report-schema.ts';

export const relayBinary = fileURLToPath(new URL('../../bin/relay.js', import.meta.url));

/** An empty folder to run in, as a user would have it. */
export interface Workplace {
  folder: string;
  write: (name: string, text: string) => Promise<string>;
  run: (
    args: readonly string[],
    options?: { env?: Record<string, string>; input?: string; signalAfter?: { text: string; signal: NodeJS.Signals } },
  ) => Promise<Finished>;
  report: (name?: string) => Promise<Report>;
  remove: () => Promise<void>;
}

export interface Finished {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs the built binary, with an environment that holds nothing of the machine's but the path. */
export async function workplace(): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'relay-test-'));
  return {
    folder,
    write: async (name, text) => {
      await writeFile(join(folder, name), text);
      return name;
    },
    run: async (args, { env = {}, input, signalAfter } = {}) => {
      const child = execa(process.execPath, [relayBinary, ...args], {
        cwd: folder,
        env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
        extendEnv: false,
        reject: false,
        ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
      });
      if (signalAfter !== undefined) {
        child.stderr?.on('data', (chunk: Buffer) => {
          if (chunk.toString().includes(signalAfter.text)) child.kill(signalAfter.signal);
        });
      }
      const { exitCode, stdout, stderr } = await child;
      return { exitCode: exitCode ?? -1, stdout: String(stdout), stderr: String(stderr) };
    },
    report: async (name = 'relay-report.json') =>
      reportSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8'))),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
