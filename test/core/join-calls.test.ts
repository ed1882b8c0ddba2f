import { describe, expect, it } from 'vitest';
import { joinCalls } from '../../src/core/join-calls.ts';

describe('shared work', () => {
  it('is done once for all who ask while one is under way, and begins after they have asked', async () => {
    let begun = 0;
    const ends: (() => void)[] = [];
    const ask = joinCalls(async () => {
      begun += 1;
      const mine = begun;
      await new Promise<void>((resolve) => void ends.push(resolve));
      return mine;
    });
    const turn = () => new Promise((resolve) => void setImmediate(resolve));
    const first = [ask(), ask()];
    await turn();
    const second = [ask(), ask()];
    await turn();
    expect(begun).toBe(1);
    ends[0]?.();
    expect(await Promise.all(first)).toEqual([1, 1]);
    await turn();
    ends[1]?.();
    expect(await Promise.all(second)).toEqual([2, 2]);
  });

  it('that has failed is done again for whoever asks next', async () => {
    let left = 1;
    const ask = joinCalls(async () => {
      left -= 1;
      if (left === 0) throw new Error('once');
      return 'done';
    });
    await expect(ask()).rejects.toThrow('once');
    expect(await ask()).toBe('done');
  });
});
