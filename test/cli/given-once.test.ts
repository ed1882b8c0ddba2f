import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workplace, type Workplace } from '../support/binary.ts';

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
});
afterAll(() => place.remove());

const words = (line: string) => line.split(' ');

describe('an option that says two things', () => {
  it.each([
    [
      'doctor --host http://127.0.0.1:1 --host http://127.0.0.1:2',
      '--host http://127.0.0.1:1 and --host http://127.0.0.1:2',
    ],
    ['doctor --host https://u:canary@a --host https://b', '--host https://…@a and --host https://b'],
    ['import --pack kimi --keys k --pack groq', '--pack kimi and --pack groq'],
    ['import --mode strict --mode=partial', '--mode strict and --mode partial'],
    ['import --report a.json --no-report', '--report a.json and --no-report'],
    ['plan --admin-key-file canary-1 --admin-key-file canary-2', '--admin-key-file, twice and differently'],
    ['import --keys canary-1 --keys canary-2', '--keys, twice and differently'],
    ['--config a.yaml runs list --config b.yaml', '--config a.yaml and --config b.yaml'],
    ['packs new acme --to a --to b', '--to a and --to b'],
  ])('is refused: %s (B10)', async (line, said) => {
    const { exitCode, stderr } = await place.run(words(line));
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`says two things: ${said}.`)]);
    expect(stderr).not.toContain('canary');
  });

  it.each([
    'runs list --output json --output json',
    'runs list --quiet --quiet --no-color',
    'config show --user a@b.example --user c@d.example --accept-terms x --accept-terms y',
  ])('is none when it is the same twice, or may be repeated: %s', async (line) => {
    expect(await place.run(words(line))).toMatchObject({ exitCode: 0 });
  });
});
