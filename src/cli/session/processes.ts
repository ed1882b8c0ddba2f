import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Processes, ProcessLook } from '../../journal/lock/liveness.ts';

/**
 * The processes of this system. Linux says which start of the kernel it is, among which processes numbers count, and when
 * each began. Elsewhere the name of the machine stands for the first two: there, nothing that shares a folder and a name
 * has numbers of its own.
 */
export function systemProcesses(): Processes {
  const { pid, platform } = process;
  const machine = hostname();
  const linux = platform === 'linux';
  return {
    self: {
      pid,
      machine,
      boot: linux ? attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) : machine,
      namespace: linux ? attempt(() => readlinkSync('/proc/self/ns/pid')) : platform,
      startedAt: statOf(pid)?.startedAt ?? null,
    },
    look,
  };
}

function look(pid: number): ProcessLook {
  if (!isThere(pid)) return 'gone';
  const stat = statOf(pid);
  if (stat === null) return { startedAt: null };
  return stat.state === 'Z' || stat.state === 'X' ? 'gone' : { startedAt: stat.startedAt };
}

/** A process of another user answers with a refusal, and is there all the same. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Nothing where /proc is not there, hides others, or shows processes with other numbers than ours. */
function statOf(pid: number): { state: string; startedAt: string } | null {
  return attempt(() => {
    if (readlinkSync('/proc/self') !== String(process.pid)) return null;
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  });
}

/** State and start, in ticks of the kernel's clock, of `/proc/PID/stat`: the fields 3 and 22. A name can hold anything. */
export function parseStat(text: string): { state: string; startedAt: string } | null {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startedAt] = [fields[0], fields[19]];
  return text.includes(')') && state !== undefined && startedAt !== undefined ? { state, startedAt } : null;
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
