import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { helpTopicNames } from '../../src/cli/help/topic-names.ts';
import { commandNames } from '../../src/config/options/option-record.ts';
import { workplace, type Workplace } from '../support/binary.ts';

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
});
afterAll(() => place.remove());

describe('help', () => {
  it('of relay alone is what it is and the first steps, and no failure', async () => {
    const { exitCode, stdout, stderr } = await place.run([], { env: { COLUMNS: '120' } });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n')).toHaveLength(7);
    expect(stdout).toContain('relay import --pack kimi --keys keys.txt --host sandbox');
  });

  it.each([[[]], [['import', '--help']], [['runs', 'list', '--help']]])(
    'of relay %j is set to a narrow screen, but for what is copied',
    async (words) => {
      const { stdout } = await place.run(words, { env: { COLUMNS: '40' } });
      const lines = stdout.split('\n').filter((line) => !/^ +(?:relay|-)/.test(line));
      expect(lines.filter((line) => line.length > 40)).toEqual([]);
    },
  );

  it.each(helpTopicNames)('has the topic %s, in lines that fit', async (topic) => {
    const { exitCode, stdout } = await place.run(['help', topic], { env: { COLUMNS: '80' } });
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('of a command is what the command says of itself', async () => {
    const [asked, own] = [await place.run(['help', 'runs', 'list']), await place.run(['runs', 'list', '--help'])];
    expect(own.stdout).toContain(asked.stdout.trimEnd().split('\n').at(-1) ?? 'nothing');
    expect(asked.stdout).toContain('Global options:');
  });

  it('has a heading for every command and option, with a capital first and a colon last', async () => {
    const { stdout } = await place.run(['--help']);
    const headings = stdout.split('\n').filter((line) => /^\S.*:$/.test(line));
    for (const heading of headings) expect(heading).toMatch(/^[A-Z][^:]*:$/);
    expect(headings).not.toContain('Commands:');
    const told = stdout.split('\n').map((line) => line.trim().split(' ')[0]);
    for (const name of commandNames) if (!name.startsWith('_')) expect(told).toContain(name.split(' ')[0] ?? '');
  });

  it('names the usual options of a command first', async () => {
    const { stdout } = await place.run(['import', '--help']);
    const usual = stdout.slice(stdout.indexOf('Usual options:'), stdout.indexOf('\n\nOptions:'));
    expect(usual.match(/--\w+/g)?.slice(0, 3)).toEqual(['--pack', '--keys', '--host']);
  });

  it('of what there is not names the nearest', async () => {
    const refused = await place.run(['help', 'exit-code']);
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('"exit-codes"') as unknown });
  });
});
