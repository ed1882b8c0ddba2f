// What the rows of the bench are measured with.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

export const relay = fileURLToPath(new URL('../../bin/relay.js', import.meta.url));
export const ceiling = fileURLToPath(new URL('ceiling.js', import.meta.url));

/** The middle of some numbers. */
export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** Runs a whole process of Node. Its wall time in milliseconds, and the most memory that it held, in MB. */
export async function run(args, { env = {}, quiet = false } = {}) {
  const begin = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', quiet ? 'ignore' : 'inherit', quiet ? 'pipe' : 'inherit'],
    env: { ...process.env, ...env },
  });
  let told = '';
  child.stderr?.on('data', (data) => {
    told = `${told}${data}`.slice(-1000);
  });
  let peakMb = 0;
  const look = setInterval(() => {
    try {
      const held = /VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
      peakMb = Math.max(peakMb, Number(held ?? 0) / 1024);
    } catch {
      // It has ended, or this system has no such file.
    }
  }, 100);
  const exitCode = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(look);
  if (exitCode !== 0) throw new Error(`${args.slice(0, 3).join(' ')} ended with ${exitCode}: ${told}`);
  return { ms: performance.now() - begin, peakMb };
}

/** The median ratio of two things that are measured in turn, so that both meet the same machine, and their median times. */
export async function ratioOf(pairs, one, other) {
  const taken = [];
  for (let pair = 0; pair < pairs; pair += 1) taken.push({ other: await other(), one: await one() });
  return {
    ratio: median(taken.map((each) => each.one / each.other)),
    one: median(taken.map((each) => each.one)),
    other: median(taken.map((each) => each.other)),
  };
}

export const ms = (number) => `${number.toFixed(0)} ms`;
