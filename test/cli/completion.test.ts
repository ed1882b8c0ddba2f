import { spawnSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complete } from '../../src/cli/completion/complete.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { relayBinary, workplace, type Workplace } from '../support/binary.ts';

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
  await place.write(
    'relay.config.yaml',
    'hosts:\n  prod: { url: https://h.example }\n  pre: { url: https://i.example }\n',
  );
  await mkdir(join(place.folder, 'bin'));
  await symlink(relayBinary, join(place.folder, 'bin/relay'));
  await mkdir(join(place.folder, '.local/state/relay/runs'), { recursive: true });
  await writeFile(join(place.folder, '.local/state/relay/runs/20261121-101530-4f2a91.jsonl'), '');
  await writeFile(join(place.folder, 'my keys.txt'), '');
  await mkdir(join(place.folder, 'my folder'));
});
afterAll(() => place.remove());

async function words(...typed: string[]): Promise<string[]> {
  const io = { cwd: place.folder, env: { RELAY_STATE_DIR: join(place.folder, '.local/state/relay') }, version: '0' };
  const program = buildProgram({ io: io as never, redactor: async () => new Redactor(), done: () => undefined });
  const found = await complete(program, typed, io as never);
  return found.places === 'none' ? found.words.map(({ word }) => word) : [`:${found.places}`];
}

describe('what may stand where the cursor is', () => {
  it.each<[string[], string[]]>([
    [['imp'], ['import']],
    [
      ['runs', ''],
      ['list', 'show', 'prune', 'help'],
    ],
    [
      ['import', '--mo'],
      ['--mode', '--model'],
    ],
    [
      ['import', '--mode', ''],
      ['strict', 'partial'],
    ],
    [['import', '--mode=p'], ['--mode=partial']],
    [['import', '--mode', '=', 'p'], ['partial']],
    [
      ['import', '--mode', '='],
      ['strict', 'partial'],
    ],
    [
      ['validate', '--output', 'j'],
      ['json', 'junit'],
    ],
    [['import', '--keys', ''], [':files']],
    [['--config', ''], [':files']],
    [['import', '--keys', 'x', '--report', ''], [':files']],
    [['packs', 'new', 'x', '--to', ''], [':folders']],
    [['report', 'show', ''], [':files']],
    [['import', '--pack', 'kim'], ['kimi']],
    [['import', '--pack', './'], [':files']],
    [['validate', 'kimi', 'deepse'], ['deepseek']],
    [['packs', 'show', 'kim'], ['kimi']],
    [
      ['import', '--pack', 'kimi', '--provider', 'kimi-cn'],
      ['kimi-cn', 'kimi-cn-anthropic'],
    ],
    [
      ['import', '--pack=kimi', '--provider', 'kimi-intl'],
      ['kimi-intl', 'kimi-intl-anthropic'],
    ],
    [
      ['import', '--provider', 'kimi-cn'],
      ['kimi-cn', 'kimi-cn-anthropic'],
    ],
    [
      ['status', '--host', ''],
      ['prod', 'pre', 'sandbox'],
    ],
    [['resume', '2'], ['20261121-101530-4f2a91']],
    [['runs', 'show', ''], ['20261121-101530-4f2a91']],
    [['explain', 'key_ref'], ['KEY_REFUSED']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['import', '--user', 'a'], []],
    [['import', '--nothing', 'a'], []],
    [['import', '--nothing='], []],
  ])('%j', async (typed, desired) => {
    expect(await words(...typed)).toEqual(desired);
  });

  it('is every command and option that is declared, but for hidden ones', async () => {
    const commands = await words('');
    for (const command of ['import', 'plan', 'validate', 'explain', 'config', 'completion', 'sandbox'])
      expect(commands).toContain(command);
    expect(commands).not.toContain('__complete');
    const options = await words('import', '-');
    for (const option of [
      '--pack',
      '--only-failed',
      '--no-report',
      '--admin-key-file',
      '--config',
      '--quiet',
      '--help',
    ])
      expect(options).toContain(option);
  });

  it('is nothing of a configuration that is wrong, and no error', async () => {
    expect(await words('--config', 'absent.yaml', 'status', '--host', '')).toEqual(['sandbox']);
  });
});

const path = () => `${join(place.folder, 'bin')}:${process.env['PATH'] ?? ''}`;

/** Runs a script in a shell, beside the binary as it was built. */
function inShell(shell: string, ...args: string[]): { stdout: string; stderr: string } {
  const env = { PATH: path(), HOME: place.folder };
  const { stdout, stderr } = spawnSync(shell, args, { cwd: place.folder, env, encoding: 'utf8' });
  return { stdout, stderr };
}

const has = (shell: string) => spawnSync(shell, ['--version']).error === undefined;

describe('a shell', () => {
  it.skipIf(!has('bash')).each<[string, string[]]>([
    ['relay imp', ['import']],
    ['relay import --mode = p', ['partial']],
    ['relay import --host pr', ['prod', 'pre']],
    ['relay import --keys my', ['my folder', 'my keys.txt']],
    ['relay packs new x --to my', ['my folder']],
  ])('bash completes %j', (line, desired) => {
    const script = `source <(relay completion bash); COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _relay; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = inShell('bash', '--norc', '-c', script);
    expect({ words: stdout.trim().split('\n').toSorted(), stderr }).toEqual({ words: desired.toSorted(), stderr: '' });
  });

  it.skipIf(!has('fish')).each<[string, string[]]>([
    ['relay imp', ['import\tdo the whole job: plan, apply, verify, report']],
    ['relay import --mode=p', ['--mode=partial']],
    ['relay import --host pr', ['pre', 'prod']],
    ['relay import --keys my', ['my folder/', 'my keys.txt']],
    ['relay import --keys=my', ['--keys=my folder/', '--keys=my keys.txt']],
  ])('fish completes %j', (line, desired) => {
    const { stdout } = inShell('fish', '-N', '-c', `relay completion fish | source; complete -C '${line}'`);
    expect(stdout.trim().split('\n').toSorted()).toEqual(desired);
  });

  it.skipIf(!has('zsh')).each<[string, string[]]>([
    ['relay imp', ['import:do the whole job: plan, apply, verify, report']],
    ['relay import --host pr', ['prod:', 'pre:']],
    ['relay import --keys my', ['files']],
    ['relay packs new x --to my', ['files -/']],
  ])('zsh completes %j', (line, desired) => {
    // What the shell's own completion would do with the words stands in for it: that needs a terminal.
    const stubs = `compdef() { : }; compset() { : }; _describe() { print -l -- $candidates }; _files() { print -- files $* }`;
    const script = `${stubs}; source <(relay completion zsh); words=(${line}); CURRENT=$#words; _relay`;
    const { stdout, stderr } = inShell('zsh', '-f', '-c', script);
    expect({ words: stdout.trim().split('\n'), stderr }).toEqual({ words: desired, stderr: '' });
  });

  it('that is not known is answered with the nearest', async () => {
    expect(await place.run(['completion', 'bsh'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Did you mean "bash"?') as unknown,
    });
  });
});
