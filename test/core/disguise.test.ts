import { describe, expect, it } from 'vitest';
import { disguiseOf, disguiseOfOwn } from '../../src/core/disguise.ts';

describe('an address', () => {
  it.each([
    'https://api.example.com/v1',
    'https://API.Example.com/v1',
    'http://127.0.0.1:8080/v1',
    'https://api.example.com:443/v1',
    'http://[::1]:8080',
    'https://api.xn--mn-fmca.example/v1',
    'https://api.example.com/v1/%7Euser',
  ])('is as it looks: %s', (text) => {
    expect([disguiseOf(text), disguiseOfOwn(text)]).toEqual([undefined, undefined]);
  });

  it.each([
    ['https://api.example.com\\@evil.example/v1', 'a backslash'],
    ['https://api.example.com/v1\\..', 'a backslash'],
    ['https:\\\\api.example.com', 'a backslash'],
    ['https://api.example.com%2eevil.example/v1', 'is read as https://api.example.com.evil.example'],
    ['https:api.example.com', 'is read as https://api.example.com'],
    ['http://2130706433/v1', 'is read as http://127.0.0.1'],
    ['https://api.exam\tple.com/v1', 'is read as https://api.example.com'],
  ])('is not: %j (A18)', (text, why) => {
    expect(disguiseOf(text)).toContain(why);
    expect(disguiseOfOwn(text)).toContain(why);
  });

  it.each([
    ['https://api.m\u043E\u043Enshot.cn/v1', 'https://api.xn--mnshot-wqfa.cn'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['https://api。example.com', 'https://api.example.com'],
    ['https://api.example.com/v\u0131', 'https://api.example.com'],
  ])('may be in another script only where the operator writes it: %s (A18)', (text, read) => {
    expect(disguiseOf(text)).toContain(`is read as ${read}`);
    expect(disguiseOfOwn(text)).toBeUndefined();
  });
});
