import { describe, expect, it } from 'vitest';
import { foldedAddress, lockKeys } from '../../src/journal/lock/lock-keys.ts';

describe('the address that a lock is for', () => {
  it.each([
    ['http://localhost', 'http://127.0.0.1/', 'http://127.8.9.10:80', 'http://[::1]', 'http://0.0.0.0', 'http://0'],
    ['http://localhost', 'http://LocalHost:80', 'http://gateway.localhost', 'http://localhost.', 'http://127.1'],
    [
      'http://localhost',
      'http://[0:0:0:0:0:0:0:1]',
      'http://[::]',
      'http://[::ffff:127.0.0.1]',
      'http://[::ffff:127.0.1.18]',
      'http://[::ffff:0.0.0.0]',
    ],
    ['http://localhost:8080', 'http://127.0.0.1:8080', 'http://[::1]:8080/', 'http://0x7f.0.0.1:8080'],
    ['https://gateway.example', 'https://Gateway.Example:443', 'https://gateway.example/', 'https://gateway.example.'],
    ['https://gateway.example/api', 'HTTPS://GATEWAY.example/api/', 'https://gateway.example:443/api//'],
  ])('is %s for all that lead there', (folded, ...written) => {
    expect([folded, ...written].map(foldedAddress)).toEqual([folded, ...written].map(() => folded));
  });

  it.each([
    ['http://localhost', 'https://localhost'],
    ['http://localhost', 'http://localhost:8080'],
    ['http://localhost', 'http://128.0.0.1'],
    ['http://localhost', 'http://10.127.0.1'],
    ['http://localhost', 'http://localhost.example'],
    ['http://localhost', 'http://127.0.0.1.example'],
    ['http://localhost', 'http://mylocalhost'],
    ['http://localhost', 'http://[::2]'],
    ['http://localhost', 'http://[::ffff:8.0.0.1]'],
    ['http://localhost', 'http://[::ffff:0.0.0.1]'],
    ['https://a.example', 'https://b.example'],
    ['https://a.example/one', 'https://a.example/two'],
    ['https://a.example/One', 'https://a.example/one'],
  ])('tells %s from %s', (one, other) => {
    expect(foldedAddress(one)).not.toBe(foldedAddress(other));
  });
});

describe('the locks of a run', () => {
  const host = { value: 'v', proven: true };

  it('are for the address, and then for the host, where it says who it is', () => {
    const [address, identity] = lockKeys('http://localhost:1', host, 'acme');
    expect(lockKeys('http://127.0.0.1:1', null, 'acme')).toEqual([address]);
    expect(lockKeys('http://other:1', host, 'acme')[1]).toEqual(identity);
    expect([address?.refuses, identity?.refuses]).toEqual([true, true]);
    expect(lockKeys('http://localhost:1', { ...host, proven: false }, 'acme')[1]).toEqual({
      ...identity,
      refuses: false,
    });
  });

  it('are others for another provider, and never the same for an address and a host', () => {
    const names = [
      ...lockKeys('http://localhost', { value: 'http://localhost', proven: true }, 'acme'),
      ...lockKeys('http://localhost', host, 'other'),
      ...lockKeys('http://localhost', { value: 'v acme', proven: true }, ''),
    ].map(({ name }) => name);
    expect(new Set(names).size).toBe(6);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{24}$/);
  });
});
