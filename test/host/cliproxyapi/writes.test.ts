import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secrets/secret.ts';
import { inHand } from '../../../src/host/turns.ts';
import { ask, list } from '../../sandbox/cliproxyapi/client.ts';
import { aKeySpec, cliProxyPorts, create, done, writesOf } from '../../support/cliproxyapi-ports.ts';
import { fingerprintOf } from '../../support/builders.ts';

const start = cliProxyPorts();
const [one, two] = ['first-upstream-key-01', 'second-upstream-key-02'];

async function opened() {
  const port = await start();
  const { sandbox } = port;
  const host = await port.open();
  const add = (key: string) => create(host, key, aKeySpec(sandbox, key, { name: key.slice(0, 5) }));
  const keysIn = (text: string) => [one, two].filter((key) => text.includes(key));
  const held = () => ({ memory: keysIn(JSON.stringify(sandbox.state.config)), file: keysIn(sandbox.state.file) });
  return { ...port, host, add, held };
}

describe('a write of a CLIProxyAPI', () => {
  it('is looked for until list and file have shown it five times in a row', async () => {
    const { add, clock, held, sandbox } = await opened();
    done(await add(one));
    expect(held()).toEqual({ memory: [one], file: [one] });
    expect(writesOf(sandbox)).toEqual(['PUT /openai-compatibility']);
    expect(clock.pauses).toEqual([100, 100, 100, 100]);
  });

  it.each([1, 2, 5])('is sent again when the host has lost it, %d times', async (times) => {
    const { add, held, sandbox } = await opened();
    sandbox.settings.loseNextWrites = times;
    done(await add(one));
    expect(held()).toEqual({ memory: [one], file: [one] });
    expect(writesOf(sandbox)).toHaveLength(times + 1);
  });

  it('is given up after six times, in words that say what to look for', async () => {
    const { add, sandbox } = await opened();
    sandbox.settings.loseNextWrites = 6;
    expect(await add(one)).toMatchObject({
      status: 'unknown',
      failure: {
        code: 'HOST_FAILED',
        message: expect.stringContaining('did not keep a change of openai-compatibility') as unknown,
        hint: expect.stringContaining('at the same time') as unknown,
      },
    });
    expect(writesOf(sandbox)).toHaveLength(6);
  });

  it('is neither seen nor lost in a file that is being written', async () => {
    const { add, clock, sandbox } = await opened();
    done(await add(two));
    clock.pauses.length = 0;
    sandbox.settings.emptyNextReads = 12;
    done(await add(one));
    expect(writesOf(sandbox)).toHaveLength(2);
    expect(clock.pauses).toHaveLength(12 + 4);
  });

  it('is unknown when the host could not save it, since its memory keeps it', async () => {
    const { add, held, host, sandbox } = await opened();
    sandbox.settings.failNextSaves = 1;
    expect(await add(one)).toMatchObject({
      status: 'unknown',
      failure: { status: 500, transient: false, message: expect.stringContaining('failed to save config') as unknown },
    });
    expect(held()).toEqual({ memory: [one], file: [] });
    expect((await host.reads.accounts()).map(({ marker }) => marker?.fingerprint)).toEqual([fingerprintOf(one)]);
    done(await add(one));
    expect(held()).toEqual({ memory: [one], file: [one] });
  });

  it('carries what was asked for at the same time, and is one for all of it', async () => {
    const { add, held, sandbox } = await opened();
    for (const end of await Promise.all([add(one), add(two)])) done(end);
    expect(held().file).toEqual([one, two]);
    expect(writesOf(sandbox)).toHaveLength(1);
  });

  it('is not sent where it would undo what others have in a file that the host does not watch', async () => {
    const { add, host, sandbox } = await opened();
    sandbox.state.file += 'claude-api-key:\n  - { api-key: sk-of-somebody-0001, base-url: https://c.example }\n';
    sandbox.state.knownFile = sandbox.state.file;
    const file = { code: 'OTHER_WRITER', message: expect.stringContaining('its configuration file says') as unknown };
    await expect(add(one)).rejects.toMatchObject(file);
    await expect(host.clientKeys?.of('20261120-120000-abcdef').create()).rejects.toMatchObject(file);
    expect(writesOf(sandbox)).toEqual([]);
  });

  it('is sent where the file lacks but what relay could not save', async () => {
    const { add, held, open, sandbox } = await opened();
    sandbox.settings.failNextSaves = 1;
    await add(one);
    const later = await open();
    done(await create(later, two, aKeySpec(sandbox, two, { name: two.slice(0, 5) })));
    expect(held()).toEqual({ memory: [one, two], file: [one, two] });
  });

  it('takes over no key that a person has put beside those of relay', async () => {
    const { add, clock, host, sandbox } = await opened();
    done(await add(one));
    const [own] = (await list(sandbox)) as { name: string; 'api-key-entries': object[] }[];
    const keys = [...(own?.['api-key-entries'] ?? []), { 'api-key': two, weight: 4 }];
    await ask(sandbox, 'PATCH /openai-compatibility', { name: own?.name, value: { 'api-key-entries': keys } });
    await clock.sleep(1000);
    const third = 'third-upstream-key-03';
    const specs = [two, third].map((key) => aKeySpec(sandbox, key, { name: key.slice(0, 5) }));
    const ends = done(
      await host.writes.createAccounts(
        specs,
        ({ marker }) => new Secret(marker.fingerprint === fingerprintOf(two) ? two : third),
        'key',
        inHand,
      ),
    );
    expect(ends).toMatchObject([
      { ok: false, message: expect.stringContaining('somebody else') as unknown },
      { ok: true },
    ]);
    const marked = (await host.reads.accounts()).filter(({ marker }) => marker !== null).map(({ name }) => name);
    expect(marked).toEqual([one.slice(0, 5), third.slice(0, 5)]);
  });

  it('is not sent where several entries bear its mark', async () => {
    const { add, clock, sandbox } = await opened();
    done(await add(one));
    const [own] = (await list(sandbox)) as { name: string }[];
    await ask(sandbox, 'PUT /openai-compatibility', [own, { ...own, name: 'copy' }]);
    await clock.sleep(1000);
    expect(await add(two)).toMatchObject({
      status: 'rejected',
      failure: { message: expect.stringContaining('several providers of the host bear its mark') as unknown },
    });
  });

  it('is not sent where nothing changes', async () => {
    const { add, sandbox } = await opened();
    done(await add(one));
    done(await add(one));
    expect(writesOf(sandbox)).toHaveLength(1);
  });

  it('is lost without harm when it takes a key away', async () => {
    const { add, held, host, sandbox } = await opened();
    done(await add(one));
    const [account] = await host.reads.accounts();
    sandbox.settings.loseNextWrites = 1;
    done(await host.writes.deleteAccount(account?.id ?? ''));
    expect(held()).toEqual({ memory: [], file: [] });
    expect(writesOf(sandbox).slice(1)).toEqual(['DELETE /openai-compatibility', 'DELETE /openai-compatibility']);
  });
});
