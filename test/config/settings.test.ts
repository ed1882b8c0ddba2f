import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { configSchema, leftOut, pathSettings, plainSettings, wordsOfSettings } from '../../src/config/config-schema.ts';
import { optionRecords } from '../../src/config/options/option-table.ts';

const shape = configSchema.shape as Record<string, z.ZodType>;

/** Settings that are no options: they hold several of what an option names one of. */
const noOptions = ['$schema', 'hosts', 'packDirs'];

describe('options and settings', () => {
  it('are the same, but for those that are left out with a reason', () => {
    const known = [...Object.keys(shape), ...Object.keys(leftOut)];
    expect(known.toSorted()).toEqual([...noOptions, ...optionRecords.keys()].toSorted());
    for (const why of Object.values(leftOut)) expect(why).toMatch(/^\w.{10,}[^.]$/);
  });

  it.each([...optionRecords].filter(([name]) => Object.hasOwn(shape, name)))(
    'take the same: %s',
    (name, { kind, words = [], most = 0, repeatable, negative, holds }) => {
      const takes = (value: unknown) => configSchema.safeParse({ [name]: value }).success;
      switch (kind) {
        case 'switch':
          return expect([true, false, 'yes'].map(takes)).toEqual([true, true, false]);
        case 'number':
          return expect([0, 1, most, most + 1, 1.5, '1'].map(takes)).toEqual([false, true, true, false, false, false]);
        case 'duration':
          return expect(['30s', '1.5h', '30', 30].map(takes)).toEqual([true, true, false, false]);
        case 'choice':
          return expect([...words, 'other'].map(takes)).toEqual([...words.map(() => true), false]);
        case 'file':
        case 'folder':
          return expect(['a/b', '-', false, ''].map(takes)).toEqual([
            true,
            holds !== 'secret',
            negative !== undefined,
            false,
          ]);
        case 'text':
          return expect(takes(repeatable === true ? 'a' : ['a'])).toBe(false);
      }
    },
  );

  it('name files relative to the configuration, and what is no secret is known', () => {
    expect(pathSettings).toContain('report');
    expect(pathSettings).not.toContain('pack');
    expect(plainSettings()).toEqual(expect.arrayContaining(['mode', 'timeout', 'batchSize', 'color']));
    expect(plainSettings()).not.toEqual(expect.arrayContaining(['keys']));
    expect(wordsOfSettings()).toEqual(expect.arrayContaining(['partial', 'reconcile', 'sub2api', 'sandbox']));
  });
});
