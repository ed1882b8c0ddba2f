import { describe, expect, it } from 'vitest';
import type { Command } from 'commander';
import { z } from 'zod';
import { WordOption } from '../../src/cli/options/option-values.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { configSchema, leftOut, pathSettings } from '../../src/config/config-schema.ts';
import { maxAtOnce } from '../../src/config/limits.ts';
import { unwrap } from '../../src/text/shape-findings.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';

const program = buildProgram({ version: '0' } as never, new Redactor(), () => undefined);

function all(command: Command): Command[] {
  return [command, ...command.commands.flatMap(all)];
}

const options = all(program).flatMap((command) => command.options.map((option) => ({ command, option })));
const names = new Set(options.map(({ option }) => option.attributeName()));
const shape = configSchema.shape as Record<string, z.ZodType>;

/** Settings that are no options: they hold several of what an option names one of. */
const noOptions = ['$schema', 'hosts', 'packDirs'];

describe('options and settings', () => {
  it('are the same, but for those that are left out with a reason, and --version', () => {
    const missing = [...names].filter(
      (name) => name !== 'version' && !Object.hasOwn(shape, name) && !Object.hasOwn(leftOut, name),
    );
    expect(missing).toEqual([]);
    expect(Object.keys(shape).filter((name) => !names.has(name))).toEqual(noOptions);
    expect(Object.keys(leftOut).filter((name) => Object.hasOwn(shape, name))).toEqual([]);
  });

  it('take the same words', () => {
    for (const { command, option } of options.filter(({ option: each }) => each instanceof WordOption)) {
      const schema = unwrap(shape[option.attributeName()]);
      // Who shows findings has forms of its own.
      if (!(schema instanceof z.ZodEnum) || option.attributeName() === 'output') continue;
      expect((option as WordOption).words, `${command.name()} ${option.long}`).toEqual(schema.options);
    }
  });

  it('have the same limits', () => {
    for (const [name, most] of Object.entries(maxAtOnce)) {
      expect(configSchema.safeParse({ [name]: most }).success).toBe(true);
      expect(configSchema.safeParse({ [name]: most + 1 }).success).toBe(false);
    }
  });

  it('name the same files: what takes a <file> is relative to the configuration', () => {
    const files = options
      .filter(({ option }) => /<file>/.test(option.flags))
      .map(({ option }) => option.attributeName());
    expect([...new Set(files)].filter((name) => !Object.hasOwn(leftOut, name)).toSorted()).toEqual(
      [...pathSettings].toSorted(),
    );
  });
});
