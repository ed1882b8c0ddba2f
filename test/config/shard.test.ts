import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readShard, shardFor } from '../../src/config/fleet/shard.ts';

describe('the shard that --shard names', () => {
  it.each([
    [undefined, {}, { index: 1, of: 1 }],
    ['3/10', {}, { index: 3, of: 10 }],
    ['10/10', {}, { index: 10, of: 10 }],
    ['1/10000', {}, { index: 1, of: 10_000 }],
    ['auto', { JOB_COMPLETION_INDEX: '0', RELAY_SHARDS: '10' }, { index: 1, of: 10 }],
    ['auto', { JOB_COMPLETION_INDEX: '9', RELAY_SHARDS: '10' }, { index: 10, of: 10 }],
    ['auto', { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '4' }, { index: 1, of: 4 }],
    // A pod of a Job that a CI system has started knows both.
    [
      'auto',
      { JOB_COMPLETION_INDEX: '2', RELAY_SHARDS: '5', CI_NODE_INDEX: '1', CI_NODE_TOTAL: '4' },
      { index: 3, of: 5 },
    ],
  ])('%s with %j is %j', (text, env, shard) => {
    expect(readShard(text, env)).toEqual(shard);
  });

  it.each([
    ['11/10', {}, '--shard "11/10" is no shard'],
    ['0/3', {}, '--shard "0/3" is no shard'],
    ['1/0', {}, '--shard "1/0" is no shard'],
    ['3', {}, '--shard "3" is no shard'],
    ['1/10001', {}, 'at most 10000 shards'],
    ['-1/3', {}, 'is no shard'],
    ['1/3/4', {}, 'is no shard'],
    ['1e1/20', {}, 'is no shard'],
    ['', {}, 'is no shard'],
    ['\u001B]0;x\u0007', {}, '"?]0;x?"'],
    ['auto', {}, 'finds no shard in the environment'],
    ['auto', { JOB_COMPLETION_INDEX: '3' }, 'RELAY_SHARDS'],
    ['auto', { JOB_COMPLETION_INDEX: '10', RELAY_SHARDS: '10' }, 'RELAY_SHARDS'],
    ['auto', { JOB_COMPLETION_INDEX: ' 1', RELAY_SHARDS: '10' }, 'RELAY_SHARDS'],
    ['auto', { CI_NODE_INDEX: '0', CI_NODE_TOTAL: '4' }, 'CI_NODE_TOTAL'],
    ['auto', { CI_NODE_INDEX: '2' }, 'CI_NODE_TOTAL'],
  ])('%s with %j is refused', (text, env, says) => {
    expect(() => readShard(text, env)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(says) as unknown }),
    );
  });
});

describe('the shard of a host', () => {
  const hosts = fc.uniqueArray(fc.webUrl(), { minLength: 1, maxLength: 60 });

  it('is exactly one, whatever other hosts there are', () => {
    fc.assert(
      fc.property(hosts, fc.integer({ min: 1, max: 40 }), fc.webUrl(), (all, of, another) => {
        const parts = (list: readonly string[]) =>
          Array.from({ length: of }, (_, index) => list.filter((host) => shardFor(host, of) === index + 1));
        const before = parts(all);
        expect(before.flat().toSorted()).toEqual(all.toSorted());
        const after = parts([...all.filter((host) => host !== another), another]);
        for (const [index, own] of before.entries())
          expect(after[index]?.filter((host) => host !== another)).toEqual(own.filter((host) => host !== another));
      }),
    );
  });

  it('changes only for those that go to a shard that is added', () => {
    fc.assert(
      fc.property(fc.webUrl(), fc.integer({ min: 1, max: 60 }), (host, of) => {
        expect([shardFor(host, of), of + 1]).toContain(shardFor(host, of + 1));
      }),
    );
  });

  it('is spread evenly', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let index = 0; index < 5000; index += 1) {
      const at = shardFor(`https://gw-${index}.example.com`, 10) - 1;
      counts[at] = (counts[at] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(400);
    expect(Math.max(...counts)).toBeLessThan(600);
  });
});
