import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workplace, type Workplace } from '../support/binary.ts';

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
  // What explains a wrong configuration works where it is wrong.
  await place.write('relay.config.yaml', 'mod: partial\n');
});
afterAll(() => place.remove());

const explain = (...words: string[]) => place.run(['explain', ...words]);

describe('explain', () => {
  it.each(['CONFIG_INVALID', 'config_invalid', 'Config-Invalid'])('tells of %s, in any case', async (word) => {
    const { exitCode, stdout } = await explain(word);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^CONFIG_INVALID {2}The configuration file is missing or wrong\.$/m);
    expect(stdout).toContain('Exit code 2');
    expect(stdout).toContain('What to do: Correct the file');
  });

  it('is for programs too', async () => {
    const told = JSON.parse((await explain('MAPPING_CHAIN', '--output', 'json')).stdout) as { schema: string };
    const { schema, ...one } = told;
    expect(schema).toBe('relay.code/1');
    expect(one).toMatchObject({ code: 'MAPPING_CHAIN', kind: 'rule', exitCode: 2 });
    const { codes } = JSON.parse((await explain('--output', 'json')).stdout) as { codes: object[] };
    expect(codes).toContainEqual(one);
  });

  it('lists all without a code', async () => {
    const { stdout } = await explain();
    expect(stdout).toMatch(/^Errors\n {2}USAGE/);
    expect(stdout).toMatch(/^ {2}PRICE_ZERO +A price is 0/m);
  });

  it('answers an unknown code with the nearest, and shows nothing that was pasted', async () => {
    expect(await explain('KEY_REFUSD')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('There is no code "KEY_REFUSD". Did you mean "KEY_REFUSED"?') as unknown,
    });
    const pasted = await explain('sk-canary-0123456789abcdef');
    expect(pasted).toMatchObject({ exitCode: 2, stderr: expect.not.stringContaining('canary') as unknown });
  });
});
