import { describe, expect, it } from 'vitest';
import { testPace } from '../../src/verify/test-pace.ts';
import { capabilities } from '../support/builders.ts';
import { quickClock } from '../support/clocks.ts';

describe('the pace of tests', () => {
  it.each<[string, number | null, object | undefined, object, object]>([
    ['as it comes', null, undefined, {}, { limit: 16, perMinute: null, why: 'starting' }],
    ['as asked for', 64, undefined, {}, { limit: 64, why: 'fixed' }],
    ['as asked for, whatever the pack says', 64, { atOnce: 2 }, {}, { limit: 64, why: 'fixed' }],
    ['as the pack says', null, { atOnce: 2, perMinute: 600 }, {}, { limit: 2, perMinute: 599 }],
    ['as the host takes', null, { atOnce: 40 }, { tests: 3 }, { limit: 3 }],
  ])('%s', (_, atOnce, pace, takes, wanted) => {
    const can = { ...capabilities, atOnce: { ...capabilities.atOnce, ...takes } };
    expect(testPace(atOnce, { pace }, can, quickClock()).state).toMatchObject(wanted);
  });
});
