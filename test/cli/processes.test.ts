import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { parseStat, systemProcesses } from '../../src/cli/session/processes.ts';
import { livenessOf } from '../../src/journal/lock/liveness.ts';

const rest = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index).join(' ');

describe('what Linux says of a process', () => {
  it.each([
    ['a plain name', 'node', 'S'],
    ['a name with spaces', 'my program', 'R'],
    ['a name like the end of one', 'a) S 1 (b', 'Z'],
    ['a name of brackets', ')))', 'D'],
  ])('is read past %s', (_name, name, state) => {
    expect(parseStat(`77 (${name}) ${state} ${rest(4, 21)} 123456 ${rest(23, 52)}\n`)).toEqual({
      state,
      startedAt: '123456',
    });
  });

  it.each(['', 'nothing', '77 (node) S 1 2 3'])('is nothing where it says %j', (text) => {
    expect(parseStat(text)).toBeNull();
  });
});

describe('the processes of this system', () => {
  const processes = systemProcesses();
  const { self, look } = processes;

  it('tell that this one lives', () => {
    expect(self.pid).toBe(process.pid);
    expect(look(self.pid)).toEqual({ startedAt: self.startedAt });
    expect(self.boot).not.toBeNull();
    expect(self.namespace).not.toBeNull();
  });

  it('tell that one lives that this one may not touch', () => {
    expect(look(1)).not.toBe('gone');
  });

  it('tell that one is gone', async () => {
    const child = spawn(process.execPath, ['--version']);
    const pid = child.pid ?? 0;
    await once(child, 'exit');
    expect(look(pid)).toBe('gone');
  });

  it.runIf(process.platform === 'linux')(
    'tell the start of each, and count one as gone that only waits to be buried',
    async () => {
      // The shell becomes a program that never asks how its child has ended.
      const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 60']);
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      await expect.poll(() => look(Number(line.toString()))).toBe('gone');
      expect(look(parent.pid ?? 0)).toEqual({ startedAt: expect.stringMatching(/^\d+$/) });
      parent.kill('SIGKILL');
      await once(parent, 'exit');
      expect(livenessOf(self, processes)).toBe('alive');
    },
  );
});
