import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { workplace, type Workplace } from '../support/binary.ts';

let place: Workplace;
let host: Sandbox | undefined;
beforeAll(async () => {
  place = await workplace();
  await mkdir(join(place.folder, 'conf'));
  await place.write('conf/keys.txt', 'sk-good-aaaaaaaaaaaaaaaaaaaa1\nsk-good-bbbbbbbbbbbbbbbbbbbb2');
});
afterAll(() => place.remove());
afterEach(async () => {
  await host?.stop();
  host = undefined;
  await rm(join(place.folder, 'conf/relay.config.yaml'), { force: true });
});

const configured = ['--config', 'conf/relay.config.yaml'];
const write = (...lines: string[]) => place.write('conf/relay.config.yaml', `${lines.join('\n')}\n`);

interface Shown {
  file: string | null;
  settings: { name: string; value: unknown; source: string; from: string | null; secret: boolean }[];
}

async function show(args: readonly string[], env: Record<string, string> = {}) {
  const { stdout, exitCode, stderr } = await place.run(['config', 'show', '--output', 'json', ...args], { env });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const { file, settings } = JSON.parse(stdout) as Shown;
  return { file, of: (name: string) => settings.find((each) => each.name === name), settings };
}

describe('config show', () => {
  it('tells of each setting where it comes from: option, environment, file, default', async () => {
    await write('hosts:', '  prod: { url: https://h.example }', 'host: prod', 'mode: partial', 'concurrency: 4');
    const file = join(place.folder, 'conf/relay.config.yaml');
    const shown = await show([...configured, '--mode', 'strict', '--no-color', '--user', 'a@b', '--user', '7'], {
      RELAY_HOST: 'https://user:pass@env.example',
    });
    expect(shown.file).toBe(file);
    expect(shown.of('mode')).toMatchObject({ value: 'strict', source: 'option', from: '--mode' });
    expect(shown.of('user')).toMatchObject({ value: ['a@b', '7'], source: 'option' });
    expect(shown.of('color')).toMatchObject({ value: false, source: 'option', from: '--no-color' });
    expect(shown.of('host')).toMatchObject({
      value: 'https://…@env.example',
      source: 'environment',
      from: 'RELAY_HOST',
    });
    expect(shown.of('hosts.prod.url')).toMatchObject({ value: 'https://h.example', source: 'file', from: `${file}:2` });
    expect(shown.of('concurrency')).toMatchObject({ value: 4, source: 'file', from: `${file}:5` });
    expect(shown.of('batchSize')).toMatchObject({ value: 50, source: 'default', from: null });
    expect(shown.of('stateDir')).toMatchObject({ value: join(place.folder, '.local/state/relay'), source: 'default' });
  });

  it('never shows a secret, only that it is set, and by which variable (N1)', async () => {
    const shown = await show([], {
      RELAY_ADMIN_KEY: 'admin-canary-0123456789',
      RELAY_PROBE_KEY: 'sk-canary-0123456789',
    });
    expect(shown.file).toBeNull();
    expect(shown.of('adminKey')).toEqual({
      name: 'adminKey',
      value: null,
      source: 'environment',
      from: 'RELAY_ADMIN_KEY',
      secret: true,
    });
    expect(shown.of('adminPassword')).toMatchObject({ source: 'default', from: null });
    const text = await place.run(['config', 'show'], { env: { RELAY_ADMIN_KEY: 'admin-canary-0123456789' } });
    expect(text.stdout).toMatch(/^adminKey +set, not shown +RELAY_ADMIN_KEY$/m);
    expect(text.stdout).toContain('There is no configuration file.');
  });

  it('refuses a wrong file with each fault in its line, and a command that takes a setting does too', async () => {
    await write('mod: partial', 'yes: true');
    for (const command of [['config', 'show'], ['runs', 'list'], ['plan']]) {
      const { exitCode, stderr } = await place.run([...command, ...configured]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(
        'relay.config.yaml:1:1: unknown setting "mod". Did you mean "mode"?\n    1 | mod: partial\n',
      );
      expect(stderr).toContain('relay.config.yaml:2:1: "yes" cannot stand in a configuration file');
    }
  });

  it('has a schema for editors', async () => {
    const { stdout } = await place.run(['config', 'schema']);
    expect(JSON.parse(stdout)).toMatchObject({ type: 'object', properties: { mode: { enum: ['strict', 'partial'] } } });
  });
});

describe('what the file says', () => {
  it('holds for a command that is given nothing, and is not repeated as options', async () => {
    host = await startSandbox();
    await write(
      'hosts:',
      `  here: { url: "${host.url}" }`,
      'host: here',
      'pack: kimi',
      'keys: keys.txt',
      'report: out.json',
      'access: self-service',
    );
    const env = { RELAY_ADMIN_KEY: host.adminKey };
    const args = ['import', ...configured, '--base-url', `${host.vendorUrl}/v1`];
    expect(await place.run(args, { env })).toMatchObject({ exitCode: 0 });
    expect(await place.report('conf/out.json')).toMatchObject({ accessMode: 'self_service', summary: { added: 2 } });
    const plan = await place.run(['plan', ...args.slice(1), '--access', 'subscription', '--detailed-exitcode'], {
      env,
    });
    expect(plan).toMatchObject({
      exitCode: 8,
      stderr: expect.stringMatching(
        /Next: relay import --config conf\/relay\.config\.yaml --base-url \S+ --access subscription$/m,
      ) as unknown,
    });
    // `access` there is for new imports; what looks after a provider looks at both modes.
    await write(`host: "${host.url}"`, 'pack: kimi', 'access: subscription');
    const status = await place.run(['status', ...configured, '--output', 'json'], { env });
    expect(JSON.parse(status.stdout)).toMatchObject({ accounts: [{ access: 'self_service' }, {}] });
  });

  it('has reports written by what does something, and not by a plan', async () => {
    await write('host: sandbox', 'pack: kimi', 'keys: keys.txt', 'html: page.html', 'report: out.json');
    const page = () => readFile(join(place.folder, 'conf/page.html'), 'utf8').catch(() => null);
    for (const command of [['plan'], ['import', '--dry-run']])
      expect(await place.run([...command, ...configured])).toMatchObject({ exitCode: 0 });
    expect(await page()).toBeNull();
    expect(await place.run(['import', ...configured])).toMatchObject({ exitCode: 0 });
    expect(await page()).toContain('<html');
  });

  it('agrees to nothing: an upstream that a file names is asked about', async () => {
    host = await startSandbox();
    await write(`host: "${host.url}"`, 'pack: kimi', 'keys: keys.txt', `baseUrl: "${host.vendorUrl}/v1"`);
    const env = { RELAY_ADMIN_KEY: host.adminKey };
    const refused = await place.run(['import', ...configured], { env });
    expect(refused).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('named by the configuration file') as unknown,
    });
    expect(await place.run(['import', ...configured, '--yes', '--no-report'], { env })).toMatchObject({ exitCode: 0 });
  });

  it('shows an upstream in another script as it is read (A18)', async () => {
    host = await startSandbox();
    await write(`host: "${host.url}"`, 'pack: kimi', 'keys: keys.txt', 'baseUrl: https://api.m\u043E\u043Enshot.cn/v1');
    const { exitCode, stderr } = await place.run(['import', ...configured], {
      env: { RELAY_ADMIN_KEY: host.adminKey },
    });
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining('sent to https://api.xn--mnshot-wqfa.cn/v1, named'),
    ]);
  });

  it('is not said in a form that a command does not have, and errors come in its form', async () => {
    await write('output: ndjson');
    expect((await place.run(['runs', 'list', ...configured])).stdout).toContain('succeeded');
    const plan = await place.run(['plan', ...configured, '--pack', 'kimi', '--keys', 'absent']);
    expect(JSON.parse(plan.stdout)).toMatchObject({ schema: 'relay.event/1', type: 'error' });
  });

  it('may be missing what a command needs', async () => {
    await write('pack: kimi');
    expect(await place.run(['import', ...configured])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("required option '--keys <file>' not specified") as unknown,
    });
  });

  it('names hosts; another name is answered with the nearest', async () => {
    await write('hosts:', '  prod: { url: https://h.example }');
    expect(await place.run(['status', '--pack', 'kimi', '--host', 'prd', ...configured])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Did you mean "prod"?') as unknown,
    });
  });
});
