import { beforeAll, describe, expect, it } from 'vitest';
import { mergeReports } from '../../src/report/merge-reports.ts';
import type { ImportsReport } from '../../src/report/outputs/imports-schema.ts';
import { sampleReports, type Samples } from '../support/sample-reports.ts';

let samples: Samples;
beforeAll(async () => {
  samples = await sampleReports();
});

function shard(index: number, of: number, ends: readonly number[], changes: Partial<ImportsReport> = {}) {
  const imports = ends.map((exitCode, at) => ({
    ...samples.fine.report,
    exitCode,
    unit: { host: `gw-${index}-${at}`, provider: 'kimi-cn', access: 'subscription' as const },
  }));
  const report: ImportsReport = {
    schema: 'relay.imports-report/1',
    startedAt: `2026-11-20T12:0${index}:00.000Z`,
    finishedAt: `2026-11-20T12:3${index}:00.000Z`,
    relayVersion: '0.0.1',
    exitCode: 0,
    fleet: { digest: 'sha256:aa', shard: { index, of }, missing: [] },
    imports,
    ...changes,
  };
  return { name: `shard-${index}.json`, report };
}

describe('the report of a whole', () => {
  it('holds what the shards hold, in their order, from the first start to the last end', () => {
    const whole = mergeReports([shard(2, 2, [0]), shard(1, 2, [0, 0])], '9.9.9');
    expect(whole).toMatchObject({
      startedAt: '2026-11-20T12:01:00.000Z',
      finishedAt: '2026-11-20T12:32:00.000Z',
      relayVersion: '9.9.9',
      exitCode: 0,
      fleet: { digest: 'sha256:aa', shard: { index: 1, of: 1 }, missing: [] },
    });
    expect(whole.imports.map(({ unit }) => unit.host)).toEqual(['gw-1-0', 'gw-1-1', 'gw-2-0']);
  });

  it.each([
    [[[0], [0]], 0],
    [[[0], []], 0],
    [[[], []], 0],
    [[[0], [4]], 5],
    [[[4], [3, 4]], 4],
    [[[0, 5], [6]], 6],
    [[[0], [7]], 7],
  ] as const)('of %j ends with %i', (ends, exitCode) => {
    expect(
      mergeReports(
        ends.map((own, index) => shard(index + 1, ends.length, own)),
        '1',
      ).exitCode,
    ).toBe(exitCode);
  });

  it('ends with 6 where shards are missing, and names them', () => {
    const whole = mergeReports([shard(4, 5, [0]), shard(2, 5, [0])], '1');
    expect(whole.exitCode).toBe(6);
    expect(whole.fleet.missing).toEqual([1, 3, 5].map((index) => ({ index, of: 5 })));
  });

  it.each([
    [
      'one twice',
      () => [shard(1, 3, [0]), shard(2, 3, [0]), shard(1, 3, [])],
      'shard-1.json and shard-1.json are both of shard 1/3',
    ],
    [
      'another fleet',
      () => [
        shard(1, 2, [0]),
        shard(2, 2, [0], { fleet: { digest: 'sha256:bb', shard: { index: 2, of: 2 }, missing: [] } }),
      ],
      'shard-1.json and shard-2.json are of different fleets',
    ],
    [
      'another number of shards',
      () => [shard(1, 2, [0]), shard(2, 3, [0])],
      'shard-1.json is of 2 shards, and shard-2.json of 3',
    ],
    [
      'what was merged',
      () => [
        shard(1, 1, [0], {
          fleet: { digest: 'sha256:aa', shard: { index: 1, of: 1 }, missing: [{ index: 1, of: 2 }] },
        }),
      ],
      'was merged already',
    ],
    [
      'a unit in two shards',
      () => [shard(1, 2, [0]), shard(2, 2, [], { imports: shard(1, 2, [0]).report.imports })],
      'More than one shard has imported gw-1-0 kimi-cn',
    ],
  ])('is not made of %s', (_, shards, says) => {
    expect(() => mergeReports(shards(), '1')).toThrow(
      expect.objectContaining({ code: 'SHARDS_DIFFER', message: expect.stringContaining(says) as unknown }),
    );
  });
});
