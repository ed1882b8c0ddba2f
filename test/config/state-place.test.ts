import { expect, it } from 'vitest';
import { statePlace } from '../../src/config/state-place.ts';

const where = { cwd: '/srv/fleet', home: '/home/ann' };

it.each([
  'postgres:ann:pw-canary@db.example.org/relay',
  'postgresql:/ann:pw-canary@db.example.org/relay',
  'host=db.example.org password=pw-canary',
  'dbname = relay',
])('a database that is written in another way is no folder: %s', (text) => {
  const refused = { code: 'USAGE', message: 'The address of the state is not one that relay reads.' };
  expect(() => statePlace(text, {}, where)).toThrow(expect.objectContaining(refused) as Error);
  expect(() => statePlace(undefined, { RELAY_STATE: text }, where)).toThrow(expect.objectContaining(refused) as Error);
});

it('a folder may be called as a database is', () => {
  expect(statePlace('states/postgres', {}, where)).toEqual({ kind: 'folder', folder: '/srv/fleet/states/postgres' });
});
