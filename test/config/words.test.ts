import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { givenDuration, parseDuration } from '../../src/config/duration.ts';
import { stateDir } from '../../src/config/state-place.ts';
import { parseTarget, readTargets } from '../../src/config/targets.ts';

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['1ms', 1],
    ['30s', 30_000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['1.5s', 1500],
    ['0.5m', 30_000],
    [' 30s ', 30_000],
    ['0030s', 30_000],
    ['1.4ms', 1],
    ['2147483647ms', 2_147_483_647],
  ])('%j is %i milliseconds', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    '30',
    's',
    '30 s',
    '-30s',
    '+30s',
    '1e3s',
    '.5s',
    '5.s',
    '25d',
    '1w',
    '30S',
    '1m30s',
    '0s',
    '0.4ms',
    '2147483648ms',
    '597h',
    '99999999999999999999h',
    'Infinitys',
    'NaNms',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('a user who should get access (B3)', () => {
  it.each([
    ['ann@example.org', { asked: 'ann@example.org', user: { email: 'ann@example.org' }, days: null }],
    ['ann@example.org=30', { asked: 'ann@example.org', user: { email: 'ann@example.org' }, days: 30 }],
    ['Ann+test@example.org', { asked: 'Ann+test@example.org', user: { email: 'Ann+test@example.org' }, days: null }],
    ['ann', { asked: 'ann', user: { name: 'ann' }, days: null }],
    ['7', { asked: '7', user: { id: '7' }, days: null }],
    ['7=1', { asked: '7', user: { id: '7' }, days: 1 }],
    ['7=36500', { asked: '7', user: { id: '7' }, days: 36_500 }],
    [' 7=30 ', { asked: '7', user: { id: '7' }, days: 30 }],
  ])('%j', (text, target) => {
    expect(parseTarget(text)).toEqual(target);
  });

  it.each([
    ['', 'neither an e-mail address, an id nor a name'],
    ['ann b', 'neither an e-mail address, an id nor a name'],
    ['a-name-of-21-characters-', 'neither an e-mail address, an id nor a name'],
    ['0', 'neither an e-mail address, an id nor a name'],
    ['-7', 'neither an e-mail address, an id nor a name'],
    ['7.5', 'neither an e-mail address, an id nor a name'],
    ['99999999999999999999', 'neither an e-mail address, an id nor a name'],
    ['ann@', 'neither an e-mail address, an id nor a name'],
    ['@example.org', 'neither an e-mail address, an id nor a name'],
    ['a@b@c', 'neither an e-mail address, an id nor a name'],
    ['ann lee@example.org', 'neither an e-mail address, an id nor a name'],
    ['=30', 'neither an e-mail address, an id nor a name'],
    ['ann@example.org=', 'the days must be a number from 1 to 36500'],
    ['ann@example.org=0', 'the days must be a number from 1 to 36500'],
    ['ann@example.org=36501', 'the days must be a number from 1 to 36500'],
    ['ann@example.org=-1', 'the days must be a number from 1 to 36500'],
    ['ann@example.org=1.5', 'the days must be a number from 1 to 36500'],
    ['ann@example.org=month', 'the days must be a number from 1 to 36500'],
    ['ann@example.org=1=2', 'more than one "="'],
  ])('cannot be %j', (text, why) => {
    expect(() => parseTarget(text)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(why) }),
    );
  });
});

describe('a file of users', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'relay-users-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const read = async (text: string) => {
    await writeFile(join(folder, 'users.txt'), text);
    return readTargets(join(folder, 'users.txt'));
  };

  it.each([
    ['LF', '\uFEFF# who\nann@example.org=30\n\n  7  \n'],
    ['CRLF', '\uFEFF# who\r\nann@example.org=30\r\n\r\n  7  \r\n'],
    ['CR', '\uFEFF# who\rann@example.org=30\r\r  7'],
  ])('holds one a line, beside comments, with %s', async (_, text) => {
    expect((await read(text)).map(({ asked, days }) => [asked, days])).toEqual([
      ['ann@example.org', 30],
      ['7', null],
    ]);
  });

  it('may be empty', async () => {
    expect(await read('# nobody\n')).toEqual([]);
  });

  it('is refused for a line that names nobody, and does not show it: it may be a key (N1)', async () => {
    const error: unknown = await read('ann@example.org\nsk-canary-0123456789abcdef\n').catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'USAGE', message: expect.stringContaining('users.txt:2') as unknown });
    expect(inspect(error)).not.toContain('canary');
  });

  it('tells which line names nobody', async () => {
    await expect(read('ann@example.org\n\nnobody\n')).rejects.toMatchObject({
      message: expect.stringContaining('users.txt:3'),
    });
  });

  it('is refused when it cannot be read', async () => {
    await expect(readTargets(join(folder, 'absent'))).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('ENOENT'),
    });
  });
});

describe('where journals and locks live', () => {
  it.each([
    ['RELAY_STATE_DIR', { RELAY_STATE_DIR: '/state', XDG_STATE_HOME: '/xdg', HOME: '/home/ann' }, '/state'],
    ['XDG_STATE_HOME', { XDG_STATE_HOME: '/xdg', HOME: '/home/ann' }, '/xdg/relay'],
    ['HOME', { HOME: '/home/ann' }, '/home/ann/.local/state/relay'],
    [
      'HOME, past empty words',
      { RELAY_STATE_DIR: '', XDG_STATE_HOME: '', HOME: '/home/ann' },
      '/home/ann/.local/state/relay',
    ],
  ])('is told by %s', (_, env, folder) => {
    expect(stateDir(env, '/home/ann')).toBe(folder);
  });
});

it.each([
  [1, '1ms'],
  [1500, '1500ms'],
  [20_000, '20s'],
  [90_000, '90s'],
  [120_000, '2m'],
  [3_600_000, '1h'],
])('a duration of %i ms is given as %s', (ms, text) => {
  expect(givenDuration(ms)).toBe(text);
  expect(parseDuration(text)).toBe(ms);
});
