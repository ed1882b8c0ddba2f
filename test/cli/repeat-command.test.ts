import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addOptions } from '../../src/cli/options/build-options.ts';
import { repeatCommand } from '../../src/cli/options/repeat-command.ts';

const parse = (words: readonly string[]) =>
  addOptions(new Command('import').exitOverride(), 'plan')
    .parse([...words], { from: 'user' })
    .opts();

/** The words of a line without quotes. */
const split = (line: string) => line.split(' ').slice(2);

const required = ['--pack', 'kimi', '--keys', 'keys.txt'];

describe('the command that does the same again', () => {
  const values: Record<string, string> = {
    '--host-kind': 'sub2api',
    '--mode': 'partial',
    '--access': 'self-service',
    '--probe': 'none',
    '--failed': 'remove',
    '--accounts': 'append',
    '--concurrency': '16',
    '--hosts-at-once': '8',
    '--batch-size': '20',
    '--gateway-wait': '2m',
    '--timeout': '1.5s',
    '--deadline': '1h',
    '--output': 'json',
  };
  const asked = new Set(['--pack', '--keys', '--yes', '--detailed-exitcode']);
  const options = addOptions(new Command('import'), 'plan').options.filter(({ long }) => !asked.has(long ?? ''));

  it.each(options.map((option) => [option.long ?? '', option] as const))('says %s as it was given', (name, option) => {
    const words = [...required, name, ...(option.required ? [values[name] ?? 'some-value'] : [])];
    const line = repeatCommand('relay plan', parse(words));
    expect(line).toContain(name);
    expect(parse(split(line))).toEqual(parse(words));
  });

  it('says each of several, and nothing that was not given', () => {
    const words = [...required, '--user', 'ann@example.org=30', '--user', '7'];
    expect(repeatCommand('relay import', parse(words))).toBe(`relay import ${words.join(' ')}`);
    const globals = { quiet: false, verbose: false, color: true, input: true };
    expect(repeatCommand('relay import', { ...globals, ...parse(required) })).toBe(
      `relay import ${required.join(' ')}`,
    );
    expect(repeatCommand('relay resume RUN', { color: false, input: false, report: false, config: 'c.yaml' })).toBe(
      'relay resume RUN --no-color --no-input --no-report --config c.yaml',
    );
  });

  it('says only what the command takes', () => {
    const looked = { pack: 'kimi', all: true, onlyProblems: true, keys: 'keys.txt' };
    expect(repeatCommand('relay probe', looked)).toBe('relay probe --pack kimi');
    expect(repeatCommand('relay import', looked)).toBe('relay import --pack kimi --keys keys.txt');
  });

  it('agrees to nothing, and asks for no dry run', () => {
    const flags = parse([...required, '--yes', '--detailed-exitcode']);
    expect(repeatCommand('relay import', { ...flags, dryRun: true })).toBe(`relay import ${required.join(' ')}`);
  });

  it.each([
    ['my keys.txt', "'my keys.txt'"],
    ["it's", String.raw`'it'\''s'`],
    ['$(id)', "'$(id)'"],
    ['', "''"],
    ['-', '-'],
  ])('quotes %j for a shell', (value, quoted) => {
    expect(repeatCommand('relay import', { keys: value })).toBe(`relay import --keys ${quoted}`);
  });
});
