import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workplace, type Workplace } from '../support/binary.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { startOllama, type Ollama } from '../support/upstreams/ollama.ts';

let place: Workplace;
let host: Sandbox;
let upstream: Ollama;
beforeEach(async () => {
  place = await workplace();
  host = await startSandbox();
  upstream = await startOllama({ models: ['a:1', 'b:2'], embedding: [] });
});
afterEach(async () => {
  await Promise.all([host.stop(), upstream.close()]);
  await place.remove();
});

const run = (...args: string[]) =>
  place.run(args, {
    env: { RELAY_ADMIN_KEY: host.adminKey, RELAY_STATE_DIR: join(place.folder, 'state') },
    where: 'here',
  });
const words = (...more: string[]) => ['--pack', 'ollama', '--base-url', upstream.baseUrl, '--host', host.url, ...more];
const imported = async (...more: string[]) => {
  const done = await run('import', ...words(...more));
  if (done.exitCode !== 0) throw new Error(done.stdout + done.stderr);
};
const planned = async (...more: string[]) => {
  const { stdout } = await run('plan', ...words('--output', 'json', ...more));
  return (JSON.parse(stdout) as { models: unknown }).models;
};
const offered = () =>
  [...host.state.accounts.values()].map((each) => Object.keys(each.credentials['model_mapping'] as object));

describe('models that the upstream lists', () => {
  it('stand in the plan and in the journal, with the one to test with', async () => {
    const { stdout } = await run('plan', ...words());
    expect(stdout).toContain('2 models listed by the upstream, tested with a:1: a:1, b:2');
    expect(await planned()).toEqual({ from: 'upstream', offered: ['a:1', 'b:2'], added: [], gone: [], tested: 'a:1' });
    await imported();
    const state = join(place.folder, 'state');
    const files = (await readdir(state, { recursive: true })).filter((name) => name.endsWith('.jsonl'));
    const [journal = ''] = await Promise.all(files.map((name) => readFile(join(state, name), 'utf8')));
    const begin = JSON.parse(journal.split('\n')[0] ?? '') as { provider: object; job: object };
    expect(begin).toMatchObject({
      provider: { defaultModels: ['a:1', 'b:2'], smokeTestModel: 'a:1' },
      job: { modelsFrom: 'upstream' },
    });
  });

  it('show what is new and what is gone since the import before, and ask before less is offered', async () => {
    await imported();
    upstream.models = ['b:2', 'c:3'];
    expect(await planned()).toMatchObject({ offered: ['b:2', 'c:3'], added: ['c:3'], gone: ['a:1'] });
    const { stdout } = await run('plan', ...words());
    expect(stdout).toMatch(/^ {2}\+ new: c:3$/m);
    expect(stdout).toMatch(/^ {2}- gone: a:1$/m);
    const refused = await run('import', ...words());
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(
      'CONSENT_NEEDED: 1 model that the upstream lists no more would not be offered any longer: a:1.',
    );
    expect(offered()).toEqual([['a:1', 'b:2']]);
    await imported('--yes');
    expect(offered()).toEqual([['b:2', 'c:3']]);
  });

  it('are taken without a question where there are only more', async () => {
    await imported();
    upstream.models.push('c:3');
    await imported();
    expect(offered()).toEqual([['a:1', 'b:2', 'c:3']]);
    expect((await run('plan', ...words('--detailed-exitcode'))).exitCode).toBe(0);
  });

  it('may be named instead, and the upstream is not asked for its list', async () => {
    expect(await planned('--model', 'b:2')).toEqual({
      from: 'command',
      offered: ['b:2'],
      added: [],
      gone: [],
      tested: 'b:2',
    });
    await imported('--model', 'b:2');
    expect(upstream.requests.filter(({ method, path }) => method === 'GET' && path === '/v1/models')).toEqual([]);
    expect(offered()).toEqual([['b:2']]);
  });

  it('are chosen by a pattern', async () => {
    expect(await planned('--model', 'b*')).toMatchObject({ from: 'upstream', offered: ['b:2'] });
  });

  it('are those of a saved plan, whatever is listed by then', async () => {
    const saved = await run('plan', ...words('--out', 'plan.json'));
    expect(saved.stderr).toMatch(/relay import --plan plan\.json$/);
    upstream.models = ['c:3'];
    upstream.models.push('a:1');
    const done = await run('import', '--plan', 'plan.json');
    expect([done.exitCode, done.exitCode === 0 ? '' : done.stderr]).toEqual([0, '']);
    expect(offered()).toEqual([['a:1', 'b:2']]);
  });

  it('are known to the commands that look after them, from what the accounts have', async () => {
    await imported();
    upstream.models = ['other:1', 'a:1', 'b:2'];
    const of = ['--pack', 'ollama', '--host', host.url];
    const probe = await run('probe', ...of);
    expect([probe.exitCode, probe.exitCode === 0 ? '' : probe.stdout + probe.stderr]).toEqual([0, '']);
    expect((await run('status', ...of, '--detailed-exitcode')).exitCode).toBe(0);
    expect((await run('connect', ...of)).stdout).toMatch(/models +a:1, b:2/);
    expect((await run('doctor', ...of)).exitCode).toBe(0);
    expect((await run('remove', ...of, '--yes')).exitCode).toBe(0);
    expect(offered()).toEqual([]);
  });
});

describe('an upstream that a file names', () => {
  const outside = async () => {
    await place.write('keys.txt', 'sk-good-0001112223334445\n');
    await place.write(
      'pack.json',
      JSON.stringify({
        schema: 'relay.pack/1',
        id: 'mine',
        displayName: 'Mine',
        providers: [
          {
            id: 'mine',
            displayName: 'Mine',
            platform: 'openai',
            accountType: 'apikey',
            baseUrl: upstream.baseUrl,
            defaultModels: 'live',
            channelTemplate: { modelMapping: {} },
          },
        ],
      }),
    );
    return ['--pack', './pack.json', '--keys', 'keys.txt', '--host', host.url];
  };

  it.each(['plan', 'import'])('is not asked with a key by %s before somebody agrees', async (command) => {
    const to = await outside();
    const refused = await run(command, ...to);
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('named by a pack from outside')]);
    expect(refused.stderr).toContain('name the models (--model');
    await place.write('fleet.yaml', 'imports: [{ pack: ./pack.json, keys: keys.txt }]\n');
    expect((await run(command, '--file', 'fleet.yaml', '--host', host.url)).stderr).toContain('from outside');
    expect(upstream.requests).toEqual([]);
    expect((await run(command, ...to, '--yes')).exitCode).toBe(0);
    expect(upstream.requests).not.toEqual([]);
  });

  it('needs no yes before it is asked where the digest of the pack is pinned', async () => {
    const to = await outside();
    const { stdout } = await run('packs', 'show', './pack.json', '--output', 'json');
    const { digest } = JSON.parse(stdout) as { digest: string };
    expect((await run('import', ...to, '--pack-sha256', digest)).exitCode).toBe(0);
  });
});

describe('names that somebody has put into a mapping on the host', () => {
  it('are shown nowhere where they hold a key, or what moves the cursor', async () => {
    await imported();
    const [account] = host.state.accounts.values();
    const named = [host.adminKey, 'x\u001b[31mred', 'two\nlines'];
    const mapping = account?.credentials['model_mapping'] as Record<string, string>;
    for (const name of named) mapping[name] = 'a:1';
    const of = ['--pack', 'ollama', '--host', host.url];
    const told = [
      await run('plan', ...words()),
      await run('plan', ...words('--output', 'json')),
      await run('import', ...words()),
      await run('connect', ...of),
      await run('connect', ...of, '--output', 'json'),
      await run('probe', ...of),
    ].map(({ stdout, stderr }) => stdout + stderr);
    for (const text of told) {
      expect(text).not.toContain(host.adminKey);
      expect(text).not.toContain('\u001b[31m');
      expect(text).not.toMatch(/two\nlines/);
    }
  });
});

describe('--accounts append', () => {
  it('asks of no model that other accounts go on offering', async () => {
    await imported('--model', 'a:1');
    upstream.models = ['b:2'];
    await place.write('keys.txt', 'sk-of-a-proxy-in-front-1\n');
    const more = ['--keys', 'keys.txt', '--accounts', 'append'];
    expect((await run('import', ...words(...more))).exitCode).toBe(0);
    expect(await planned(...more)).toMatchObject({ gone: [] });
  });
});

describe('what --model names', () => {
  const named = (...models: string[]) => run('plan', ...words(...models.map((name) => `--model=${name}`)));

  it.each([
    ['nothing', ''],
    ['white space', 'a b'],
    ['a control character', 'x\u001b[31mred'],
    ['a name that objects keep', '__proto__'],
    ['more than any name has', 'x'.repeat(201)],
  ])('is refused where it is %s', async (_, name) => {
    const { exitCode, stderr } = await named('a:1', name);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('What --model names as number 2')]);
    expect(stderr).not.toContain('\u001b[31m');
  });

  it('is refused where it is a key, which is shown nowhere', async () => {
    const key = 'sk-given-by-mistake-0001112223334445';
    await place.write('keys.txt', `${key}\n`);
    const { exitCode, stdout, stderr } = await run('plan', ...words('--keys', 'keys.txt', '--model', key));
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('holds a key')]);
    expect(stdout + stderr).not.toContain(key);
  });

  it('is refused where it is more than a person writes', async () => {
    const { stderr } = await named(...Array.from({ length: 1001 }, (__, at) => `m${at}`));
    expect(stderr).toContain('names 1001 models, more than 1000');
  });
});

describe('probe', () => {
  it('takes no account out of service whose upstream serves another of its models', async () => {
    upstream.models = ['a-embed:1', 'n-chat:1'];
    upstream.embedding = ['a-embed:1'];
    await imported('--model', 'n-chat:1', '--model', 'a-embed:1');
    const probe = await run('probe', '--pack', 'ollama', '--host', host.url, '--repair', 'disable');
    expect([probe.exitCode, probe.exitCode === 0 ? '' : probe.stdout + probe.stderr]).toEqual([0, '']);
    upstream.models = [];
    const dead = await run('probe', '--pack', 'ollama', '--host', host.url, '--repair', 'disable');
    expect(dead.exitCode).toBe(7);
    expect([...host.state.accounts.values()].map(({ schedulable }) => schedulable)).toEqual([false]);
  });
});

describe('a run that has succeeded', () => {
  it('is left as it is by resume, whatever the upstream does by then', async () => {
    await imported();
    const { run: told } = await place.report();
    upstream.models = [];
    const again = await run('resume', told.id, '--host', host.url);
    expect([again.exitCode, again.exitCode === 0 ? '' : again.stderr]).toEqual([0, '']);
    expect(offered()).toEqual([['a:1', 'b:2']]);
  });
});

describe('access modes with different models', () => {
  it('are tested and shown each with its own', async () => {
    await imported('--model', 'a:1');
    await imported('--model', 'b:2', '--access', 'self-service');
    upstream.models = ['b:2'];
    const of = ['--pack', 'ollama', '--host', host.url, '--access', 'self-service'];
    const probe = await run('probe', ...of, '--repair', 'disable');
    expect([probe.exitCode, probe.exitCode === 0 ? '' : probe.stdout + probe.stderr]).toEqual([0, '']);
    const { stdout } = await run('connect', ...of);
    expect(stdout).toMatch(/models +b:2\n/);
    expect(stdout).toContain('"model":"b:2"');
  });
});

describe('another upstream for accounts that serve', () => {
  it('is asked about, with what to do for both at once', async () => {
    await imported();
    const other = await startOllama({ models: ['a:1', 'b:2', 'c:3'], embedding: [] });
    const to = ['--pack', 'ollama', '--base-url', other.baseUrl, '--host', host.url];
    const refused = await run('import', ...to);
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('relay packs fill ID')]);
    expect((await run('import', ...to, '--yes')).exitCode).toBe(0);
    await other.close();
  });
});

describe('an upstream that asks for no key', () => {
  it('gets one account with a placeholder, which is said, and keys take its place', async () => {
    const first = await run('import', ...words());
    expect(first.stdout).toContain('KEY_PLACEHOLDER: ollama asks for no key');
    expect((await run('import', ...words())).exitCode).toBe(0);
    await place.write('keys.txt', 'sk-of-a-proxy-in-front-1\nsk-of-a-proxy-in-front-2\n');
    const keyed = await run('import', ...words('--keys', 'keys.txt', '--yes', '--allow-mass-removal'));
    expect(keyed.exitCode).toBe(0);
    expect(keyed.stdout).not.toContain('KEY_PLACEHOLDER');
    expect(offered()).toHaveLength(2);
  });

  it('is resumed without a key file', async () => {
    host.addFault({ method: 'POST', path: '/api/v1/admin/accounts/batch', fault: 'status', status: 500, times: 1 });
    const cut = await run('import', ...words('--mode', 'partial', '--report', 'cut.json'));
    expect(cut.exitCode).not.toBe(0);
    const { run: told } = await place.report('cut.json');
    host.requests.length = 0;
    const again = await run('resume', told.id, '--host', host.url);
    expect([again.exitCode, again.exitCode === 0 ? '' : again.stderr]).toEqual([0, '']);
    expect(offered()).toEqual([['a:1', 'b:2']]);
  });

  it('has no key that could be revoked', async () => {
    await imported();
    const [account] = host.state.accounts.values();
    const { exitCode, stderr } = await run('revoke', '--name', account?.name ?? '', '--host', host.url, '--yes');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('holds no key')]);
  });

  it('may be one of a fleet', async () => {
    await place.write(
      'fleet.yaml',
      `imports: [{ pack: ollama, baseUrl: '${upstream.baseUrl}', models: ['b*'] }, { pack: kimi }]\n`,
    );
    const refused = await run('plan', '--file', 'fleet.yaml', '--host', host.url);
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining("'--keys <file>'")]);
    await place.write('fleet.yaml', `imports: [{ pack: ollama, baseUrl: '${upstream.baseUrl}', models: ['b*'] }]\n`);
    expect((await run('import', '--file', 'fleet.yaml', '--host', host.url)).exitCode).toBe(0);
    expect(offered()).toEqual([['b:2']]);
  });
});

describe('an address that only the operator knows', () => {
  const at = (...more: string[]) => run('plan', '--pack', 'litellm', '--keys', 'keys.txt', '--host', host.url, ...more);
  beforeEach(() => place.write('keys.txt', 'sk-good-0001112223334445\n'));

  it('is asked for by its option where nobody can be asked', async () => {
    const { exitCode, stderr } = await at();
    expect(exitCode).toBe(2);
    expect(stderr).toContain('BASE_URL_NEEDED');
    expect(stderr).toMatch(/^Next: relay plan .*--base-url URL$/m);
  });

  it.each([
    ['ftp://x.example.org/v1', 'is no http or https URL'],
    ['litellm', 'is no http or https URL'],
    ['https://u:p@x.example.org/v1', 'neither a login nor a query'],
    ['https://x.example.org/v1?key=1', 'neither a login nor a query'],
    ['https://x.example.org/v1?', 'neither a login nor a query'],
    ['https://x.example.org/v1#', 'neither a login nor a query'],
    ['https://x.example.org/v1/chat/completions', 'Give it without the end: --base-url https://x.example.org/v1.'],
    ['https://x.example.org/v1/models', '--base-url https://x.example.org/v1.'],
    ['http://10.0.0.5:4000/v1', 'HTTP_REFUSED'],
  ])('refuses %s', async (url, message) => {
    const { exitCode, stderr } = await at('--base-url', url);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(host.requests).toEqual([]);
  });

  it('is the vendor of the sandbox where that is the host', async () => {
    const { exitCode } = await run(
      'import',
      '--pack',
      'litellm',
      '--keys',
      'keys.txt',
      '--host',
      'sandbox',
      '--no-report',
    );
    expect(exitCode).toBe(0);
  });
});
