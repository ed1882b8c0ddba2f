import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../src/config/proxy-settings.ts';

const of = (host: string, env: Record<string, string>) => proxyFor(host, env, () => undefined)?.address ?? null;
const there = { HTTPS_PROXY: 'http://proxy:3128', HTTP_PROXY: 'http://plain:3128' };

describe('the proxy of a host', () => {
  it.each<[string, string, Record<string, string>, string | null]>([
    ['none is named', 'https://h.example', {}, null],
    ['for https', 'https://h.example', there, 'http://proxy:3128'],
    ['for http', 'http://h.example', there, 'http://plain:3128'],
    ['for https only', 'http://h.example', { HTTPS_PROXY: 'http://proxy:3128' }, null],
    ['small letters come first', 'https://h.example', { ...there, https_proxy: 'http://small' }, 'http://small'],
    ['an empty one is none', 'https://h.example', { ...there, https_proxy: '' }, 'http://proxy:3128'],
    ['for everything', 'http://h.example', { all_proxy: 'http://all:1' }, 'http://all:1'],
    ['over https', 'https://h.example', { HTTPS_PROXY: 'https://proxy' }, 'https://proxy'],
    ['without a scheme', 'https://h.example', { HTTPS_PROXY: 'proxy.corp:3128' }, 'http://proxy.corp:3128'],
    ['this machine', 'http://127.0.0.1:8080', there, null],
    ['this machine by name', 'https://localhost', there, null],
    ['this machine, in six', 'http://[::1]:8080', there, null],
  ])('%s', (_, host, env, desired) => {
    expect(of(host, env)).toBe(desired);
  });

  it.each<[string, string, boolean]>([
    ['*', 'https://h.example', true],
    ['h.example', 'https://h.example', true],
    ['H.Example', 'https://h.example', true],
    ['example', 'https://h.example', true],
    ['.example', 'https://h.example', true],
    ['*.example', 'https://h.example', true],
    ['h.example.', 'https://h.example', true],
    ['a, h.example', 'https://h.example', true],
    ['a h.example', 'https://h.example', true],
    ['xample', 'https://h.example', false],
    ['www.h.example', 'https://h.example', false],
    ['h.example:443', 'https://h.example', true],
    ['h.example:8443', 'https://h.example', false],
    ['h.example:8443', 'https://h.example:8443', true],
    ['10.0.0.7', 'https://10.0.0.7', true],
    ['0.0.7', 'https://10.0.0.7', false],
    ['10.0.0.0/8', 'https://10.0.0.7', true],
    ['10.0.0.0/33', 'https://10.0.0.7', false],
    ['192.168.0.0/16', 'https://10.0.0.7', false],
    ['10.0.0.0/8', 'https://h.example', false],
    ['fd00::/8', 'https://[fd00::1]', true],
    ['[fd00::1]', 'https://[fd00::1]', true],
    ['fd00::1', 'https://[fd00::1]', true],
    ['', 'https://h.example', false],
    ['.', 'https://h.example', false],
  ])('NO_PROXY=%j has %s: %s', (NO_PROXY, host, isExempt) => {
    expect(of(host, { ...there, NO_PROXY })).toBe(isExempt ? null : 'http://proxy:3128');
  });

  it('keeps its login apart, sealed, and tells what is secret (N1)', () => {
    const learned: string[] = [];
    const proxy = proxyFor('https://h.example', { HTTPS_PROXY: 'http://ann:can%40ary@proxy:1' }, (secret) =>
      learned.push(secret.open()),
    );
    expect(JSON.stringify(proxy)).not.toMatch(/ann|can/);
    expect(proxy?.authorization?.open()).toBe(`Basic ${Buffer.from('ann:can@ary').toString('base64')}`);
    expect(learned).toContain('ann:can@ary');
    expect(learned).toContain('can%40ary');
  });

  it.each(['socks5://canary:1', 'ftp://canary', 'http://', 'http://u:canary@a b'])(
    'is refused as %s',
    (HTTPS_PROXY) => {
      const attempt = () => of('https://h.example', { HTTPS_PROXY });
      expect(attempt).toThrow(
        expect.objectContaining({ code: 'USAGE', message: expect.not.stringContaining('canary') as unknown }),
      );
    },
  );
});
